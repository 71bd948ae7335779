"""Intervals hold what they promise, and refuse what has no meaning."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2_contingency

from proofbook.measure.statistics import (
    Interval,
    difference,
    fastest,
    fit_exponent,
    homogeneity,
    mean_interval,
    ratio_of_minima,
    weighted_rate,
    wilson,
)


@pytest.mark.parametrize(("k", "n"), [(0, 7), (3, 7), (7, 7)])
def test_a_weighted_rate_with_equal_weights_is_a_rate(k, n):
    assert weighted_rate([True] * k + [False] * (n - k), [2.5] * n) == wilson(k, n)


def test_unequal_weights_widen_the_interval():
    found = weighted_rate([True, True, False, True], [10, 1, 1, 1])
    assert found.value == pytest.approx(12 / 13)
    assert found.n == round(13**2 / 103)
    assert found.low < weighted_rate([True] * 12 + [False], [1] * 13).low


def test_a_weighted_rate_of_nothing_and_of_no_weight():
    assert weighted_rate([], []) == Interval(None, None, None, 0)
    with pytest.raises(ValueError, match="positive weight"):
        weighted_rate([True, False], [1, 0])


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    # Newcombe 1998, table I, method 3
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(k, n, low, high):
    interval = wilson(k, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)
    assert (interval.value, interval.n) == (k / n, n)


@given(st.integers(1, 10_000), st.data())
def test_wilson_holds_the_rate_and_stays_in_0_1(n, data):
    k = data.draw(st.integers(0, n))
    interval = wilson(k, n)
    assert 0 <= interval.low <= k / n + 1e-12
    assert k / n - 1e-12 <= interval.high <= 1
    theirs = binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert (interval.low, interval.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_nothing_observed_has_no_rate():
    assert wilson(0, 0) == mean_interval([]) == Interval(None, None, None, 0)


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (1, 0)])
def test_a_rate_above_one_is_refused(k, n):
    with pytest.raises(ValueError, match="0 <= k <= n"):
        wilson(k, n)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200))
def test_the_mean_lies_in_its_interval(probabilities):
    interval = mean_interval(probabilities)
    assert interval.value == pytest.approx(np.mean(probabilities))
    assert 0 <= interval.low <= interval.value + 1e-9
    assert interval.value - 1e-9 <= interval.high <= 1
    assert interval.n == len(probabilities)


def test_equal_probabilities_give_wilson_s_interval():
    ours, theirs = mean_interval([0.9] * 50), wilson(45, 50)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


def test_rows_of_one_decision_count_once():
    rows = mean_interval([0.97] * 1000)
    firms = mean_interval([0.97] * 1000, clusters=[i % 20 for i in range(1000)])
    twenty = mean_interval([0.97] * 20)
    assert firms.n == 20
    assert (firms.low, firms.high) == pytest.approx((twenty.low, twenty.high))
    assert firms.low < rows.low


def test_one_large_cluster_widens_the_interval():
    even = mean_interval([0.9] * 100, clusters=[i // 10 for i in range(100)])
    skewed = mean_interval([0.9] * 100, clusters=[max(i - 90, 0) for i in range(100)])
    assert skewed.n == even.n == 10
    assert skewed.low < even.low


def test_certainty_about_few_decisions_is_not_certainty():
    interval = mean_interval([1.0] * 5)
    assert interval.value == interval.high == 1
    assert interval.low == pytest.approx(wilson(5, 5).low)


@pytest.mark.parametrize("bad", [[0.5, math.nan], [1.2], [-0.1], [math.inf]])
def test_what_is_no_probability_is_refused(bad):
    with pytest.raises(ValueError, match="between 0 and 1"):
        mean_interval(bad)


def test_the_truth_seldom_lies_under_the_lower_end():
    """Draw the truth of clustered decisions many times: gates judge the lower end (2.5 %)."""
    random = np.random.default_rng(3)
    p = random.beta(30, 1.5, 150)
    size = random.integers(1, 8, 150)
    clusters = np.repeat(np.arange(150), size)
    interval = mean_interval(np.repeat(p, size), clusters)
    drawn = ((random.random((4000, 150)) < p) * size).sum(axis=1) / size.sum()
    assert 0.002 < (drawn < interval.low).mean() <= 0.03
    assert ((drawn >= interval.low) & (drawn <= interval.high)).mean() >= 0.9


@given(st.floats(0.3, 2.5), st.floats(1e-4, 1e2))
def test_an_exact_power_law_is_found(power, factor):
    sizes = np.array([1e3, 5e3, 2e4, 1e5])
    fit = fit_exponent(sizes, factor * sizes**power)
    assert fit.value == pytest.approx(power, abs=1e-6)
    assert fit.factor == pytest.approx(factor, rel=1e-3)
    assert fit.high - fit.low < 1e-5


def test_noise_widens_the_exponent_s_interval():
    sizes = [1e3, 1e4, 1e5, 1e6]
    fit = fit_exponent(sizes, [1.2, 8.0, 130.0, 900.0])
    assert fit.low < 1 < fit.high
    assert fit.high - fit.low > 0.1


@pytest.mark.parametrize(
    ("seconds", "low", "high"),
    [
        ([20.0], 18.0, 22.0),
        ([0.2], 0.1, 0.3),
        ([10.0, 12.0, 14.0], 9.7, 12.0),
        ([10.0, 10.1, 10.1], 9.7, 10.3),
        ([0.5, 0.5], 0.4, 0.6),
    ],
)
def test_the_least_time_counts_and_has_ends(seconds, low, high):
    found = fastest(seconds)
    assert (found.value, found.n) == (min(seconds), len(seconds))
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize("seconds", [[], [0.0, 1.0], [-1.0]])
def test_a_time_of_nothing_is_refused(seconds):
    with pytest.raises(ValueError, match="at least one run"):
        fastest(seconds)


@given(st.lists(st.integers(30, 400), min_size=2, max_size=12), st.floats(0.1, 0.9), st.data())
def test_homogeneity_is_pearson_s_test(sizes, rate, data):
    successes = [data.draw(st.integers(int(0.5 * rate * n), n)) for n in sizes]
    if sum(successes) in (0, sum(sizes)):
        assert homogeneity(successes, sizes) == 1
        return
    table = [successes, [n - k for k, n in zip(successes, sizes, strict=True)]]
    theirs = chi2_contingency(table, correction=False).pvalue
    assert homogeneity(successes, sizes) == pytest.approx(
        theirs, abs=0.005 if theirs < 0.1 else 0.06
    )


def test_one_group_has_nothing_to_differ_from():
    assert homogeneity([3], [40]) is None
    assert homogeneity([0, 0], [40, 50]) == homogeneity([40, 50], [40, 50]) == 1


def test_few_points_have_no_interval_and_one_no_exponent():
    fit = fit_exponent([10, 100], [1, 10])
    assert fit.value == pytest.approx(1)
    assert (fit.low, fit.high, fit.n) == (None, None, 2)
    assert fit_exponent([10], [1]) is None
    assert fit_exponent([10, 10], [1, 2]) is None


@pytest.mark.parametrize(("sizes", "seconds"), [([1, 2], [1]), ([0, 1], [1, 2]), ([1, 2], [1, -1])])
def test_an_exponent_of_nothing_is_refused(sizes, seconds):
    with pytest.raises(ValueError, match="all positive"):
        fit_exponent(sizes, seconds)


def test_a_planted_slow_down_is_seen_and_identity_is_not():
    random = np.random.default_rng(1)
    before = 1 + random.exponential(0.05, 15)
    slow = ratio_of_minima(before, 1.25 * (1 + random.exponential(0.05, 15)))
    same = ratio_of_minima(before, 1 + random.exponential(0.05, 15))
    assert slow.low > 1.1
    assert slow.p_value < 0.01
    assert same.low <= 1.05
    assert same.value == pytest.approx(1, abs=0.05)


def test_a_ratio_is_deterministic_and_a_single_value_has_no_test():
    assert ratio_of_minima([1, 2], [2, 3]) == ratio_of_minima([1, 2], [2, 3])
    one = ratio_of_minima([2.0], [3.0])
    assert (one.value, one.low, one.high, one.p_value) == (1.5, 1.5, 1.5, None)


@pytest.mark.parametrize(("before", "now"), [([], [1]), ([1], []), ([0], [1]), ([1], [-2])])
def test_a_ratio_of_nothing_is_refused(before, now):
    with pytest.raises(ValueError, match="positive times"):
        ratio_of_minima(before, now)


def test_a_difference_of_rates_has_newcombe_s_interval():
    # Newcombe 1998 (interval estimation for the difference), example (a), method 10
    found = difference(wilson(56, 70), wilson(48, 80))
    assert found.value == pytest.approx(0.2)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_a_difference_with_nothing_is_nothing():
    assert difference(wilson(1, 2), wilson(0, 0)) == Interval(None, None, None, 0)
