"""Match rates count what was accepted, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.matching.schema import ACCEPTED_METHODS, FLAGS, METHODS
from proofbook.measure.statistics import wilson
from proofbook.quality.groups import DIMENSIONS, NOT_GIVEN, identifier_type
from proofbook.quality.metrics import DEFINITIONS
from proofbook.quality.rates import (
    MOST_GROUPS,
    OTHERS,
    flagged,
    fuzzy_precision_estimate,
    identifier_measures,
    match_rates,
    rates_by,
)


def rows_of(frame, *columns):
    return [tuple(r) for r in frame[list(columns)].itertuples(index=False)]


def test_a_candidate_is_not_a_match(enriched):
    table = enriched("uei-exact", "name-fuzzy-auto", "name-fuzzy-candidate", "unmatched")
    rates = match_rates(table)
    assert (rates.accepted, rates.awards) == (2, 4)
    assert rates.overall == wilson(2, 4)
    assert rows_of(rates.methods, "method", "n", "share") == [
        ("uei-exact", 1, 0.25),
        ("duns-exact", 0, 0.0),
        ("name-exact", 0, 0.0),
        ("name-fuzzy-auto", 1, 0.25),
        ("name-fuzzy-candidate", 1, 0.25),
        ("unmatched", 1, 0.25),
    ]


def test_no_award_no_rate(enriched):
    with pytest.raises(ValueError, match="at least one award"):
        match_rates(enriched().slice(0, 0))


@given(st.lists(st.sampled_from(METHODS), min_size=1, max_size=60))
def test_methods_add_up_and_groups_add_up(enriched, methods):
    table = enriched(*methods)
    rates = match_rates(table)
    assert rates.methods["n"].sum() == len(methods)
    assert rates.methods["share"].sum() == pytest.approx(1)
    accepted = sum(m in ACCEPTED_METHODS for m in methods)
    assert rates.overall.value == pytest.approx(accepted / len(methods))
    for dimension in DIMENSIONS:
        by = rates_by(table, dimension)
        assert (by["n"].sum(), by["accepted"].sum()) == (len(methods), accepted)
        assert ((by["low"] <= by["rate"] + 1e-12) & (by["rate"] <= by["high"] + 1e-12)).all()


CASES = [
    ("phase", "Phase", ["Phase II", "I", "phase i", "Phase III", "IV", ""],
     [("Phase I", 2), ("Phase II", 1), ("Phase III", 1), (NOT_GIVEN, 2)]),
    ("agency", "Agency",
     ["Department of Defense", "NSF", "National Science Foundation", "N/A", "Moon Office"],
     [("NSF", 2), ("DOD", 1), ("Moon Office", 1), (NOT_GIVEN, 1)]),
    ("year", "Award Year", ["2021", " 1999", "2021.0", "99", "21", ""],
     [("1999", 1), ("2021", 2), (NOT_GIVEN, 3)]),
    ("company_size", "Number Employees",
     ["15.0", "1,200", "0", "", "9", "500", "499", "250", "abc", "-3", "49.5", "nan"],
     [("1–9", 1), ("10–49", 2), ("250–499", 2), ("500 or more", 2), (NOT_GIVEN, 5)]),
]  # fmt: skip


@pytest.mark.parametrize(("dimension", "column", "values", "expected"), CASES)
def test_values_as_written_fall_into_groups(enriched, dimension, column, values, expected):
    table = enriched(*(("uei-exact", {column: value}) for value in values))
    assert rows_of(rates_by(table, dimension), "label", "n") == expected


def test_the_identifier_is_the_best_valid_one(enriched):
    values = [
        {"UEI": "ZQGGGHJH74DW", "Duns": "078269681"},
        {"UEI": "N/A", "Duns": "78269681.0"},
        {"UEI": "TOOSHORT", "Duns": "000000000"},
        {"UEI": "", "Duns": "12-3456789"},
    ]
    table = enriched(*(("unmatched", v) for v in values))
    assert identifier_type(table).to_list() == ["UEI", "DUNS only", "none", "none"]
    assert rows_of(rates_by(table, "identifier"), "label", "n") == [
        ("UEI", 1), ("DUNS only", 1), ("none", 2),
    ]  # fmt: skip


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_column_that_is_not_there_is_not_given(enriched, dimension):
    (row,) = rows_of(
        rates_by(enriched("uei-exact", "unmatched"), dimension), "label", "n", "accepted"
    )
    assert row == ("none" if dimension == "identifier" else NOT_GIVEN, 2, 1)


def test_many_agencies_are_counted_together(enriched):
    rows = [("uei-exact", {"Agency": f"Agency {i:03}"}) for i in range(MOST_GROUPS + 40)]
    by = rates_by(enriched(*rows, ("unmatched", {"Agency": "Agency 099"})), "agency")
    assert len(by) == MOST_GROUPS
    assert by.iloc[0]["label"] == "Agency 099"
    assert rows_of(by.tail(1), "label", "n", "accepted") == [(OTHERS, 41, 41)]


def test_an_unknown_dimension_is_refused(enriched):
    with pytest.raises(KeyError, match="colour"):
        rates_by(enriched("unmatched"), "colour")


def test_the_precision_estimate_counts_a_decision_once(enriched):
    def fuzzy(company, p):
        return ("name-fuzzy-auto", "x", {"Company": company, "match_probability": p})

    rows = [fuzzy("A", 0.9), fuzzy("A", 0.9), fuzzy("A ", 0.9), fuzzy("B", 0.99)]
    estimate = fuzzy_precision_estimate(
        enriched(*rows, ("name-exact", {"match_probability": 0.5}), "uei-exact", "unmatched"),
        ["name-fuzzy-auto"],
    )
    assert estimate.n == 2
    assert estimate.value == pytest.approx((3 * 0.9 + 0.99) / 4)
    assert estimate.low < estimate.value < estimate.high


def test_the_precision_estimate_is_of_all_that_was_accepted_by_name(enriched):
    def accepted(method, p):
        return (method, {"match_probability": p})

    table = enriched(accepted("name-exact", 0.9), accepted("name-fuzzy-auto", 0.8), "duns-exact")
    assert fuzzy_precision_estimate(table).value == pytest.approx(0.85)


def test_no_fuzzy_match_no_estimate(enriched):
    assert fuzzy_precision_estimate(enriched("uei-exact", "unmatched")).value is None


@pytest.mark.parametrize("flag", FLAGS)
def test_flags_are_counted_over_all_awards(enriched, flag):
    table = enriched(("uei-exact", {"match_flags": [flag, "other"]}), "unmatched", "unmatched")
    assert flagged(table, flag) == wilson(1, 3)
    assert flagged(table, "absent") == wilson(0, 3)


def test_measures_carry_the_names_of_the_registry(enriched):
    table = enriched(("uei-exact", {"UEI": "ZQGGGHJH74DW"}), "unmatched", "name-fuzzy-candidate")
    measures = match_rates(table).measures()
    assert set(measures) <= set(DEFINITIONS)
    assert measures["match_rate"] == wilson(1, 3) == measures["uei_exact_rate"]
    assert sum(m.value for name, m in measures.items() if name != "match_rate") == pytest.approx(1)
    by_identifier = identifier_measures(rates_by(table, "identifier"))
    assert by_identifier == {
        "match_rate_uei_rate": wilson(1, 1),
        "match_rate_duns_rate": wilson(0, 0),
        "match_rate_none_rate": wilson(0, 2),
    }
