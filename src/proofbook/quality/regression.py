"""This run beside the baseline, and its time over the sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from proofbook.measure.statistics import Exponent, Interval, difference, fit_exponent
from proofbook.params import parse_size
from proofbook.quality.metrics import DEFINITIONS
from proofbook.suite.baselines import Baseline
from proofbook.suite.result import Metric

#: Less time than this says nothing about growth, and less memory is no change.
SECONDS_RESOLVED, MEGABYTES_RESOLVED = 0.5, 32.0
#: Times from which a growth is read: short work is timed several times and its fastest counts.
SECONDS_FITTED = 0.05

#: Drop of a match rate -> the rate it is the drop of.
DROPS = {
    "match_rate_drop_pp": "match_rate",
    "match_rate_uei_drop_pp": "match_rate_uei_rate",
    "match_rate_duns_drop_pp": "match_rate_duns_rate",
    "match_rate_none_drop_pp": "match_rate_none_rate",
}
#: Units of what a clock or a memory counter tells, and how far two equal runs may be apart.
MEASURED = frozenset({"s", "MB", "awards/s", "pct"})
APART_PCT = 10.0


@dataclass(frozen=True)
class Change:
    """A metric of change: its value with the ends of its interval, and what it is compared with.

    ``value`` is None, and ``note`` says why, where there is nothing to compare.
    """

    metric: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    note: str = ""


def changes(baseline: Baseline | None, metrics: Sequence[Metric], size: str) -> list[Change]:
    """The changes that gates judge: time, peak memory, and the match rates by identifier.

    Time is per award, at ``size``. Intervals: of time, from the least to the most that the ends of
    both times allow; of memory 32 MB; of rates Newcombe's. A baseline of other data or another
    machine is not compared with.
    """
    if baseline is None:
        why = "there is no baseline"
        return [Change(name, note=why) for name in ("time_change_pct", "memory_change_pct", *DROPS)]
    speed, quality = (
        "; ".join(reasons) for reasons in (baseline.speed_differences, baseline.quality_differences)
    )
    return [
        _percent(
            "time_change_pct",
            _per_award(_found(baseline.metrics, "seconds", size)),
            _per_award(_found(metrics, "seconds", size)),
            0.0,
            speed,
        ),
        _percent(
            "memory_change_pct",
            _found(baseline.metrics, "peak_memory_mb", size),
            _found(metrics, "peak_memory_mb", size),
            MEGABYTES_RESOLVED,
            speed,
        ),
        *(
            _drop(name, _found(baseline.metrics, of, size), _found(metrics, of, size), quality)
            for name, of in DROPS.items()
        ),
    ]


def comparison(baseline: Baseline | None, metrics: Sequence[Metric], size: str) -> pd.DataFrame:
    """Every comparable metric: ``[metric, baseline, now, change, unit, state, low, high]``.

    ``change`` is in percent for time and memory, in points for rates, else a difference; ``state``
    is better, worse or same by the metric's direction, time and memory being the same within
    10 %. Empty without a comparable baseline.
    """
    rows: list[tuple[object, ...]] = []
    columns = ["metric", "baseline", "now", "change", "unit", "state", "low", "high"]
    if baseline is None:
        return pd.DataFrame(rows, columns=columns)
    for name, definition in DEFINITIONS.items():
        speed = definition.unit in MEASURED
        reasons = baseline.speed_differences if speed else baseline.quality_differences
        before, now = (_found(m, name, size) for m in (baseline.metrics, metrics))
        values = [m.value for m in (before, now) if m and isinstance(m.value, int | float)]
        if reasons or len(values) < 2 or definition.direction == "none":
            continue
        was, value = (float(v) for v in values)
        change = value - was
        if definition.unit == "rate":
            change *= 100
        elif speed:
            change = 100 * change / was if was else 0.0
        good = change > 0 if definition.direction == "higher" else change < 0
        same = abs(change) <= (APART_PCT if speed else 0)
        state = "same" if same else "better" if good else "worse"
        ends = (now.low, now.high) if now else (None, None)
        rows.append((name, was, value, change, definition.unit, state, *ends))
    return pd.DataFrame(rows, columns=columns)


def scaling(metrics: Sequence[Metric]) -> pd.DataFrame:
    """Time and memory of every size: ``[size, awards, recipients, seconds, peak_mb]``, small first.

    ``awards`` is the number of awards that the time was recorded with; ``recipients`` is of the
    size's name, and empty for "all".
    """
    peaks = {m.size: m.value for m in metrics if m.name == "peak_memory_mb"}
    rows = [
        (m.size, m.n, (parse_size(m.size or "") or (None, None))[1], m.value, peaks.get(m.size))
        for m in metrics
        if m.name == "seconds"
    ]
    frame = pd.DataFrame(rows, columns=["size", "awards", "recipients", "seconds", "peak_mb"])
    return frame.sort_values("awards", kind="stable", ignore_index=True)


def growth(sizes: pd.DataFrame) -> Exponent | None:
    """How time grows with the awards, over the sizes that took long enough to be told apart.

    None where fewer than two sizes of different awards took ``SECONDS_FITTED``.
    """
    long_enough = sizes[sizes["seconds"] >= SECONDS_FITTED]
    return fit_exponent(long_enough["awards"], long_enough["seconds"])


def _found(metrics: Sequence[Metric], name: str, size: str) -> Metric | None:
    """The metric of that name of this size, or recorded without one."""
    return next((m for m in metrics if m.name == name and m.size in (None, size)), None)


def _number(metric: Metric | None) -> float | None:
    value = metric.value if metric else None
    return float(value) if isinstance(value, int | float) else None


def _per_award(seconds: Metric | None) -> Metric | None:
    """Time and its ends, divided by the awards that it was recorded with."""
    if seconds is None or not isinstance(seconds.value, int | float) or not seconds.n:
        return None
    ends = (None if end is None else end / seconds.n for end in (seconds.low, seconds.high))
    low, high = ends
    return replace(seconds, value=seconds.value / seconds.n, low=low, high=high)


def _percent(
    name: str, before: Metric | None, now: Metric | None, resolved: float, reason: str
) -> Change:
    was, value = _number(before), _number(now)
    if reason or was is None or value is None or was <= 0:
        return Change(name, note=reason or "the baseline has no such measurement")
    least, most = _ends(before, was, resolved)
    low, high = _ends(now, value, resolved)
    change = 100 * (value / was - 1)
    return Change(name, change, 100 * (low / most - 1), 100 * (high / least - 1), was)


def _ends(metric: Metric | None, value: float, resolved: float) -> tuple[float, float]:
    """The least and the most that a measured value may stand for."""
    if metric is None or metric.low is None or metric.high is None:
        return max(value - resolved / 2, value / 2), value + resolved / 2
    return metric.low, metric.high


def _drop(name: str, before: Metric | None, now: Metric | None, reason: str) -> Change:
    was, value = _number(before), _number(now)
    if reason or was is None or value is None or before is None or now is None:
        return Change(name, note=reason or "a rate of 0 out of 0 is not compared")
    lost = difference(
        Interval(was, before.low, before.high, before.n or 0),
        Interval(value, now.low, now.high, now.n or 0),
    )
    low, high = (None if end is None else 100 * end for end in (lost.low, lost.high))
    return Change(name, 100 * (was - value), low, high, was)
