"""Alerts: graver the larger the breach, and none for a pass."""

from __future__ import annotations

import json

import pytest

from proofbook.suite.alerts import alerts, log
from proofbook.suite.gate_defaults import DEFAULTS
from proofbook.suite.gates import evaluate
from proofbook.suite.result import GateOutcome, Metric, NotebookOutcome


def gate(name: str, value: float | None, margin: float = 0.0) -> GateOutcome:
    low, high = (None, None) if value is None else (value - margin, value + margin)
    return evaluate(DEFAULTS[name], Metric(name, value, low=low, high=high))


@pytest.mark.parametrize(
    ("name", "value", "severity"),
    [
        ("match_rate", 0.72, None),
        ("match_rate", 0.69, "error"),
        ("match_rate", 0.55, "critical"),
        ("match_rate", None, "error"),
        ("time_change_pct", 15.0, "warning"),
        ("time_change_pct", 30.0, "error"),
        ("time_change_pct", 60.0, "critical"),
        ("time_change_pct", None, "notice"),
        ("conservation_breaches", 1.0, "critical"),
        ("match_rate_drop_pp", 1.0, "warning"),
        ("match_rate_drop_pp", 6.0, "error"),
        ("match_rate_drop_pp", 12.0, "critical"),
    ],
)
def test_severity_grows_with_the_breach(
    name: str, value: float | None, severity: str | None
) -> None:
    found = alerts([], [gate(name, value)])
    assert [a.severity for a in found] == ([severity] if severity else [])


def test_too_noisy_to_say_is_a_warning() -> None:
    found = alerts([], [gate("time_change_pct", 20.0, margin=15.0)])
    assert (found[0].severity, found[0].state) == ("warning", "unresolved")


def test_the_lower_end_is_beyond_where_it_is_judged() -> None:
    found = alerts([], [gate("fuzzy_precision_estimate_rate", 0.97, margin=0.0485)])
    assert (found[0].state, found[0].severity) == ("fail", "error")
    assert found[0].excess == pytest.approx((0.95 - 0.9215) / 0.95)


def test_the_gravest_come_first_with_value_bound_and_excess() -> None:
    broken = NotebookOutcome("03_quality", "03_quality", "timed_out", reason="too long")
    found = alerts([broken], [gate("time_change_pct", 15.0), gate("match_rate", 0.63)])
    assert [a.severity for a in found] == ["critical", "error", "warning"]
    assert found[0].message == "03_quality timed out: too long"
    assert (found[1].value, found[1].bound) == (0.63, 0.70)
    assert found[1].excess == pytest.approx(0.1)
    lines = [json.loads(line) for line in log(found).splitlines()]
    assert [line["what"] for line in lines] == ["03_quality", "match_rate", "time_change_pct"]
