"""Intervals and comparisons for measured rates and times; all intervals are 95 %.

``scipy.stats`` takes most of a second to import, so only what needs it imports it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval; ``n`` is the number of observations behind it.

    All three numbers are None where nothing was observed: no rate can be given for 0 of 0.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Exponent:
    """The power b of seconds = a * size**b; ``low`` and ``high`` are None below three points."""

    value: float
    low: float | None
    high: float | None
    factor: float  # a: seconds at size 1
    n: int


@dataclass(frozen=True)
class Ratio:
    """now / before of two samples of times, with a bootstrap interval and a rank test.

    ``p_value`` is that of the two-sided Mann-Whitney test, None where a sample has one value.
    """

    value: float
    low: float
    high: float
    p_value: float | None


def wilson(k: int, n: int) -> Interval:
    """The rate k of n with Wilson's score interval (Wilson 1927, no continuity correction).

    >>> i = wilson(98, 100)
    >>> round(i.low, 4), round(i.high, 4)
    (0.93, 0.9945)
    """
    if not 0 <= k <= n:
        raise ValueError(f"a rate needs 0 <= k <= n (got k={k}, n={n})")
    if n == 0:
        return Interval(None, None, None, 0)
    low, high = _wilson_bounds(k / n, n)
    return Interval(k / n, low if k else 0.0, high if k < n else 1.0, n)


def mean_interval(
    probabilities: ArrayLike, clusters: Sequence[Hashable] | NDArray[np.generic] | None = None
) -> Interval:
    """The expected share of right ones among decisions with these probabilities of being right.

    The number right is a sum of independent yes/no outcomes (Poisson-binomial): its variance is
    the sum of p (1 - p). Rows of one ``cluster`` share one decision - many awards of one firm,
    joined to one recipient, are right or wrong together - so a cluster of m rows with mean p
    counts m**2 p (1 - p), and ``n`` is the number of clusters. The interval is Wilson's at the
    effective number of decisions, mean (1 - mean) / variance of the mean, at most the number of
    clusters, which keeps it inside 0-1 and from shrinking to a point where every p is 1.

    It says how far chance alone may carry the truth from the estimate *if the probabilities are
    calibrated*; reliability is checked against truth elsewhere. ValueError for a probability
    that is not in 0-1 or not finite.
    """
    p = np.asarray(probabilities, dtype=float)
    if not np.isfinite(p).all() or ((p < 0) | (p > 1)).any():
        raise ValueError("probabilities must be finite and between 0 and 1")
    if p.size == 0:
        return Interval(None, None, None, 0)
    if clusters is None:
        of_row = np.arange(p.size)
    else:
        numbers = {name: number for number, name in enumerate(dict.fromkeys(clusters))}
        of_row = np.fromiter((numbers[name] for name in clusters), dtype=np.int64, count=p.size)
    weight = np.bincount(of_row)
    cluster_p = np.bincount(of_row, weights=p) / weight
    mean = float(p.mean())
    variance = float((weight**2 * cluster_p * (1 - cluster_p)).sum()) / p.size**2
    effective = min(mean * (1 - mean) / variance, weight.size) if variance > 0 else weight.size
    low, high = _wilson_bounds(mean, effective)
    return Interval(mean, low, high, int(weight.size))


def weighted_rate(right: ArrayLike, weights: ArrayLike) -> Interval:
    """The share that is right of observations that stand for unequally many, ``weights``.

    The interval is Wilson's at the effective number of observations, (Σ w)² / Σ w² (Kish 1965),
    which is ``n`` rounded; with equal weights it is that of `wilson`. ValueError for a weight that
    is not positive.
    """
    hit, w = np.asarray(right, dtype=bool), np.asarray(weights, dtype=float)
    if hit.shape != w.shape or not (w > 0).all():
        raise ValueError("a weighted rate needs a positive weight for every observation")
    if w.size == 0:
        return Interval(None, None, None, 0)
    rate, effective = float(w[hit].sum() / w.sum()), float(w.sum() ** 2 / (w**2).sum())
    low, high = _wilson_bounds(rate, effective)
    return Interval(rate, low if hit.any() else 0.0, 1.0 if hit.all() else high, round(effective))


def _wilson_bounds(rate: float, n: float) -> tuple[float, float]:
    centre = (rate + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(rate * (1 - rate) / n + _Z**2 / (4 * n * n))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def difference(a: Interval, b: Interval) -> Interval:
    """a - b of two independent rates, by Newcombe's hybrid of Wilson's intervals (1998, method 10).

    Empty where one of the rates is; ``n`` is the smaller of theirs.
    """
    ends = (a.value, a.low, a.high, b.value, b.low, b.high)
    n = min(a.n, b.n)
    if any(end is None for end in ends):
        return Interval(None, None, None, n)
    va, la, ha, vb, lb, hb = (float(end) for end in ends if end is not None)
    low = va - vb - math.hypot(va - la, hb - vb)
    high = va - vb + math.hypot(ha - va, vb - lb)
    return Interval(va - vb, low, high, n)


def fastest(seconds: ArrayLike) -> Interval:
    """The time of repeated runs: the least, which a noisy machine disturbs least, and its ends.

    From the least, less the 3 % by which minima of equal work differ, to the median. One run
    alone has no spread to go by: 10 % either way, and 0.1 s where that is more. On a two-core
    virtual machine minima agreed within 2.3 %, single runs differed by far more. ``n`` is the
    number of runs. ValueError without a positive time.
    """
    times = np.sort(np.asarray(seconds, dtype=float))
    if not times.size or times[0] <= 0:
        raise ValueError("a time needs at least one run, and none of 0 seconds")
    least = float(times[0])
    if times.size == 1:
        blur = max(0.1 * least, 0.1)
        return Interval(least, max(least - blur, least / 2), least + blur, 1)
    blur = max(0.03 * least, 0.1 if least < 1 else 0.0)
    high = max(float(np.median(times)), least + blur)
    return Interval(least, max(least - blur, least / 2), high, int(times.size))


def homogeneity(successes: ArrayLike, sizes: ArrayLike) -> float | None:
    """The p-value of Pearson's chi-square test that groups share one rate; None below two groups.

    Groups should hold some 30 observations. The chi-square distribution is taken by the
    approximation of Wilson and Hilferty (1931), good to 0.005 where p is under 0.1.
    """
    k, n = np.asarray(successes, dtype=float), np.asarray(sizes, dtype=float)
    rate = k.sum() / n.sum() if n.sum() else 0.0
    if n.size < 2 or rate in (0.0, 1.0):
        return None if n.size < 2 else 1.0
    chi2 = float((((k - n * rate) ** 2) / (n * rate * (1 - rate))).sum())
    spread = 2 / (9 * (n.size - 1))
    z = ((chi2 / (n.size - 1)) ** (1 / 3) - (1 - spread)) / math.sqrt(spread)
    return 1 - NormalDist().cdf(z)


def fit_exponent(sizes: ArrayLike, seconds: ArrayLike) -> Exponent | None:
    """How time grows with size: least squares in log-log, with Student's t interval.

    1 is linear, 2 quadratic. None below two distinct sizes; no interval below three points.
    ValueError for a size or time that is not positive.
    """
    from scipy import stats  # noqa: PLC0415 - slow to import

    x, y = np.asarray(sizes, dtype=float), np.asarray(seconds, dtype=float)
    if x.shape != y.shape or not ((x > 0) & (y > 0)).all():
        raise ValueError("an exponent needs as many times as sizes, all positive")
    if np.unique(x).size < 2:
        return None
    fit = stats.linregress(np.log(x), np.log(y))
    slope, factor = float(fit.slope), float(np.exp(fit.intercept))
    if x.size < 3:
        return Exponent(slope, None, None, factor, int(x.size))
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, x.size - 2) * fit.stderr)
    return Exponent(slope, slope - half, slope + half, factor, int(x.size))


def ratio_of_minima(
    before: ArrayLike, now: ArrayLike, *, seed: int = 0, resamples: int = 2000
) -> Ratio:
    """min(now) / min(before) of repeated times; the minimum is what a noisy machine disturbs least.

    The interval is the percentile bootstrap; deterministic in ``seed``. ValueError for an empty
    sample or a time that is not positive.
    """
    from scipy import stats  # noqa: PLC0415 - slow to import

    a, b = np.asarray(before, dtype=float), np.asarray(now, dtype=float)
    if a.size == 0 or b.size == 0 or not ((a > 0).all() and (b > 0).all()):
        raise ValueError("a ratio needs positive times on both sides")
    random = np.random.default_rng(seed)
    low_a = random.choice(a, (resamples, a.size)).min(axis=1)
    low_b = random.choice(b, (resamples, b.size)).min(axis=1)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(low_b / low_a, [tail, 100 - tail])
    p_value = None
    if a.size > 1 and b.size > 1:
        p_value = float(stats.mannwhitneyu(a, b, alternative="two-sided").pvalue)
    return Ratio(float(b.min() / a.min()), float(low), float(high), p_value)
