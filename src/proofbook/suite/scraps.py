"""Scraps: what a notebook records and a later reader gets back; the only user of scrapbook.

A scrap is stored in the notebook's outputs under the metric's name (``match_rate``), or under
``table.NAME`` and ``evidence.METRIC``. Each carries a schema version, the run and the step that
wrote it, so that a scrap of another run is refused as stale instead of being believed (law 3).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from IPython.core.getipython import get_ipython

from proofbook.errors import NotebookError
from proofbook.suite.gates import Evidence
from proofbook.suite.light import light_imports
from proofbook.suite.result import Metric, Table

with light_imports():
    import nbformat
    import scrapbook

#: Raised with every change of a payload's shape; a reader takes its own version only.
SCRAP_SCHEMA = 1


@dataclass(frozen=True)
class Recording:
    """Everything that one executed notebook recorded."""

    metrics: list[Metric] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)


def plain(value: Any, name: str, *, optional: bool = False) -> Any:
    """The value as plain JSON: NumPy and pandas scalars, dates and arrays become Python's own.

    ``None`` and pandas' missing values pass only where ``optional``. Raises ValueError, naming
    ``name``, for NaN, infinity or an absent value, and TypeError for what has no plain form.

    >>> plain(np.int64(3), "rows"), plain(date(2026, 1, 2), "day")
    (3, '2026-01-02')
    """
    if isinstance(value, np.ndarray | pd.Series | pd.Index):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(k): plain(v, f"{name}.{k}", optional=optional) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v, f"{name}[{i}]", optional=optional) for i, v in enumerate(value)]
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64 | np.timedelta64):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        if optional:
            return None
        raise ValueError(f"{name} has no value; a recorded value must be there")
    if isinstance(value, bool | str | int):
        return value
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            raise ValueError(f"{name} is {value}; a recorded number must be finite")
        return float(value)
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{name} is of type {type(value).__name__}, which cannot be recorded")


def frame_table(name: str, frame: pd.DataFrame, **about: Any) -> Table:
    """A small DataFrame as a Table: a missing cell becomes null; an infinite one is refused."""
    cells = frame.astype(object).where(frame.notna(), None)
    rows = [
        [plain(v, f"{name}.{c}", optional=True) for c, v in zip(frame.columns, row, strict=True)]
        for row in cells.itertuples(index=False, name=None)
    ]
    return Table(name, [str(c) for c in frame.columns], rows, **about)


def record(run_id: str, notebook: str, recording: Recording) -> None:
    """Writes the recording into the notebook that is running, one scrap for each name in it.

    Outside a Jupyter kernel there is no notebook to write into, and nothing is done.
    """
    shell = get_ipython()
    if shell is None or getattr(shell, "kernel", None) is None:
        return
    stamp = {"schema": SCRAP_SCHEMA, "run_id": run_id, "notebook": notebook}
    for metric in recording.metrics:
        scrapbook.glue(metric.name, {**stamp, "kind": "metric", "data": asdict(metric)}, "json")
    for table in recording.tables:
        name = f"table.{table.name}"
        scrapbook.glue(name, {**stamp, "kind": "table", "data": asdict(table)}, "json")
    for metric_name, evidence in recording.evidence.items():
        name = f"evidence.{metric_name}"
        scrapbook.glue(name, {**stamp, "kind": "evidence", "data": asdict(evidence)}, "json")


def read(path: Path, *, run_id: str, notebook: str) -> Recording:
    """What the executed notebook at ``path`` recorded in this run under this step.

    NotebookError when the file is missing, or a scrap is foreign, stale (of another run or step)
    or of another schema version. A notebook that recorded nothing gives an empty Recording.
    """
    try:
        node = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except FileNotFoundError:
        raise NotebookError(f"{path}: the executed notebook is missing") from None
    recording = Recording()
    for name, scrap in scrapbook.read_notebook(node).scraps.items():
        payload = scrap.data
        if not isinstance(payload, dict) or "schema" not in payload:
            raise NotebookError(
                f"{path}: scrap {name!r} was not written by proofbook; record it with page.record"
            )
        if payload["schema"] != SCRAP_SCHEMA:
            raise NotebookError(
                f"{path}: scrap {name!r} has schema {payload['schema']}, not {SCRAP_SCHEMA}"
            )
        if (payload["run_id"], payload["notebook"]) != (run_id, notebook):
            raise NotebookError(
                f"{path}: scrap {name!r} is stale: it is of {payload['notebook']} in run "
                f"{payload['run_id']}, not of {notebook} in run {run_id}"
            )
        if payload["kind"] == "metric":
            recording.metrics.append(Metric(**payload["data"]))
        elif payload["kind"] == "table":
            recording.tables.append(Table(**payload["data"]))
        else:
            metric_name = name.removeprefix("evidence.")
            recording.evidence[metric_name] = Evidence(**payload["data"])
    return recording
