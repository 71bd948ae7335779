"""The plan: order, needs, declared metrics and gates of every step."""

from __future__ import annotations

import pytest

from proofbook.errors import ParameterError
from proofbook.params import NOTEBOOKS, Bounds, Data, Settings
from proofbook.suite.plan import gates_of, notebook_name, step_key, steps, up_to

SIZES = ["500x2500", "1000x5000"]


def test_the_order_is_that_of_the_design() -> None:
    assert [step.key for step in steps(SIZES, truth=True)] == [
        "01_profiling",
        "02_enrichment@500x2500",
        "02_enrichment@1000x5000",
        "03_quality",
        "04_regression",
        "05_readiness",
    ]


def test_sizes_are_independent_and_the_rest_needs_all_before_it() -> None:
    plan = {step.key: step for step in steps(SIZES, truth=True)}
    assert plan["01_profiling"].needs == ()
    assert plan["02_enrichment@1000x5000"].needs == ("01_profiling",)
    assert plan["03_quality"].needs == ("01_profiling", *(f"02_enrichment@{s}" for s in SIZES))
    assert plan["03_quality"].size == "1000x5000"


def test_metrics_that_need_truth_are_declared_with_truth_only() -> None:
    with_truth = {s.name: s.metrics for s in steps(SIZES, truth=True)}
    without = {s.name: s.metrics for s in steps(SIZES, truth=False)}
    assert "precision_rate" in with_truth["03_quality"]
    assert "precision_rate" not in without["03_quality"]
    assert all(without[name] for name in NOTEBOOKS)


def test_a_plan_can_end_early() -> None:
    assert [s.name for s in up_to(steps(["all"], truth=False), "02_enrichment")] == [
        "01_profiling",
        "02_enrichment",
    ]


@pytest.mark.parametrize("text", ["03_quality", "03_quality.ipynb", "03", "quality"])
def test_a_notebook_is_known_by_name_number_or_word(text: str) -> None:
    assert notebook_name(text) == "03_quality"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("03_qualty", "did you mean '03_quality'"),
        ("zzz", "there are 01_profiling, 02_"),
        ("", "unknown notebook ''"),
    ],
)
def test_an_unknown_notebook_is_refused(text: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        notebook_name(text)


def test_the_sized_notebook_has_its_size_in_its_key() -> None:
    assert step_key("02_enrichment", "all") == "02_enrichment@all"
    assert step_key("03_quality", "all") == "03_quality"


def test_rates_and_times_are_judged_at_the_largest_size_only() -> None:
    settings = Settings(sizes=SIZES)
    small = {g.metric for g in gates_of(settings, "02_enrichment", "500x2500")}
    large = {g.metric for g in gates_of(settings, "02_enrichment", "1000x5000")}
    assert small == {
        "conservation_breaches", "determinism_breaches", "personal_columns", "memory_pressure_pct"
    }  # fmt: skip
    assert large - small == {"match_rate", "seconds_per_award"}


def test_a_gate_without_bounds_is_not_judged() -> None:
    names = [g.metric for g in gates_of(Settings(), "03_quality", "1000x5000")]
    assert names == ["fuzzy_precision_estimate_rate", "precision_rate", "fuzzy_precision_rate"]


def test_accuracy_is_judged_where_truth_is_or_a_bound_was_asked_for() -> None:
    files = Data(awards="a.csv", recipients="r.csv")
    without = Settings(data=files)
    assert [g.metric for g in gates_of(without, "03_quality", "all")] == [
        "fuzzy_precision_estimate_rate"
    ]
    asked = Settings(data=files, gates={"recall_rate": Bounds(fail=0.9)})
    assert "recall_rate" in [g.metric for g in gates_of(asked, "03_quality", "all")]
    known = Settings(data=files.model_copy(update={"truth": "t.csv"}))
    assert "precision_rate" in [g.metric for g in gates_of(known, "03_quality", "all")]
