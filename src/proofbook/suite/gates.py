"""Gates: a metric, its bounds and what a breach holds back; judged into one named state each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from proofbook.suite.result import GateOutcome, GateState, Metric, Severity

#: Values this close to a bound are at the bound: 0.75 - 0.70 is 0.050000000000000044.
TOLERANCE = 1e-9

#: States that hold back what is downstream, for a gate of severity error (law 3).
BLOCKING_STATES: frozenset[GateState] = frozenset({"fail", "missing"})

#: States that are no pass and no failure: shown, and counted by ``--fail-on warn``.
WARNING_STATES: frozenset[GateState] = frozenset({"warn", "unresolved", "no_baseline"})

#: How a metric is held against a bound: the value itself; the lower end of its 95 % interval
#: (an estimate must be shown to be good); or the whole interval (a change must be shown to be bad).
Judge = Literal["value", "low", "interval"]


@dataclass(frozen=True)
class Gate:
    """A metric's bounds; a value on the wrong side of ``warn`` warns, of ``fail`` fails.

    A bound of None is off. ``inclusive`` makes a value exactly at the fail bound a failure.
    ``any_drop`` warns at any drop whose 95 % interval excludes zero, in place of a warn bound.

    >>> Gate("match_rate", "higher", fail=0.70)
    match_rate >= 0.7 or fail
    """

    metric: str
    better: Literal["higher", "lower"]
    warn: float | None = None
    fail: float | None = None
    severity: Severity = "error"
    blocks: tuple[str, ...] = ()
    judge: Judge = "value"
    inclusive: bool = False
    any_drop: bool = False
    baseline: bool = False
    every_size: bool = False
    title: str = ""
    remedy: str = ""

    def __repr__(self) -> str:
        sign = (">=" if self.better == "higher" else "<=") if not self.inclusive else "<"
        parts = [
            f"{sign} {bound:g} or {word}"
            for bound, word in ((self.warn, "warn"), (self.fail, "fail"))
            if bound is not None
        ]
        if self.any_drop:
            parts.insert(0, "no significant drop or warn")
        return f"{self.metric} {', '.join(parts) or 'not judged'}"

    @property
    def active(self) -> bool:
        """Whether any bound is set."""
        return self.warn is not None or self.fail is not None or self.any_drop


@dataclass(frozen=True)
class Evidence:
    """Rows that show a breach: at most 20 examples with their keys, how many, and which share."""

    examples: list[dict[str, Any]] = field(default_factory=list)
    count: int | None = None
    rate: float | None = None


def _over(value: float, bound: float, better: str, *, inclusive: bool = False) -> bool:
    """Whether the value lies on the wrong side of the bound, within the documented tolerance."""
    excess = bound - value if better == "higher" else value - bound
    return excess >= -TOLERANCE if inclusive else excess > TOLERANCE


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _state(gate: Gate, metric: Metric | None) -> GateState:
    """The state a gate is in: a number is judged, its absence has a name of its own (law 3)."""
    if gate.baseline and (metric is None or metric.value is None):
        return "no_baseline"
    if metric is None or not _finite(metric.value) or (gate.judge == "low" and metric.low is None):
        return "missing"
    if any(end is not None and not math.isfinite(end) for end in (metric.low, metric.high)):
        return "missing"
    return _judged(gate, metric)


def _judged(gate: Gate, metric: Metric) -> GateState:
    """Pass, warn, fail or unresolved, for a metric whose numbers are all there."""
    value, low, high = float(metric.value or 0), metric.low, metric.high
    surely = maybe = low if gate.judge == "low" and low is not None else value
    if gate.judge == "interval" and low is not None and high is not None:
        surely, maybe = (low, high) if gate.better == "lower" else (high, low)
    if gate.fail is not None:
        if _over(surely, gate.fail, gate.better, inclusive=gate.inclusive):
            return "fail"
        if _over(maybe, gate.fail, gate.better, inclusive=gate.inclusive):
            return "unresolved"
    judged = value if gate.judge == "interval" else surely
    dropped = gate.any_drop and _over(value if low is None else low, 0.0, "lower")
    warned = gate.warn is not None and _over(judged, gate.warn, gate.better)
    return "warn" if dropped or warned else "pass"


def number(value: float | int | str | None, unit: str = "") -> str:
    """A value as a reader wants it, with its unit; rates as percent.

    >>> number(0.6412, "rate"), number(5.0, "pp"), number(1234567, "rows"), number(None)
    ('64.1 %', '5.0 pp', '1,234,567 rows', 'no value')
    """
    if value is None:
        return "no value"
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return f"{value} (not a finite number)"
    if unit == "rate":
        return f"{value * 100:.4g} %"
    if unit in {"pp", "pct"}:
        return f"{value:.1f} {'%' if unit == 'pct' else unit}"
    text = (
        f"{value:,.4g}" if isinstance(value, float) and not value.is_integer() else f"{value:,.0f}"
    )
    return f"{text} {unit}".rstrip()


def at_size(size: str | None) -> str:
    """A size for the end of a title; nothing where there is no other: all of the files.

    >>> at_size("1000x5000"), at_size("all"), at_size(None)
    (' at 1000x5000', '', '')
    """
    return f" at {size}" if size not in (None, "all") else ""


def _message(gate: Gate, state: GateState, metric: Metric | None, where: str) -> str:
    """One sentence: what, got, need, what to do next."""
    unit = metric.unit if metric else ""
    value = metric.value if metric else None
    what = f"{gate.title or gate.metric}{where}"
    if state == "no_baseline":
        note = metric.note if metric and metric.note else "no baseline to compare with"
        return f"{what}: not judged, {note}. Promote a passed run: proofbook baseline promote"
    if state == "missing":
        got = "was not recorded" if metric is None else f"is {number(value)}"
        if metric is not None and metric.note:
            got += f" ({metric.note})"
        after = f"Next: {gate.remedy}." if metric and metric.note else "Run the notebook again"
        return f"{what}: {gate.metric} {got}, a finite number is needed. {after}"
    got = number(value, unit)
    if metric is not None and metric.low is not None and metric.high is not None:
        got += f" (95 % interval {number(metric.low, unit)} to {number(metric.high, unit)})"
    bound = gate.warn if state == "warn" and gate.warn is not None else gate.fail
    if bound is None and gate.warn is not None:
        bound = gate.warn
    if state == "warn" and gate.any_drop:
        need = "no significant drop"
    elif bound is None:
        need = "no bound"
    else:
        limit = (
            "at least" if gate.better == "higher" else "less than" if gate.inclusive else "at most"
        )
        edge = "a lower end of " if gate.judge == "low" else ""
        need = f"{edge}{limit} {number(bound, unit)}"
    if state == "pass":
        return f"{what} is {got}; needed {need}."
    if state == "unresolved":
        return f"{what} is {got}: too noisy to say; needed {need}. Next: {gate.remedy}."
    return f"{what} is {got}; needed {need}. Next: {gate.remedy}."


def evaluate(
    gate: Gate,
    metric: Metric | None,
    *,
    notebook: str = "",
    size: str | None = None,
    evidence: Evidence | None = None,
    rerun: str = "",
) -> GateOutcome:
    """What the gate finds in a recorded metric; None means that it was never recorded."""
    state = _state(gate, metric)
    evidence = evidence or Evidence()
    value = (
        metric.value
        if metric and (isinstance(metric.value, str) or _finite(metric.value))
        else None
    )
    return GateOutcome(
        metric=gate.metric,
        state=state,
        severity=gate.severity,
        value=value,
        warn=gate.warn,
        fail=gate.fail,
        direction=gate.better,
        notebook=notebook or (metric.notebook if metric else ""),
        size=size or (metric.size if metric else None),
        low=metric.low if metric else None,
        high=metric.high if metric else None,
        unit=metric.unit if metric else "",
        title=gate.title or gate.metric,
        message=_message(gate, state, metric, at_size(size)),
        blocks=list(gate.blocks),
        count=evidence.count,
        rate=evidence.rate,
        examples=evidence.examples[:20],
        baseline=metric.baseline if metric else None,
        rerun=rerun,
    )


def frame(outcomes: Sequence[GateOutcome]) -> pd.DataFrame:
    """The gates as a table of words; a gate that did not pass has its message."""
    return pd.DataFrame(
        [
            {
                "gate": o.title,
                "value": number(o.value, o.unit),
                "warn": "" if o.warn is None else number(o.warn, o.unit),
                "fail": "" if o.fail is None else number(o.fail, o.unit),
                "state": o.state,
                "message": "" if o.state == "pass" else o.message,
            }
            for o in outcomes
        ]
    )


def holds_back(outcome: GateOutcome) -> bool:
    """Whether this outcome blocks the notebooks it names."""
    return outcome.severity == "error" and outcome.state in BLOCKING_STATES


def adjusted(gate: Gate, bounds: dict[str, Any]) -> Gate:
    """The gate with the bounds, severity and blocks that a parameter gives."""
    if "blocks" in bounds:
        bounds = {**bounds, "blocks": tuple(bounds["blocks"])}
    return replace(gate, **bounds)


def evaluate_all(
    gates: Sequence[Gate],
    metrics: Sequence[Metric],
    evidence: dict[str, Evidence],
    *,
    notebook: str,
    size: str | None,
    rerun: str = "",
) -> list[GateOutcome]:
    """The outcomes of these gates over the metrics of one executed notebook, in their order."""
    found = {m.name: m for m in metrics}
    return [
        evaluate(
            gate,
            found.get(gate.metric),
            notebook=notebook,
            size=size,
            evidence=evidence.get(gate.metric),
            rerun=rerun,
        )
        for gate in gates
    ]
