"""Confirmation: a run that seems slower or larger than its baseline is measured once more.

One measurement of a busy machine convicts nobody. Of two, the milder counts: work cannot be done
faster, or in less memory, than it takes, so the worse one was disturbed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from proofbook.measure.stages import costs
from proofbook.params import Settings
from proofbook.quality.regression import Change, changes
from proofbook.suite.baselines import Baseline
from proofbook.suite.result import Metric

#: What a second measurement can confirm.
MEASURED = ("time_change_pct", "memory_change_pct")


def in_doubt(found: Sequence[Change], settings: Settings) -> bool:
    """Whether time or memory might be judged as worse, on the word of one measurement."""
    for change in found:
        if change.metric not in MEASURED or change.value is None:
            continue
        gate = settings.gate(change.metric)
        high = change.value if change.high is None else change.high
        if any(
            bound is not None and value > bound
            for bound, value in ((gate.warn, change.value), (gate.fail, high))
        ):
            return True
    return False


def confirmed(
    found: Sequence[Change],
    baseline: Baseline | None,
    size: str,
    files: tuple[Path, Path],
    settings: Settings,
) -> list[Change]:
    """The changes after a second enrichment of the same files, if the first leaves a doubt.

    ``files`` are the awards and the recipients; without a doubt nothing is run.
    """
    if baseline is None or not in_doubt(found, settings):
        return list(found)
    again = {c.metric: c for c in changes(baseline, _measure(size, files, settings), size)}
    return [_milder(change, again) for change in found]


def _measure(size: str, files: tuple[Path, Path], settings: Settings) -> list[Metric]:
    from proofbook.quality.repeat import timed_enrichment  # noqa: PLC0415 - heavy, rarely needed

    timed = timed_enrichment(*files, settings.match, settings.run.operation)
    awards, limit = timed.result.table.num_rows, settings.run.memory_limit_bytes / 1e6
    took = costs(timed.seconds, timed.stages[0].cpu_s, timed.peak_mb, awards, limit, timed.waited)
    return [
        Metric(name, cost.value, size=size, low=cost.low, high=cost.high, n=cost.n)
        for name, cost in took.items()
    ]


def _milder(first: Change, again: Mapping[str, Change]) -> Change:
    second = again.get(first.metric)
    if first.metric not in MEASURED or first.value is None or not second or second.value is None:
        return first
    told = min((first, second), key=lambda c: c.value or 0.0)
    words = (f"{change.value:+.1f} %" for change in (first, second))
    return replace(told, note=f"measured twice: {' and '.join(words)}; the milder counts")


def note(found: Sequence[Change]) -> str:
    """What was measured again, in one sentence."""
    told = [
        f"{change.metric.removesuffix('_change_pct')} {change.note}"
        for change in found
        if change.value is not None and change.note
    ]
    if not told:
        return "Nothing had to be measured again."
    return f"Measured again: {'; '.join(told)}."
