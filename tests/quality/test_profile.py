"""What is said about identifiers, names and keys of both sides is what is there."""

from __future__ import annotations

import pyarrow as pa
import pytest

from proofbook.quality import identifiers, names
from proofbook.quality.reading import defect_table

AWARDS = pa.table(
    {
        "Company": ["Acme Systems, Inc.", "ACME SYSTEMS, INC.", "Zeta", "", "Acme Labs LLC "],
        "Award Title": ["t"] * 5,
        "City": ["Boston", "BOSTON", "Austin", "", "Boston"],
        "State": ["MA", "Massachusetts", "TX", "", "MA"],
        "UEI": ["ZQGGGHJH74DW", "ZQGGGHJH74DW", "SHORT", "", "ABCDEFGHJKLM"],
        "Duns": ["123456789", "78269681.0", "12-3456789", "000000000", "12-3456788"],
        "Agency Tracking Number": ["1", "1", "2", "", "3"],
        "Contract": ["c", "d", "c", "c", ""],
    }
)
RECIPIENTS = pa.table(
    {
        "recipient_hash": list("abcd"),
        "legal_business_name": ["ACME SYSTEMS INC", "OTHER", "ZETA", None],
        "city": ["BOSTON", "X", None, None],
        "state": ["MA", "TX", "TX", None],
        "uei": ["ZQGGGHJH74DW", "ABCDEFGHJKLM", "ABCDEFGHJKLM", None],
        "duns": ["123456789", "078269681", None, "X1"],
    }
)


@pytest.fixture
def sides():
    return identifiers.of_awards(AWARDS), identifiers.of_recipients(RECIPIENTS)


def test_health_counts_every_row_on_both_sides(sides):
    frame = identifiers.health(*sides)
    counts = {(r.side, r.identifier, r.state): r.n for r in frame.itertuples()}
    assert counts == {
        ("awards", "UEI", "valid"): 3, ("awards", "UEI", "absent"): 1,
        ("awards", "UEI", "invalid"): 1, ("awards", "DUNS", "valid"): 2,
        ("awards", "DUNS", "absent"): 1, ("awards", "DUNS", "invalid"): 2,
        ("recipients", "UEI", "valid"): 3, ("recipients", "UEI", "absent"): 1,
        ("recipients", "UEI", "invalid"): 0, ("recipients", "DUNS", "valid"): 2,
        ("recipients", "DUNS", "absent"): 1, ("recipients", "DUNS", "invalid"): 1,
    }  # fmt: skip
    assert frame.groupby(["side", "identifier"])["share"].sum().to_list() == pytest.approx([1] * 4)


def test_measures_are_rates_of_all_rows(sides):
    assert identifiers.measures(*sides) == {
        "uei_valid_rate": 3 / 5, "duns_valid_rate": 2 / 5, "no_identifier_rate": 2 / 5,
        "recipient_uei_valid_rate": 3 / 4, "recipient_duns_valid_rate": 2 / 4,
        "shared_identifier_recipients": 2,
    }  # fmt: skip


def test_invalid_ones_are_shown_by_shape():
    rows = identifiers.invalid(AWARDS, RECIPIENTS).values.tolist()
    assert rows == [
        ["awards", "UEI", "AAAAA", 1, "SHORT"],
        ["awards", "DUNS", "99-9999999", 2, "12-3456789"],
        ["recipients", "DUNS", "A9", 1, "X1"],
    ]


def test_no_invalid_one_is_an_empty_frame():
    assert identifiers.invalid(AWARDS.slice(0, 1), RECIPIENTS.slice(0, 1)).empty


def test_shared_identifiers_are_counted_by_value_and_recipient(sides):
    assert identifiers.shared(sides[1]).values.tolist() == [["UEI", 1, 2, 2], ["DUNS", 0, 0, 0]]
    assert identifiers.sharing(sides[1]) == 2


def test_award_identifiers_are_looked_up_among_the_recipients(sides):
    frame = identifiers.found(*sides)
    assert frame[["identifier", "n", "found", "rate"]].values.tolist() == [
        ["UEI", 3, 3, 1.0], ["DUNS", 2, 2, 1.0],
    ]  # fmt: skip


def test_uei_and_duns_of_different_recipients_are_a_conflict(sides):
    # row 0 has both of recipient a; row 1 the UEI of a and the DUNS of b
    assert identifiers.conflicts(*sides)["award_row"].to_list() == [1]


def test_name_statistics_of_both_sides():
    frame = names.statistics(AWARDS, RECIPIENTS).set_index("statistic")
    assert frame["awards"].to_dict() == {
        "rows": 5,
        "rows without a name": 1,
        "distinct names": 3,
        "distinct names and places": 3,
        "characters, median": 13,
        "characters, longest": 18,
        "words, median": 3,
        "words, most": 3,
        "names of one word, %": pytest.approx(100 / 3),
        "names with a legal form, %": pytest.approx(200 / 3),
    }
    assert frame.loc["rows without a name", "recipients"] == 1


def test_common_words_are_counted_over_distinct_names():
    frame = names.common_words(AWARDS, RECIPIENTS, n=2)
    assert frame.values.tolist() == [
        ["ACME", pytest.approx(2 / 3), pytest.approx(1 / 3)],
        ["INC", pytest.approx(1 / 3), pytest.approx(1 / 3)],
    ]


def test_common_words_do_not_depend_on_slices(monkeypatch):
    whole = names.common_words(AWARDS, RECIPIENTS)
    monkeypatch.setattr(names, "_SLICE", 1)
    assert names.common_words(AWARDS, RECIPIENTS).equals(whole)


def test_states_are_compared_by_code():
    assert names.states(AWARDS, RECIPIENTS).values.tolist() == [
        ["MA", 0.6, 0.25], ["TX", 0.2, 0.5], ["none", 0.2, 0.25],
    ]  # fmt: skip


def test_neither_number_is_a_key_and_both_together_are():
    assert names.keys(AWARDS).values.tolist() == [
        ["Agency Tracking Number", 4, 3, 1],
        ["Contract", 4, 2, 2],
        ["Agency Tracking Number + Contract", 3, 3, 0],
    ]


def test_repeated_rows_name_the_row_they_repeat():
    doubled = AWARDS.take([0, 1, 0, 2, 0])
    assert names.repeated_rows(doubled)[["award_row", "same_as"]].values.tolist() == [
        [2, 0],
        [4, 0],
    ]
    assert names.repeated_rows(AWARDS).empty


def test_empty_sides_do_not_raise():
    awards, recipients = AWARDS.slice(0, 0), RECIPIENTS.slice(0, 0)
    assert names.statistics(awards, recipients)["awards"].sum() == 0
    assert names.common_words(awards, recipients).empty
    assert (
        identifiers.found(identifiers.of_awards(awards), identifiers.of_recipients(recipients))[
            "n"
        ].sum()
        == 0
    )


def test_defects_that_occur_are_listed_most_frequent_first():
    counts = {"null_words": 3, "zip_defects": 0, "lost_zero_duns": 9, "personal_values": 99}
    frame = defect_table(counts)
    assert frame[["defect", "count"]].values.tolist() == [["lost_zero_duns", 9], ["null_words", 3]]
    assert frame["meaning"].str.len().min() > 20
    assert defect_table({"null_words": 0})["count"].sum() == 0
