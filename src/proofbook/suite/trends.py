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


#: Where in the entries, and which numbers.
_Series = tuple[list[int], list[float]]


def trends(entries: Sequence[Entry]) -> list[Trend]:
    """The trend of every metric by size, and by machine class where the machine matters.

    ``entries`` are oldest first; metrics come in the registry's order.
    """
    moments = [entry.started.timestamp() for entry in entries]
    series: dict[tuple[str, str | None, str], _Series] = {}
    machines: dict[str, dict[tuple[str, str | None], _Series]] = {}
    for at, entry in enumerate(entries):
        machine = entry.circumstances.machine_class
        own = machines.setdefault(machine, {})
        for key, value in entry.values.items():
            if key not in own:
                if key[0] not in DEFINITIONS:
                    continue
                of_machine = DEFINITIONS[key[0]].unit in MACHINE_UNITS
                own[key] = series.setdefault((*key, machine if of_machine else ""), ([], []))
            places, values = own[key]
            places.append(at)
            values.append(value.value)
    order = list(DEFINITIONS)
    keys = sorted(series, key=lambda k: (order.index(k[0]), k[1] or "", k[2]))
    return [_trend(key, *series[key], entries, moments) for key in keys]


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


def _trend(
    key: tuple[str, str | None, str],
    places: list[int],
    numbers: list[float],
    entries: Sequence[Entry],
    moments: Sequence[float],
) -> Trend:
    """The trend of one series: ``numbers`` of the entries at these places."""
    name, size, machine = key
    definition = DEFINITIONS[name]
    values = np.array(numbers)
    better = definition.direction
    best = None
    if better != "none":
        best = float(values.max() if better == "higher" else values.min())
    common = (name, size, machine, definition.unit, values.size, numbers[0], numbers[-1], best)
    if values.size < LEAST:
        return Trend(*common, "too few runs")
    seconds = np.array([moments[place] for place in places])
    slope, low, high = _slope((seconds - seconds[0]) / 86400, values)
    direction: Direction = "steady"
    if low > 0 or high < 0:
        up = low > 0
        direction = "rising" if up else "falling"
        if better != "none":
            direction = "better" if up == (better == "higher") else "worse"
    changes = []
    for at, before, after in change_points(values):
        entry = entries[places[at]]
        moment = entry.started.isoformat(timespec="seconds")
        changes.append(ChangePoint(entry.run_id, moment, before, after))
    return Trend(*common, direction, slope, low, high, changes)


def _slope(days: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[float, float, float]:
    """The Theil-Sen slope per day with its 95 % interval; per run where all are of one moment."""
    from scipy import stats  # noqa: PLC0415 - slow to import

    if days[-1] == days[0]:
        days = np.arange(days.size, dtype=float)
    if days.size > MOST_POINTS:
        days, values = _medians(days), _medians(values)
    if (values == values[0]).all():
        return 0.0, 0.0, 0.0
    with np.errstate(divide="ignore", invalid="ignore"):  # several runs of one second
        found = stats.theilslopes(values, days, 0.95)
    return float(found.slope), float(found.low_slope), float(found.high_slope)


def _medians(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The medians of `MOST_POINTS` parts in order, the first ones longer by one where it must be.

    >>> _medians(np.arange(401.0))[[0, 1, -1]].tolist()
    [1.0, 3.5, 399.5]
    """
    size, longer = divmod(values.size, MOST_POINTS)
    parts = np.split(values, [longer * (size + 1)])
    blocks = parts[0].reshape(longer, size + 1), parts[1].reshape(-1, size)
    return np.concatenate([np.median(block, axis=1) for block in blocks])


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
