"""Trends over runs: which way a metric goes, how fast, and where it jumped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from proofbook.quality.metrics import DEFINITIONS
from proofbook.suite.history import Entry

Direction = Literal["better", "worse", "rising", "falling", "steady", "too few runs"]

#: Fewest runs that have a direction, and fewest on either side of a change point.
LEAST, LEAST_SIDE = 5, 3

#: A series longer than this is summed up by medians of neighbours before its slope is taken.
MOST_POINTS = 200

#: Units that depend on the machine: their trends are taken machine by machine.
MACHINE_UNITS = frozenset({"s", "MB", "awards/s", "pct"})


@dataclass(frozen=True)
class ChangePoint:
    """A jump of a metric: the first run after it, and the medians before and after."""

    run_id: str
    started: str
    before: float
    after: float


@dataclass(frozen=True)
class Trend:
    """A metric over runs; ``slope`` is per day with its 95 % interval (Theil-Sen)."""

    metric: str
    size: str | None
    machine: str
    unit: str
    runs: int
    first: float
    last: float
    best: float | None
    direction: Direction
    slope: float | None = None
    low: float | None = None
    high: float | None = None
    changes: list[ChangePoint] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The trend as plain JSON values."""
        return asdict(self)


def trends(entries: Sequence[Entry]) -> list[Trend]:
    """The trend of every metric by size, and by machine class where the machine matters.

    ``entries`` are oldest first; metrics come in the registry's order.
    """
    series: dict[tuple[str, str | None, str], list[tuple[Entry, float]]] = {}
    for entry in entries:
        for (name, size), value in entry.values.items():
            definition = DEFINITIONS.get(name)
            if definition is not None:
                by_machine = definition.unit in MACHINE_UNITS
                machine = entry.circumstances.machine_class if by_machine else ""
                series.setdefault((name, size, machine), []).append((entry, value.value))
    order = list(DEFINITIONS)
    keys = sorted(series, key=lambda k: (order.index(k[0]), k[1] or "", k[2]))
    return [_trend(key, series[key]) for key in keys]


def frame(found: Sequence[Trend]) -> pd.DataFrame:
    """Trends as a table, the change points in words."""
    columns = [
        "metric", "size", "machine", "unit", "runs", "first", "last", "best", "direction",
        "slope", "low", "high", "changes",
    ]  # fmt: skip
    rows = [
        {
            **t.to_json(),
            "changes": "; ".join(f"{c.run_id}: {c.before:.4g} to {c.after:.4g}" for c in t.changes),
        }
        for t in found
    ]
    return pd.DataFrame(rows, columns=columns)


def _trend(key: tuple[str, str | None, str], points: list[tuple[Entry, float]]) -> Trend:
    name, size, machine = key
    definition = DEFINITIONS[name]
    values = np.array([value for _, value in points])
    better = definition.direction
    best = None
    if better != "none":
        best = float(values.max() if better == "higher" else values.min())
    common = (name, size, machine, definition.unit, len(points), float(values[0]))
    if len(points) < LEAST:
        return Trend(*common, float(values[-1]), best, "too few runs")
    seconds = np.array([entry.started.timestamp() for entry, _ in points])
    slope, low, high = _slope((seconds - seconds[0]) / 86400, values)
    direction: Direction = "steady"
    if low > 0 or high < 0:
        up = low > 0
        direction = "rising" if up else "falling"
        if better != "none":
            direction = "better" if up == (better == "higher") else "worse"
    changes = [
        ChangePoint(
            points[at][0].run_id, points[at][0].started.isoformat(timespec="seconds"), before, after
        )
        for at, before, after in change_points(values)
    ]
    return Trend(*common, float(values[-1]), best, direction, slope, low, high, changes)


def _slope(days: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[float, float, float]:
    """The Theil-Sen slope per day with its 95 % interval; per run where all are of one moment."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    if days[-1] == days[0]:
        days = np.arange(days.size, dtype=float)
    if days.size > MOST_POINTS:
        parts = np.array_split(np.arange(days.size), MOST_POINTS)
        days = np.array([np.median(days[p]) for p in parts])
        values = np.array([np.median(values[p]) for p in parts])
    if (values == values[0]).all():
        return 0.0, 0.0, 0.0
    with np.errstate(divide="ignore", invalid="ignore"):  # several runs of one second
        found = stats.theilslopes(values, days, 0.95)
    return float(found.slope), float(found.low_slope), float(found.high_slope)


def change_points(values: NDArray[np.float64]) -> list[tuple[int, float, float]]:
    """Where a series jumps: ``(first index after, median before, median after)``, in order.

    Binary segmentation by the gain of a mean shift, against the noise between neighbours (the
    median absolute difference), with a penalty that grows with the logarithm of the length; the
    medians of both sides must differ too, so that a single odd run is no jump.
    """
    if values.size < 2 * LEAST_SIDE:
        return []
    steps = np.abs(np.diff(values))
    noise = float(np.median(steps)) * 1.4826 / math.sqrt(2)
    noise = max(noise, 1e-9 * float(np.abs(values).max()), 1e-12)
    penalty = noise**2 * (4 * math.log(values.size) + 6)
    cuts: list[int] = []
    todo = [(0, values.size)]
    while todo:
        start, stop = todo.pop()
        at = _best_cut(values[start:stop], penalty)
        if at is not None:
            cuts.append(start + at)
            todo += [(start, start + at), (start + at, stop)]
    ends = [0, *sorted(cuts), values.size]
    found = []
    for before, at, after in zip(ends, ends[1:], ends[2:], strict=False):
        then, now = (float(np.median(part)) for part in (values[before:at], values[at:after]))
        if abs(then - now) > 2 * noise:
            found.append((at, then, now))
    return found


def _best_cut(values: NDArray[np.float64], penalty: float) -> int | None:
    """The cut into two that explains most, if it explains more than the penalty."""
    n = values.size
    if n < 2 * LEAST_SIDE:
        return None
    sums = np.cumsum(values - values.mean())[:-1]
    left = np.arange(1, n)
    gain = sums**2 * n / (left * (n - left))
    inner = gain[LEAST_SIDE - 1 : n - LEAST_SIDE]
    at = int(inner.argmax()) + LEAST_SIDE
    then, now = np.median(values[:at]), np.median(values[at:])
    return at if gain[at - 1] > penalty and then != now else None
