"""Trends: direction, slope, jumps, and none where there is only noise."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from tests.suite.runs import START, made_run

from proofbook.suite.baselines import circumstances
from proofbook.suite.history import Entry, Value
from proofbook.suite.trends import Trend, change_points, frame, trends

NOISE = np.random.default_rng(8).normal(0, 0.002, 40)


def entries(values: np.ndarray, name: str = "match_rate", machine: str = "m") -> list[Entry]:
    return [
        Entry(
            f"run{i}",
            START + timedelta(days=i),
            "passed",
            circumstances(made_run(i, {}, machine=machine)),
            {(name, "1000x5000"): Value(float(v))},
        )
        for i, v in enumerate(values)
    ]


def one(values: np.ndarray, name: str = "match_rate") -> Trend:
    found = trends(entries(values, name))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("name", "slope", "direction"),
    [
        ("match_rate", -0.004, "worse"),
        ("match_rate", 0.004, "better"),
        ("match_rate", 0.0, "steady"),
        ("seconds", 0.004, "worse"),
        ("seconds", -0.004, "better"),
        ("candidate_rate", 0.004, "rising"),
        ("candidate_rate", -0.004, "falling"),
    ],
)
def test_direction_and_slope(name: str, slope: float, direction: str) -> None:
    found = one(0.8 + NOISE + slope * np.arange(40), name)
    assert found.direction == direction
    assert found.slope == pytest.approx(slope, abs=3e-4)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.slope <= found.high
    assert found.runs == 40


def test_few_runs_have_no_direction() -> None:
    found = one(np.array([0.8, 0.7, 0.6, 0.5]))
    assert (found.direction, found.slope, found.best, found.last) == (
        "too few runs",
        None,
        0.8,
        0.5,
    )


def test_a_jump_is_found_where_it_is() -> None:
    values = 0.8 + NOISE
    values[25:] -= 0.05
    change = one(values).changes
    assert [c.run_id for c in change] == ["run25"]
    assert change[0].before == pytest.approx(0.8, abs=0.002)
    assert change[0].after == pytest.approx(0.75, abs=0.002)


def test_two_jumps_in_a_series_without_noise() -> None:
    values = np.repeat([1.0, 2.0, 1.5], 10)
    assert [at for at, _, _ in change_points(values)] == [10, 20]


def test_noise_and_one_odd_run_are_no_jump() -> None:
    random = np.random.default_rng(1)
    found = [len(change_points(random.normal(1, 0.1, 60))) for _ in range(200)]
    assert sum(map(bool, found)) <= 10
    odd = 0.8 + NOISE
    odd[20] = 0.3
    assert change_points(odd) == []
    assert change_points(np.full(20, 0.5)) == []
    assert change_points(np.array([1.0, 2.0])) == []


def test_machines_are_apart_where_they_matter() -> None:
    both = [*entries(np.full(5, 1.0), "seconds"), *entries(np.full(5, 9.0), "seconds", "other")]
    assert [(t.machine, t.last) for t in trends(both)] == [("m", 1.0), ("other", 9.0)]
    rates = [*entries(np.full(5, 0.8)), *entries(np.full(5, 0.9), machine="other")]
    assert [t.runs for t in trends(rates)] == [10]


def test_runs_of_one_moment_are_taken_in_order() -> None:
    found = [
        Entry(f"r{i}", START, "passed", e.circumstances, e.values)
        for i, e in enumerate(entries(0.8 - 0.01 * np.arange(10)))
    ]
    assert trends(found)[0].direction == "worse"


def test_long_series_are_summed_up_and_unknown_metrics_left_out() -> None:
    values = 0.8 - 1e-5 * np.arange(5000) + np.random.default_rng(2).normal(0, 0.01, 5000)
    found = one(values)
    assert found.direction == "worse"
    assert found.slope == pytest.approx(-1e-5, rel=0.1)
    assert trends(entries(values[:5], "no_such_metric")) == []


def test_the_table_has_the_jumps_in_words() -> None:
    table = frame(trends(entries(np.repeat([1.0, 2.0], 6), "seconds")))
    assert table["changes"][0] == "run6: 1 to 2"
    assert list(frame([]).columns) == list(table.columns)
