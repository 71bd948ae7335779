"""The body of the report: which recorded table is drawn where, and under which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath

import pandas as pd

from proofbook.report import course, figures, headline
from proofbook.report.figures import Plot
from proofbook.report.views import (
    FigureView,
    TableView,
    figure_view,
    largest,
    rows_view,
    table_view,
)
from proofbook.report.words import (
    change,
    is_number,
    metric_title,
    one_line,
    quantity,
    size_words,
    title_of,
    with_sizes,
)
from proofbook.suite.past import PAST
from proofbook.suite.result import RunResult, Table

_DIMENSIONS = {
    "rates_by_phase": "phase",
    "rates_by_agency": "agency",
    "rates_by_year": "award year",
    "rates_by_company_size": "company size",
    "rates_by_identifier": "identifier of the award",
    "rates_by_method": "method",
}
_COMPLETENESS = {
    "completeness_company_rate": "Company",
    "completeness_amount_rate": "Award Amount",
    "completeness_award_date_rate": "Proposal Award Date",
    "completeness_program_rate": "Program",
}


@dataclass(frozen=True)
class Section:
    """A section of the report; empty ones are left out."""

    id: str
    title: str
    lead: str = ""
    figures: list[FigureView] = field(default_factory=list)
    tables: list[TableView] = field(default_factory=list)


def sections(result: RunResult) -> list[Section]:
    """The sections that this run recorded something for, in reading order."""
    named = [
        _methods(result),
        _groups(result),
        _scores(result),
        _accuracy(result),
        _cost(result),
        _baseline(result),
        _trends(result),
        _inputs(result),
        _checklist(result),
        _examples(result),
        _others(result),
    ]
    return [s for s in named if s.figures or s.tables]


def source_of(result: RunResult) -> str:
    """The data source in a few words: the award file's name, or the synthetic world."""
    values = {p.key: p.value for p in result.parameters}
    awards = values.get("data.awards")
    if awards:
        return one_line(PurePath(str(awards)).name, 60)
    seed = values.get("data.seed")
    return "synthetic world" if seed is None else f"synthetic world, seed {one_line(seed, 20)}"


def _drawn(*views: FigureView | None) -> list[FigureView]:
    return [v for v in views if v is not None]


def _bound(result: RunResult, metric: str) -> float | None:
    return next((g.fail for g in result.gates if g.metric == metric and g.fail is not None), None)


def _methods(result: RunResult) -> Section:
    source = source_of(result)
    view = figure_view("methods", lambda f: figures.methods(f, source), largest(result, "methods"))
    lead = "Accepted awards have a recipient joined; candidates wait for review, nothing is joined."
    return Section("methods", "What was matched", lead, _drawn(view))


def _groups(result: RunResult) -> Section:
    bound, source = _bound(result, "match_rate"), source_of(result)

    def draw(dimension: str) -> Callable[[pd.DataFrame], Plot]:
        return lambda f: figures.rates_by(f, dimension, bound, source)

    names = [n for n in _DIMENSIONS if largest(result, n)]
    names += sorted({t.name for t in result.tables if t.name.startswith("rates_by_")} - set(names))
    views = [
        figure_view(
            name,
            draw(_DIMENSIONS.get(name, title_of(name.removeprefix("rates_by_")).lower())),
            largest(result, name),
            captioned=False,
        )
        for name in names
    ]
    lead = "The match rate is accepted awards of all awards; candidates never count. "
    lead += "Bars and bands are 95 % intervals"
    lead += "." if bound is None else "; the dashed line is the bound of the rate over all awards."
    return Section("groups", "Match rate by group", lead, _drawn(*views))


def _scores(result: RunResult) -> Section:
    metric = result.metric("fuzzy_threshold")
    used = float(metric.value) if metric and is_number(metric.value) else None  # type: ignore[arg-type]
    review = {p.key: p.value for p in result.parameters}.get("match.review_probability")
    marks = {"for review from": review, "accepted from": used}
    lines = {k: float(v) for k, v in marks.items() if is_number(v)}  # type: ignore[arg-type]
    source, edges = source_of(result), {"low": "", "high": ""}
    probability = figure_view(
        "probabilities",
        lambda f: figures.histogram(f, lines, "match probability", "0–1", source=source),
        largest(result, "probability_histogram"),
        units=edges,
    )
    score = figure_view(
        "scores",
        lambda f: figures.histogram(f, {}, "name similarity", "score 0–100", source=source),
        largest(result, "score_histogram"),
        units=edges,
    )
    return Section("scores", "Scores and probabilities", "", _drawn(score, probability))


def _accuracy(result: RunResult) -> Section:
    metric = result.metric("fuzzy_threshold")
    used = float(metric.value) if metric and is_number(metric.value) else None  # type: ignore[arg-type]
    target = {p.key: p.value for p in result.parameters}.get("match.target_precision")
    bound = float(target) if is_number(target) else None  # type: ignore[arg-type]
    source = source_of(result)
    curve = figure_view(
        "precision_recall",
        lambda f: figures.precision_recall(f, used, bound=bound, source=source),
        largest(result, "precision_recall"),
        units={"threshold": ""},
    )
    reliable = figure_view(
        "reliability", lambda f: figures.reliability(f, source), largest(result, "reliability")
    )
    tiers = largest(result, "accuracy_by_tier")
    tables = [_tiers(tiers)] if tiers and tiers.rows else []
    lead = "Held against links that are known from an identifier, a label or the generator."
    return Section("accuracy", "Accuracy against truth", lead, _drawn(curve, reliable), tables)


def _tiers(table: Table) -> TableView:
    """Accuracy per tier, the two ends of an interval in one column."""
    columns = [c for c in table.columns if not c.endswith(("_low", "_high"))]
    rows = []
    for values in table.rows:
        row = dict(zip(table.columns, values, strict=True))
        rows.append([_with_interval(row, column) for column in columns])
    return rows_view(columns, rows, label="accuracy by tier", caption=table.caption)


def _with_interval(row: dict[str, object], column: str) -> object:
    low, high = row.get(f"{column}_low"), row.get(f"{column}_high")
    if not (is_number(row[column]) and is_number(low) and is_number(high)):
        return row[column]
    ends = f"{quantity(low, 'rate').removesuffix(' %')}–{quantity(high, 'rate').removesuffix(' %')}"
    return f"{quantity(row[column], 'rate')} ({ends})"


def _cost(result: RunResult) -> Section:
    metric = result.metric("scaling_exponent")
    exponent = float(metric.value) if metric and is_number(metric.value) else None  # type: ignore[arg-type]
    timed = largest(result, "stages")
    source = source_of(result)
    if timed and timed.size and timed.size != "all":
        source = f"{source}, {size_words(timed.size)}"
    stages = figure_view("stages", lambda f: figures.stages(f, source), timed)
    sizes = largest(result, "scaling")
    if sizes is not None and len(sizes.rows) < 2:  # one size is no curve
        sizes = None
    scaling = figure_view("scaling", lambda f: figures.scaling(f, exponent), sizes)
    lead = "Wall time, and the true peak of resident memory while a stage ran."
    return Section("cost", "Time and memory", lead, _drawn(stages, scaling))


def _baseline(result: RunResult) -> Section:
    table = largest(result, "comparison")
    view = figure_view("comparison", figures.comparison, table)
    if view is None or table is None:
        return Section("baseline", "Against the baseline")
    rows = []
    for values in table.rows:
        row = dict(zip(table.columns, values, strict=True))
        unit = str(row.get("unit") or "")
        now, before = row.get("now"), row.get("baseline")
        rows.append(
            [
                metric_title(str(row.get("metric", ""))),
                quantity(before, unit, beside=(now,)),
                quantity(now, unit, beside=(before,)),
                change(now, before, unit),
                row.get("state"),
            ]
        )
    words = rows_view(
        ["metric", "baseline", "now", "change", "state"],
        rows,
        label="this run and the baseline",
        folded="The numbers: this run and the baseline",
    )
    bare = FigureView(**{**view.__dict__, "numbers": None})
    return Section("baseline", "Against the baseline", "", [bare], [words])


def _trends(result: RunResult) -> Section:
    views = [
        course.figure(
            result, name, headline.TITLES.get(name, metric_title(name)), _bound(result, name)
        )
        for name in course.metrics(result)
    ]
    lead = "This run after the last ones on the same data; for time and memory also with the same "
    lead += "parameters on the same class of machine."
    return Section("trends", "Trends over runs", lead, _drawn(*views))


def _inputs(result: RunResult) -> Section:
    bounds = {
        column: bound
        for metric, column in _COMPLETENESS.items()
        if (bound := _bound(result, metric)) is not None
    }
    source = source_of(result)
    complete = figure_view(
        "completeness",
        lambda f: figures.completeness(f, bounds, source),
        largest(result, "completeness"),
    )
    health = figure_view(
        "identifier_health",
        lambda f: figures.identifier_health(f, source),
        largest(result, "identifier_health"),
    )
    rules = largest(result, "validation")
    tables = [_rules(rules)] if rules and rules.rows else []
    return Section("inputs", "What came in", "", _drawn(complete, health), tables)


def _rules(table: Table) -> TableView:
    """The rules of validation, named in words."""
    rows = [
        [title_of(str(v)) if c == "rule" else v for c, v in zip(table.columns, row, strict=True)]
        for row in table.rows
    ]
    return rows_view(table.columns, rows, label=title_of(table.name), caption=table.caption)


def _checklist(result: RunResult) -> Section:
    table = largest(result, "checklist")
    if table is None or not table.rows:
        return Section("checklist", "Readiness")
    rows = [[with_sizes(v) if isinstance(v, str) else v for v in row] for row in table.rows]
    state = table.columns.index("state")
    passed = [row for row in rows if row[state] == "pass"]
    rest = [row for row in rows if row[state] != "pass"]
    views = [
        rows_view(table.columns, shown, label=label, caption=caption, folded=folded)
        for shown, label, caption, folded in (
            (rest, "items to look at", table.caption, ""),
            (passed, "items that pass", "", f"Items that pass ({len(passed)})"),
        )
        if shown
    ]
    return Section("checklist", "Readiness", "", [], views)


def _examples(result: RunResult) -> Section:
    names = sorted({t.name for t in result.tables if t.name.startswith("examples_")})
    tables = []
    for name in names:
        table = largest(result, name)
        if table and table.rows:
            title = table.caption or title_of(name.removeprefix("examples_"))
            count = "row" if len(table.rows) == 1 else "rows"
            folded = f"{one_line(title, 160)} ({len(table.rows)} {count})"
            tables.append(table_view(table, folded=folded))
    lead = "Awards to look at, with their keys. A row number is that of the award file, from 0."
    return Section("examples", "Examples", lead, [], tables)


def _others(result: RunResult) -> Section:
    """Tables that no section above asks for: nothing that was recorded is lost."""
    known = {
        "methods", "score_histogram", "probability_histogram", "accuracy_by_tier", "comparison",
        "precision_recall", "reliability", "stages", "scaling", "completeness", "validation",
        "identifier_health", "checklist", PAST,
    }  # fmt: skip
    names = sorted(
        {t.name for t in result.tables if not t.name.startswith(("rates_by_", "examples_"))} - known
    )
    tables = []
    for name in names:
        table = largest(result, name)
        if table and table.rows:
            title = one_line(table.caption or title_of(name), 160)
            tables.append(table_view(table, folded=title))
    return Section("more", "More tables", "", [], tables)
