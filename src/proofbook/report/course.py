"""The course of a metric over the last comparable runs, as the record of a run has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from proofbook.report import figures
from proofbook.report.views import FigureView, plot_view, rows_view
from proofbook.report.words import is_number
from proofbook.suite.past import PAST
from proofbook.suite.result import RunResult

_SHOWN = ["run_id", "started", "value", "low", "high"]


def metrics(result: RunResult) -> list[str]:
    """The metrics that an earlier run has recorded too."""
    table = result.table(PAST)
    return [] if table is None else list(dict.fromkeys(str(row[0]) for row in table.rows))


def course(result: RunResult, name: str) -> list[list[Any]]:
    """``[run_id, started, value, low, high]`` of a metric, this run last; empty without others."""
    table, metric = result.table(PAST), result.metric(name)
    if table is None or metric is None or not is_number(metric.value):
        return []
    past = [list(row[1:]) for row in table.rows if row[0] == name and is_number(row[3])]
    now = [result.run_id, result.provenance.started, metric.value, metric.low, metric.high]
    return [*past, now] if past else []


def spark(result: RunResult, name: str) -> FigureView | None:
    """The line beside a headline figure; None without an earlier run."""
    runs, metric = course(result, name), result.metric(name)
    if not runs or metric is None:
        return None
    values = np.array([float(run[2]) for run in runs])
    return plot_view(f"spark_{name}", figures.sparkline(values, metric.unit))


def figure(result: RunResult, name: str, title: str, bound: float | None) -> FigureView | None:
    """The plot of a metric over runs, with its numbers; None without an earlier run."""
    runs, metric = course(result, name), result.metric(name)
    if not runs or metric is None:
        return None
    plot = figures.trend(pd.DataFrame(runs, columns=_SHOWN), title, metric.unit, bound)
    units = dict.fromkeys(("value", "low", "high"), metric.unit)
    numbers = rows_view(_SHOWN, runs, label=f"numbers of {plot.title} over runs", units=units)
    return plot_view(f"trend_{name}", plot, numbers)
