"""The schedule: order by needs, side by side where independent, and a clean stop."""

from __future__ import annotations

import threading
import time

import pytest

from proofbook.suite.plan import Step
from proofbook.suite.schedule import run_all


def step(key: str, *needs: str) -> Step:
    return Step(key, key, "all", needs, ())


PLAN = [step("a"), step("b1", "a"), step("b2", "a"), step("c", "a", "b1", "b2")]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_step_runs_once_after_what_it_needs(jobs: int) -> None:
    started: list[str] = []
    ended: list[str] = []

    def run(one: Step, stop: threading.Event) -> str:
        assert set(one.needs) <= set(ended)
        started.append(one.key)
        return one.key

    told = [
        one.key
        for one in run_all(
            PLAN,
            jobs=jobs,
            finished=set(),
            held=lambda one: None,
            run=run,
            done=lambda one, result: ended.append(result),
        )
    ]
    assert told == ended
    assert sorted(started) == sorted(ended) == ["a", "b1", "b2", "c"]
    assert (ended[0], ended[-1]) == ("a", "c")


def test_independent_steps_run_side_by_side() -> None:
    together = threading.Barrier(2, timeout=10)

    def run(one: Step, stop: threading.Event) -> str:
        if one.key.startswith("b"):
            together.wait()
        return one.key

    every = run_all(
        PLAN, jobs=2, finished=set(), held=lambda one: None, run=run, done=lambda one, result: None
    )
    assert len(list(every)) == len(PLAN)


def test_finished_and_held_steps_are_not_run() -> None:
    ran: list[str] = []
    ended: dict[str, str] = {}

    def run(one: Step, stop: threading.Event) -> str:
        ran.append(one.key)
        return "ran"

    told = run_all(
        PLAN[1:],
        jobs=1,
        finished={"a"},
        held=lambda one: "held" if one.key == "b2" else None,
        run=run,
        done=lambda one, result: ended.update({one.key: result}),
    )
    assert [one.key for one in told] == ["b1", "b2", "c"]
    assert ran == ["b1", "c"]
    assert ended == {"b1": "ran", "b2": "held", "c": "ran"}


def test_an_exception_stops_what_is_running_and_reports_it() -> None:
    ended: dict[str, str] = {}

    def run(one: Step, stop: threading.Event) -> str:
        return "stopped" if one.key == "b2" and stop.wait(10) else "ran"

    def done(one: Step, result: str) -> None:
        ended[one.key] = result
        if one.key == "b1":
            raise KeyboardInterrupt

    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(run_all(PLAN, jobs=2, finished=set(), held=lambda one: None, run=run, done=done))
    assert time.monotonic() - before < 5
    assert ended == {"a": "ran", "b1": "ran", "b2": "stopped"}


def test_closing_it_stops_what_is_running_and_reports_it() -> None:
    ended: dict[str, str] = {}

    def run(one: Step, stop: threading.Event) -> str:
        return "stopped" if one.key == "b2" and stop.wait(10) else "ran"

    def done(one: Step, result: str) -> None:
        ended[one.key] = result

    before = time.monotonic()
    told = run_all(PLAN, jobs=2, finished=set(), held=lambda one: None, run=run, done=done)
    assert [next(told).key, next(told).key] == ["a", "b1"]
    told.close()
    assert time.monotonic() - before < 5
    assert ended == {"a": "ran", "b1": "ran", "b2": "stopped"}
