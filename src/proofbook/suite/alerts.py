"""Alerts: every breach of a run as data, its severity growing with the breach."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from proofbook.suite.gate_defaults import DEFAULTS
from proofbook.suite.result import Alert, AlertSeverity, GateOutcome, NotebookOutcome
from proofbook.suite.verdict import CRASHED

#: Alerts from the gravest to the least.
ORDER: tuple[AlertSeverity, ...] = ("critical", "error", "warning", "notice")

#: A failure that exceeds its bound by this share of it is critical: twice a limit of what should
#: be low, or a fifth below what should be high.
CRITICAL = {"lower": 1.0, "higher": 0.2}


def alerts(notebooks: Sequence[NotebookOutcome], gates: Sequence[GateOutcome]) -> list[Alert]:
    """The alerts of a run, gravest first: notebooks that broke, and gates that did not pass."""
    found = [
        Alert(
            "critical", n.status, n.key, f"{n.key} {n.status.replace('_', ' ')}: {n.reason}",
            notebook=n.key, size=n.size,
        )
        for n in notebooks
        if n.status in CRASHED
    ]  # fmt: skip
    found += [_of(gate) for gate in gates if gate.state != "pass"]
    return sorted(found, key=lambda a: ORDER.index(a.severity))


def _of(gate: GateOutcome) -> Alert:
    bound = gate.warn if gate.state == "warn" and gate.warn is not None else gate.fail
    excess = _excess(gate, bound)
    return Alert(
        _severity(gate, excess),
        gate.state,
        gate.metric,
        gate.message,
        notebook=gate.notebook,
        size=gate.size,
        value=gate.value,
        bound=bound,
        excess=excess,
        rerun=gate.rerun,
    )


def _excess(gate: GateOutcome, bound: float | None) -> float | None:
    """How far what is judged is beyond the bound, as a share of it; None where that says nothing.

    That is the value, or the lower end of its interval where the gate judges this.
    """
    default = DEFAULTS.get(gate.metric)
    judged = gate.low if default is not None and default.judge == "low" else gate.value
    if bound is None or not isinstance(judged, int | float):
        return None
    beyond = bound - judged if gate.direction == "higher" else judged - bound
    return beyond / abs(bound) if bound else None


def _severity(gate: GateOutcome, excess: float | None) -> AlertSeverity:
    if gate.state == "no_baseline":
        return "notice"
    if gate.state in ("warn", "unresolved") or gate.severity == "warn":
        return "warning"
    if gate.state == "fail":
        law = gate.fail == 0
        if law or (excess is not None and excess >= CRITICAL[gate.direction]):
            return "critical"
    return "error"


def log(found: Sequence[Alert]) -> str:
    """The alerts as JSON lines, for ``logs/alerts.jsonl``."""
    return "".join(json.dumps(asdict(a), ensure_ascii=False, allow_nan=False) + "\n" for a in found)
