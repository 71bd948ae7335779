"""The questions of a clerical review: once each, in the order of what they decide, by content."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from proofbook.quality import clerical
from proofbook.quality.clerical import REASONS, SAMPLE, questions, queue, uncertainty

U, X, A, C, N = "uei-exact", "name-exact", "name-fuzzy-auto", "name-fuzzy-candidate", "unmatched"


def _offers(*pairs: tuple[str, float], **values: object) -> dict:
    return {"candidates": pairs, **values}


def _hashes(question: dict) -> list[str]:
    return [c["recipient_hash"] for c in question["candidates"]]


def test_awards_of_one_spelling_and_the_same_candidates_are_one_question(enriched):
    firm = {"Company": "Acme", "City": "Troy", "State": "NY", "Zip": "12180"}
    table = enriched(
        (C, _offers(("a", 0.6), ("b", 0.2), **firm, **{"Award Amount": "$1,000.50"})),
        (C, _offers(("a", 0.6), ("b", 0.2), **firm, **{"Award Amount": "none"})),
        (C, _offers(("a", 0.6), ("b", 0.2), **firm, **{"Award Amount": "999"})),
        (C, _offers(("b", 0.6), ("a", 0.2), **firm)),
        *(
            (C, _offers(("a", 0.6), ("b", 0.2), **firm | {key: "else"}))
            for key in ("Company", "City", "State", "Zip")
        ),
    )
    found = questions(table)
    assert found["award_rows"].to_list()[0] == [0, 1, 2]
    assert found["awards"].to_list() == [3, 1, 1, 1, 1, 1]
    assert found["amount"].to_list()[:2] == [1999.5, None]
    assert found["question"].n_unique() == 6
    assert all(q.startswith("q") and len(q) == 15 for q in found["question"])


@pytest.mark.parametrize(
    ("row", "reasons", "candidates"),
    [
        ((C, _offers(("a", 0.6))), ["candidate"], ["a"]),
        ((C, _offers(("a", 0.6), match_flags=["ambiguous"])), ["candidate", "ambiguous"], ["a"]),
        ((U, "j", {"match_flags": ["identifier-conflict"]}), ["identifier-conflict"], ["j"]),
        ((U, "j", {"match_flags": ["name-disagrees"]}), ["name-disagrees"], ["j"]),
        ((U, "j", {"match_flags": ["shared-identifier"]}), ["shared-identifier"], ["j"]),
        ((X, "j", _offers(("j", 0.99), ("b", 0.1))), ["sample"], ["j", "b"]),
        ((A, "j", _offers(("peer", 0.99), ("b", 0.1))), ["sample"], ["j", "b"]),
        ((A, "j", {"match_flags": ["via-alias"]}), ["sample"], ["j"]),
        (
            (A, "j", {"match_flags": ["identifier-conflict"]}),
            ["identifier-conflict", SAMPLE],
            ["j"],
        ),
        ((C, _offers(*(("abcdefg"[i], 0.5) for i in range(7)))), ["candidate"], [*"abcde"]),
    ],
)
def test_why_it_is_asked_and_who_is_offered(enriched, row, reasons, candidates):
    (question,) = questions(enriched(row)).to_dicts()
    assert question["reasons"] == reasons
    assert _hashes(question) == candidates


@pytest.mark.parametrize(
    "row", [U, N, (N, _offers(("a", 0.1))), (U, "j", {"match_flags": ["invalid-duns"]})]
)
def test_what_is_not_asked(enriched, row):
    assert queue(questions(enriched(row))).is_empty()


def test_only_links_by_name_are_drawn_and_all_can_be(enriched):
    table = enriched(*[(X, f"x{n}") for n in range(9)], *[U] * 9, *[N] * 9)
    assert queue(questions(table, sample=4)).height == 4
    found = questions(table, sample=100)
    assert sorted(found.filter("drawn")["joined"]) == [f"x{n}" for n in range(9)]


def test_an_identifier_and_a_name_that_join_the_same_are_one_question(enriched):
    firm = {"Company": "Acme"}
    (question,) = questions(
        enriched(
            (X, "j", _offers(("j", 0.97), match_probability=0.97, **firm)),
            (U, "j", firm | {"match_flags": ["name-disagrees"], "match_probability": 0.9}),
            (X, "j", _offers(("j", 0.99), match_probability=0.99, **firm)),
            (C, _offers(("j", 0.97), **firm)),
        )
    ).to_dicts()
    assert (question["awards"], question["by_name"], question["open"]) == (4, 2, 1)
    assert question["reasons"] == ["candidate", "name-disagrees", SAMPLE]
    assert question["joined"] == "j"
    assert question["stratum"] == "name-exact, 0.95 to 0.98"
    assert question["candidates"][0]["probability"] == 0.9
    assert question["uncertainty"] == pytest.approx(0.18)


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ([0.5], 0.5),
        ([0.9], 2 * 0.9 * 0.1),
        ([0.5, 0.5], 2 / 3),
        ([0.95, 0.95], 1 - (2 * 19**2 + 1) / 39**2),
        ([0.999, 0.001], 0.002),
        ([1.0], 0.0),
        ([None], 0.5),
    ],
)
def test_the_uncertainty_of_an_answer(probabilities, expected):
    frame = pl.DataFrame({"candidates": [[{"probability": p} for p in probabilities]]})
    assert frame.select(uncertainty()).item() == pytest.approx(expected, abs=2e-5)


def test_what_decides_most_comes_first(enriched):
    doubtful, sure = _offers(("a", 0.5), Company="One"), _offers(("a", 0.9), Company="Many")
    alike = [(C, _offers(("a", 0.95), Company=name)) for name in ("c", "b", "a")]
    found = questions(enriched(*alike, (C, doubtful), *[(C, sure)] * 4))
    assert found["Company"].to_list() == ["Many", "One", "a", "b", "c"]


def test_a_limit_cuts_the_doubts_and_leaves_the_sample(enriched):
    rows = [(C, _offers((f"c{n}", 0.5 + n / 100))) for n in range(10)]
    found = questions(enriched(*rows, *[(X, f"x{n}") for n in range(10)]))
    whole, cut = queue(found), queue(found, 3)
    doubted = whole.filter(pl.col("reasons").list.first() == "candidate")
    assert whole.height == 20
    assert cut.height == 13
    assert cut["question"].is_in(doubted["question"][:3].implode()).sum() == 3
    assert whole.filter("drawn")["lot"].is_sorted()
    for asked, half in ((whole, 10), (cut, 6)):
        drawn = asked["drawn"].to_list()
        assert abs(sum(drawn[:half]) - sum(drawn[half:])) <= 1, "its place tells that it was drawn"


def _many(enriched) -> pa.Table:
    rows = []
    for n in range(60):
        about = {"Company": f"Firm {n % 9}", "Award Amount": f"{n}.1", "Contact Name": "Jane Roe"}
        about["match_flags"] = ["ambiguous"] if n % 4 == 0 else []
        p = 0.5 + n % 7 / 20
        rows += [
            (C, _offers((f"a{n % 5}", p), ("b", 0.3), **about)),
            (X, f"x{n % 11}", _offers((f"x{n % 11}", p), match_probability=p, **about)),
            (U, f"x{n % 11}", {**about, "match_probability": p}),
        ]
    return enriched(*rows)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_table_does_not_matter(enriched, seed):
    table = _many(enriched)
    order = np.random.default_rng(seed).permutation(table.num_rows)
    found = questions(table, sample=7)
    assert 0 < found.filter("drawn").height < found["by_name"].gt(0).sum()
    assert found.equals(again := questions(table.take(pa.array(order)), sample=7))
    assert queue(found, 9).equals(queue(again, 9))


def test_other_awards_do_not_change_what_a_question_is(enriched):
    table = _many(enriched)
    alone = questions(table.slice(90))
    whole = questions(table)
    assert set(alone["question"]) < set(whole["question"]) | set(alone["question"])
    assert len(set(alone["question"]) & set(whole["question"])) == alone.height


def test_no_personal_column_gets_in(enriched):
    assert "Jane Roe" not in str(questions(_many(enriched)).to_dicts())


def test_every_reason_has_its_word():
    assert REASONS == (
        "candidate", "ambiguous", "identifier-conflict", "name-disagrees", "shared-identifier",
        "sample",
    )  # fmt: skip
    assert clerical.MOST_CANDIDATES == 5
