"""enrich(): awards and recipients in, the enriched table out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa

from proofbook.enrichment.table import award_columns, enriched_table, refuse_added, with_judge
from proofbook.errors import InputError, ParameterError
from proofbook.matching import MatchSettings
from proofbook.matching.match import match
from proofbook.matching.schema import AWARD_COLUMNS_READ
from proofbook.matching.units import SHARD, Threads
from proofbook.measure import Recorder, StageRecord
from proofbook.sources import award_table, read_awards
from proofbook.sources.recipients import Recipients, open_recipients

Input: TypeAlias = str | Path | pa.Table | pd.DataFrame


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
    chunk_size: int | None = None,
    recorder: Recorder | None = None,
) -> Enrichment:
    """Join every award with its recipient, or say that it has none.

    ``columns`` chooses the award columns to keep (default: all but personal ones and the
    abstract); ``chunk_size`` bounds how many recipients are worked on at a time, without any
    influence on the result. Raises InputError for an input that cannot be used as it is, and
    ParameterError for an unknown column or a chunk size below 1.
    """
    if chunk_size is not None and chunk_size < 1:
        raise ParameterError(f"chunk size: must be at least 1 (got {chunk_size})")
    recorder = recorder or Recorder()
    with recorder.stage("read recipients") as stage:
        theirs = recipients_of(recipients)
        stage.rows = theirs.rows
    with recorder.stage("read awards") as stage:
        ours, kept, available = _awards(awards, columns)
        stage.rows = ours.num_rows
    engine = Threads(0 if settings is None else settings.threads, chunk_size or SHARD)
    found = match(ours, theirs, settings, recorder, engine)
    with recorder.stage("enriched table", rows=ours.num_rows):
        table = enriched_table(ours, theirs, found.table, kept)
        table = with_judge(table, found.judge, available)
    return Enrichment(table, recorder.stages, found.counters, found.model)


def recipients_of(source: Input) -> Recipients:
    """Recipients, whether they are a file or already in memory."""
    return open_recipients(_arrow(source, "recipients"))


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
