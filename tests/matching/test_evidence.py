"""Evidence says what a person would see in two names and places, and unknown is not zero."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matching.conftest import awards, side_of

from proofbook.matching.evidence import AT, FEATURES, agreement, similarity, weigh
from proofbook.matching.frequencies import count_names
from proofbook.matching.prepare import prepare_awards
from proofbook.matching.vocabulary import Vocabulary

FILLER = [{"legal_business_name": f"{w} {i}"} for i in range(20) for w in ("SYSTEMS", "MINES")]


def evidence(
    award: dict[str, str], recipient: dict[str, Any], *more: dict[str, Any]
) -> dict[str, float]:
    """The features of one pair among forty and more recipients, its score and its agreement."""
    vocabulary = Vocabulary()
    theirs = side_of([recipient, *FILLER, *more], vocabulary)
    ours = prepare_awards(awards([award]), vocabulary).queries
    first = np.zeros(1, np.int64)
    found = weigh(ours, theirs, first, first, count_names(theirs.names, vocabulary))
    values = {name: float(found.features[0, AT[name]]) for name in FEATURES}
    return values | {"score": float(found.score[0]), "agree": int(agreement(found.features)[0])}


def of_names(award: str, recipient: str) -> dict[str, float]:
    return evidence({"Company": award}, {"legal_business_name": recipient})


@pytest.mark.parametrize(
    ("award", "recipient", "expected"),
    [
        ("Acme Labs", "ACME LABS INC", {"name equal": 3, "score": 100, "agree": 2, "letters": 1}),
        ("Acme Laboratories", "ACME LABS", {"name equal": 2, "score": 100, "agree": 2}),
        ("Cube Works", "CUBEWORKS", {"name equal": 3, "score": 100, "letters": 1}),
        ("Labs Acme", "ACME LABS", {"name equal": 1, "score": 98, "agree": 2}),
        ("Acme Photonics", "ACME PHOTONCIS", {"name equal": 0, "words apart": 0, "agree": 2}),
        ("Acme Photonics", "ZETA FOODS", {"name equal": 0, "agree": 0, "words apart": 4,
                                          "shared rarity": 0, "explained of award": 0}),
        ("Acme", "ACME RESEARCH SYSTEMS", {"explained of award": 1, "contained": 0, "agree": 1}),
        ("Acmephotonics", "ACMEPHOTONICS RESEARCH", {"contained": 1, "agree": 1}),
        ("International Business Machines", "IBM CORP", {"initials": 1, "agree": 1}),
        ("Studio 54", "STUDIO 55", {"numbers": 0}),
        ("Studio 54", "STUDIO 54 LABS", {"numbers": 1}),
        ("Studio", "STUDIO LABS", {"numbers": 1}),
        ("Acme Inc", "ACME CORP", {"designator": 1}),
        ("Acme Inc", "ACME LLC", {"designator": 0, "name equal": 3}),
    ],
)  # fmt: skip
def test_two_names(award: str, recipient: str, expected: dict[str, float]) -> None:
    found = of_names(award, recipient)
    assert {name: round(found[name], 6) for name in expected} == expected


def test_unknown_is_no_number() -> None:
    found = of_names("Acme", "ACME")
    assert all(np.isnan(found[name]) for name in ("state", "city", "ZIP", "designator"))
    one_sided = evidence({"Company": "Acme", "State": "MA"}, {"legal_business_name": "ACME"})
    assert np.isnan(one_sided["state"])


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (("MA", "Boston", "02139"), ("MA", "BOSTON", "02139"), (1, 1, 1)),
        (("Massachusetts", "Boston", "02139-1234"), ("MA", "BOSTON", "02134"), (1, 1, 0.5)),
        (("MA", "Boston", "02139"), ("TX", "AUSTIN", "78701"), (0, 0, 0)),
    ],
)
def test_two_places(ours: tuple, theirs: tuple, expected: tuple) -> None:
    award = dict(zip(("State", "City", "Zip"), ours, strict=True))
    recipient = dict(zip(("state", "city", "zip5"), theirs, strict=True))
    found = evidence({"Company": "Acme", **award}, {"legal_business_name": "ACME", **recipient})
    assert tuple(found[name] for name in ("state", "city", "ZIP")) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("12 N. Main St, Suite 4", "12 MAIN STREET", 1),
        ("12 Main St", "14 MAIN ST", 0),
        ("12 Main St", None, 0),
        ("", None, 0),
    ],
)
def test_two_streets(ours: str, theirs: str | None, expected: int) -> None:
    recipient = {"legal_business_name": "ACME", "address_line_1": theirs}
    assert evidence({"Company": "Acme", "Address1": ours}, recipient)["street"] == expected


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    rare = of_names("Zyxophon Systems", "ZYXOPHON OPTICS")
    common = of_names("Zyxophon Systems", "OPTICS SYSTEMS")
    assert rare["explained of award"] > 0.5 > common["explained of award"] > 0
    assert rare["unexplained in award"] < common["unexplained in award"]
    assert rare["shared rarity"] > common["shared rarity"]


def test_a_misspelt_word_is_as_rare_as_the_word_it_is_alike() -> None:
    """INFERLINK is nowhere else, but INTERLINK is a common word."""
    common = [{"legal_business_name": f"INTERLINK {i}"} for i in range(20)]
    award = {"Company": "Inferlink"}
    one = evidence(award, {"legal_business_name": "INTERLINK"})
    many = evidence(award, {"legal_business_name": "INTERLINK"}, *common)
    assert 0 < many["shared rarity"] < 0.6 < one["shared rarity"]


def test_namesakes_are_counted() -> None:
    same = [{"legal_business_name": "ACME", "recipient_hash": f"x{i}"} for i in range(3)]
    vocabulary = Vocabulary()
    theirs = side_of(same, vocabulary)
    ours = prepare_awards(awards([{"Company": "Acme"}]), vocabulary).queries
    rows = np.zeros(1, np.int64)
    found = weigh(ours, theirs, rows, rows, count_names(theirs.names, vocabulary))
    assert found.features[0, AT["same name elsewhere"]] == pytest.approx(np.log1p(3))


NAME = st.lists(
    st.sampled_from(["ACME", "ACNE", "LABS", "PHOTONICS", "PHOTONIX", "X1", "OF"]), max_size=10
).map(" ".join)


@given(NAME, NAME)
def test_every_piece_of_evidence_stays_in_its_range(one: str, other: str) -> None:
    found = of_names(one, other)
    for name in ("explained of award", "explained of recipient", "letters", "beginning"):
        assert -1e-6 <= found[name] <= 1 + 1e-6
    assert 0 <= found["score"] <= 100
    assert found["agree"] in (0, 1, 2)
    if found["name equal"] >= 2:
        assert found["score"] == 100
        assert found["agree"] == 2
    back = of_names(other, one)
    if one and other:
        assert back["letters"] == pytest.approx(found["letters"])
        assert back["name equal"] == found["name equal"]


def test_the_score_follows_its_definition() -> None:
    features = np.zeros((4, len(FEATURES)), np.float32)
    features[:, AT["letters"]] = [1, 0.9, 0.96, 0.5]
    features[:, AT["explained of award"]] = [1, 0.5, 0, 0.5]
    features[:, AT["explained of recipient"]] = [1, 0.7, 0, 0.5]
    features[0, AT["name equal"]] = 2
    assert similarity(features).tolist() == [100, 75, 88, 50]
