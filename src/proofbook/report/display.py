"""Runs, gates and metrics in JupyterLab: what ``_repr_html_`` of a record shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from proofbook.report import headline, judgement
from proofbook.report.gatelist import gates as judged
from proofbook.report.gatelist import needed
from proofbook.report.secrets import masked
from proofbook.report.tables import HtmlTable, table
from proofbook.report.theme import state_words
from proofbook.report.words import (
    interval,
    metric_title,
    number,
    one_line,
    quantity,
    size_words,
)
from proofbook.suite.result import GateOutcome, Metric, RunResult

_MOST = 200


def run_html(result: RunResult) -> str:
    """A run: its verdict, its headline figures, and every gate, those that need a look first."""
    result = masked(result)
    head, view = judgement.head(result), judged(result)
    figures = pd.DataFrame(
        [(t.title, t.value, t.note) for t in headline.tiles(result)], columns=["what", "value", ""]
    )
    rows = pd.DataFrame(
        [(_state(g.state), g.title, g.value, g.interval, g.needed) for g in view.rows],
        columns=["state", "gate", "value", "95 % interval", "needed"],
    )
    text = Markup("<p><b>{}</b> {}<br><small>{} · {}</small></p>").format(
        f"{head.status.sign} {head.status.words}:", head.verdict, head.run_id, head.when
    )
    tables = [table(figures, "Headline figures")] if len(figures) else []
    return str(text) + "".join(t.html for t in [*tables, table(rows, view.summary, rows=_MOST)])


def gates(found: Sequence[GateOutcome]) -> HtmlTable:
    """Gates as a table, in their order."""
    columns = ["state", "gate", "size", "value", "95 % interval", "needed", "message"]
    return table(pd.DataFrame([_gate(g) for g in found], columns=columns), "Gates", rows=_MOST)


def metrics(found: Sequence[Metric]) -> HtmlTable:
    """Metrics as a table, in their order."""
    columns = ["metric", "size", "value", "95 % interval", "of", "description"]
    frame = pd.DataFrame([_metric(m) for m in found], columns=columns)
    return table(frame, "Metrics", rows=_MOST)


def _gate(gate: GateOutcome) -> tuple[Any, ...]:
    return (
        _state(gate.state),
        gate.title or metric_title(gate.metric),
        size_words(gate.size),
        quantity(gate.value, gate.unit, beside=(gate.fail, gate.warn)),
        interval(gate.low, gate.high, gate.unit),
        needed(gate),
        gate.message,
    )


def _metric(metric: Metric) -> tuple[Any, ...]:
    return (
        metric_title(metric.name),
        size_words(metric.size),
        quantity(metric.value, metric.unit),
        interval(metric.low, metric.high, metric.unit),
        "" if metric.n is None else number(metric.n),
        one_line(metric.note or metric.description),
    )


def _state(state: str) -> str:
    known = state_words(state)
    return f"{known.sign} {known.words}"
