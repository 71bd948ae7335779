"""Comparing two samples of times or memory: pass, warn, fail, or not yet to be said.

A regression needs significance (rank test), size (an interval of the ratio against limits) and
confirmation (a second set of samples). The ratio is looked at twice: minima, which a noisy machine
disturbs least when repeats are many, and the median of the ratios of neighbours, measured right
after each other, which it disturbs least when repeats are few. Their intervals together must agree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from proofbook.measure.statistics import CONFIDENCE

State = Literal["pass", "warn", "fail", "unresolved"]

#: A rank test must find a difference at least this improbable.
SIGNIFICANT = 0.01

#: Fewest repeats of each side from which anything is said: of 5 and 5, the least p is 0.004.
LEAST = 5

#: Fewest of memory, which hardly varies: 4 and 4 that do not overlap have p = 0.014, and one odd
#: peak among them (of 3 it would) does not widen the interval.
LEAST_MEMORY, SIGNIFICANT_MEMORY = 4, 0.05

#: How far the least of thirty runs of a calibration workload may be off, on a busy machine.
BLUR = 1.05

_RESAMPLES = 1000
_TAILS = [100 * (1 - CONFIDENCE) / 2, 100 * (1 + CONFIDENCE) / 2]


@dataclass(frozen=True)
class Limits:
    """From which increase, in percent, to warn and to fail; and what is too small to matter.

    ``floor``: differences below it, in the unit of the samples, never count. ``resolution``: a
    share by which two measurements of the same thing differ anyway, however often repeated
    (block minima of one function agree within 2.3 % on a two-core machine).
    """

    what: str
    unit: str
    warn_pct: float
    fail_pct: float
    floor: float
    resolution: float
    least: int = LEAST
    significant: float = SIGNIFICANT


TIME = Limits("time", "s", 10, 25, floor=0.0002, resolution=0.025)
MEMORY = Limits(
    "peak memory", "MB", 20, 50, 16.0, 0.025, least=LEAST_MEMORY, significant=SIGNIFICANT_MEMORY
)


@dataclass(frozen=True)
class Comparison:
    """What two samples say: ``ratio`` is now / before with its 95 % interval.

    ``before`` and ``now`` are the minima, ``n`` the repeats of the smaller side; ``more`` is how
    many repeats beyond those would probably decide, where the state is unresolved.
    """

    state: State
    ratio: float
    low: float
    high: float
    p_value: float | None
    before: float
    now: float
    n: int
    more: int | None = None
    why: str = ""


def compare(
    before: ArrayLike,
    now: ArrayLike,
    limits: Limits = TIME,
    *,
    paired: bool,
    minima: bool = True,
    mood: float = 1.0,
    also: tuple[ArrayLike, ArrayLike] | None = None,
    seed: int = 0,
) -> Comparison:
    """The comparison of two samples; ``paired``: the i-th of both were measured side by side.

    ``minima`` is False for paired samples that are disturbed both ways, as CPU time is by the mood
    of a core: the least of those is the luckiest, and only neighbours are looked at.
    ``mood``: time of a calibration workload beside ``before``, divided by that beside ``now``; the
    ratio is set in relation to it. It is known to `BLUR` only, and the interval says so.
    ``also``: the same repeats measured otherwise (as times without the waiting for a core); what
    the samples say must then hold for those, too.

    Fails when the increase is surely above the limit that warns and may be above the one that
    fails; warns when it is significant and its estimate above the limit that warns; passes when
    it is surely below that. Deterministic in ``seed``. ValueError for samples that are empty, not
    positive, or paired and of different lengths.
    """
    a, b = np.asarray(before, dtype=float), np.asarray(now, dtype=float)
    if not (a.size and b.size and (a > 0).all() and (b > 0).all()):
        raise ValueError("a comparison needs positive numbers on both sides")
    if paired and a.size != b.size:
        raise ValueError(f"paired samples need equal lengths (got {a.size} and {b.size})")
    if not (minima or paired):
        raise ValueError("without minima, samples are compared in pairs")

    def interval(
        of: NDArray[np.float64], against: NDArray[np.float64]
    ) -> tuple[float, float, float]:
        random = np.random.default_rng(seed)
        found = [_of_minima(of, against, random)] if minima else []
        found += [_of_neighbours(of, against, random)] if paired else []
        ratios, lows, highs = zip(*found, strict=True)
        blur = 1 + limits.resolution
        return math.prod(ratios) ** (1 / len(ratios)), min(lows) / blur, max(highs) * blur

    ratio, low, high = interval(a, b)
    p_value = _p_value(a, b)
    if also is not None:
        c, d = (np.asarray(side, dtype=float) for side in also)
        other, other_low, other_high = interval(c, d)
        ratio, low, high = math.sqrt(ratio * other), min(low, other_low), max(high, other_high)
        p_value = _worse(p_value, _p_value(c, d))
    moods = (mood, mood * min(max(1 / mood, 1 / BLUR), BLUR))  # as far towards none as is doubtful
    ratio, low, high = ratio * mood, low * min(moods), high * max(moods)
    if mood != 1.0:
        p_value = _worse(p_value, _p_value(a, b * min(moods)))
    n = int(min(a.size, b.size))
    state, why = _state(a, b * mood, (ratio, low, high), p_value, limits)
    more = None
    if state == "unresolved":
        # the ends are clear, only the ranks overlap
        overlap = n >= limits.least and low > 1 + limits.warn_pct / 100
        more = max(_more((ratio, low, high), n, limits), n if overlap else 0)
    return Comparison(
        state, ratio, low, high, p_value, float(a.min()), float(b.min()), n, more, why
    )


def confirmed(first: Comparison, again: Comparison) -> Comparison:
    """The comparison that stands after one re-run: the milder of the two, told as the second's.

    A warning or failure that the re-run does not repeat is unresolved: one of them was disturbed,
    and nothing says which.
    """
    if again.state in ("pass", "unresolved"):
        why = f"first {first.state} ({_percent(first.ratio)}), then {again.state}: {again.why}"
        more = again.more if again.more is not None else again.n
        return replace(again, state="unresolved", more=more, why=why)
    state: State = "warn" if "warn" in (first.state, again.state) else "fail"
    told = again if again.state == state else first
    return replace(again, state=state, why=f"{told.why}; confirmed by a second set of repeats")


def _of_minima(
    a: NDArray[np.float64], b: NDArray[np.float64], random: np.random.Generator
) -> tuple[float, float, float]:
    """The ratio of the minima with its bootstrap interval."""
    at_a = random.integers(0, a.size, (_RESAMPLES, a.size))
    at_b = random.integers(0, b.size, (_RESAMPLES, b.size))
    low, high = np.percentile(b[at_b].min(axis=1) / a[at_a].min(axis=1), _TAILS)
    return float(b.min() / a.min()), float(low), float(high)


def _of_neighbours(
    a: NDArray[np.float64], b: NDArray[np.float64], random: np.random.Generator
) -> tuple[float, float, float]:
    """The median of the ratios of neighbours with its bootstrap interval."""
    ratios = b / a
    at = random.integers(0, a.size, (_RESAMPLES, a.size))
    low, high = np.percentile(np.median(ratios[at], axis=1), _TAILS)
    return float(np.median(ratios)), float(low), float(high)


def _worse(one: float | None, other: float | None) -> float | None:
    """The p-value of two that says less."""
    return None if one is None or other is None else max(one, other)


def _p_value(a: NDArray[np.float64], b: NDArray[np.float64]) -> float | None:
    """The one-sided Mann-Whitney test that b is larger; None where a side has one value only."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    if min(a.size, b.size) < 2:
        return None
    return float(stats.mannwhitneyu(b, a, alternative="greater").pvalue)


def _state(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    interval: tuple[float, float, float],
    p_value: float | None,
    limits: Limits,
) -> tuple[State, str]:
    ratio, low, high = interval
    warn, fail = 1 + limits.warn_pct / 100, 1 + limits.fail_pct / 100
    if min(a.size, b.size) < limits.least:
        return "unresolved", f"fewer than {limits.least} repeats"
    if abs(float(np.median(b) - np.median(a))) < limits.floor > abs(float(b.min() - a.min())):
        return "pass", f"differs by less than {limits.floor:g} {limits.unit}"
    if high < warn:
        return "pass", f"surely below +{limits.warn_pct:g} %"
    significant = p_value is not None and p_value <= limits.significant
    if significant and low > warn and high >= fail:
        return "fail", f"surely above +{limits.warn_pct:g} %, and up to {_percent(high)}"
    if significant and low > 1 and ratio >= warn:
        return "warn", f"about {_percent(ratio)}, between {_percent(low)} and {_percent(high)}"
    return "unresolved", f"between {_percent(low)} and {_percent(high)}: too noisy to say"


def _more(interval: tuple[float, float, float], n: int, limits: Limits) -> int:
    """Repeats beyond ``n`` that would decide, if an interval shrinks with the root of repeats."""
    ratio, low, high = (math.log(end) for end in interval)
    gap = abs(math.log(1 + limits.warn_pct / 100) - ratio)
    own = math.log(1 + limits.resolution)
    spread, room = max((high - low) / 2 - own, 0.0), max(gap - own, 0.005)
    return max(math.ceil(n * (spread / room) ** 2), limits.least, n + 1) - n


def _percent(ratio: float) -> str:
    return f"{(ratio - 1) * 100:+.1f} %"


def worst(states: Sequence[State]) -> State:
    """The state of several comparisons together; unresolved weighs more than a warning.

    >>> worst(["pass", "warn", "unresolved"])
    'unresolved'
    """
    order: tuple[State, ...] = ("fail", "unresolved", "warn", "pass")
    return next((state for state in order if state in states), "pass")
