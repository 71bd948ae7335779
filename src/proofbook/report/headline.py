"""The headline figures of a run: a handful of numbers with what to know about each."""

from __future__ import annotations

from dataclasses import dataclass

from proofbook.report.views import largest
from proofbook.report.words import change, interval, number, quantity, size_words
from proofbook.suite.result import RunResult

_HEADLINES = (
    ("match_rate", "Match rate"),
    ("fuzzy_precision_estimate_rate", "Estimated precision, fuzzy"),
    ("precision_rate", "Precision against truth"),
    ("recall_rate", "Recall against truth"),
    ("candidate_rate", "Left for review"),
    ("award_rows", "Awards"),
    ("seconds", "Time"),
    ("awards_per_second", "Throughput"),
    ("peak_memory_mb", "Peak memory"),
)


@dataclass(frozen=True)
class Tile:
    """One headline figure with what to know about it."""

    title: str
    value: str
    note: str


def tiles(result: RunResult) -> list[Tile]:
    """The headline figures that were recorded, with interval, n and change."""
    comparison = largest(result, "comparison")
    compared = (
        [dict(zip(comparison.columns, r, strict=True)) for r in comparison.rows]
        if comparison
        else []
    )
    baselines = {str(row.get("metric")): row.get("baseline") for row in compared}
    found = []
    for name, title in _HEADLINES:
        metric = result.metric(name)
        if metric is None or metric.value is None:
            continue
        notes = [f"95 % interval {interval(metric.low, metric.high, metric.unit)}"]
        notes = notes if metric.low is not None and metric.high is not None else []
        if metric.n is not None:
            notes.append(f"n = {number(metric.n)}")
        base = metric.baseline if metric.baseline is not None else baselines.get(name)
        moved = change(metric.value, base, metric.unit)
        if moved:
            notes.append(f"{moved} against the baseline")
        if metric.size:
            notes.append(size_words(metric.size))
        found.append(Tile(title, quantity(metric.value, metric.unit), ", ".join(notes)))
    return found
