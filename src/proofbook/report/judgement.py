"""The verdict in words: whether the enrichment may be used, and what decided it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from proofbook.report.gatelist import GatesView, GateView, never_measured
from proofbook.report.places import anchor_of, moment
from proofbook.report.theme import StateWords, state_words
from proofbook.report.words import ABSENT, count_of, number, one_line, with_sizes
from proofbook.suite.result import NotebookOutcome, RunResult

_MOST_REASONS = 8


@dataclass(frozen=True)
class Head:
    """What the top of every page of a run says: the verdict, and its reason as recorded."""

    run_id: str
    when: str
    status_word: str
    status: StateWords
    verdict: str
    detail: str


@dataclass(frozen=True)
class Reason:
    """One thing that decided the verdict, with the place in the page that explains it."""

    state: str
    title: str
    text: str
    anchor: str


def head(result: RunResult) -> Head:
    """The head of a run's pages."""
    provenance = result.provenance
    return Head(
        run_id=one_line(result.run_id, 80),
        when=moment(provenance.finished or provenance.started),
        status_word=result.status,
        status=state_words(result.status),
        verdict=verdict(result),
        detail=one_line(with_sizes(result.verdict), 600),
    )


def verdict(result: RunResult) -> str:
    """Whether the enrichment may be used, and why, in one sentence.

    Only a run that judged something and found nothing wrong says that it may.
    """
    count = Counter[str](g.state for g in result.gates if not never_measured(g, result))
    failed = count_of(count["fail"], "gate") + " failed" if count["fail"] else ""
    missing = count_of(count["missing"], "gate") + " had no value" if count["missing"] else ""
    wrong = " and ".join(p for p in (failed, missing) if p) or _noted(count)
    ended = [n.key for _, n in broken(result)]
    absent = [n for n in result.notebooks if n.status in ("blocked", "skipped")]
    if result.status in ("passed", "warned") and result.exit_code == 0 and result.gates:
        judged = f"{wrong}, none failed" if result.status == "warned" else "Every gate passed"
        if absent:
            missed = count_of(len(absent), "notebook")
            return f"{judged}, but {missed} did not run: there is no full verdict."
        return f"{judged}: the enrichment may be used."
    if result.status == "crashed":
        which = one_line(", ".join(ended), 120) or "A notebook"
        return f"{which} did not run to its end: there is no verdict."
    if result.status == "interrupted" or not result.gates:
        return "The run did not come to its end: there is no verdict."
    return f"{wrong}: the enrichment may not be used."


def _noted(count: Counter[str]) -> str:
    """What neither passed nor failed, in words."""
    soft, bare = count["warn"] + count["unresolved"], count["no_baseline"]
    parts = [f"{count_of(soft, 'gate')} {'needs' if soft == 1 else 'need'} a look"] if soft else []
    if bare or not soft:
        who = number(bare) if soft else count_of(bare, "gate")
        parts.append(f"{who} {'has' if bare == 1 else 'have'} no baseline")
    return ", ".join(parts)


def broken(result: RunResult) -> list[tuple[str, NotebookOutcome]]:
    """The notebooks that did not run to their end, each with the id of its article."""
    found = [n for n in result.notebooks if n.status not in ("completed", "blocked", "skipped")]
    return [(f"{anchor_of('notebook', n.key)}-{i}", n) for i, n in enumerate(found, 1)]


def reasons(result: RunResult, view: GatesView) -> list[Reason]:
    """What decided the verdict: notebooks that broke, gates, then what these hold back."""
    found = [
        Reason(n.status, one_line(n.key, 60), _first(n), anchor) for anchor, n in broken(result)
    ]
    found += [
        Reason(g.state, g.title, f"{got(g)}, needed {g.needed}. {g.blocks}".strip(), g.anchor)
        for g in view.findings
    ]
    more = len(found) - _MOST_REASONS
    found = found[:_MOST_REASONS]
    if more > 0:
        found.append(Reason("warn", f"and {more} more", "see the gates", "gates"))
    for status in ("blocked", "skipped"):
        keys = [one_line(n.key, 60) for n in result.notebooks if n.status == status]
        if keys:
            found.append(Reason(status, ", ".join(keys), "not run", "notebooks"))
    return found


def got(gate: GateView) -> str:
    """What a gate found: its value with the interval, or that there is none."""
    if gate.value == ABSENT:
        return "no value"
    return f"{gate.value} ({gate.interval})" if gate.interval else gate.value


def _first(outcome: NotebookOutcome) -> str:
    if outcome.error:
        return one_line(f"{outcome.error.ename}: {outcome.error.evalue}", 240)
    return one_line(outcome.reason, 240)
