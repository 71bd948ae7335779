"""The old rule: identifiers first, then what token_set_ratio says of the whole names, exactly."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz
from tests.matching.conftest import Matched, awards, recipients

from proofbook.enrichment import enrich
from proofbook.matching import MatchSettings
from proofbook.matching.old_rule import normalised
from proofbook.quality.accuracy import evaluate
from proofbook.quality.laws import conservation, determinism
from proofbook.sources.synthetic import World, make_world

OLD = MatchSettings(scorer="token_set_ratio")


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(400, 2_000, 8)


@pytest.mark.parametrize(
    ("name", "others", "method", "score"),
    [
        ("Acme Labs, Inc.", ["ACME LABS INC"], "name-exact", 100),
        ("ACME  LABS-INC", ["Acme Labs/Inc"], "name-exact", 100),
        ("Advanced Systems", ["SYSTEMS"], "name-fuzzy-auto", 100),
        ("Texas", ["UNIVERSITY OF TEXAS"], "name-fuzzy-auto", 100),
        ("Fibertek Inc", ["FIBERTEC INC"], "name-fuzzy-auto", 91.667),
        ("Systems AB", ["SYSTEMS XYZ"], "name-fuzzy-candidate", 82.353),
        ("Acme Labs Inc", ["ACME LABORATORIES"], "unmatched", 0),
        ("Acme Labs Inc", ["ACME LABS", "ACME LABS INC"], "name-exact", 100),
        ("", [""], "unmatched", 0),
        ("...", ["---"], "unmatched", 0),
    ],
)
def test_what_a_score_decides(
    matched: Matched, name: str, others: list[str], method: str, score: float
) -> None:
    (row,) = matched([{"Company": name}], [{"legal_business_name": n} for n in others], OLD)
    assert row["match_method"] == method
    assert row["match_score"] == pytest.approx(score, abs=0.001)
    assert row["match_probability"] == pytest.approx(score / 100, abs=1e-5)
    assert row["match_flags"] == []
    if method == "name-exact":
        assert normalised(pl.Series([row["recipient_name"], name])).n_unique() == 1


def test_an_identifier_comes_first(matched: Matched) -> None:
    theirs = [{"legal_business_name": "BETA", "duns": "123456789"}, {"legal_business_name": "ACME"}]
    (row,) = matched([{"Company": "Acme", "Duns": "123456789"}], theirs, OLD)
    assert (row["match_method"], row["recipient_name"]) == ("duns-exact", "BETA")


def test_no_place_and_no_other_name_counts(matched: Matched) -> None:
    theirs = [
        {"legal_business_name": "ZETA", "alternate_names": ["ACME"], "state": "MA"},
        {"legal_business_name": "ACME", "state": "TX"},
    ]
    (row,) = matched([{"Company": "Acme", "State": "MA"}], theirs, OLD)
    assert row["recipient_name"] == "ACME"


def reference(names: list[str], theirs: list[tuple[str, int]], count: int) -> list[list[tuple]]:
    """For each name its best (row, score), by comparing it with every recipient."""
    out = []
    for name in names:
        rows = [(n == name, fuzz.token_set_ratio(name, n), t, i) for i, (n, t) in enumerate(theirs)]
        near = sorted((not e, -s, t, i) for e, s, t, i in rows if s >= 75)
        out.append([(i, -s) for _, s, _, i in near[:count]])
    return out


WORD = st.sampled_from(["ACME", "ACNE", "LABS", "LAB", "INC", "LLC", "SYSTEMS", "OF", "X1"])
NAME = st.lists(WORD, max_size=4).map(" ".join)


@settings(max_examples=60)
@given(st.lists(NAME, min_size=1, max_size=5), st.lists(NAME, min_size=1, max_size=25))
def test_it_is_the_same_as_comparing_every_award_with_every_recipient(
    names: list[str], others: list[str]
) -> None:
    theirs = recipients([{"legal_business_name": n} for n in others])
    table = enrich(awards([{"Company": n} for n in names]), theirs, OLD).table
    ties = normalised_ties(theirs)
    expected = reference(names, list(zip(others, ties, strict=True)), OLD.candidates)
    for row, best in zip(table.to_pylist(), expected, strict=True):
        listed = {(c["recipient_hash"], c["score"]) for c in row["candidates"]}
        assert listed == {(f"r{i}", s) for i, s in best}
        score = best[0][1] if best else 0.0
        assert row["match_score"] == score
        if score >= 90:
            assert row["recipient_hash"] == f"r{best[0][0]}"
        else:
            assert row["recipient_hash"] is None
            assert row["match_method"] == ("name-fuzzy-candidate" if best else "unmatched")


def normalised_ties(theirs: pa.Table) -> list[int]:
    """The numbers by which the matcher breaks ties."""
    return pl.Series(theirs["recipient_hash"].to_pylist()).hash().to_list()


def test_the_laws_hold_for_it_too(world: World) -> None:
    plain = enrich(world.awards, world.recipients, OLD)
    assert conservation(world.awards, plain.table) == []
    assert plain.model == {"source": "token_set_ratio", "queries": 0, "threshold": 0.9}
    shuffle = np.random.default_rng(1).permutation(world.recipients.num_rows)
    shuffled = enrich(world.awards, world.recipients.take(shuffle), OLD)
    assert determinism(plain.table, shuffled.table) == []
    one = enrich(
        world.awards, world.recipients, OLD.model_copy(update={"threads": 1}), chunk_size=100
    )
    assert determinism(plain.table, one.table) == []
    assert one.counters == plain.counters


def test_it_is_worse_and_that_is_the_point(world: World) -> None:
    old = evaluate(enrich(world.awards, world.recipients, OLD).table, world.truth)
    new = evaluate(enrich(world.awards, world.recipients).table, world.truth)
    assert old.without_identifier.f1 is not None
    assert new.without_identifier.f1 is not None
    assert old.without_identifier.f1 < new.without_identifier.f1 - 0.1
