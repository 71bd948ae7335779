"""The checklist repeats the gates, worst first, and counts what blocks."""

from __future__ import annotations

import pytest

from proofbook.quality.readiness import readiness
from proofbook.suite.result import GateOutcome


def outcome(state, severity="error", **more):
    about = {"value": 0.6, "warn": None, "fail": 0.7, "direction": "higher", "unit": "rate"}
    return GateOutcome(
        "match_rate", state, severity, notebook="02_enrichment", title="Matched",
        message=f"why {state}", **{**about, **more},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "severity", "failures", "warnings"),
    [
        ("pass", "error", 0, 0),
        ("fail", "error", 1, 0),
        ("missing", "error", 1, 0),
        ("fail", "warn", 0, 1),
        ("missing", "warn", 0, 1),
        ("warn", "error", 0, 1),
        ("unresolved", "error", 0, 1),
        ("no_baseline", "error", 0, 1),
    ],
)
def test_every_state_counts_for_what_it_is(state, severity, failures, warnings):
    found = readiness([outcome(state, severity)])
    assert (found.failures, found.warnings) == (failures, warnings)


def test_nothing_judged_is_a_failure():
    found = readiness([])
    assert (found.failures, found.warnings) == (1, 0)
    assert found.items["state"].to_list() == ["missing"]


def test_the_worst_comes_first_and_says_why():
    found = readiness([outcome("pass"), outcome("no_baseline"), outcome("fail", size="10x10")])
    assert found.items["state"].to_list() == ["fail", "no baseline", "pass"]
    assert found.items["why"].to_list() == ["why fail", "why no_baseline", ""]
    assert found.items.iloc[0][["item", "value", "need"]].to_list() == [
        "Matched at 10x10", "60 %", "≥ 70 %",
    ]  # fmt: skip


def test_both_bounds_are_needed():
    found = readiness([outcome("warn", direction="lower", unit="pct", warn=10, fail=25)])
    assert found.items.iloc[0]["need"] == "≤ 25.0 %; a warning over 10.0 %"


@pytest.mark.parametrize(
    ("size", "item"),
    [("all", "Matched"), (None, "Matched"), ("1000x5000", "Matched at 1000x5000")],
)
def test_all_of_the_files_is_no_size_to_name(size, item):
    assert readiness([outcome("pass", size=size)]).items["item"].to_list() == [item]
