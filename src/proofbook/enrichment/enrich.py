"""enrich(): awards and recipients in, the enriched table out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa
from pyarrow import feather

from proofbook.enrichment.arrayfile import writing
from proofbook.enrichment.engine import UnitEngine
from proofbook.enrichment.operation import Operation, operate
from proofbook.enrichment.progress import Progress, Watched
from proofbook.enrichment.table import award_columns, enriched_table, refuse_added, with_judge
from proofbook.errors import InputError
from proofbook.matching import MatchSettings
from proofbook.matching.match import match
from proofbook.matching.schema import AWARD_COLUMNS_READ
from proofbook.matching.shards import BYTES_PER_ROW
from proofbook.measure import Recorder, StageRecord
from proofbook.measure.memory import give_back, keep_little
from proofbook.sources import award_table, read_awards
from proofbook.sources.recipients import Recipients, by_column, open_recipients
from proofbook.sources.rewriting import rewrite, write_groups

Input: TypeAlias = str | Path | pa.Table | pd.DataFrame

#: Shares of the time of each stage at full size, and the stages that are made of units. What is
#: left when the run ends is writing.
SHARES = {
    "read awards": 4,
    "prepare awards": 1,
    "survey": 20,
    "identifiers": 1,
    "decision": 1,
    "enriched table": 3,
    "write": 2,
}
BY_NAME = {
    "look up": 5,
    "search": 7,
    "learning and aliases": 12,
    "evidence": 4,
    "probability": 5,
}
OLD_RULE = {"candidates": 100}
UNITS = {"survey", "look up", "search"}


@dataclass(frozen=True)
class Enrichment:
    """An enriched table and how it came about.

    ``stages`` are time and memory per stage, ``counters`` numbers that are the same on every
    machine, ``model`` which evidence model decided, learned from what, with which threshold.
    """

    table: pa.Table
    stages: list[StageRecord]
    counters: dict[str, int]
    model: dict[str, Any]

    def to_pandas(self) -> pd.DataFrame:
        """The enriched table as a DataFrame."""
        frame: pd.DataFrame = self.table.to_pandas()
        return frame


def enrich(
    awards: Input,
    recipients: Input,
    settings: MatchSettings | None = None,
    *,
    columns: Sequence[str] | None = None,
    engine: UnitEngine | None = None,
    chunk_size: int | None = None,
    recorder: Recorder | None = None,
) -> Enrichment:
    """Join every award with its recipient, or say that it has none.

    ``columns`` chooses the award columns to keep (default: all but personal ones and the
    abstract). ``engine`` runs the chunks (see `operation.operate`); without one they are run on
    threads of this process, of at most ``chunk_size`` rows. Neither has any influence on the
    result. Raises InputError for an input that cannot be used as it is, and ParameterError for an
    unknown column or a chunk size below 1.
    """
    settings = settings or MatchSettings()
    if engine is None:
        with operate(Operation(threads=settings.threads, chunk_size=chunk_size)) as here:
            return enrich(
                awards, recipients, settings, columns=columns, engine=here, recorder=recorder
            )
    recorder = recorder or Watched(engine.progress)
    with recorder.stage("read recipients") as stage:
        theirs = recipients_of(recipients, engine)
        stage.rows = theirs.rows
    _expect(engine.progress, settings, theirs.rows)
    with recorder.stage("read awards") as stage:
        ours, kept, available = _awards(awards, columns)
        stage.rows = ours.num_rows
    engine.progress.begin(ours.num_rows)
    tight = engine.tight(theirs.rows, BYTES_PER_ROW)
    if tight:  # both cost time, which is not spent where there is room
        keep_little()
    whole = _set_aside(ours.select(kept), engine.scratch if tight else None)
    ours = ours.select([c for c in AWARD_COLUMNS_READ if c in ours.column_names])
    found = match(ours, theirs, settings, recorder, engine)
    give_back()
    with recorder.stage("enriched table", rows=ours.num_rows):
        table = enriched_table(whole(), theirs, found.table, kept)
        table = with_judge(table, found.judge, available)
    return Enrichment(table, recorder.stages, found.counters, found.model)


def _set_aside(table: pa.Table, folder: Path | None) -> Callable[[], pa.Table]:
    """What gives the table again; with a folder, it lies in a file there until then."""
    if folder is None:
        return lambda: table
    path = folder / "awards.arrow"
    with writing(path):
        feather.write_feather(table, path, compression="lz4")
    return lambda: feather.read_table(path)


def recipients_of(source: Input, engine: UnitEngine) -> Recipients:
    """Recipients of a file or a table, as the units of an engine need them.

    Where units run elsewhere, or memory is limited, a format that cannot be read by rows is
    written once, some rows at a time, to a file that can.
    """
    given = _arrow(source, "recipients")
    held = given if isinstance(given, pa.Table) else None
    by_rows = engine.elsewhere or (engine.limited and held is None)
    if not by_rows or (held is None and by_column(Path(given))):
        return open_recipients(given)
    path = engine.scratch / "recipients.parquet"
    name = "recipients" if held is not None else given
    engine.progress.tell(f"{name}: cannot be read by rows; written to {path} first")
    with writing(path):
        if held is None:
            found = rewrite(Path(given), path)
        else:
            found = open_recipients(held)
            write_groups(path, [found.held])
            found = replace(found, held=None, written=path)
    pa.default_memory_pool().release_unused()
    give_back()
    return found


def _expect(progress: Progress, settings: MatchSettings, recipients: int) -> None:
    """The stages of an enrichment to come."""
    old = settings.scorer == "token_set_ratio"
    for stage, share in (SHARES | (OLD_RULE if old else BY_NAME)).items():
        progress.expect(stage, recipients if stage in UNITS else 1, share)


def awards_of(source: Input) -> pa.Table:
    """The award columns that matching reads, whether they are a file or already in memory."""
    source = _arrow(source, "awards")
    if isinstance(source, pa.Table):
        return award_table(source, "awards")
    return read_awards(source, lambda _: AWARD_COLUMNS_READ).table


def _awards(
    source: Input, columns: Sequence[str] | None
) -> tuple[pa.Table, list[str], Sequence[str]]:
    """The awards with what matching reads and what is kept; what is kept; all columns there are.

    What is neither is not even read: the abstracts are most of an award file.
    """
    source = _arrow(source, "awards")
    if isinstance(source, pa.Table):
        if columns is None:  # before any value is read: the lists of an enriched table are no text
            refuse_added(source.column_names, "awards")
        table = award_table(source, "awards")
        return table, award_columns(table.column_names, columns), table.column_names
    kept: list[str] = []

    def choose(found: Sequence[str]) -> set[str]:
        kept[:] = award_columns(found, columns, source)
        return {*kept, *AWARD_COLUMNS_READ}

    file = read_awards(source, choose)
    return file.table, kept, file.names


def _arrow(source: Input, role: str) -> str | Path | pa.Table:
    """The input, a DataFrame among them as an Arrow table."""
    if not isinstance(source, pd.DataFrame):
        return source
    try:
        return pa.Table.from_pandas(source, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise InputError(
            role,
            f"has a column of mixed types ({error})",
            remedy="make it a column of text first",
        ) from error
