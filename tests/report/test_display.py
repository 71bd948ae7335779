"""Runs, gates and metrics as JupyterLab shows them."""

from __future__ import annotations

import re

from IPython.core.formatters import DisplayFormatter

from proofbook.report import display
from proofbook.suite.result import RunResult

from .conftest import MADE
from .reading import Page


def _shown(value: object) -> str:
    """What IPython takes to show a value with."""
    data, _ = DisplayFormatter().format(value)
    return str(data["text/html"])


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", Page(html).text)


def test_a_run_says_its_verdict_figures_and_gates(failed: RunResult) -> None:
    text = _text(_shown(failed))
    assert "✕ Failed: 1 gate failed: the enrichment may not be used." in text
    assert "Match rate 76.0 %" in re.sub(r"(?<=[a-z])(?=\d)", " ", text)
    assert text.index("✕ Fail") < text.index("✓ Pass")


def test_a_gate_and_a_metric(passed: RunResult) -> None:
    gate, metric = _text(_shown(passed.gates[3])), _text(_shown(passed.metrics[1]))
    assert "▲ Warning" in gate
    assert "≤ 25 %; warns over 10 %" in gate
    assert "Match rate" in metric
    assert "73.2 to 78.6 %" in metric


def test_lists_are_tables_in_their_order(passed: RunResult) -> None:
    assert display.gates(passed.gates).html.count("<tr>") == 1 + len(passed.gates)
    assert display.metrics(passed.metrics).text.index("Award rows") < 100
    assert display.gates([]).html == "<p>Gates: none.</p>"


def test_every_kind_of_run_is_inert(kind: str) -> None:
    html = _shown(MADE[kind]())
    assert not Page(html).misnested
    assert "<script" not in html
    assert "<img" not in html
    assert not set(html) & set("\x00\x07\x1b\u202e\u200f")
    assert "hush-hush" not in html
