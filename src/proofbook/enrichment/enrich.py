"""enrich(): awards and recipients in, the enriched table out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from proofbook.enrichment.table import award_columns, enriched_table
from proofbook.matching import MatchSettings
from proofbook.matching.match import match
from proofbook.measure import Recorder, StageRecord
from proofbook.sources import read_awards, read_recipients

Input = str | Path | pa.Table | pd.DataFrame


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
        return self.table.to_pandas()


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
    abstract); ``chunk_size`` bounds how many recipient names are searched at a time, without any
    influence on the result.
    """
    recorder = recorder or Recorder()
    with recorder.stage("read recipients") as stage:
        theirs = _table(recipients, "recipients")
        stage.rows = theirs.num_rows
    with recorder.stage("read awards") as stage:
        ours = _table(awards, "awards")
        stage.rows = ours.num_rows
    kept = award_columns(ours.column_names, columns)
    found = match(ours, theirs, settings, recorder, chunk_size)
    with recorder.stage("enriched table", rows=ours.num_rows):
        table = enriched_table(ours, theirs, found.table, kept)
    return Enrichment(table, recorder.stages, found.counters, found.model)


def _table(source: Input, role: str) -> pa.Table:
    if isinstance(source, pa.Table):
        return source
    if isinstance(source, pd.DataFrame):
        return pa.Table.from_pandas(source, preserve_index=False)
    return (read_awards if role == "awards" else read_recipients)(source).table
