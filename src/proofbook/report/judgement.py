"""The verdict in words: what the gates found, what they hold back, what did not run."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import quote

from proofbook.report.theme import StateWords, state_words
from proofbook.report.views import TableView, largest, rows_view
from proofbook.report.words import change, exact, interval, number, one_line, quantity, size_words
from proofbook.suite.result import GateOutcome, NotebookOutcome, RunResult

#: Gates are listed by what needs attention first.
_ORDER = ("fail", "missing", "unresolved", "warn", "no_baseline", "pass")
_DEFAULT_VERDICT = {
    "passed": "Every gate passed.",
    "warned": "No gate failed; some warn.",
    "failed": "A gate failed.",
    "crashed": "A notebook did not run to its end.",
    "interrupted": "The run was stopped before its end.",
}
_MOST_REASONS = 8


@dataclass(frozen=True)
class Head:
    """What the top of every page of a run says."""

    run_id: str
    when: str
    status_word: str
    status: StateWords
    verdict: str


@dataclass(frozen=True)
class Reason:
    """One thing that decided the verdict, with the place in the page that explains it."""

    state: str
    title: str
    text: str
    anchor: str


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
    """All gates, those that need attention first, and an article for each that did not pass."""

    summary: str
    rows: list[GateView]
    findings: list[GateView]


@dataclass(frozen=True)
class Tile:
    """One headline figure with what to know about it."""

    title: str
    value: str
    note: str


def moment(iso: str) -> str:
    """A recorded time as a reader wants it.

    >>> moment("2026-11-23T08:05:12.123456+00:00")
    '2026-11-23 08:05 UTC'
    """
    found = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)\S*?(Z|\+00:00)?$", iso)
    if not found:
        return one_line(iso, 40)
    return f"{found[1]} {found[2]}{' UTC' if found[3] else ''}"


def anchor_of(*parts: str | None) -> str:
    """An id made of the words given."""
    text = "-".join(p for p in parts if p)
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:80].strip("-") or "x"


def broken(result: RunResult) -> list[tuple[str, NotebookOutcome]]:
    """The notebooks that did not run to their end, each with the id of its article."""
    found = [n for n in result.notebooks if n.status not in ("completed", "blocked", "skipped")]
    return [(f"{anchor_of('notebook', n.key)}-{i}", n) for i, n in enumerate(found, 1)]


def page_link(outcome: NotebookOutcome | None, up: str = "") -> str:
    """The address of a notebook's page relative to the report; empty when there is none."""
    return up + link(outcome.html) if outcome and outcome.html else ""


def link(path: str) -> str:
    """A path inside the run's folder as an address: never one with a scheme or a host."""
    return quote(path.lstrip("/"))


def head(result: RunResult) -> Head:
    """The head of a run's pages."""
    verdict = one_line(result.verdict, 300) or _DEFAULT_VERDICT.get(result.status, "No verdict.")
    provenance = result.provenance
    return Head(
        run_id=one_line(result.run_id, 80),
        when=moment(provenance.finished or provenance.started),
        status_word=result.status,
        status=state_words(result.status),
        verdict=verdict,
    )


def needed(gate: GateOutcome) -> str:
    """What the gate asks for, in words: the bound that fails, then the one that warns."""
    sign, beyond = ("≥", "under") if gate.direction == "higher" else ("≤", "over")
    parts = []
    if gate.fail is not None:
        parts.append(f"{sign} {exact(gate.fail, gate.unit)}")
    if gate.warn is not None and gate.warn != gate.fail:
        parts.append(f"warns {beyond} {exact(gate.warn, gate.unit)}")
    return "; ".join(parts) or "–"


def _gate(gate: GateOutcome, result: RunResult) -> GateView:
    books = {n.key: n for n in result.notebooks}
    book = books.get(gate.notebook)
    size = f" ({size_words(gate.size)})" if gate.size else ""
    held = [
        n for n in gate.blocks if gate.severity == "error" and gate.state in ("fail", "missing")
    ]
    explained = gate.state not in ("pass", "no_baseline") and not _never_measured(gate, result)
    return GateView(
        anchor=anchor_of("gate", gate.metric, gate.size) if explained else "",
        state=gate.state,
        title=one_line(gate.title or gate.metric, 120) + size,
        value=quantity(gate.value, gate.unit, beside=(gate.fail, gate.warn)),
        interval=interval(gate.low, gate.high, gate.unit),
        needed=needed(gate),
        baseline="" if gate.baseline is None else quantity(gate.baseline, gate.unit),
        change=change(gate.value, gate.baseline, gate.unit),
        notebook=one_line(gate.notebook, 60),
        href=page_link(book),
        message=one_line(gate.message, 600),
        extent=_extent(gate),
        blocks=f"It holds back {', '.join(one_line(n, 60) for n in held)}." if held else "",
        examples=_examples(gate),
        rerun=one_line(gate.rerun, 400),
    )


def _never_measured(gate: GateOutcome, result: RunResult) -> bool:
    """Whether the gate is missing only because its notebook was held back or not chosen."""
    status = {n.key: n.status for n in result.notebooks} | {
        n.name: n.status for n in result.notebooks
    }
    return gate.state == "missing" and status.get(gate.notebook) in ("blocked", "skipped")


def _extent(gate: GateOutcome) -> str:
    if gate.count is None:
        return ""
    share = f" ({quantity(gate.rate, 'rate')})" if gate.rate is not None else ""
    return f"{number(gate.count)} {'row breaches' if gate.count == 1 else 'rows breach'} it{share}."


def _examples(gate: GateOutcome) -> TableView | None:
    if not gate.examples:
        return None
    columns = list(dict.fromkeys(key for row in gate.examples for key in row))
    rows = [[row.get(key) for key in columns] for row in gate.examples]
    return rows_view(
        columns, rows, label=f"rows that show {gate.metric} {gate.size or gate.notebook}", most=20
    )


def gates(result: RunResult) -> GatesView:
    """The gates of a run, what needs attention first."""
    counts: Counter[str] = Counter(g.state for g in result.gates)
    parts = [f"{counts[s]} {state_words(s).words.lower()}" for s in _ORDER if counts[s]]
    total = len(result.gates)
    summary = (
        "No gate was judged."
        if not total
        else f"All {total} gates pass."
        if counts["pass"] == total
        else f"{total} gates: {', '.join(parts)}."
    )
    rank = {state: i for i, state in enumerate(_ORDER)}
    rows = [_gate(g, result) for g in sorted(result.gates, key=lambda g: rank.get(g.state, 0))]
    return GatesView(summary, rows, [row for row in rows if row.anchor])


def reasons(result: RunResult, view: GatesView) -> list[Reason]:
    """What decided the verdict: notebooks that broke, gates, then what these hold back."""
    found = [
        Reason(n.status, one_line(n.key, 60), _first(n), anchor) for anchor, n in broken(result)
    ]
    found += [
        Reason(g.state, g.title, f"{g.value}, needed {g.needed}. {g.blocks}".strip(), g.anchor)
        for g in view.findings
    ]
    more = len(found) - _MOST_REASONS
    found = found[:_MOST_REASONS]
    if more > 0:
        found.append(Reason("warn", f"and {more} more", "see the gates", "gates"))
    held = [n for n in result.notebooks if n.status == "blocked"]
    if held:
        keys = ", ".join(one_line(n.key, 60) for n in held)
        found.append(Reason("blocked", keys, "not run, for the reasons above", "notebooks"))
    return found


def _first(outcome: NotebookOutcome) -> str:
    if outcome.error:
        return one_line(f"{outcome.error.ename}: {outcome.error.evalue}", 240)
    return one_line(outcome.reason, 240)


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
