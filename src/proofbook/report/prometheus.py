"""A run as a Prometheus text file, for the textfile collector of node_exporter."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import get_args

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from proofbook.report.words import is_number, one_line
from proofbook.suite.result import AlertSeverity, GateState, Metric, RunResult, RunStatus

METRICS_PROM = "metrics.prom"

#: Our unit: the suffix in Prometheus, where base units are asked for, and the factor to it.
_UNITS = {
    "rate": ("ratio", 1.0),
    "pct": ("ratio", 0.01),
    "pp": ("ratio", 0.01),
    "MB": ("bytes", 1e6),
    "s": ("seconds", 1.0),
}
_OWN_UNIT = re.compile(r"_(rate|pct|pp|mb|seconds)$")
#: Names that say nothing without the notebook they stand in, or whose unit is not at the end.
_NAMES = {
    "seconds": "enrichment_seconds",
    "cpu_seconds": "enrichment_cpu_seconds",
    "seconds_per_award": "enrichment_award_seconds",
}


def metric_name(metric: Metric) -> str:
    """The name in Prometheus: ours with the base unit as its suffix.

    >>> metric_name(Metric("match_rate", 0.8, "rate")), metric_name(Metric("seconds", 2.0, "s"))
    ('proofbook_match_ratio', 'proofbook_enrichment_seconds')
    """
    name = _NAMES.get(metric.name)
    if name is None:
        suffix = _UNITS.get(metric.unit, ("", 1.0))[0]
        stem = _OWN_UNIT.sub("", metric.name) if suffix else metric.name
        name = f"{stem}_{suffix}" if suffix else stem
    return re.sub(r"\W", "_", f"proofbook_{name}", flags=re.ASCII)


def prometheus_text(result: RunResult) -> str:
    """The run in the text format of Prometheus: its metrics, gates, notebooks and alerts.

    A metric without a number is left out, so that ``absent()`` finds it; states are 0 or 1.
    """
    registry = CollectorRegistry()
    _run(result, registry)
    _metrics(result, registry)
    states = Gauge(
        "proofbook_gate_state", "Whether a gate is in this state.",
        ["gate", "size", "severity", "state"], registry=registry,
    )  # fmt: skip
    for gate in result.gates:
        for state in get_args(GateState):
            about = (gate.metric, gate.size or "", gate.severity, state)
            states.labels(*map(_label, about)).set(gate.state == state)
    done = Gauge(
        "proofbook_notebook_completed", "Whether the notebook ran to its end.",
        ["notebook"], registry=registry,
    )  # fmt: skip
    took = Gauge(
        "proofbook_notebook_duration_seconds", "Wall time of the notebook.",
        ["notebook"], registry=registry,
    )  # fmt: skip
    for book in result.notebooks:
        done.labels(_label(book.key)).set(book.status == "completed")
        took.labels(_label(book.key)).set(book.seconds)
    alerts = Gauge("proofbook_alerts", "Alerts of the run.", ["severity"], registry=registry)
    counts = Counter(alert.severity for alert in result.alerts)
    for severity in get_args(AlertSeverity):
        alerts.labels(severity).set(counts[severity])
    return generate_latest(registry).decode()


def _run(result: RunResult, registry: CollectorRegistry) -> None:
    known = result.provenance
    about = {
        "run_id": result.run_id,
        "version": known.versions.get("proofbook", ""),
        "commit": known.commit or "",
        "machine_class": known.machine_class,
    }
    labels = {name: _label(text) for name, text in about.items()}
    info = Gauge("proofbook_run_info", "The run.", list(labels), registry=registry)
    info.labels(**labels).set(1)
    state = Gauge("proofbook_run_state", "How the run ended.", ["state"], registry=registry)
    for word in get_args(RunStatus):
        state.labels(word).set(result.status == word)
    Gauge("proofbook_run_exit_code", "Exit code.", registry=registry).set(result.exit_code)
    for moment, iso in (("started", known.started), ("finished", known.finished)):
        at = _seconds(iso)
        if at is not None:
            name = f"proofbook_run_{moment}_timestamp_seconds"
            Gauge(name, f"When the run {moment}, Unix time.", registry=registry).set(at)


def _metrics(result: RunResult, registry: CollectorRegistry) -> None:
    gauges: dict[str, Gauge] = {}
    for metric in result.metrics:
        if not is_number(metric.value):
            continue
        name, factor = metric_name(metric), _UNITS.get(metric.unit, ("", 1.0))[1]
        if name not in gauges:
            words = one_line(metric.description or metric.name, 200)
            gauges[name] = Gauge(name, words, ["size"], registry=registry)
        gauges[name].labels(_label(metric.size or "")).set(float(metric.value) * factor)  # type: ignore[arg-type]


def _label(text: str) -> str:
    return one_line(text, 120)


def _seconds(iso: str) -> float | None:
    try:
        return datetime.fromisoformat(iso).timestamp()
    except ValueError:
        return None
