"""The verdict on a run: its status, the exit code, and one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofbook.suite.gates import WARNING_STATES, holds_back
from proofbook.suite.result import GateOutcome, NotebookOutcome, NotebookStatus, RunStatus, Severity

#: A notebook that started and did not come to its end.
CRASHED: frozenset[NotebookStatus] = frozenset({"failed", "timed_out", "killed", "incomplete"})


#: What is said of one gate, and of several, in a state that warns.
_SAID = {
    "warn": ("warns", "warn"),
    "unresolved": ("is too noisy to judge", "are too noisy to judge"),
    "no_baseline": ("has no baseline", "have no baseline"),
    "fail": ("fails, which only warns", "fail, which only warns"),
    "missing": ("has no value", "have no value"),
}


@dataclass(frozen=True)
class Verdict:
    """A run's status, exit code and sentence."""

    status: RunStatus
    exit_code: int
    sentence: str


def unfinished(run_id: str) -> Verdict:
    """The verdict while a run goes on, and for ever if it is killed: never a pass."""
    words = f"Not finished. Continue with: proofbook run --resume {run_id}"
    return Verdict("interrupted", 130, words)


def verdict(
    notebooks: Sequence[NotebookOutcome], gates: Sequence[GateOutcome], *, fail_on: Severity
) -> Verdict:
    """The verdict on a run that has ended: crashed outranks failed, failed outranks warned."""
    crashed = [n for n in notebooks if n.status in CRASHED]
    failed = [g for g in gates if holds_back(g)]
    warned = [g for g in gates if is_warning(g)]
    held = [n.key for n in notebooks if n.status in ("blocked", "skipped")]
    rest = f" Not run: {', '.join(held)}." if held else ""
    if crashed:
        words = "; ".join(f"{n.key} {n.status.replace('_', ' ')}: {n.reason}" for n in crashed)
        return Verdict("crashed", 3, f"Crashed. {words}.{rest}")
    if failed:
        more = f" ({len(failed)} of {len(gates)} gates failed)" if len(failed) > 1 else ""
        return Verdict("failed", 1, f"Failed{more}. {failed[0].message}{rest}")
    if warned:
        words = "; ".join(_grouped(warned))
        refused = fail_on == "warn"
        start = "Failed on warnings" if refused else "Passed with warnings"
        return Verdict("warned", int(refused), f"{start}: {words}.")
    return Verdict("passed", 0, f"Passed: all {len(gates)} gates.")


def is_warning(gate: GateOutcome) -> bool:
    """Whether a gate neither passed nor holds anything back."""
    soft = gate.severity == "warn" and gate.state in ("fail", "missing")
    return soft or gate.state in WARNING_STATES


def _grouped(gates: Sequence[GateOutcome]) -> list[str]:
    """The gates in words by state: their titles, or their number where there are more than two."""
    by_state: dict[str, list[str]] = {}
    for gate in gates:
        by_state.setdefault(gate.state, []).append(gate.title or gate.metric)
    found = []
    for state, titles in by_state.items():
        one, several = _SAID.get(state, (state, state))
        who = f"{len(titles)} gates" if len(titles) > 2 else " and ".join(titles)
        found.append(f"{who} {one if len(titles) == 1 else several}")
    return found
