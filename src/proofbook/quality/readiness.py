"""The deployment checklist: what the gates of the notebooks before it found, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from proofbook.suite.gates import at_size, number
from proofbook.suite.result import GateOutcome

_ORDER = ("fail", "missing", "unresolved", "warn", "no_baseline", "pass")


@dataclass(frozen=True)
class Readiness:
    """``items[item, state, value, need, why]``, worst first, and how many of them block or warn."""

    items: pd.DataFrame
    failures: int
    warnings: int


def readiness(outcomes: Sequence[GateOutcome]) -> Readiness:
    """What the gates say about going into service; nothing judged is itself a failure (law 3).

    An item blocks when a gate of severity error failed or has no value; every other state that is
    not a pass is a warning.
    """
    ordered = sorted(outcomes, key=lambda o: _ORDER.index(o.state))
    rows = [
        (
            o.title + at_size(o.size),
            o.state.replace("_", " "),
            number(o.value, o.unit),
            _need(o),
            "" if o.state == "pass" else o.message,
        )
        for o in ordered
    ]
    if not rows:
        rows = [("Gates", "missing", "no value", "at least one gate", "No gate judged this run.")]
    blocking = sum(o.severity == "error" and o.state in ("fail", "missing") for o in outcomes)
    passed = sum(o.state == "pass" for o in outcomes)
    return Readiness(
        pd.DataFrame(rows, columns=["item", "state", "value", "need", "why"]),
        failures=blocking if outcomes else 1,
        warnings=len(outcomes) - passed - blocking,
    )


def _need(outcome: GateOutcome) -> str:
    """The bounds in words: what it must be so as not to fail, and not to warn."""
    higher = outcome.direction == "higher"
    bounds = []
    if outcome.fail is not None:
        bounds.append(f"{'≥' if higher else '≤'} {number(outcome.fail, outcome.unit)}")
    if outcome.warn is not None:
        bounds.append(
            f"a warning {'under' if higher else 'over'} {number(outcome.warn, outcome.unit)}"
        )
    return "; ".join(bounds)
