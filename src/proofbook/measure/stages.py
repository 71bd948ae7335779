"""Stage records as metrics, and as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from proofbook.measure.recorder import StageRecord
from proofbook.measure.statistics import Interval, fastest


def costs(
    seconds: Sequence[float],
    cpu_s: float,
    peak_mb: float,
    awards: int,
    memory_limit_mb: float,
    waited: Sequence[float] = (),
) -> dict[str, Interval]:
    """What an enrichment of so many awards took, by the names of the metrics.

    ``seconds`` are the wall times of its runs: the fastest counts, with the ends of
    `proofbook.measure.statistics.fastest` on ``seconds``, the lower one less what a run ``waited``
    for a core, which says nothing about the work. ``memory_pressure_pct`` is the peak in
    percent of ``memory_limit_mb``. ``n`` is the number of awards.
    """
    time = fastest(seconds)
    least = min(seconds)
    free = [
        max(s - w, s / 20) for s, w in zip(seconds, waited or [0.0] * len(seconds), strict=True)
    ]
    low = min([*free, least if time.low is None else time.low])
    others = {
        "seconds_per_award": least / awards,
        "awards_per_second": awards / least,
        "cpu_seconds": cpu_s,
        "peak_memory_mb": peak_mb,
        "memory_pressure_pct": 100 * peak_mb / memory_limit_mb,
    }
    return {"seconds": Interval(time.value, low, time.high, awards)} | {
        name: Interval(value, None, None, awards) for name, value in others.items()
    }


def stage_table(stages: Sequence[StageRecord]) -> pd.DataFrame:
    """The innermost stages in order: ``[stage, seconds, cpu_seconds, peak_mb, own_mb, rows]``.

    ``peak_mb`` is the highest resident memory while the stage ran, ``own_mb`` how much of it the
    stage itself came to need. A stage that failed says so in its name.
    """
    kept = [
        stage
        for i, stage in enumerate(stages)
        if i + 1 == len(stages) or stages[i + 1].depth <= stage.depth
    ]
    rows = [
        (
            f"{s.name} (failed)" if s.failed else s.name,
            s.wall_s,
            s.cpu_s,
            s.peak_mb,
            s.own_peak_mb,
            s.rows,
        )
        for s in kept
    ]
    columns = ["stage", "seconds", "cpu_seconds", "peak_mb", "own_mb", "rows"]
    return pd.DataFrame(rows, columns=columns).astype({"rows": "Int64"})
