"""Comparisons: every state, what decides it, and that one bad minute does not."""

from __future__ import annotations

import numpy as np
import pytest

from proofbook.measure.compare import MEMORY, TIME, Comparison, compare, confirmed, worst

QUIET = np.random.default_rng(3).uniform(1.0, 1.02, 20)
NOISY = np.random.default_rng(4).choice([1.0, 1.6, 2.0], 20) * QUIET


@pytest.mark.parametrize(
    ("factor", "state"),
    [(0.5, "pass"), (1.0, "pass"), (1.04, "pass"), (1.16, "warn"), (1.25, "fail"), (2.0, "fail")],
)
def test_a_quiet_machine_decides(factor: float, state: str) -> None:
    found = compare(QUIET, QUIET[::-1] * factor, TIME, paired=True)
    assert found.state == state
    assert found.low < factor < found.high
    assert found.ratio == pytest.approx(factor, rel=0.02)


def test_too_noisy_to_say_tells_how_many_more_repeats() -> None:
    found = compare(NOISY[:8], NOISY[8:16] * 1.1, TIME, paired=True)
    assert found.state == "unresolved"
    assert found.more is not None
    assert found.more > 0
    assert "too noisy" in found.why


@pytest.mark.parametrize(
    ("factor", "mood", "state"),
    [
        (1.0, 1.0, "pass"),
        (1.5, 1 / 1.5, "pass"),  # the whole machine was slower
        (1.0, 1.08, "unresolved"),  # 8 % slower than a machine that was faster, or an odd mood
        (1.12, 0.97, "unresolved"),  # a warning only if the calibration is not believed
        (1.4, 0.96, "fail"),
    ],
)
def test_the_mood_of_the_machine_is_known_roughly(factor: float, mood: float, state: str) -> None:
    assert compare(QUIET, QUIET * factor, TIME, paired=False, mood=mood).state == state


@pytest.mark.parametrize(
    ("factor", "own", "state"),
    [
        (1.5, 1.0, "unresolved"),  # all of it is waiting for a core
        (1.5, 1.5, "fail"),
        (1.5, 1.45, "fail"),
        (1.0, 0.05, "pass"),  # of threads side by side: no slower, whatever they waited for
        (1.01, 1.4, "unresolved"),  # only the baseline waited
    ],
)
def test_what_is_measured_in_two_ways_must_hold_in_both(
    factor: float, own: float, state: str
) -> None:
    also = QUIET, QUIET * own
    assert compare(QUIET, QUIET * factor, TIME, paired=False, also=also).state == state


def test_of_what_is_disturbed_both_ways_the_least_is_luck() -> None:
    now = QUIET * 1.2
    now[7] = 0.9
    found = compare(QUIET, now, TIME, paired=True, minima=False)
    assert found.state == "warn"
    assert compare(QUIET, now, TIME, paired=True).state == "unresolved"
    assert found.low > 1.15
    with pytest.raises(ValueError, match="in pairs"):
        compare(QUIET, now, TIME, paired=False, minima=False)


def test_few_repeats_say_nothing() -> None:
    found = compare([1.0] * 4, [3.0] * 4, TIME, paired=True)
    assert (found.state, found.more) == ("unresolved", 1)
    assert "fewer than 5" in found.why


def test_a_difference_below_the_floor_does_not_matter() -> None:
    assert compare(QUIET * 1e-4, QUIET * 2e-4, TIME, paired=True).state == "pass"
    assert compare(QUIET * 1e-2, QUIET * 2e-2, TIME, paired=True).state == "fail"


def test_without_significance_there_is_no_regression() -> None:
    """The minima alone would say +50 %; the ranks overlap."""
    before = [1.0, 2.0, 2.0, 2.1, 2.0]
    now = [1.5, 1.9, 2.0, 2.0, 1.9]
    assert compare(before, now, TIME, paired=True).state == "unresolved"


@pytest.mark.parametrize(
    ("factor", "state"), [(1.0, "pass"), (1.1, "pass"), (1.3, "warn"), (1.5, "fail")]
)
def test_four_peaks_are_enough_for_memory(factor: float, state: str) -> None:
    before = np.array([300.0, 301.0, 390.0, 300.5])
    assert compare(before, before * factor, MEMORY, paired=False).state == state


def test_bad_samples_are_refused() -> None:
    for before, now in (([], [1.0]), ([1.0], [0.0]), ([-1.0], [1.0])):
        with pytest.raises(ValueError, match="positive"):
            compare(before, now, paired=False)
    with pytest.raises(ValueError, match="equal lengths"):
        compare([1.0], [1.0, 2.0], paired=True)


def test_one_value_has_no_rank_test() -> None:
    assert compare([1.0], [2.0], paired=False).p_value is None


def _found(state: str, ratio: float = 1.3) -> Comparison:
    return Comparison(state, ratio, 1.2, 1.4, 0.001, 1.0, ratio, 9, why="so")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "again", "stands"),
    [
        ("fail", "fail", "fail"),
        ("fail", "warn", "warn"),
        ("warn", "fail", "warn"),
        ("warn", "warn", "warn"),
        ("fail", "pass", "unresolved"),
        ("warn", "unresolved", "unresolved"),
    ],
)
def test_a_verdict_needs_confirmation(first: str, again: str, stands: str) -> None:
    found = confirmed(_found(first), _found(again))
    assert found.state == stands
    assert (found.more is not None) == (stands == "unresolved")


def test_the_worst_of_several() -> None:
    assert worst([]) == "pass"
    assert worst(["warn", "fail", "pass"]) == "fail"
