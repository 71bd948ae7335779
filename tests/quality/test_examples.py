"""Examples name the award, what was joined, and how sure it was."""

from __future__ import annotations

from proofbook.quality.examples import doubtful, unmatched, with_flag


def test_unmatched_awards_come_before_those_for_review(enriched):
    table = enriched(
        ("name-fuzzy-candidate", {"candidates": [("c", 0.6), ("d", 0.4)]}), "uei-exact", "unmatched"
    )
    frame = unmatched(table)
    assert frame["award_row"].to_list() == [2, 0]
    assert frame["best candidate"].fillna("").to_list() == ["", "C"]
    assert frame["Company"].to_list() == ["Firm 2", "Firm 0"]
    assert len(unmatched(table, 1)) == 1


def test_the_least_probable_comes_first_and_identifiers_are_left_out(enriched):
    table = enriched(
        ("name-exact", "a", {"match_probability": 0.9}),
        ("name-fuzzy-auto", "b", {"match_probability": 0.7}),
        ("uei-exact", "c", {"match_probability": 0.1}),
    )
    frame = doubtful(table)
    assert frame[["award_row", "joined"]].values.tolist() == [[1, "B"], [0, "A"]]


def test_flagged_awards_show_all_their_flags(enriched):
    table = enriched(("uei-exact", {"match_flags": ["ambiguous", "via-alias"]}), "unmatched")
    frame = with_flag(table, "ambiguous")
    assert frame[["award_row", "flags"]].values.tolist() == [[0, "ambiguous, via-alias"]]
    assert with_flag(table, "via-parent").empty
