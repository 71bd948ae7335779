"""The alerts of a run in words: how grave, what, how far beyond its bound."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, get_args

from proofbook.report.views import TableView, rows_view
from proofbook.report.words import (
    count_of,
    metric_title,
    one_line,
    quantity,
    size_beside,
    with_sizes,
)
from proofbook.suite.result import Alert, AlertSeverity, RunResult


@dataclass(frozen=True)
class AlertsView:
    """How many alerts of which severity, and each of them, gravest first."""

    summary: str
    table: TableView


def alerts(result: RunResult) -> AlertsView | None:
    """The alerts of a run, those without a baseline as one; None when there are none."""
    if not result.alerts:
        return None
    counts = Counter(alert.severity for alert in result.alerts)
    parts = [count_of(counts[s], s) for s in get_args(AlertSeverity) if s in counts]
    titles = {g.metric: g.title for g in result.gates}
    idle = [a for a in result.alerts if a.state == "no_baseline"]
    rows = [_row(a, titles) for a in result.alerts if len(idle) < 2 or a not in idle]
    if len(idle) > 1:
        words = f"{len(idle)} gates have no baseline to be held against."
        rows.append(["notice", "No baseline", words, ""])
    table = rows_view(
        ["severity", "what", "message", "beyond its bound"],
        rows,
        label="alerts",
        units={"severity": "state"},
    )
    return AlertsView(
        f"{', '.join(parts).capitalize()}. Each is a line of logs/alerts.jsonl.", table
    )


def _row(alert: Alert, titles: dict[str, str]) -> list[Any]:
    broken = alert.what == alert.notebook
    what = one_line(
        titles.get(alert.what) or (alert.what if broken else metric_title(alert.what)), 120
    )
    beyond = ""
    if alert.excess is not None and alert.excess > 0:
        beyond = f"by {quantity(alert.excess, 'rate')} of it"
    return [
        alert.severity,
        f"{what}{size_beside(alert.size)}",
        one_line(with_sizes(alert.message), 600),
        beyond,
    ]
