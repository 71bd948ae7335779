"""A benchmark held against the record of an earlier one, with one confirming re-run."""

from __future__ import annotations

from collections.abc import Sequence

from proofbook.bench.judge import Verdict, judge, time_between
from proofbook.bench.measuring import Tell, measure
from proofbook.bench.process import Side
from proofbook.bench.record import BenchRecord
from proofbook.measure.compare import MEMORY, TIME, compare, confirmed


def against(
    baseline: BenchRecord,
    side: Side,
    sizes: Sequence[str],
    *,
    repeats: int | None = None,
    tell: Tell = lambda _: None,
) -> tuple[BenchRecord, Verdict]:
    """Measures, and judges by the baseline; a warning or failure of time or memory is measured
    once more, with new samples, before it counts.
    """
    first = measure(side, sizes, repeats=repeats, seed=baseline.seed, tell=tell)
    verdict = judge(baseline, first)
    if not any(
        f.aspect in (TIME.what, MEMORY.what) and f.state in ("warn", "fail")
        for f in verdict.findings
    ):
        return first, verdict
    tell("slower or larger: measured again to confirm it")
    again = measure(side, sizes, repeats=repeats, seed=baseline.seed, tell=tell)
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
