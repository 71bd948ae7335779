"""Every law has a table that breaks it, and a clean table breaks none."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from proofbook.quality.laws import conservation, content_hash, determinism, table, total
from proofbook.quality.privacy import personal_data


@pytest.fixture
def good(enriched):
    return enriched(
        ("uei-exact", "a"),
        ("name-fuzzy-auto", "b", {"match_score": 93.0, "match_probability": 0.97}),
        ("name-fuzzy-candidate", {"candidates": [("c", 0.6)]}),
        "unmatched",
    )


def rules(breaches):
    return {b.rule: b.count for b in breaches}


def changed(good, column, row, value):
    values = good[column].to_pylist()
    values[row] = value
    place = good.column_names.index(column)
    return good.set_column(place, good.schema.field(place), pa.array(values, good[column].type))


def test_a_clean_table_keeps_every_law(good):
    assert conservation(4, good) == []
    assert conservation(good.select(["Company", "City"]), good) == []
    assert determinism(good, good) == []
    assert total([]) == 0
    assert list(table([]).columns) == ["rule"]


REORDERED = {
    "award lost": ([0, 1, 2], {"award lost": 1}),
    "award doubled": ([0, 1, 1, 2, 3], {"award doubled": 1}),
    "award lost and doubled": ([0, 1, 1, 3], {"award lost": 1, "award doubled": 1}),
    "out of order": ([0, 2, 1, 3], {"out of order": 1}),
}


@pytest.mark.parametrize("name", REORDERED)
def test_rows_that_are_not_one_per_award_in_order(good, name):
    rows, expected = REORDERED[name]
    assert rules(conservation(4, good.take(rows))) == expected


CHANGED = {
    "award invented": ("award_row", 3, 9, {"award lost": 1, "award invented": 1}),
    "no award": ("award_row", 3, None, {"award lost": 1, "award invented": 1}),
    "negative": ("award_row", 0, -1, {"award lost": 1, "award invented": 1}),
    "unknown method": ("match_method", 3, "guessed", {"unknown method": 1}),
    "no method": ("match_method", 3, None, {"unknown method": 1}),
    "accepted, nobody": ("recipient_hash", 0, None, {"accepted without a recipient": 1}),
    "somebody, not accepted": ("recipient_hash", 3, "a", {"a recipient without being accepted": 1}),
    "a part of somebody": ("recipient_zip5", 2, "1", {"a recipient without being accepted": 1}),
    "review of nothing": ("candidates", 2, [], {"for review without candidates": 1}),
    "score of 101": ("match_score", 1, 101.0, {"match_score outside 0-100": 1}),
    "score of NaN": ("match_score", 1, float("nan"), {"match_score outside 0-100": 1}),
    "no score": ("match_score", 1, None, {"accepted without a match_score": 1}),
    "probability of -0.1": ("match_probability", 1, -0.1, {"match_probability outside 0-1": 1}),
    "infinite": ("match_probability", 3, float("inf"), {"match_probability outside 0-1": 1}),
    "no probability": ("match_probability", 0, None, {"accepted without a match_probability": 1}),
}


@pytest.mark.parametrize("name", CHANGED)
def test_rows_at_odds_with_themselves(good, name):
    column, row, value, expected = CHANGED[name]
    breaches = conservation(4, changed(good, column, row, value))
    assert rules(breaches) == expected
    assert total(breaches) == sum(expected.values())
    assert len(table(breaches)) == len(breaches)


def test_a_breach_shows_the_row_with_its_key(good):
    (breach,) = conservation(4, changed(good, "match_method", 3, "guessed"))
    shown = table([breach]).iloc[0]
    assert (shown["rule"], shown["award_row"], shown["match_method"]) == (
        "unknown method",
        3,
        "guessed",
    )


def test_examples_are_at_most_twenty(enriched):
    (breach,) = conservation(30, enriched(*["guessed"] * 30))
    assert (breach.count, len(breach.examples)) == (30, 20)


def test_a_missing_column_is_a_breach(good):
    assert rules(conservation(4, good.drop_columns(["match_score"]))) == {"column missing": 1}


def test_a_changed_input_value_is_a_breach(good):
    awards = changed(good.select(["Company", "City"]), "Company", 2, "Other")
    (breach,) = conservation(awards, good)
    assert (breach.rule, breach.count) == ("Company changed", 1)
    assert breach.examples.iloc[0].to_dict() == {
        "award_row": 2,
        "input": "Other",
        "output": "Firm 2",
    }


def test_absent_and_null_are_the_same_input_value(good):
    awards = changed(good.select(["Company", "City"]), "City", 0, "")
    assert conservation(awards, changed(good, "City", 0, None)) == []


def test_every_difference_breaks_determinism(good):
    for column, value in (
        ("match_score", 99.5),
        ("match_method", "name-exact"),
        ("match_flags", ["ambiguous"]),
        ("candidates", [{"recipient_hash": "q", "probability": 0.5}]),
        ("Company", None),
    ):
        (breach,) = determinism(good, changed(good, column, 1, value))
        assert (breach.rule, breach.count) == ("rows differ", 1)
        assert breach.examples.iloc[0][["row", "column"]].to_list() == [1, column]
        assert content_hash(good) != content_hash(changed(good, column, 1, value))


def test_other_rows_and_columns_break_determinism(good):
    assert rules(determinism(good, good.slice(0, 3))) == {"other number of rows": 1}
    assert rules(determinism(good, good.drop_columns(["City"]))) == {"other columns": 1}
    assert rules(determinism(good, good.take([0, 2, 1, 3]))) == {"rows differ": 2}


def test_chunks_do_not_matter(good):
    chunked = pa.concat_tables([good.slice(0, 1), good.slice(1)])
    assert determinism(good, chunked) == []
    assert content_hash(good) == content_hash(chunked)


@pytest.fixture
def awards():
    return pa.table(
        {
            "Company": ["A", "B", "C", "D"],
            "Contact Email": ["ann@example.com", "", "Bob@Example.org", None],
            "PI Phone": ["(617) 555-0101", "", "", "ext. 617.555.0199"],
            "PI Name": ["Ann", "", "", ""],
        }
    )


def test_no_personal_data_no_breach(good, awards):
    assert personal_data(good, awards) == []


def test_a_personal_column_is_a_breach(good, awards):
    leaky = good.append_column("PI Name", awards["PI Name"]).append_column(
        "pi_email", awards["PI Name"]
    )
    (breach,) = personal_data(leaky, awards)
    assert (breach.rule, breach.count) == ("personal column", 2)
    assert list(breach.examples["column"]) == ["PI Name", "pi_email"]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("personal e-mail", "bob@example.org"),
        ("personal e-mail", "write to ANN@example.com, please"),
        ("personal telephone number", "617-555-0101"),
        ("personal telephone number", "call (617) 555-0199 today"),
    ],
)
def test_a_personal_value_in_any_column_is_a_breach(good, awards, rule, text):
    (breach,) = personal_data(changed(good, "City", 2, text), awards)
    assert (breach.rule, breach.count) == (rule, 1)
    assert breach.examples.iloc[0][["award_row", "column"]].to_list() == [2, "City"]
    assert len(breach.examples.iloc[0]["begins"]) == 3


@pytest.mark.parametrize("text", ["info@firm.com", "617-555-0000", "6175550101"])
def test_a_value_that_is_nobody_s_is_none(good, awards, text):
    assert personal_data(changed(good, "City", 2, text), awards) == []


def test_large_strings_are_searched_too(good, awards):
    leaky = good.set_column(
        1, "City", pc.cast(changed(good, "City", 0, "ann@example.com")["City"], pa.large_string())
    )
    assert rules(personal_data(leaky, awards)) == {"personal e-mail": 1}


ABSENT = {
    "match_score": ("match_score", None, "accepted without a match_score"),
    "match_probability": ("match_probability", None, "accepted without a match_probability"),
    "recipient_hash": ("recipient_hash", None, "accepted without a recipient"),
    "candidates": ("candidates", [], "for review without candidates"),
}


@pytest.mark.parametrize("name", ABSENT)
def test_a_column_that_the_file_does_not_have_breaches_nothing(good, name):
    column, value, rule = ABSENT[name]
    bare = good
    for row in range(4):
        bare = changed(bare, column, row, value)
    assert set(rules(conservation(4, bare))) == {rule}
    assert conservation(4, bare, [name]) == []
    others = [other for other in ABSENT if other != name]
    assert set(rules(conservation(4, bare, others))) == {rule}


def test_a_value_out_of_range_is_a_breach_whatever_is_absent(good):
    wrong = changed(good, "match_probability", 1, 1.5)
    assert rules(conservation(4, wrong, list(ABSENT))) == {"match_probability outside 0-1": 1}
