"""The registry is complete and consistent."""

from __future__ import annotations

import re

import pytest

from proofbook.quality.metrics import DEFINITIONS, declared

NOTEBOOKS = ["01_profiling", "02_enrichment", "03_quality", "04_regression", "05_readiness"]


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=str)
def test_every_metric_says_what_it_is(definition):
    assert DEFINITIONS[definition.name] is definition
    assert definition.notebook in NOTEBOOKS
    assert definition.direction in ("higher", "lower", "none")
    assert definition.title
    assert definition.description.endswith(".")
    assert definition.per_size == (definition.notebook == "02_enrichment")


@pytest.mark.parametrize(
    ("suffix", "unit"), [("_rate", "rate"), ("_pp", "pp"), ("_pct", "pct"), ("_mb", "MB")]
)
def test_the_suffix_tells_the_unit(suffix, unit):
    for name, definition in DEFINITIONS.items():
        assert (definition.unit == unit) == bool(
            re.search(f"{suffix}$", name)
        ) or name == "match_rate"
    assert DEFINITIONS["match_rate"].unit == "rate"


def test_what_needs_truth_is_declared_only_with_truth():
    without, with_truth = (declared("03_quality", has_truth=t) for t in (False, True))
    assert set(with_truth) - set(without) == {
        "precision_rate", "recall_rate", "f1_rate", "fuzzy_precision_rate", "fuzzy_recall_rate",
        "fuzzy_f1_rate", "absent_linked_rate", "calibration_error_rate",
    }  # fmt: skip
    assert set(without) < set(with_truth)


def test_every_notebook_declares_something_and_all_is_declared():
    everything = [name for n in NOTEBOOKS for name in declared(n, has_truth=True)]
    assert sorted(everything) == sorted(DEFINITIONS)
    assert all(declared(n, has_truth=False) for n in NOTEBOOKS)


def test_comparisons_may_lack_a_value_and_laws_may_not():
    assert all(DEFINITIONS[n].optional for n in declared("04_regression", has_truth=False))
    for law in ("conservation_breaches", "determinism_breaches", "personal_columns", "match_rate"):
        assert not DEFINITIONS[law].optional
