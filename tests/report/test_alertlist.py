"""Alerts on the page: gravest first, in words, how far beyond the bound."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from proofbook.report.alertlist import alerts
from proofbook.suite.alerts import alerts as found_in
from proofbook.suite.result import RunResult

from .reading import Page


def _rows(result: RunResult) -> list[list[str]]:
    view = alerts(result)
    assert view is not None
    return [[cell.striptags() for cell in row] for row in view.table.rows]


def test_a_gate_in_words_with_its_excess(passed: RunResult) -> None:
    severity, what, message, beyond = _rows(passed)[0]
    assert (severity, what) == ("▲Warning", "Time against the baseline")
    assert "10.9 %" in message
    assert beyond == "by 9.0 % of it"


def test_a_notebook_that_broke_comes_first_under_its_name(crashed: RunResult) -> None:
    assert _rows(crashed)[0][:2] == ["✕Critical", "02_enrichment@1000x5000 (1,000 × 5,000)"]


def test_gates_without_a_baseline_are_one_row(passed: RunResult) -> None:
    gates = [passed.gates[-1], *(replace(passed.gates[-1], metric=f"m{i}") for i in range(5))]
    rows = _rows(replace(passed, gates=gates, alerts=found_in([], gates)))
    assert [row[:3] for row in rows] == [
        ["–Notice", "No baseline", "6 gates have no baseline to be held against."]
    ]


def test_counted_on_the_page(passed: RunResult, rendered: Callable[[str], Path]) -> None:
    html = (rendered("passed") / "index.html").read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", Page(html).text)
    assert "1 warning, 1 notice. Each is a line of logs/alerts.jsonl." in text
    assert alerts(replace(passed, alerts=[])) is None
