"""The gates in words: what each found, what it needs, what it holds back, which rows show it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from proofbook.report.places import anchor_of, page_link
from proofbook.report.theme import state_words
from proofbook.report.views import TableView, key_columns_first, rows_view
from proofbook.report.words import (
    change,
    count_of,
    exact,
    interval,
    one_line,
    quantity,
    size_beside,
    with_sizes,
)
from proofbook.suite.gate_defaults import DEFAULTS
from proofbook.suite.result import GateOutcome, RunResult

#: Metrics that are a change themselves: what they are the change of, and its unit.
_CHANGES = {"time_change_pct": "s", "memory_change_pct": "MB"}

#: Rows of a gate that the page shows; the spreadsheet beside it has all that were kept.
MOST_EXAMPLES = 6

#: Gates are listed by what needs attention first.
_ORDER = ("fail", "missing", "unresolved", "warn", "no_baseline", "pass")


@dataclass(frozen=True)
class GateView:
    """A gate's row, and, where it did not pass, what there is to say about it."""

    anchor: str
    state: str
    title: str
    value: str
    interval: str
    needed: str
    baseline: str
    change: str
    notebook: str
    href: str
    message: str
    extent: str
    blocks: str
    examples: TableView | None
    rerun: str


@dataclass(frozen=True)
class GatesView:
    """All gates, those that need attention first, and an article for each that did not pass.

    ``compared`` tells whether any of them has a baseline to show.
    """

    summary: str
    rows: list[GateView]
    findings: list[GateView]
    compared: bool


def needed(gate: GateOutcome) -> str:
    """What the gate asks for, in words: the bound that fails, then the one that warns."""
    sign, beyond = ("≥", "under") if gate.direction == "higher" else ("≤", "over")
    default = DEFAULTS.get(gate.metric)
    if default is not None and default.judge == "low" and gate.low is not None:
        sign = f"lower end {sign}"
    parts = []
    if gate.fail is not None:
        parts.append(f"{sign} {exact(gate.fail, gate.unit)}")
    if gate.warn is not None and gate.warn != gate.fail:
        parts.append(f"warns {beyond} {exact(gate.warn, gate.unit)}")
    return "; ".join(parts) or "–"


def _gate(gate: GateOutcome, result: RunResult) -> GateView:
    books = {n.key: n for n in result.notebooks}
    book = books.get(gate.notebook)
    held = [
        n for n in gate.blocks if gate.severity == "error" and gate.state in ("fail", "missing")
    ]
    explained = gate.state not in ("pass", "no_baseline") and not never_measured(gate, result)
    return GateView(
        anchor=anchor_of("gate", gate.metric, gate.size) if explained else "",
        state=gate.state,
        title=one_line(gate.title or gate.metric, 120) + size_beside(gate.size),
        value=quantity(gate.value, gate.unit, beside=(gate.fail, gate.warn)),
        interval=interval(gate.low, gate.high, gate.unit),
        needed=needed(gate),
        baseline="" if gate.baseline is None else quantity(gate.baseline, _base_unit(gate)),
        change="" if _is_change(gate) else change(gate.value, gate.baseline, gate.unit),
        notebook=one_line(gate.notebook, 60),
        href=page_link(book),
        message=one_line(with_sizes(gate.message), 600),
        extent=_extent(gate),
        blocks=f"It holds back {', '.join(one_line(n, 60) for n in held)}." if held else "",
        examples=_examples(gate),
        rerun=one_line(gate.rerun, 400),
    )


def _is_change(gate: GateOutcome) -> bool:
    return gate.metric in _CHANGES or gate.metric.endswith("_drop_pp")


def _base_unit(gate: GateOutcome) -> str:
    """The unit of the baseline: that of the metric, or of what the metric is the change of."""
    default = "rate" if gate.metric.endswith("_drop_pp") else gate.unit
    return _CHANGES.get(gate.metric, default)


def never_measured(gate: GateOutcome, result: RunResult) -> bool:
    """Whether the gate has no value only because its notebook did not run."""
    status = {n.key: n.status for n in result.notebooks} | {
        n.name: n.status for n in result.notebooks
    }
    return gate.state == "missing" and status.get(gate.notebook) in ("blocked", "skipped")


def _extent(gate: GateOutcome) -> str:
    """How many rows breach it; rows that have no share of all were kept to look at, no more."""
    if gate.count is None or gate.rate is None:
        return ""
    breach = "breaches" if gate.count == 1 else "breach"
    return f"{count_of(gate.count, 'row')} {breach} it ({quantity(gate.rate, 'rate')})."


def _examples(gate: GateOutcome) -> TableView | None:
    if not gate.examples:
        return None
    columns = key_columns_first(key for row in gate.examples for key in row)
    rows = [[row.get(key) for key in columns] for row in gate.examples]
    return rows_view(
        columns,
        rows,
        label=f"rows that show {gate.metric} {gate.size or gate.notebook}",
        most=MOST_EXAMPLES,
    )


def gates(result: RunResult) -> GatesView:
    """The gates of a run, what needs attention first."""
    counts: Counter[str] = Counter(g.state for g in result.gates)
    parts = [f"{counts[s]} {state_words(s).words.lower()}" for s in _ORDER if counts[s]]
    total = len(result.gates)
    summary = f"{count_of(total, 'gate')}: {', '.join(parts)}." if total else "No gate was judged."
    if any(n.status != "completed" for n in result.notebooks):
        summary += " Notebooks that did not run have judged nothing."
    rank = {state: i for i, state in enumerate(_ORDER)}
    rows = [_gate(g, result) for g in sorted(result.gates, key=lambda g: rank.get(g.state, 0))]
    return GatesView(
        summary,
        rows,
        findings=[row for row in rows if row.anchor],
        compared=any(row.baseline for row in rows),
    )
