"""Times measured side by side, judged with two witnesses that a crowded machine hardly disturbs.

On a machine where others work, wall time tells mostly how long a process stood in the queue. What
the work itself took is that time less the waiting, and where it is bound by the CPU, CPU time tells
the same once more: beside seven busy processes, wall times of equal work differed by a factor of
seven from one pair to the next, CPU times by 5 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from proofbook.measure.compare import Comparison, Limits, compare

#: Work is bound by the CPU when at least this share of its own time is CPU time ...
BOUND = 0.9

#: ... and done by one thread at a time when it is not more than this; of threads side by side the
#: waiting adds up, so that too much of it may be taken off.
ONE_THREAD = 1.1


@dataclass(frozen=True)
class Reading:
    """One repeat: its value in the unit of the limits.

    Of a time also, where the system tells: ``own``, the seconds without the waiting for a core, and
    ``cpu``, the CPU seconds.
    """

    value: float
    own: float | None = None
    cpu: float | None = None


def compare_readings(
    before: Sequence[Reading], now: Sequence[Reading], limits: Limits
) -> Comparison:
    """The comparison of readings whose i-th of both sides were taken side by side.

    Work bound by the CPU is judged by its values and by its own time and CPU time together: where
    the values leave it open, the other two decide; where they contradict each other, nothing is
    said. But a pass is never theirs alone where threads work side by side, because what such work
    newly waits for might be taken off with the rest. Of other work an increase must hold in
    its own time, too.
    """
    a, b = (np.array([r.value for r in side]) for side in (before, now))
    by_value = compare(a, b, limits, paired=True)
    own, cpu = (_column(before, now, name) for name in ("own", "cpu"))
    if own is None:
        return by_value
    shares = [float(np.median(c / o)) for c, o in zip(cpu or own, own, strict=True)]
    if cpu is None or min(shares) < BOUND:
        return compare(a, b, limits, paired=True, also=own)
    by_work = compare(own[0], own[1], limits, paired=True, minima=False, also=cpu)
    words = f"without waiting for a core {by_work.why}"
    if by_work.state == "pass" and max(shares) > ONE_THREAD:
        if by_value.state != "unresolved":
            return by_value
        words += ", which is not enough where threads work side by side"
        return replace(by_value, why=f"{by_value.why}; {words}")
    return together(by_value, replace(by_work, why=words))


def together(value: Comparison, work: Comparison) -> Comparison:
    """What the comparison of values and that of the work itself say together.

    One that is unresolved leaves it to the other; but an increase of the values that the work does
    not even seem to have is none. Of a warning and a failure the one known more narrowly stands.
    """
    if value.state == work.state or {value.state, work.state} == {"warn", "fail"}:
        return min(value, work, key=lambda c: c.high / c.low)
    if value.state == "unresolved":
        return work
    if work.state == "unresolved" and (value.state == "pass" or work.low > 1):
        return value
    why = f"{value.state}: {value.why}; but {work.state}: {work.why}"
    return replace(value, state="unresolved", more=work.more or value.n, why=why)


def _column(
    before: Sequence[Reading], now: Sequence[Reading], name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """One column of both sides, or None where it is not known of every reading."""
    found = [np.array([getattr(r, name) for r in side], dtype=float) for side in (before, now)]
    if all((column > 0).all() for column in found):  # None has become NaN
        return found[0], found[1]
    return None
