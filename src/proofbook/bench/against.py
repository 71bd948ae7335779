"""A benchmark held against the record of an earlier one, with one confirming re-run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from proofbook.bench.judge import Verdict, judge, time_between
from proofbook.bench.judge import times as times_of
from proofbook.bench.measuring import Tell, measure
from proofbook.bench.process import Sample, Side
from proofbook.bench.record import BenchRecord
from proofbook.measure.compare import MEMORY, TIME, compare, confirmed

#: Seconds after which no further repeats are begun, in each of the two sets.
SECONDS = 50.0


def against(
    baseline: BenchRecord,
    side: Side,
    sizes: Sequence[str],
    *,
    repeats: int | None = None,
    tell: Tell = lambda _: None,
) -> tuple[BenchRecord, Verdict]:
    """Measures until the comparison with the baseline is decided, and judges by it; a warning or
    failure of time or memory is measured once more, with new samples, before it counts.
    """
    kept: dict[str, Any] = {
        "repeats": repeats,
        "seed": baseline.seed,
        "seconds": SECONDS,
        "tell": tell,
    }

    def decided(samples: Mapping[str, list[Sample]], calibration: list[float]) -> bool:
        mood = min(baseline.calibration) / min(calibration)
        points = ((baseline.point(size), found) for size, found in samples.items())
        return all(
            times_of(base, found, mood).state != "unresolved"
            for base, found in points
            if base is not None
        )

    first = measure(side, sizes, enough=decided, **kept)
    verdict = judge(baseline, first)
    if not any(
        f.aspect in (TIME.what, MEMORY.what) and f.state in ("warn", "fail")
        for f in verdict.findings
    ):
        return first, verdict
    tell("slower or larger: measured again to confirm it")
    again = measure(side, sizes, enough=decided, **kept)
    times, peaks = {}, {}
    for one, two in zip(first.points, again.points, strict=True):
        base = baseline.point(one.size)
        if base is None:
            continue
        times[one.size], more_time = (
            time_between(baseline, record, base, point)
            for record, point in ((first, one), (again, two))
        )
        peaks[one.size], more_peak = (
            compare(base.peaks(), point.peaks(), MEMORY, paired=False) for point in (one, two)
        )
        if times[one.size].state in ("warn", "fail"):
            times[one.size] = confirmed(times[one.size], more_time)
        if peaks[one.size].state in ("warn", "fail"):
            peaks[one.size] = confirmed(peaks[one.size], more_peak)
    return first, judge(baseline, first, times=times, peaks=peaks)
