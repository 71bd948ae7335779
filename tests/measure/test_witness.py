"""Own time and CPU time as witnesses: what they may decide, and what they may not."""

from __future__ import annotations

import numpy as np
import pytest

from proofbook.measure.compare import TIME, Comparison, State
from proofbook.measure.witness import Reading, compare_readings, together

N = 16


def readings(
    seed: int, own: float = 1.0, threads: float = 1.0, share: float = 1.0, waiting: float = 8.0
) -> list[Reading]:
    """Repeats that take ``own`` seconds, and up to ``waiting`` times that more for want of a core;
    ``share`` of the time is spent by the CPU, by so many threads."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(N):
        took = own * float(random.uniform(1, 1.05))
        wall = took * (1 + waiting * float(random.uniform()))
        found.append(Reading(wall, took, took * threads * share))
    return found


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ({}, "pass"),
        ({"own": 1.16}, "warn"),
        ({"own": 1.4}, "fail"),
        ({"own": 0.5}, "pass"),
        # twice the CPU time, but by two threads: it took no longer, which only a quiet wall tells
        ({"threads": 2.0}, "unresolved"),
        ({"own": 2.0, "share": 0.5}, "unresolved"),  # it waits for something else, without CPU
        ({"own": 1.4, "share": 0.95}, "fail"),
    ],
)
def test_on_a_crowded_machine_the_work_decides(now: dict[str, float], state: State) -> None:
    found = compare_readings(readings(1), readings(2, **now), TIME)
    assert found.state == state
    if state != "unresolved":
        assert "without waiting for a core" in found.why
        assert found.high / found.low < 1.2


@pytest.mark.parametrize(("own", "state"), [(1.0, "unresolved"), (1.4, "fail")])
def test_threads_side_by_side_never_pass_by_the_work_alone(own: float, state: State) -> None:
    sides = readings(1, threads=1.8), readings(2, own, threads=1.8)
    found = compare_readings(*sides, TIME)
    assert found.state == state
    assert ("threads work side by side" in found.why) == (state == "unresolved")
    quiet = [readings(seed, threads=1.8, waiting=0) for seed in (1, 2)]
    assert compare_readings(*quiet, TIME).state == "pass"


def test_own_time_and_cpu_time_must_agree() -> None:
    before, now = readings(1, threads=1.3), readings(2, own=1.4, threads=0.95)
    assert compare_readings(before, now, TIME).state == "unresolved"
    assert compare_readings(before, readings(2, own=1.4, threads=1.3), TIME).state == "fail"


def test_nothing_is_known_but_the_time() -> None:
    bare = [[Reading(r.value) for r in readings(seed)] for seed in (1, 2)]
    assert compare_readings(*bare, TIME).state == "unresolved"
    quiet = [[Reading(r.value) for r in readings(seed, waiting=0)] for seed in (1, 2)]
    assert compare_readings(*quiet, TIME).state == "pass"


@pytest.mark.parametrize("cpu", [None, 0.1])
@pytest.mark.parametrize(("own", "state"), [(1.0, "unresolved"), (1.5, "fail")])
def test_work_not_bound_by_the_cpu_is_slower_only_if_it_is_so_without_waiting(
    own: float, state: State, cpu: float | None
) -> None:
    before = [Reading(r.value, r.value, cpu) for r in readings(1, waiting=0)]
    now = [Reading(1.5 * r.value, own * r.value, cpu) for r in readings(2, waiting=0)]
    assert compare_readings(before, now, TIME).state == state


def test_a_contradiction_is_unresolved() -> None:
    before = readings(1, waiting=0)
    slower = [Reading(1.5 * r.value, r.own, r.cpu) for r in before]
    found = compare_readings(before, slower, TIME)
    assert found.state == "unresolved"
    assert found.why.startswith("fail: ")
    assert "; but pass: without waiting for a core" in found.why
    assert found.more == N
    heavier = [Reading(r.value, 1.5 * r.value, 1.5 * r.value) for r in before]
    assert compare_readings(before, heavier, TIME).state == "unresolved"


def _found(state: State, low: float, high: float) -> Comparison:
    more = 5 if state == "unresolved" else None
    return Comparison(state, (low + high) / 2, low, high, 0.001, 1.0, 1.0, 9, more, f"{low}")


@pytest.mark.parametrize(
    ("value", "work", "state", "low"),
    [
        (("pass", 0.9, 1.05), ("pass", 0.99, 1.01), "pass", 0.99),
        (("warn", 1.02, 1.9), ("fail", 1.2, 1.3), "fail", 1.2),
        (("fail", 1.11, 1.9), ("warn", 1.1, 1.2), "warn", 1.1),
        (("unresolved", 0.5, 3.0), ("fail", 1.2, 1.3), "fail", 1.2),
        (("unresolved", 0.5, 3.0), ("unresolved", 0.8, 1.3), "unresolved", 0.8),
        (("pass", 0.9, 1.05), ("unresolved", 0.9, 1.3), "pass", 0.9),
        (("fail", 1.2, 1.9), ("unresolved", 1.05, 1.3), "fail", 1.2),
        (("fail", 1.2, 1.9), ("unresolved", 0.95, 1.3), "unresolved", 1.2),
        (("pass", 0.9, 1.05), ("fail", 1.2, 1.3), "unresolved", 0.9),
    ],
)
def test_two_comparisons_together(
    value: tuple[State, float, float], work: tuple[State, float, float], state: State, low: float
) -> None:
    found = together(_found(*value), _found(*work))
    assert (found.state, found.low) == (state, low)
    assert (found.more is not None) == (state == "unresolved")
