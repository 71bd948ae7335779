"""Faults of a value: every gate must fail beyond its bound, and take no absent value for a pass."""

from __future__ import annotations

from functools import partial

from proofbook.selftest.fault import Fault
from proofbook.suite.gate_defaults import DEFAULTS
from proofbook.suite.gates import Gate, evaluate
from proofbook.suite.result import GateState, Metric

#: How far beyond a bound a fault is planted: hardly.
STEP = 0.001


def _metric(gate: Gate, value: float | None) -> Metric:
    return Metric(gate.metric, value, low=value, high=value, n=1000)


def _is(gate: Gate, metric: Metric | None, *states: GateState) -> str | None:
    found = evaluate(gate, metric)
    return found.message if found.state in states else None


def _beyond(gate: Gate, bound: float, state: GateState) -> str | None:
    """A value beyond the bound gets the state; one as far inside does not."""
    worse = -STEP if gate.better == "higher" else STEP
    if _is(gate, _metric(gate, bound - worse), state):
        return None
    return _is(gate, _metric(gate, bound + worse), state)


def _at(gate: Gate, bound: float) -> str | None:
    return _is(gate, _metric(gate, bound), "fail")


def _drop(gate: Gate) -> str | None:
    sure = Metric(gate.metric, 1.0, low=0.5, high=1.5, n=1000)
    chance = Metric(gate.metric, 1.0, low=-0.5, high=2.5, n=1000)
    return None if _is(gate, chance, "warn") else _is(gate, sure, "warn")


def _absent(gate: Gate, value: float | None, recorded: bool) -> str | None:
    metric = _metric(gate, value) if recorded else None
    return _is(gate, metric, "no_baseline" if gate.baseline and value is None else "missing")


def _faults(gate: Gate) -> list[Fault]:
    found = []
    bounds: list[tuple[GateState, float | None]] = [("fail", gate.fail), ("warn", gate.warn)]
    for state, bound in bounds:
        if bound is not None:
            plant = partial(_beyond, gate, bound, state)
            found.append(Fault("gate", f"{gate.metric} is beyond its {state} bound", plant))
    if gate.inclusive and gate.fail is not None:
        found.append(
            Fault("gate", f"{gate.metric} is at its fail bound", partial(_at, gate, gate.fail))
        )
    if gate.any_drop:
        found.append(Fault("gate", f"{gate.metric} is a small, sure drop", partial(_drop, gate)))
    for words, value, recorded in (
        ("is not a number", float("nan"), True),
        ("is infinite", float("inf"), True),
        ("was not recorded", None, False),
    ):
        plant = partial(_absent, gate, value, recorded)
        found.append(Fault("gate", f"{gate.metric} {words}", plant))
    return found


FAULTS = [fault for gate in DEFAULTS.values() if gate.active for fault in _faults(gate)]
