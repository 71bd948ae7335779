"""The table of stages shows the innermost ones, in order."""

from __future__ import annotations

import pytest

from proofbook.measure import StageRecord
from proofbook.measure.stages import costs, stage_table
from proofbook.measure.statistics import Interval


def record(name: str, depth: int, *, failed: bool = False) -> StageRecord:
    return StageRecord(name, 1.0, 0.5, 300.0, 100.0, 120.0, 7, depth, failed)


def test_stages_that_hold_others_are_left_out():
    stages = [record("all", 0), record("a", 1), record("b", 1), record("b1", 2), record("c", 0)]
    assert stage_table(stages)["stage"].to_list() == ["a", "b1", "c"]


def test_a_row_has_time_memory_and_rows():
    (row,) = stage_table([record("a", 0, failed=True)]).to_dict("records")
    assert row == {
        "stage": "a (failed)", "seconds": 1.0, "cpu_seconds": 0.5, "peak_mb": 300.0,
        "own_mb": 200.0, "rows": 7,
    }  # fmt: skip


def test_no_stage_no_row():
    assert stage_table([]).empty


def test_costs_are_per_award_and_of_the_limit():
    found = costs([25.0, 20.0, 22.0], 30.0, 1500.0, 1000, 2000.0)
    assert {name: cost.value for name, cost in found.items()} == {
        "seconds": 20.0, "seconds_per_award": 0.02, "awards_per_second": 50.0,
        "cpu_seconds": 30.0, "peak_memory_mb": 1500.0, "memory_pressure_pct": 75.0,
    }  # fmt: skip
    assert found["seconds"] == Interval(20.0, pytest.approx(19.4), 22.0, 1000)
    assert found["awards_per_second"] == Interval(50.0, None, None, 1000)


@pytest.mark.parametrize(
    ("waited", "low"),
    [([0.0, 0.0, 0.0], 19.4), ([0.0, 5.0, 0.0], 15.0), ([9.0, 0.0, 0.0], 16.0), ([0, 99, 0], 1.0)],
)
def test_waiting_for_a_core_may_not_be_of_the_work(waited: list[float], low: float) -> None:
    found = costs([25.0, 20.0, 22.0], 30.0, 1500.0, 1000, 2000.0, waited)["seconds"]
    assert found == Interval(20.0, pytest.approx(low), 22.0, 1000)
