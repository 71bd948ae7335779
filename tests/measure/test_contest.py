"""Contests: turns, growth until decided, the confirming re-run, and the budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from proofbook.measure.contest import Contest, Effort, contest
from proofbook.measure.witness import Reading


def side(name: str, factor: float, log: list[str], noise: float = 0.01) -> Callable[[], Reading]:
    random = np.random.default_rng(len(name))

    def measure() -> Reading:
        log.append(name)
        return Reading(factor * float(random.uniform(1.0, 1 + noise)))

    return measure


def run(factor: float, noise: float = 0.01, effort: Effort | None = None) -> tuple[Contest, str]:
    log: list[str] = []
    found = contest(side("a", 1.0, log, noise), side("b", factor, log, noise), effort=effort)
    return found, "".join(log)


def test_sides_take_turns_and_a_pass_ends_it() -> None:
    found, log = run(1.0)
    assert log == "abba" * 6
    assert found.comparison.state == "pass"
    assert (len(found.before), len(found.now), found.rerun) == (12, 12, None)


@pytest.mark.parametrize(("factor", "state"), [(1.4, "fail"), (1.17, "warn")])
def test_a_regression_is_measured_again(factor: float, state: str) -> None:
    found, _ = run(factor)
    assert found.comparison.state == state
    assert found.rerun is not None
    assert len(found.before) > found.rerun >= 12
    assert "confirmed" in found.comparison.why


def test_a_disturbance_that_does_not_come_back_is_no_regression() -> None:
    def disturbed() -> Iterator[float]:
        yield from [1.6, 1.61, 1.62] * 4
        while True:
            yield 1.0

    values = disturbed()
    found = contest(lambda: Reading(1.0), lambda: Reading(next(values)))
    assert found.comparison.state == "unresolved"
    assert found.comparison.why.startswith("first fail")


def test_repeats_grow_while_it_is_noisy() -> None:
    found, _ = run(1.08, noise=1.0, effort=Effort(least=8, most=20))
    assert found.comparison.state == "unresolved"
    assert len(found.before) == 20


def test_where_all_wait_for_a_core_the_work_itself_decides() -> None:
    random = np.random.default_rng(2)

    def crowded(factor: float) -> Callable[[], Reading]:
        def measure() -> Reading:
            own = factor * float(random.uniform(1.0, 1.1))
            return Reading(own * float(random.uniform(1, 9)), own, own)

        return measure

    for factor, state in ((1.0, "pass"), (1.15, "warn"), (1.4, "fail")):
        assert contest(crowded(1.0), crowded(factor)).comparison.state == state


def test_the_budget_ends_it() -> None:
    found, _ = run(1.08, noise=1.0, effort=Effort(least=8, most=10**6, seconds=0.05))
    assert 5 <= len(found.before) < 10**5
