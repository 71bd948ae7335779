"""Names under which identified awards call a recipient: they carry, but no single error does."""

from __future__ import annotations

from typing import Any

import pytest
from tests.matching.conftest import Matched

SIERRA = {"legal_business_name": "SIERRA NEVADA CORP", "uei": "ZQGGHHJH74DA", "city": "SPARKS",
          "state": "NV", "zip5": "89434"}  # fmt: skip
ACME = {"legal_business_name": "ACME PHOTONICS INC", "uei": "ZQGGHHJH74DB", "city": "BOSTON",
        "state": "MA", "zip5": "02139"}  # fmt: skip
WORDS = ("RADAR", "SONAR", "LIDAR", "FOODS", "FARMS", "MINES", "SHIPS", "ROADS")
FILLER = [{"legal_business_name": f"OTHER {word} FIRM", "state": "CA"} for word in WORDS]
PLACE = {"City": "Irvine", "State": "CA", "Zip": "92618"}
UNKNOWN = {"Company": "WaveBand Corporation", **PLACE}
TOLD = {**UNKNOWN, "UEI": "ZQGGHHJH74DA"}


def last(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return rows[-1]


def test_a_name_that_says_nothing_needs_two_awards(matched: Matched) -> None:
    once = last(matched([TOLD, UNKNOWN], [SIERRA, ACME, *FILLER]))
    assert once["recipient_hash"] is None
    twice = last(matched([TOLD, TOLD, UNKNOWN], [SIERRA, ACME, *FILLER]))
    assert (twice["recipient_hash"], twice["match_flags"]) == ("r0", ["via-alias"])
    assert twice["match_method"] == "name-exact"


STREET = {"city": "IRVINE", "state": "CA", "zip5": "92618", "address_line_1": "7 Elm St"}


@pytest.mark.parametrize(
    ("address", "theirs", "carries"),
    [
        ("7 Elm Street", STREET, True),
        ("8 Elm Street", STREET, False),
        ("7 Elm Street", STREET | {"zip5": "92619"}, False),
    ],
)
def test_one_award_from_the_recipient_s_address_is_enough(
    matched: Matched, address: str, theirs: dict[str, str], carries: bool
) -> None:
    told = {**TOLD, "Address1": address}
    row = last(matched([told, {**UNKNOWN, "State": ""}], [{**SIERRA, **theirs}, ACME, *FILLER]))
    assert (row["recipient_hash"] == "r0") == carries


def test_the_address_does_not_carry_a_name_that_another_recipient_bears(matched: Matched) -> None:
    """A wrong identifier in a shared building."""
    plain = {"Company": "Acme Photonics, Inc.", **PLACE, "Address1": "7 Elm Street"}
    rows = matched([{**plain, "UEI": "ZQGGHHJH74DA"}, plain], [{**SIERRA, **STREET}, ACME, *FILLER])
    assert last(rows)["recipient_hash"] != "r0"


def test_an_alias_carries_to_a_similar_name(matched: Matched) -> None:
    similar = {**UNKNOWN, "Company": "Wave-Band Corp."}
    row = last(matched([TOLD, TOLD, similar], [SIERRA, *FILLER]))
    assert (row["recipient_hash"], row["match_flags"]) == ("r0", ["via-alias"])


@pytest.mark.parametrize(("ours", "others", "carries"), [(2, 1, True), (2, 2, False), (3, 2, False),
                                                         (4, 2, True), (1, 3, False)])  # fmt: skip
def test_two_thirds_of_the_awards_must_agree(
    matched: Matched, ours: int, others: int, carries: bool
) -> None:
    disagreeing = {**UNKNOWN, "UEI": "ZQGGHHJH74DB"}
    rows = matched([TOLD] * ours + [disagreeing] * others + [UNKNOWN], [SIERRA, ACME, *FILLER])
    assert (last(rows)["recipient_hash"] == "r0") == carries


def test_a_wrong_identifier_does_not_reach_other_awards_of_the_firm(matched: Matched) -> None:
    """However often it is repeated: the name is another recipient's own."""
    plain = {"Company": "Acme Photonics, Inc.", "City": "Boston", "State": "MA", "Zip": "02139"}
    wrong = {**plain, "UEI": "ZQGGHHJH74DA"}
    for times in (1, 2, 5):
        rows = matched([wrong] * times + [plain], [SIERRA, ACME, *FILLER])
        assert last(rows)["recipient_hash"] == "r1"
        assert last(rows)["match_flags"] == []


def test_a_name_that_resembles_the_recipient_needs_no_vote(matched: Matched) -> None:
    told = {"Company": "Sierra Nevada Research Labs", "UEI": "ZQGGHHJH74DA", **PLACE}
    asked = {"Company": "Sierra Nevada Research Laboratories", **PLACE}
    row = last(matched([told, asked], [SIERRA, ACME, *FILLER]))
    assert row["recipient_hash"] == "r0"


def test_contradicting_identifiers_give_no_alias(matched: Matched) -> None:
    acme = {**ACME, "duns": "123456782"}
    both = {**TOLD, "Duns": "123456782"}
    row = last(matched([both] * 4 + [UNKNOWN], [SIERRA, acme, *FILLER]))
    assert row["recipient_hash"] is None


def test_alternate_names_of_the_recipient_carry(matched: Matched) -> None:
    there = {"city": "IRVINE", "state": "CA", "zip5": "92618"}
    theirs = {**SIERRA, **there, "alternate_names": ["SOMETHING ELSE", "WAVEBAND CORP"]}
    row = last(matched([UNKNOWN], [theirs, ACME, *FILLER]))
    assert (row["recipient_hash"], row["match_flags"]) == ("r0", ["via-alias"])


def test_the_name_of_a_parent_carries_with_its_flag(matched: Matched) -> None:
    theirs = {**SIERRA, **{"city": "IRVINE", "state": "CA", "zip5": "92618"},
              "parent_legal_business_name": "WAVEBAND CORPORATION"}  # fmt: skip
    row = last(matched([UNKNOWN], [theirs, ACME, *FILLER]))
    if row["recipient_hash"] is not None:
        assert row["match_flags"] == ["via-parent"]
    else:
        assert row["candidates"][0]["recipient_hash"] == "r0"


def test_the_recipient_of_that_very_name_comes_before_an_alias(matched: Matched) -> None:
    theirs = {**SIERRA, "state": "CA", "alternate_names": ["WAVEBAND CORPORATION"]}
    own = {"legal_business_name": "WAVEBAND CORPORATION", "city": "IRVINE", "state": "CA",
           "zip5": "92618"}  # fmt: skip
    row = last(matched([UNKNOWN], [theirs, own, *FILLER]))
    assert row["recipient_hash"] in ("r1", None)
