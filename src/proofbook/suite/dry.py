"""What a run would do: its order, its parameters with their origin, and its gates, as text."""

from __future__ import annotations

from collections.abc import Sequence

from proofbook.suite.gates import Gate, number
from proofbook.suite.layers import Effective
from proofbook.suite.plan import Step, gates_of


def describe(steps: Sequence[Step], effective: Effective) -> str:
    """The dry run of these steps."""
    settings = effective.settings
    order = [[str(i), step.key, f"{len(step.metrics)} metrics"] for i, step in enumerate(steps, 1)]
    given = [[p.key, _word(p.value), p.origin] for p in effective.parameters]
    judged = [_gate(step, g) for step in steps for g in gates_of(settings, step.name, step.size)]
    parts = {
        "Order": order,
        "Parameters (gates below)": [row for row in given if not row[0].startswith("gates.")],
        "Parameters of gates that are not default": [
            row for row in given if row[0].startswith("gates.") and row[2] != "default"
        ],
        "Gates": [["metric", "step", "warn", "fail", "severity", "blocks"], *judged],
    }
    return "\n\n".join(f"{title}\n{_columns(rows)}" for title, rows in parts.items() if rows)


def _gate(step: Step, gate: Gate) -> list[str]:
    sign = "<" if gate.better == "higher" else ">=" if gate.inclusive else ">"
    warn = "significant drop" if gate.any_drop else _bound(gate.warn, sign)
    blocks = ", ".join(name.partition("_")[0] for name in gate.blocks)
    return [
        gate.metric,
        step.key,
        warn,
        _bound(gate.fail, sign),
        gate.severity,
        blocks or "nothing",
    ]


def _bound(bound: float | None, sign: str) -> str:
    return "" if bound is None else f"{sign} {number(bound)}"


def _word(value: object) -> str:
    return {"": "(empty)", "None": "null", "[]": "(empty)"}.get(str(value), str(value))


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ("  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) for r in rows)
    return "\n".join(f"  {line.rstrip()}" for line in lines)
