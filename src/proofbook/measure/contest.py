"""A contest: two sides measured in turn, A B B A, until the comparison is decided or time is up."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from proofbook.measure.compare import TIME, Comparison, Limits, confirmed
from proofbook.measure.witness import Reading, compare_readings

#: One measurement of a side: the least of a few runs, in the unit of the limits.
Measure = Callable[[], Reading]


@dataclass(frozen=True)
class Effort:
    """How much is spent on one set of samples.

    ``least`` pairs are measured in any case; then the pairs grow by half until the comparison is
    decided, there are ``most`` of them, or ``seconds`` have passed.
    """

    least: int = 12
    most: int = 64
    seconds: float = 60.0


@dataclass(frozen=True)
class Contest:
    """The comparison that stands, and the readings of both sides in the order measured.

    ``rerun`` tells from which pair on the readings belong to the confirming re-run, if there was
    one.
    """

    comparison: Comparison
    before: list[Reading]
    now: list[Reading]
    rerun: int | None = None


def contest(
    before: Measure, now: Measure, limits: Limits = TIME, effort: Effort | None = None
) -> Contest:
    """Measures both sides side by side and compares; a warning or failure is run once more.

    The confirming re-run uses new samples only, so that one bad minute cannot convince twice.
    """
    effort = effort or Effort()
    first = unconfirmed(before, now, limits, effort)
    if first.comparison.state not in ("warn", "fail"):
        return first
    again = unconfirmed(before, now, limits, effort)
    return Contest(
        confirmed(first.comparison, again.comparison),
        first.before + again.before,
        first.now + again.now,
        rerun=len(first.before),
    )


def unconfirmed(before: Measure, now: Measure, limits: Limits, effort: Effort) -> Contest:
    """One set of samples, measured side by side, and what it says."""
    a: list[Reading] = []
    b: list[Reading] = []
    wanted, deadline = effort.least, time.monotonic() + effort.seconds
    while True:
        while len(a) < wanted and (len(a) < limits.least or time.monotonic() < deadline):
            sides = [(before, a), (now, b)]
            for measure, samples in sides if len(a) % 2 == 0 else reversed(sides):
                samples.append(measure())
        found = compare_readings(a, b, limits)
        if _decided(found, limits) or len(a) >= effort.most or time.monotonic() >= deadline:
            return Contest(found, a, b)
        wanted = min(math.ceil(len(a) * 1.5), effort.most)


def _decided(found: Comparison, limits: Limits) -> bool:
    """Whether more samples are not worth their time: the interval lies on one side of a limit."""
    warn, fail = 1 + limits.warn_pct / 100, 1 + limits.fail_pct / 100
    if found.state == "pass":
        return True
    narrow = found.high / found.low < (1 + limits.resolution) ** 2 * 1.05
    if found.state == "fail":
        return found.low > fail or narrow
    return found.state == "warn" and found.low > warn and found.high < fail
