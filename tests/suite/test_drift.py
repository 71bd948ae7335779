"""Drift: small steps are caught at the second one, whoever promotes what in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.suite.runs import made_run, write_run

from proofbook.suite import baselines, drift, history
from proofbook.suite.layers import settings_of
from proofbook.suite.result import GateOutcome, RunResult


def judged(outputs: Path, result: RunResult) -> dict[str, GateOutcome]:
    found = drift.judge(
        result.metrics,
        history.read(outputs).entries,
        baselines.circumstances(result),
        settings_of({p.key: p.value for p in result.parameters}),
        notebook="04_regression",
    )
    return {gate.metric: gate for gate in found}


def test_80_to_64_in_steps_of_four_is_caught_at_the_second(tmp_path: Path) -> None:
    states = []
    for number, rate in enumerate([0.80, 0.76, 0.72, 0.68, 0.64]):
        result = made_run(number, {"match_rate": rate})
        gate = judged(tmp_path, result).get("match_rate_best_drop_pp")
        states.append(gate.state if gate else "")
        write_run(tmp_path, result)
    assert states == ["", "warn", "fail", "fail", "fail"]


def test_the_message_names_the_best_run(tmp_path: Path) -> None:
    runs = [made_run(n, {"match_rate": rate}) for n, rate in enumerate((0.80, 0.84, 0.78))]
    for result in runs:
        write_run(tmp_path, result)
    gate = judged(tmp_path, made_run(3, {"match_rate": 0.70}))["match_rate_best_drop_pp"]
    assert runs[1].run_id in gate.message
    assert (gate.baseline, round(float(gate.value or 0), 6)) == (0.84, 14.0)
    assert gate.blocks == ["05_readiness"]


@pytest.mark.parametrize(
    "other",
    [{"data": "other"}, {"status": "failed"}, {"status": "interrupted"}],
)
def test_runs_that_cannot_be_compared_have_no_say(tmp_path: Path, other: dict[str, str]) -> None:
    write_run(tmp_path, made_run(0, {"match_rate": 0.9}, **other))  # type: ignore[arg-type]
    assert judged(tmp_path, made_run(1, {"match_rate": 0.7})) == {}


def test_only_the_last_ten_count(tmp_path: Path) -> None:
    for number in range(drift.LAST + 1):
        write_run(tmp_path, made_run(number, {"match_rate": 0.9 if number == 0 else 0.75}))
    gate = judged(tmp_path, made_run(99, {"match_rate": 0.75}))["match_rate_best_drop_pp"]
    assert gate.state == "pass"


def test_memory_warns_only_and_on_one_class_of_machine(tmp_path: Path) -> None:
    values = {"match_rate": 0.8, "peak_memory_mb": 400.0, "seconds": 1.0}
    write_run(tmp_path, made_run(0, values))
    large = values | {"peak_memory_mb": 900.0, "seconds": 9.0}
    found = judged(tmp_path, made_run(1, large))
    gate = found["memory_best_change_pct"]
    assert (gate.state, gate.severity) == ("fail", "warn")
    assert "time_best_change_pct" not in found
    elsewhere = judged(tmp_path, made_run(1, large, machine="other"))
    assert "memory_best_change_pct" not in elsewhere
    assert "match_rate_best_drop_pp" in elsewhere
