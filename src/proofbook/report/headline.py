"""The headline figures of a run: a handful of numbers with what to know about each."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from proofbook.report import course
from proofbook.report.views import FigureView, largest
from proofbook.report.words import change, interval, number, quantity, size_words
from proofbook.suite.result import Metric, RunResult

#: Metric, its words, and the section that the number is followed up in.
_HEADLINES = (
    ("match_rate", "Match rate", "methods"),
    ("fuzzy_precision_estimate_rate", "Estimated precision, fuzzy", "scores"),
    ("precision_rate", "Precision against truth", "accuracy"),
    ("recall_rate", "Recall against truth", "accuracy"),
    ("candidate_rate", "Left for review", "methods"),
    ("award_rows", "Awards", "inputs"),
    ("seconds", "Time", "cost"),
    ("awards_per_second", "Throughput", "cost"),
    ("peak_memory_mb", "Peak memory", "cost"),
)


#: The words of a headline metric.
TITLES = {name: title for name, title, _ in _HEADLINES}


@dataclass(frozen=True)
class Tile:
    """One headline figure, what to know about it, the section behind it, and its trend."""

    title: str
    value: str
    note: str
    anchor: str = ""
    trend: FigureView | None = None


def tiles(result: RunResult, sections: Container[str] = ()) -> list[Tile]:
    """The headline figures that were recorded, with interval, n, change and trend.

    ``sections`` are the ids of those that the page has.
    """
    comparison = largest(result, "comparison")
    compared = (
        [dict(zip(comparison.columns, r, strict=True)) for r in comparison.rows]
        if comparison
        else []
    )
    baselines = {str(row.get("metric")): row.get("baseline") for row in compared}
    found = []
    for name, title, section in _HEADLINES:
        metric = result.metric(name)
        if metric is None or metric.value is None:
            continue
        notes = [f"95 % interval {interval(metric.low, metric.high, metric.unit)}"]
        notes = notes if metric.low is not None and metric.high is not None else []
        notes += _extent(metric)
        base = metric.baseline if metric.baseline is not None else baselines.get(name)
        moved = change(metric.value, base, metric.unit)
        if moved:
            notes.append(f"{moved} against the baseline")
        found.append(
            Tile(
                title,
                quantity(metric.value, metric.unit),
                ", ".join(notes),
                section if section in sections else "",
                course.spark(result, name),
            )
        )
    return found


def _extent(metric: Metric) -> list[str]:
    """What a number is about: its size, and its n unless that is the awards of the size."""
    size = "" if metric.size == "all" else size_words(metric.size)
    awards, _, recipients = size.partition(" × ")
    about = [f"n = {number(metric.n)}"] if metric.n is not None else []
    if recipients:
        kept = [] if about == [f"n = {awards}"] else about
        return [*kept, f"{awards} awards × {recipients} recipients"]
    return [*about, size] if size else about
