"""Drift: many small steps, each within its bounds, seen against the best of the last runs.

A baseline may be promoted anew at every step; then 80 % sinks to 64 % in steps of four points and
each one passes. So a run is held against the best that the last comparable runs have reached, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from proofbook.params import Settings
from proofbook.quality.metrics import DEFINITIONS
from proofbook.quality.regression import DROPS, changes
from proofbook.suite.baselines import Baseline, Circumstances, differences
from proofbook.suite.gates import Gate, evaluate
from proofbook.suite.history import Entry, Value
from proofbook.suite.result import GateOutcome, Metric

#: How many runs back the best is looked for.
LAST = 10

#: The metrics whose gates are also held against the best, with the metric that they compare.
#: Not time: single runs differ by a factor on a busy machine, and the best of ten is the luckiest,
#: so it would warn of noise; ``proofbook history`` shows its trend and jumps. Memory warns only.
JUDGED = {**DROPS, "memory_change_pct": "peak_memory_mb"}


def gate_name(metric: str) -> str:
    """The name of the gate against the best, from that against the baseline.

    >>> gate_name("match_rate_drop_pp")
    'match_rate_best_drop_pp'
    """
    stem, kind, unit = metric.rsplit("_", 2)
    return f"{stem}_best_{kind}_{unit}"


def gates(settings: Settings) -> dict[str, Gate]:
    """The active gates against the best, by the metric of the gate against the baseline."""
    return {
        metric: replace(
            gate,
            metric=gate_name(metric),
            severity=gate.severity if metric in DROPS else "warn",
            title=f"{gate.title.removesuffix(' against the baseline')}, against the best of the "
            f"last {LAST} runs",
        )
        for metric in JUDGED
        if (gate := settings.gate(metric)).active
    }


def best(entries: Sequence[Entry], now: Circumstances, size: str) -> list[tuple[Metric, str]]:
    """The best of the last comparable runs, metric by metric, with the run that reached it.

    Only runs that passed, warnings included, on equal data; for memory also with equal
    parameters on one class of machine.
    """
    sound = [e for e in entries if e.status in ("passed", "warned")]
    apart = [(e, *differences(e.circumstances, now)) for e in sound]
    alike = [e for e, quality, _ in apart if not quality][-LAST:]
    as_fast = [e for e, _, speed in apart if not speed][-LAST:]
    found = []
    for change, name in JUDGED.items():
        definition = DEFINITIONS[name]
        key = (name, size if definition.per_size else None)
        runs = [e for e in (alike if change in DROPS else as_fast) if key in e.values]
        if runs:
            sign = 1 if definition.direction == "higher" else -1
            top = max(runs, key=lambda e: sign * e.values[key].value)
            found.append((_metric(name, key[1], top.values[key]), top.run_id))
    return found


def _metric(name: str, size: str | None, of: Value) -> Metric:
    return Metric(name, of.value, size=size, low=of.low, high=of.high, n=of.n)


def judge(
    metrics: Sequence[Metric],
    entries: Sequence[Entry],
    now: Circumstances,
    settings: Settings,
    *,
    notebook: str,
    rerun: str = "",
) -> list[GateOutcome]:
    """What the gates on changes find against the best of the last runs; nothing without such runs.

    Bounds are those against the baseline.
    """
    size = settings.effective_sizes()[-1]
    reached = best(entries, now, size)
    if not reached:
        return []
    runs = {metric.name: run for metric, run in reached}
    reference = Baseline("best", "", "", "", None, now, [metric for metric, _ in reached])
    outcomes, judged = [], gates(settings)
    for change in changes(reference, metrics, size):
        gate, run = judged.get(change.metric), runs.get(JUDGED.get(change.metric, ""))
        if gate is None or run is None or change.value is None:
            continue
        gate = replace(gate, title=f"{gate.title} ({run})")
        unit = DEFINITIONS[change.metric].unit
        found = Metric(gate.metric, change.value, unit=unit, low=change.low, high=change.high)
        outcome = evaluate(gate, found, notebook=notebook, rerun=rerun)
        shown = change.baseline if change.metric in DROPS else None
        outcomes.append(replace(outcome, baseline=shown))
    return outcomes
