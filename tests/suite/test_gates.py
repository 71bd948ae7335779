"""Every gate, at its bounds and on both sides of them; every state has a case that reaches it."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.measure.statistics import wilson
from proofbook.quality.metrics import DEFINITIONS
from proofbook.suite.gate_defaults import DEFAULTS
from proofbook.suite.gates import (
    Evidence,
    Gate,
    evaluate,
    evaluate_all,
    frame,
    holds_back,
    number,
)
from proofbook.suite.result import Metric

HIGHER = Gate("m", "higher", warn=0.9, fail=0.7)
LOWER = Gate("m", "lower", warn=10, fail=25)
DROP = DEFAULTS["match_rate_drop_pp"]
PRECISION = DEFAULTS["fuzzy_precision_estimate_rate"]
TIME = DEFAULTS["time_change_pct"]


def state(gate: Gate, value: Any, **more: Any) -> str:
    return evaluate(gate, Metric(gate.metric, value, **more)).state


@pytest.mark.parametrize(
    ("gate", "value", "expected"),
    [
        (HIGHER, 0.95, "pass"),
        (HIGHER, 0.9, "pass"),
        (HIGHER, 0.9 - 1e-12, "pass"),
        (HIGHER, 0.89999, "warn"),
        (HIGHER, 0.7, "warn"),
        (HIGHER, 0.1 + 0.2 + 0.4 - 1e-16, "warn"),
        (HIGHER, 0.69999, "fail"),
        (LOWER, 10, "pass"),
        (LOWER, 10.001, "warn"),
        (LOWER, 25, "warn"),
        (LOWER, 25.001, "fail"),
        (LOWER, -50, "pass"),
        (Gate("m", "lower", fail=0), 0, "pass"),
        (Gate("m", "lower", fail=0), 1, "fail"),
    ],
)
def test_a_value_is_judged_at_its_bounds(gate: Gate, value: float, expected: str) -> None:
    assert state(gate, value) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0.75, 0.70, "fail"),  # 0.050000000000000044: exactly five points are a failure
        (0.80, 0.75, "fail"),
        (0.70, 0.651, "warn"),  # 4.9
        (0.70, 0.65, "fail"),
        (0.70, 0.70, "pass"),
        (0.70, 0.74, "pass"),
    ],
)
def test_five_points_lost_fail_and_less_warns(before: float, after: float, expected: str) -> None:
    assert state(DROP, (before - after) * 100) == expected


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (1.0, -0.5, 2.5, "pass"),  # not significant
        (1.0, 0.2, 1.8, "warn"),
        (5.0, 4.0, 6.0, "fail"),
    ],
)
def test_only_a_significant_drop_warns(
    value: float, low: float, high: float, expected: str
) -> None:
    assert state(DROP, value, low=low, high=high) == expected


@pytest.mark.parametrize(
    ("value", "low", "expected"),
    [(0.99, 0.97, "pass"), (0.99, 0.969, "warn"), (0.99, 0.95, "warn"), (0.99, 0.949, "fail")],
)
def test_an_estimate_is_judged_by_the_lower_end(value: float, low: float, expected: str) -> None:
    assert state(PRECISION, value, low=low, high=1.0) == expected


def test_an_estimate_without_interval_is_missing() -> None:
    assert state(PRECISION, 0.99) == "missing"


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (5, 2, 8, "pass"),
        (12, 8, 16, "warn"),
        (30, 26, 34, "fail"),
        (30, 20, 40, "unresolved"),
        (5, -20, 40, "unresolved"),
    ],
)
def test_a_noisy_change_is_unresolved(value: float, low: float, high: float, expected: str) -> None:
    assert state(TIME, value, low=low, high=high) == expected


@pytest.mark.parametrize(
    ("right", "links", "expected"),
    [
        (0, 1, "fail"),  # however few: shown to be wrong
        (1, 2, "fail"),
        (3, 6, "fail"),
        (5, 6, "unresolved"),  # a truth too small to say is no failure, and no pass
        (6, 6, "unresolved"),
        (73, 73, "pass"),
        (188, 200, "unresolved"),
        (180, 200, "fail"),
        (965, 1000, "warn"),
        (985, 1000, "pass"),
    ],
)
@pytest.mark.parametrize("metric", ["precision_rate", "fuzzy_precision_rate"])
def test_precision_against_truth_passes_only_where_it_is_shown(
    metric: str, right: int, links: int, expected: str
) -> None:
    found = wilson(right, links)
    assert state(DEFAULTS[metric], found.value, low=found.low, high=found.high) == expected


def test_why_there_is_no_value_is_said_with_what_to_do() -> None:
    metric = Metric("precision_rate", None, note="0 of 0 is no rate")
    found = evaluate(DEFAULTS["precision_rate"], metric)
    assert "(0 of 0 is no rate), a finite number is needed. Next: see the wrong" in found.message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "high", True])
def test_what_is_not_a_finite_number_is_missing(value: Any) -> None:
    found = evaluate(HIGHER, Metric("m", value))
    assert found.state == "missing"
    assert holds_back(found)
    assert "a finite number is needed" in found.message


def test_an_interval_that_is_not_finite_is_missing() -> None:
    assert state(HIGHER, 0.95, low=float("nan")) == "missing"


def test_a_metric_that_was_never_recorded_is_missing() -> None:
    found = evaluate(HIGHER, None, notebook="02_enrichment")
    assert found.state == "missing"
    assert "was not recorded" in found.message


@pytest.mark.parametrize("metric", [None, Metric("match_rate_drop_pp", None, note="none there")])
def test_an_absent_baseline_is_no_pass_and_no_failure(metric: Metric | None) -> None:
    found = evaluate(DROP, metric)
    assert found.state == "no_baseline"
    assert not holds_back(found)
    assert "baseline promote" in found.message


@pytest.mark.parametrize("metric", [m for m, g in DEFAULTS.items() if g.active])
def test_every_default_gate_can_fail(metric: str) -> None:
    gate = DEFAULTS[metric]
    assert gate.fail is not None
    bad = gate.fail - 0.001 if gate.better == "higher" else gate.fail + 0.001
    found = evaluate(gate, Metric(metric, bad, unit=DEFINITIONS[metric].unit, low=bad, high=bad))
    assert found.state == "fail"
    assert holds_back(found)
    for words in (found.title, "needed", "Next:"):
        assert words in found.message


def test_every_gate_is_on_a_metric_of_the_registry_and_means_the_same_direction() -> None:
    for metric, gate in DEFAULTS.items():
        assert DEFINITIONS[metric].direction == gate.better
        assert DEFINITIONS[metric].title


def test_a_gate_of_severity_warn_holds_nothing_back() -> None:
    found = evaluate(Gate("m", "lower", fail=0, severity="warn"), Metric("m", 1))
    assert found.state == "fail"
    assert not holds_back(found)


def test_a_message_says_what_got_need_and_next() -> None:
    metric = Metric("match_rate", 0.6412, unit="rate", low=0.61, high=0.67)
    found = evaluate(DEFAULTS["match_rate"], metric, size="1000x5000")
    assert found.message == (
        "Awards with an accepted match at 1000x5000 is 64.12 % (95 % interval 61 % to 67 %); "
        "needed at least 70 %. Next: check the recipient file, and see the unmatched awards in "
        "02_enrichment."
    )


def test_evidence_is_kept_with_the_outcome() -> None:
    rows = [{"award_row": i} for i in range(30)]
    found = evaluate(LOWER, Metric("m", 30), evidence=Evidence(rows, 42, 0.1))
    assert (found.count, found.rate, len(found.examples)) == (42, 0.1, 20)


def test_gates_find_their_metrics_by_name_and_keep_their_order() -> None:
    gates = [DEFAULTS["match_rate"], DEFAULTS["personal_columns"]]
    metrics = [Metric("personal_columns", 0), Metric("match_rate", 0.9)]
    found = evaluate_all(gates, metrics, {}, notebook="02_enrichment@1x5", size="1x5", rerun="r")
    assert [(g.metric, g.state, g.size, g.rerun) for g in found] == [
        ("match_rate", "pass", "1x5", "r"),
        ("personal_columns", "pass", "1x5", "r"),
    ]
    assert list(frame(found)["state"]) == ["pass", "pass"]


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        (HIGHER, "m >= 0.9 or warn, >= 0.7 or fail"),
        (LOWER, "m <= 10 or warn, <= 25 or fail"),
        (DROP, "match_rate_drop_pp no significant drop or warn, < 5 or fail"),
        (Gate("m", "lower"), "m not judged"),
    ],
)
def test_a_gate_reads_like_its_rule(gate: Gate, words: str) -> None:
    assert repr(gate) == words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.6412, "rate", "64.12 %"),
        (0.05 * 100, "pp", "5.0 pp"),
        (12.34, "pct", "12.3 %"),
        (0.0213, "s", "0.0213 s"),
        (1_234_567, "rows", "1,234,567 rows"),
        (3.0, "", "3"),
        (None, "rate", "no value"),
        ("learned", "", "learned"),
        (float("nan"), "", "nan (not a finite number)"),
    ],
)
def test_numbers_are_written_for_readers(value: Any, unit: str, words: str) -> None:
    assert number(value, unit) == words
