"""The verdict never says more than the record does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofbook.report.alertlist import alerts as alerts_of
from proofbook.report.gatelist import gates
from proofbook.report.judgement import head, reasons, verdict
from proofbook.suite.alerts import alerts
from proofbook.suite.result import RunResult

from .conftest import MADE


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (
            "passed",
            "1 gate needs a look, 1 has no baseline, none failed: the enrichment may be used.",
        ),
        ("failed", "1 gate failed: the enrichment may not be used."),
        ("crashed", "02_enrichment@1000x5000 did not run to its end: there is no verdict."),
        ("empty", "The run did not come to its end: there is no verdict."),
    ],
)
def test_verdict(kind: str, sentence: str) -> None:
    assert verdict(MADE[kind]()) == sentence


def test_sizes_are_words_in_every_sentence(failed: RunResult) -> None:
    words = "Match rate at 1000x5000 is 69.996 %."
    gates_ = [replace(failed.gates[2], message=words)]
    run = replace(failed, verdict=f"Failed. {words}", gates=gates_, alerts=alerts([], gates_))
    said = "Match rate at 1,000 × 5,000 is 69.996 %."
    assert head(run).detail == f"Failed. {said}"
    assert gates(run).findings[0].message == said
    found = alerts_of(run)
    assert found is not None
    assert said in str(found.table.rows[0][2])


def test_all_gates_passed(passed: RunResult) -> None:
    run = replace(passed, status="passed", gates=passed.gates[:3])
    assert verdict(run) == "Every gate passed: the enrichment may be used."


def test_warnings_that_were_asked_to_fail(passed: RunResult) -> None:
    assert "may not be used" in verdict(replace(passed, exit_code=1))


def test_a_passed_run_without_gates_allows_nothing(passed: RunResult) -> None:
    assert "no verdict" in verdict(replace(passed, status="passed", gates=[]))


def test_a_part_of_the_suite_gives_no_full_verdict(passed: RunResult) -> None:
    books = [*passed.notebooks[:4], replace(passed.notebooks[4], status="skipped")]
    assert "there is no full verdict" in verdict(replace(passed, notebooks=books))


def test_a_missing_value_is_no_pass(passed: RunResult) -> None:
    gate = replace(passed.gates[0], state="missing", value=None)
    run = replace(passed, status="failed", exit_code=1, gates=[gate])
    assert verdict(run) == "1 gate had no value: the enrichment may not be used."
    assert "no value, needed" in reasons(run, gates(run))[0].text


def test_reasons_are_few_and_end_with_what_did_not_run(failed: RunResult) -> None:
    gate = failed.gates[2]
    many = [replace(gate, metric=f"metric_{i}") for i in range(20)]
    run = replace(failed, gates=many)
    found = reasons(run, gates(run))
    assert found[8].title == "and 12 more"
    assert found[-1].title == "03_quality, 04_regression, 05_readiness"


def test_a_gate_on_a_change_shows_its_baseline_in_the_unit_of_what_changed(
    passed: RunResult,
) -> None:
    time = replace(passed.gates[3], baseline=0.0046)
    drop = replace(passed.gates[4], state="pass", value=1.2, baseline=0.74)
    rows = {row.title: row for row in gates(replace(passed, gates=[time, drop])).rows}
    assert rows["Time against the baseline"].baseline == "0.0046 s"
    assert rows["Drop, awards with neither identifier"].baseline == "74.0 %"
    assert all(row.change == "" for row in rows.values())


def test_a_gate_that_judges_the_lower_end_says_so(passed: RunResult) -> None:
    estimate = replace(
        passed.gates[2], metric="fuzzy_precision_estimate_rate", value=0.972, low=0.943, high=0.987,
        fail=0.95, state="fail", size=None,
    )  # fmt: skip
    view = gates(replace(passed, gates=[estimate, passed.gates[2]]))
    assert [g.needed for g in view.rows] == ["lower end ≥ 95.0 %", "≥ 70.0 %"]
    assert reasons(passed, view)[0].text.startswith(
        "97.2 % (94.3 to 98.7 %), needed lower end ≥ 95.0 %"
    )


@pytest.mark.parametrize(
    ("states", "sentence"),
    [
        (("pass", "no_baseline"), "1 gate has no baseline, none failed"),
        (("no_baseline", "no_baseline"), "2 gates have no baseline, none failed"),
        (("warn", "unresolved"), "2 gates need a look, none failed"),
        (("warn", "no_baseline", "no_baseline"), "1 gate needs a look, 2 have no baseline, none"),
    ],
)
def test_what_has_no_baseline_is_not_called_a_warning(
    passed: RunResult, states: tuple[str, ...], sentence: str
) -> None:
    judged = [replace(passed.gates[0], state=state) for state in states]  # type: ignore[arg-type]
    assert verdict(replace(passed, gates=judged)).startswith(sentence)
