"""Rates award by award: the bounds of five points, hidden groups, and exact counts."""

from __future__ import annotations

import pytest
from tests.bench.conftest import outcome

from proofbook.quality.outcomes import Outcomes
from proofbook.quality.paired import ALL, mcnemar, rate_changes


@pytest.mark.parametrize(
    ("lost", "state"), [(0, "pass"), (4, "pass"), (5, "warn"), (49, "warn"), (50, "fail")]
)
def test_lost_matches_of_a_thousand_awards(lost: int, state: str) -> None:
    """4.9 points warn and 5.0 fail; fewer than five lost may be chance."""
    change = rate_changes(outcome(group="all"), outcome(lost, group="all"))[0]
    assert (change.group, change.lost, change.gained) == (ALL, lost, 0)
    assert change.drop_pp == pytest.approx(lost / 10)
    assert change.state == state
    assert change.low < change.drop_pp + 0.1 < change.high + 0.2


def test_a_group_that_the_total_hides() -> None:
    before, now = outcome(), outcome(20, group="n")  # 20 of 333 awards: 6 points
    gained = 0
    for row in range(800, 1000):
        if now.groups[row] == "u" and gained < 20:
            now.recipients[row], gained = "ffff0000", gained + 1
    states = {c.group: c.state for c in rate_changes(before, now)}
    assert states[ALL] == "pass"
    assert states["awards without an identifier"] == "fail"
    assert states["awards with UEI"] == "pass"


def test_examples_are_rows_of_awards() -> None:
    before = Outcomes(["u"] * 4, ["a", "b", "", "c"])
    now = Outcomes(["u"] * 4, ["", "x", "d", "c"])
    change = rate_changes(before, now)[0]
    assert (change.lost, change.changed, change.gained) == (1, 1, 1)
    assert change.examples == {"lost": [0], "changed": [1], "gained": [2]}


def test_too_few_awards_are_unresolved_and_say_how_many_more() -> None:
    before, now = Outcomes(["u"] * 10, ["a"] * 10), Outcomes(["u"] * 10, [""] + ["a"] * 9)
    change = rate_changes(before, now)[0]
    assert (change.state, change.more) == ("unresolved", 40)


def test_other_awards_are_refused() -> None:
    with pytest.raises(ValueError, match="different awards"):
        rate_changes(outcome(), outcome(n=999))


def test_the_exact_test() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 0) == pytest.approx(1 / 32)
    assert mcnemar(3, 3) == pytest.approx(42 / 64)


def test_outcomes_survive_encoding() -> None:
    found = outcome(7)
    assert Outcomes.decode(found.encode()) == found
    with pytest.raises(ValueError, match="no outcomes"):
        Outcomes.decode("AAAA")
