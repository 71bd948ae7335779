"""Accuracy reads truth as it is meant: any of several, null is none."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.matching.schema import ACCEPTED_METHODS, METHODS
from proofbook.measure.statistics import wilson
from proofbook.quality.accuracy import errors_of, evaluate, with_right_names
from proofbook.quality.firms import evaluate_firms
from proofbook.quality.metrics import DEFINITIONS


def counts(tier):
    return tier.n, tier.tp, tier.fp, tier.fn


def test_any_of_several_is_right(enriched, truth):
    table = enriched(("uei-exact", "a"), ("duns-exact", "b"), ("name-exact", "c"))
    known = truth((0, "x"), (0, "a"), (1, "x"), (1, "y"), (2, "c"))
    assert counts(evaluate(table, known).overall) == (3, 2, 1, 1)


def test_a_link_of_an_award_known_to_have_none_is_wrong(enriched, truth):
    found = evaluate(enriched(("uei-exact", "a"), "unmatched"), truth((0, None), (1, None)))
    assert counts(found.overall) == (2, 0, 1, 0)
    assert found.absent_linked == wilson(1, 2)
    assert found.overall.recall.value is None
    assert found.overall.f1 == 0


def test_an_award_that_is_not_listed_is_left_out(enriched, truth):
    found = evaluate(enriched(("uei-exact", "a"), ("uei-exact", "b")), truth((1, "b")))
    assert counts(found.overall) == (1, 1, 0, 0)
    assert found.awards == 1


def test_a_wrong_recipient_is_wrong_and_missed(enriched, truth):
    found = evaluate(enriched(("name-fuzzy-auto", "a")), truth((0, "b")))
    assert counts(found.overall) == (1, 0, 1, 1)
    assert found.overall.precision == wilson(0, 1)


def test_a_candidate_is_not_accepted_and_yet_was_offered(enriched, truth):
    rows = [
        ("name-fuzzy-candidate", {"candidates": [("z", 0.6), ("a", 0.5)]}),
        ("name-fuzzy-candidate", {"candidates": [("z", 0.6)]}),
        ("name-exact", "c"),
        "unmatched",
    ]
    found = evaluate(enriched(*rows), truth((0, "a"), (1, "b"), (2, "c"), (3, "d")))
    assert counts(found.overall) == (4, 1, 0, 3)
    assert found.offered == wilson(2, 4)


def test_tiers_judge_what_reaches_them(enriched, truth):
    rows = [
        ("uei-exact", "a"),
        ("duns-exact", "wrong"),
        ("name-exact", "c"),
        ("name-fuzzy-auto", "d"),
        ("name-fuzzy-auto", "wrong"),
        "unmatched",
        ("name-fuzzy-auto", "wrong"),
    ]
    known = truth((0, "a"), (1, "b"), (2, "c"), (3, "d"), (4, "e"), (5, "f"), (6, None))
    found = evaluate(enriched(*rows), known)
    assert {name: counts(tier) for name, tier in found.tiers.items()} == {
        "uei-exact": (7, 1, 0, 5),
        "duns-exact": (6, 0, 1, 5),
        "name-exact": (5, 1, 0, 3),
        "name-fuzzy-auto": (4, 1, 2, 2),
        "without identifier": (5, 2, 2, 2),
        "overall": (7, 3, 3, 3),
    }
    fuzzy = found.without_identifier
    assert (fuzzy.precision, fuzzy.recall, fuzzy.f1) == (wilson(2, 4), wilson(2, 4), 0.5)


def test_successions_are_told_apart(enriched, truth):
    known = truth(
        (0, "a", "same_name"), (1, "b", "succession"), (2, "c", "succession"), (2, "d", "variant")
    )
    found = evaluate(enriched(("uei-exact", "a"), "unmatched", "unmatched"), known)
    assert found.overall.recall == wilson(1, 3)
    assert found.recall_without_successions == wilson(1, 2)


def test_errors_name_the_award_what_was_joined_and_what_is_right(enriched, truth):
    rows = [
        ("name-fuzzy-auto", "a", {"match_probability": 0.9}),
        "unmatched",
        ("name-fuzzy-auto", "b", {"match_probability": 0.97}),
        ("uei-exact", "c"),
    ]
    found = evaluate(enriched(*rows), truth((0, "x"), (1, "y"), (2, None), (3, "c")))
    shown = found.errors
    assert list(shown["error"]) == ["linked, has none", "wrong recipient", "missed"]
    assert list(shown["award_row"]) == [2, 0, 1]
    assert shown.iloc[1][["Company", "City", "State", "method", "predicted"]].to_list() == [
        "Firm 0", "Boston", "MA", "name-fuzzy-auto", "A",
    ]  # fmt: skip
    recipients = pa.table({"recipient_hash": ["x", "q"], "legal_business_name": ["X-ray", "Q"]})
    assert list(with_right_names(shown, recipients)["right"]) == ["", "X-ray", ""]


def test_the_json_form_is_plain(enriched, truth):
    found = evaluate(enriched(("uei-exact", "a"), "unmatched"), truth((0, "b"), (1, None)))
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert plain["awards"] == 2
    assert plain["errors"] == 1
    assert plain["tiers"]["overall"]["precision"] == {
        "value": 0.0, "low": 0.0, "high": pytest.approx(wilson(0, 1).high), "n": 1,
    }  # fmt: skip
    assert plain["tiers"]["duns-exact"]["precision"]["value"] is None


def test_the_table_has_a_row_per_tier(enriched, truth):
    frame = evaluate(enriched(("uei-exact", "a")), truth((0, "a"))).table()
    assert list(frame.columns) == [
        "tier", "n", "tp", "fp", "fn", "precision", "precision_low", "precision_high",
        "recall", "recall_low", "recall_high", "f1",
    ]  # fmt: skip
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) == 6


def test_truth_about_other_awards_is_refused(enriched, truth):
    with pytest.raises(ValueError, match="award_row 7"):
        evaluate(enriched("unmatched"), truth((7, "a")))
    with pytest.raises(ValueError, match="lists no award"):
        evaluate(enriched("unmatched"), truth())


ROW = st.tuples(
    st.sampled_from(METHODS), st.sampled_from("abc"), st.sampled_from(["a", "b", None, "unlisted"])
)


@given(st.lists(ROW, min_size=1, max_size=40))
def test_it_agrees_with_counting_by_hand(enriched, truth, rows):
    table = enriched(*((m, r) if m in ACCEPTED_METHODS else m for m, r, _ in rows))
    listed = [(i, t) for i, (_, _, t) in enumerate(rows) if t != "unlisted"]
    if not listed:
        return
    tp = sum(m in ACCEPTED_METHODS and r == t for m, r, t in rows)
    accepted = sum(m in ACCEPTED_METHODS and t != "unlisted" for m, _, t in rows)
    have = sum(t in ("a", "b") for _, _, t in rows)
    found = evaluate(table, truth(*listed))
    assert counts(found.overall) == (len(listed), tp, accepted - tp, have - tp)
    assert found.absent_linked.n == len(listed) - have
    assert len(found.errors) == (accepted - tp) + sum(
        t in ("a", "b") and m not in ACCEPTED_METHODS for m, _, t in rows
    )


def firm(name, method, recipient=None):
    return (method, recipient, {"Company": name}) if recipient else (method, {"Company": name})


def test_a_firm_with_many_awards_counts_once(enriched, truth):
    rows = [
        *[firm("Big", "uei-exact", "a")] * 8,
        firm("Big", "uei-exact", "wrong"),
        firm("Small", "unmatched"),
        firm("Gone", "name-exact", "z"),
        firm("Gone", "unmatched"),
        firm("Quiet", "unmatched"),
    ]
    known = [(i, "a") for i in range(9)] + [
        (9, "b", "succession"),
        (10, None),
        (11, None),
        (12, None),
    ]
    found = evaluate_firms(enriched(*rows), truth(*known), ["Company"])
    assert found.firms == 4
    assert found.precision == wilson(1, 2)
    assert found.recall == wilson(1, 2)
    assert found.recall_without_successions == wilson(1, 1)
    assert found.absent_linked == wilson(1, 2)
    assert found.table()[["figure", "rate", "n"]].values.tolist() == [
        ["precision of links", 0.5, 2], ["recall", 0.5, 2],
        ["recall without successions", 1.0, 1], ["absent firms linked", 0.5, 2],
    ]  # fmt: skip


def test_a_link_to_what_belongs_to_nobody_is_wrong_for_any_firm(enriched, truth):
    rows = [
        firm("A", "uei-exact", "a"),
        firm("B", "uei-exact", "none"),
        firm("C", "uei-exact", "none"),
    ]
    known = truth((0, "a"), (1, None))
    table = enriched(*rows)
    assert evaluate_firms(table, known, ["Company"]).precision == wilson(1, 1)
    found = evaluate_firms(table, known, ["Company"], never_right=["none"])
    assert found.precision == wilson(1, 3)
    assert found.absent_linked == wilson(1, 1)


def test_a_firm_is_what_is_spelled_alike(enriched, truth):
    rows = [
        ("uei-exact", "a", {"Company": "A", "Duns": "1"}),
        ("uei-exact", "a", {"Company": "A", "Duns": "'1'"}),
    ]
    assert evaluate_firms(enriched(*rows), truth((0, "a"), (1, "a"))).recall == wilson(2, 2)


def test_measures_are_those_that_need_truth(enriched, truth):
    measures = evaluate(enriched(("uei-exact", "a")), truth((0, "a"))).measures()
    needed = {d.name for d in DEFINITIONS.values() if d.needs_truth}
    assert set(measures) == needed - {"calibration_error_rate"}
    assert measures["precision_rate"] == wilson(1, 1)
    assert measures["fuzzy_f1_rate"].value is None


def test_every_measure_has_the_errors_that_count_against_it(enriched, truth):
    table = enriched(
        ("uei-exact", "wrong"),
        ("name-exact", "wrong"),
        ("name-fuzzy-auto", "linked"),
        ("duns-exact", "right"),
        "unmatched",
    )
    judged = evaluate(table, truth((0, "a"), (1, "b"), (2, None), (3, "right"), (4, "e")))
    rows = {
        metric: sorted(errors_of(judged.errors, metric)["award_row"])
        for metric in judged.measures()
    }
    assert rows == {
        "precision_rate": [0, 1, 2],
        "recall_rate": [0, 1, 4],
        "f1_rate": [0, 1, 2, 4],
        "fuzzy_precision_rate": [1, 2],
        "fuzzy_recall_rate": [1, 4],
        "fuzzy_f1_rate": [1, 2, 4],
        "absent_linked_rate": [2],
    }
    for metric in ("precision_rate", "fuzzy_precision_rate"):
        rate = judged.measures()[metric]
        assert len(rows[metric]) / rate.n == pytest.approx(1 - rate.value)
