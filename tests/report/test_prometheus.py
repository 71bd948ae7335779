"""The Prometheus text file, read back by Prometheus' own parser, and the example rules on it."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from proofbook.quality.metrics import DEFINITIONS
from proofbook.report import prometheus
from proofbook.report.prometheus import metric_name, prometheus_text
from proofbook.suite.result import Metric, RunResult

from .conftest import MADE

RULES = Path(__file__).parents[2] / "params" / "prometheus" / "proofbook.rules.yml"
SIZE = "1000x5000"


def _samples(run: RunResult) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(prometheus_text(run))
        for sample in family.samples
    }


def test_examples() -> None:
    assert doctest.testmod(prometheus).failed == 0


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("proofbook_match_ratio", {"size": SIZE}, 0.76),
        ("proofbook_peak_memory_bytes", {"size": SIZE}, 812.5e6),
        ("proofbook_enrichment_seconds", {"size": SIZE}, 5.1),
        ("proofbook_award_rows", {"size": ""}, 1000),
        ("proofbook_run_exit_code", {}, 0),
        ("proofbook_run_state", {"state": "warned"}, 1),
        ("proofbook_run_state", {"state": "passed"}, 0),
        ("proofbook_run_finished_timestamp_seconds", {}, 1795421144.5),
        ("proofbook_notebook_completed", {"notebook": "03_quality"}, 1),
        ("proofbook_notebook_duration_seconds", {"notebook": "03_quality"}, 6.2),
        ("proofbook_alerts", {"severity": "warning"}, 1),
        ("proofbook_gate_state",
         {"gate": "time_change_pct", "size": "", "severity": "error", "state": "warn"}, 1),
        ("proofbook_gate_state",
         {"gate": "time_change_pct", "size": "", "severity": "error", "state": "pass"}, 0),
    ],
)  # fmt: skip
def test_a_value_in_base_units(
    passed: RunResult, name: str, labels: dict[str, str], value: float
) -> None:
    assert _samples(passed)[name, tuple(sorted(labels.items()))] == pytest.approx(value)


def test_names_follow_the_conventions() -> None:
    names = [metric_name(Metric(d.name, 1.0, d.unit)) for d in DEFINITIONS.values()]
    assert len(set(names)) == len(names)
    for name, definition in zip(names, DEFINITIONS.values(), strict=True):
        assert re.fullmatch(r"proofbook_[a-z0-9_]+", name)
        assert not re.search(r"_(rate|pct|pp|mb|total|count)$", name)
        end = {"rate": "_ratio", "pct": "_ratio", "pp": "_ratio", "MB": "_bytes", "s": "_seconds"}
        assert name.endswith(end.get(definition.unit, ""))


def test_a_metric_without_a_number_is_absent(passed: RunResult) -> None:
    passed.metrics.append(Metric("recall_rate", None, "rate"))
    assert "recall" not in prometheus_text(passed)


def test_every_kind_of_run_is_read_back_and_inert(kind: str) -> None:
    run = MADE[kind]()
    text = prometheus_text(run)
    assert text == prometheus_text(RunResult.from_json(run.to_json()))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\u200f]", text)
    assert ("proofbook_run_exit_code", ()) in _samples(run)


def test_the_example_rules_ask_for_what_is_written(passed: RunResult) -> None:
    rules = YAML(typ="safe").load(RULES.read_text(encoding="utf-8"))["groups"][0]["rules"]
    written = {name for name, _ in _samples(passed)}
    written |= {metric_name(Metric(d.name, 1.0, d.unit)) for d in DEFINITIONS.values()}
    for rule in rules:
        asked = set(re.findall(r"proofbook_\w+", rule["expr"]))
        assert asked, rule["alert"]
        assert asked <= written, rule["alert"]
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("warning", "critical")


def _promtool(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Prometheus' own checker; without it a test is skipped, in continuous integration it fails."""
    found = shutil.which("promtool")
    if found is None:
        why = "promtool is not installed: apt-get install prometheus"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return subprocess.run(
        [found, *arguments], input=text, capture_output=True, text=True, check=False, timeout=60
    )


def test_promtool_finds_nothing_in_what_is_written(kind: str) -> None:
    checked = _promtool("check", "metrics", text=prometheus_text(MADE[kind]()))
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_promtool_would_notice() -> None:
    checked = _promtool("check", "metrics", text="# TYPE wait_ms gauge\nwait_ms 1\n")
    assert checked.returncode != 0


def test_promtool_reads_the_example_rules_and_they_fire(failed: RunResult, tmp_path: Path) -> None:
    checked = _promtool("check", "rules", str(RULES))
    assert checked.returncode == 0, checked.stderr
    soft = replace(failed.gates[0], metric="soft_rate", state="fail", severity="warn")
    failed.gates.append(soft)
    series = [
        {"series": line.rpartition(" ")[0], "values": f"{line.rpartition(' ')[2]}x120"}
        for line in prometheus_text(failed).splitlines()
        if not line.startswith("#")
    ]
    gate = {"gate": "match_rate", "size": SIZE}
    fires = [
        ("ProofbookRunFailed", {"severity": "critical"}, "The last run ended with exit code 1; "
         "the enrichment must not be used."),
        ("ProofbookGateFailed", {"severity": "critical", "state": "fail", **gate},
         f"Gate match_rate at {SIZE} is in state fail."),
        ("ProofbookGateFailed", {"severity": "critical", "state": "missing", "gate": "recall_rate"},
         "Gate recall_rate is in state missing."),
        ("ProofbookGateWarns", {"severity": "warning", "state": "fail", "gate": "soft_rate"},
         "Gate soft_rate is in state fail."),
    ]  # fmt: skip
    expected: dict[str, list[object]] = {"ProofbookNoRun": []}
    for name, labels, summary in fires:
        alert = {"exp_labels": labels, "exp_annotations": {"summary": summary}}
        expected.setdefault(name, []).append(alert)
    test = tmp_path / "test.yml"
    YAML(typ="safe").dump(
        {
            "rule_files": [str(RULES)],
            "evaluation_interval": "1m",
            "tests": [{
                "interval": "1m",
                "input_series": series,
                "alert_rule_test": [
                    {"eval_time": "90m", "alertname": name, "exp_alerts": alerts}
                    for name, alerts in expected.items()
                ],
            }],
        },
        test,
    )  # fmt: skip
    checked = _promtool("test", "rules", str(test))
    assert checked.returncode == 0, checked.stdout + checked.stderr
