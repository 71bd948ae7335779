"""A run beside its baseline: what changed, what cannot be compared, and how time grows."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from proofbook.measure.statistics import wilson
from proofbook.quality.metrics import DEFINITIONS
from proofbook.quality.regression import DROPS, changes, comparison, growth, scaling
from proofbook.suite.baselines import Baseline, Circumstances
from proofbook.suite.result import Metric

SIZE = "1000x5000"


def metric(name, value, size=SIZE, n=None, k=None):
    ends = wilson(k, n) if k is not None else None
    low, high = (ends.low, ends.high) if ends else (None, None)
    return Metric(name, value, DEFINITIONS[name].unit, size=size, low=low, high=high, n=n)


def timed(seconds, spread):
    low, high = (seconds * end for end in (1 - spread, 1 + spread))
    return replace(metric("seconds", seconds, n=1000), low=low, high=high)


def run(seconds=20.0, memory=1000.0, matched=800, without_uei=400, spread=0.02):
    return [
        timed(seconds, spread),
        metric("seconds_per_award", seconds / 1000),
        metric("peak_memory_mb", memory),
        metric("match_rate", matched / 1000, n=1000, k=matched),
        metric("match_rate_duns_rate", without_uei / 500, None, 500, without_uei),
        metric("match_rate_uei_rate", None, None, 0),
        metric("match_rate_none_rate", 0.5, None, 100, 50),
    ]


def baseline(metrics, quality=(), speed=()):
    about = Circumstances("m", [SIZE], {}, {})
    return Baseline("main", "r", "2026", "w", None, about, metrics, list(quality), list(speed))


def by_name(found):
    return {c.metric: c for c in found}


def test_changes_have_a_sign_a_size_and_an_interval():
    now = run(seconds=25.0, memory=900.0, matched=750)
    found = by_name(changes(baseline(run()), now, SIZE))
    time, memory, drop = (
        found[n] for n in ("time_change_pct", "memory_change_pct", "match_rate_drop_pp")
    )
    assert (time.value, time.low, time.high) == pytest.approx((25, 20.1, 30.1), abs=0.05)
    assert time.baseline == 0.02
    assert (memory.value, memory.low, memory.high) == pytest.approx((-10, -13, -6.9), abs=0.1)
    assert drop.value == pytest.approx(5)
    assert drop.low < 5 < drop.high
    assert drop.low > 0


def test_a_noisy_time_tells_less():
    noisy = by_name(changes(baseline(run(spread=0.2)), run(seconds=24.0, spread=0.2), SIZE))
    assert noisy["time_change_pct"].low < 0
    assert noisy["time_change_pct"].high > 50
    assert by_name(changes(baseline(run()), run(seconds=24.0), SIZE))["time_change_pct"].low > 10


def test_without_a_baseline_nothing_has_a_value_and_all_say_why():
    found = changes(None, run(), SIZE)
    assert {c.metric for c in found} == {"time_change_pct", "memory_change_pct", *DROPS}
    assert {(c.value, c.note) for c in found} == {(None, "there is no baseline")}
    assert comparison(None, run(), SIZE).empty


def test_another_machine_is_compared_in_quality_only():
    found = by_name(changes(baseline(run(), speed=["other machine"]), run(), SIZE))
    assert found["time_change_pct"].note == "other machine"
    assert found["memory_change_pct"].value is None
    assert found["match_rate_drop_pp"].value == 0
    compared = set(comparison(baseline(run(), speed=["x"]), run(), SIZE)["metric"])
    assert compared == {"match_rate", "match_rate_duns_rate", "match_rate_none_rate"}


def test_other_data_is_not_compared_in_quality():
    found = by_name(changes(baseline(run(), quality=["other data"]), run(), SIZE))
    assert {found[n].note for n in DROPS} == {"other data"}


def test_a_rate_of_nothing_is_not_compared():
    found = by_name(changes(baseline(run()), run(), SIZE))
    assert found["match_rate_uei_drop_pp"].note == "a rate of 0 out of 0 is not compared"


def test_a_missing_measurement_is_not_compared():
    found = by_name(changes(baseline([]), run(), SIZE))
    assert all(c.value is None and c.note for c in found.values())


def test_a_baseline_of_another_size_is_not_taken_for_this_one():
    other = [metric("match_rate", 0.9, "10x10", 10, 9)]
    assert by_name(changes(baseline(other), run(), SIZE))["match_rate_drop_pp"].value is None


def test_the_comparison_names_better_and_worse_by_direction():
    frame = comparison(baseline(run()), run(seconds=30, memory=500.0, matched=700), SIZE)
    states = frame.set_index("metric")["state"].to_dict()
    assert states == {
        "match_rate": "worse", "seconds": "worse", "seconds_per_award": "worse",
        "peak_memory_mb": "better", "match_rate_duns_rate": "same", "match_rate_none_rate": "same",
    }  # fmt: skip
    change = frame.set_index("metric")["change"]
    assert change[["match_rate", "seconds", "peak_memory_mb"]].to_list() == pytest.approx(
        [-10, 50, -50]
    )


def test_growth_is_of_the_sizes_that_took_long_enough():
    def sizes(*rows):
        return pd.DataFrame(rows, columns=["awards", "seconds"])

    assert growth(sizes((500, 0.04), (1000, 0.02))) is None
    assert growth(sizes((500, 0.04), (1000, 2.0))) is None
    found = growth(sizes((10, 0.03), (1000, 1.0), (10_000, 10.0)))
    assert (found.value, found.n) == (pytest.approx(1), 2)


def test_time_and_memory_within_10_percent_are_the_same_and_counts_are_exact():
    now = run(seconds=21.5, memory=920.0, matched=799)
    states = comparison(baseline(run()), now, SIZE).set_index("metric")["state"]
    assert states[["seconds", "peak_memory_mb", "match_rate"]].to_list() == [
        "same",
        "same",
        "worse",
    ]


def test_scaling_lists_the_sizes_by_their_awards():
    metrics = [
        metric("seconds", 9.0, "all", 5000),
        metric("peak_memory_mb", 800.0, "all"),
        metric("seconds", 2.0, SIZE, 1000),
        metric("peak_memory_mb", 400.0, SIZE),
    ]
    rows = scaling(metrics).astype(object).where(lambda f: f.notna(), None).values.tolist()
    assert rows == [[SIZE, 1000, 5000, 2.0, 400.0], ["all", 5000, None, 9.0, 800.0]]
