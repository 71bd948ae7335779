"""What differs between two runs themselves: gates, metrics, parameters, circumstances."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from proofbook.quality.regression import APART_PCT, MEASURED
from proofbook.report.sections import Section
from proofbook.report.views import TableView, rows_view
from proofbook.report.words import (
    change,
    count_of,
    is_number,
    metric_title,
    number,
    one_line,
    quantity,
    size_beside,
)
from proofbook.suite.result import GateOutcome, Metric, RunResult


def between(was: RunResult, now: RunResult) -> list[Section]:
    """A section for each; of what is equal the number is said."""
    return [_gates(was, now), _metrics(was, now), _parameters(was, now), _around(was, now)]


def _gates(was: RunResult, now: RunResult) -> Section:
    """The gates whose state differs, then those whose value does."""
    pairs = _paired(was.gates, now.gates)
    moved = [p for p in pairs if _state(p[0]) != _state(p[1])]
    other = [p for p in pairs if _state(p[0]) == _state(p[1])]
    rows = [_gate_row(*pair) for pair in moved]
    same = count_of(len(other), "gate")
    lead = f"{count_of(len(moved), 'gate')} changed state, {same} kept it."
    table = rows_view(
        ["gate", "was", "is now", "value before", "value now"],
        rows,
        label="gates that changed state",
        units={"was": "state", "is now": "state"},
    )
    return Section("gates", "Gates", lead, tables=[table] if rows else [])


def _state(gate: GateOutcome | None) -> str:
    return "" if gate is None else gate.state


def _gate_row(was: GateOutcome | None, now: GateOutcome | None) -> list[Any]:
    known = now or was
    assert known is not None
    title = f"{one_line(known.title or known.metric, 120)}{size_beside(known.size)}"
    values = ["" if g is None else quantity(g.value, g.unit) for g in (was, now)]
    return [title, _state(was) or "not there", _state(now) or "not there", *values]


def _metrics(was: RunResult, now: RunResult) -> Section:
    pairs = _paired(was.metrics, now.metrics, "name")
    differing = [p for p in pairs if _value(p[0]) != _value(p[1])]
    equal = len(pairs) - len(differing)
    lead = f"{_differ(len(differing), 'metric')}, {number(equal)} {'is' if equal == 1 else 'are'} "
    lead += "equal."
    if was.provenance.machine_class != now.provenance.machine_class:
        lead += " Times and memory are of different machines."
    table = rows_view(
        ["metric", "before", "now", "change", "state"],
        [_metric_row(*pair) for pair in differing],
        label="metrics that differ",
        most=200,
    )
    return Section("metrics", "Metrics", lead, tables=[table] if differing else [])


def _value(metric: Metric | None) -> object:
    return None if metric is None else metric.value


def _metric_row(was: Metric | None, now: Metric | None) -> list[Any]:
    known = now or was
    assert known is not None
    before, after = _value(was), _value(now)
    return [
        f"{metric_title(known.name)}{size_beside(known.size)}",
        quantity(before, known.unit, beside=(after,)),
        quantity(after, known.unit, beside=(before,)),
        change(after, before, known.unit),
        _judged(known, before, after),
    ]


def _judged(metric: Metric, before: Any, after: Any) -> str:
    """Better, worse or same by its direction; what a clock measures is the same within 10 %."""
    if not (is_number(before) and is_number(after)) or metric.direction == "none":
        return ""
    if metric.unit in MEASURED and abs(after - before) <= APART_PCT / 100 * abs(before):
        return "same"
    return "better" if (after > before) == (metric.direction == "higher") else "worse"


def _paired(was: Iterable[Any], now: Iterable[Any], name: str = "metric") -> list[tuple[Any, Any]]:
    """What was and is, by name and size, in the order of the later run."""
    before = {(getattr(x, name), x.size): x for x in was}
    after = {(getattr(x, name), x.size): x for x in now}
    return [(before.get(key), after.get(key)) for key in dict.fromkeys([*after, *before])]


def _parameters(was: RunResult, now: RunResult) -> Section:
    before = {p.key: p for p in was.parameters}
    after = {p.key: p for p in now.parameters}
    keys = [
        key
        for key in dict.fromkeys([*after, *before])
        if key not in before or key not in after or before[key].value != after[key].value
    ]
    rows = [
        [key] + [part for side in (before, after) for part in _parameter(side.get(key))]
        for key in keys
    ]
    columns = ["parameter", "before", "its origin", "now", "origin now"]
    table = rows_view(columns, rows, label="parameters that differ", most=200)
    lead = f"{_differ(len(keys), 'parameter')}." if keys else "All are equal."
    return Section("parameters", "Parameters", lead, tables=[table] if keys else [])


def _differ(count: int, noun: str) -> str:
    return f"{count_of(count, noun)} {'differs' if count == 1 else 'differ'}"


def _parameter(parameter: Any) -> tuple[Any, str]:
    if parameter is None:
        return None, ""
    value = parameter.value
    text = str(value) if is_number(value) else value  # as it was given
    return text, parameter.origin


def _around(was: RunResult, now: RunResult) -> Section:
    """Commit, machine, inputs, versions and notebooks that differ."""
    sides = [_circumstances(run) for run in (was, now)]
    keys = [k for k in dict.fromkeys([*sides[1], *sides[0]]) if sides[0].get(k) != sides[1].get(k)]
    rows = [[key, sides[0].get(key), sides[1].get(key)] for key in keys]
    table: TableView = rows_view(["what", "before", "now"], rows, label="circumstances", most=200)
    lead = "What else differs." if rows else "Commit, machine, inputs and versions are equal."
    return Section("around", "Circumstances", lead, tables=[table] if rows else [])


def _circumstances(run: RunResult) -> dict[str, str | None]:
    known = run.provenance
    inputs = {
        f"input: {i.role}": f"{PurePath(i.path).name}, SHA-256 {i.sha256[:12]}…"
        for i in known.inputs
    }
    versions = {f"version: {name}": text for name, text in sorted(known.versions.items())}
    books = {f"notebook: {n.key}": n.source for n in run.notebooks}
    return {
        "command": known.command,
        "commit": known.commit,
        "machine": known.machine_class,
        **inputs,
        **books,
        **versions,
    }
