"""What people said becomes counts, a precision and a truth that evaluation understands."""

from __future__ import annotations

import pytest

from proofbook.quality.accuracy import evaluate
from proofbook.quality.clerical import questions
from proofbook.quality.reviewed import reviewed

X, C = "name-exact", "name-fuzzy-candidate"


@pytest.fixture
def table(enriched):
    acme = {"Company": "Acme", "candidates": [("a", 0.6), ("b", 0.2)]}
    return enriched(
        (C, acme), (C, acme),
        (C, {"Company": "Beta", "candidates": [("c", 0.5)]}),
        (X, "x", {"Company": "Exa", "candidates": [("x", 0.99), ("y", 0.1)]}),
        (X, "z", {"Company": "Zed", "candidates": [("z", 0.99)]}),
        "unmatched",
    )  # fmt: skip


def _review(table, **said: str):
    found = questions(table)
    ids = dict(found.select("Company", "question").iter_rows())
    return reviewed(found, {ids[company]: verdict for company, verdict in said.items()})


def test_every_award_of_a_settled_question_is_in_the_truth(table):
    told = _review(table, Acme="2", Beta="none", Exa="unsure", Zed="1")
    assert told.truth.to_pydict() == {
        "award_row": [0, 1, 2, 4], "recipient_hash": ["b", "b", None, "z"],
    }  # fmt: skip
    assert told.confirmed == 2
    judged = evaluate(table, told.truth)
    assert (judged.awards, judged.overall.tp, judged.overall.fn) == (4, 1, 2)


def test_counts_by_reason(table):
    told = _review(table, Acme="2", Beta="none", Exa="unsure")
    rows = {row[0]: row[1:] for row in told.reasons.to_numpy().tolist()}
    assert rows["candidate"] == [2, 2, 1, 1, 0]
    assert rows["sample"] == [2, 1, 0, 0, 1]
    assert rows["ambiguous"] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("said", "precision"),
    [
        ({"Exa": "1", "Zed": "1"}, 1.0),
        ({"Exa": "2", "Zed": "1"}, 0.5),
        ({"Exa": "none", "Zed": "none"}, 0.0),
        ({"Exa": "unsure", "Zed": "1"}, 1.0),
        ({"Acme": "1", "Beta": "1"}, None),
    ],
)
def test_a_link_is_right_where_people_name_the_joined_recipient(table, said, precision):
    assert _review(table, **said).precision.links.value == precision


def test_nothing_said_is_an_empty_truth(table):
    told = _review(table)
    assert told.truth.num_rows == 0
    assert told.truth.schema.names == ["award_row", "recipient_hash"]
    assert told.reasons["answered"].sum() == 0
