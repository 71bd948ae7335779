"""What identifiers name: exactly, with everything odd about it said, and never a wrong firm's."""

from __future__ import annotations

from typing import Any

import pytest
from tests.matching.conftest import Matched

A = {"legal_business_name": "ALPHA PHOTONICS INC", "uei": "ZQGGHHJH74DA", "duns": "123456781",
     "city": "BOSTON", "state": "MA", "zip5": "02139"}  # fmt: skip
B = {"legal_business_name": "BETA RADAR LLC", "uei": "ZQGGHHJH74DB", "duns": "123456782",
     "city": "AUSTIN", "state": "TX", "zip5": "78701"}  # fmt: skip
FILLER = [{"legal_business_name": f"OTHER FIRM {i:02}", "state": "CA"} for i in range(12)]


def award(name: str, **values: str) -> dict[str, str]:
    return {"Company": name, **values}


def facts(row: dict[str, Any]) -> tuple[str, str | None, set[str]]:
    return row["match_method"], row["recipient_hash"], set(row["match_flags"])


UEI_A, UEI_B, DUNS_A, DUNS_B = "ZQGGHHJH74DA", "ZQGGHHJH74DB", "123456781", "123456782"

CASES: dict[str, tuple[dict[str, str], tuple[str, str | None, set[str]]]] = {
    "UEI": (award("Alpha Photonics", UEI=UEI_A), ("uei-exact", "r0", set())),
    "DUNS": (award("Alpha Photonics", Duns=DUNS_A), ("duns-exact", "r0", set())),
    "both": (award("Alpha Photonics", UEI=UEI_A, Duns=DUNS_A), ("uei-exact", "r0", set())),
    "as typed": (award("alpha photonics", UEI=f" {UEI_A.lower()} ", Duns="12-345-6781"),
                 ("uei-exact", "r0", set())),
    "UEI of A, DUNS of B, name of A": (
        award("Alpha Photonics", UEI=UEI_A, Duns=DUNS_B),
        ("uei-exact", "r0", {"identifier-conflict"}),
    ),
    "UEI of A, DUNS of B, name of B": (
        award("Beta Radar", UEI=UEI_A, Duns=DUNS_B),
        ("duns-exact", "r1", {"identifier-conflict"}),
    ),
    "UEI of A, DUNS of B, name of neither": (
        award("Quite Another", UEI=UEI_A, Duns=DUNS_B),
        ("name-fuzzy-candidate", None, {"identifier-conflict", "ambiguous", "name-disagrees"}),
    ),
    "UEI of A, DUNS unknown": (
        award("Alpha Photonics", UEI=UEI_A, Duns="999999998"), ("uei-exact", "r0", set())
    ),
    "UEI unknown, DUNS of A": (
        award("Alpha Photonics", UEI="ZQGGHHJH74DX", Duns=DUNS_A), ("duns-exact", "r0", set())
    ),
    "another name": (
        award("Sierra Nevada", UEI=UEI_A), ("uei-exact", "r0", {"name-disagrees"})
    ),
    "no name": (award("", UEI=UEI_A), ("uei-exact", "r0", set())),
    "invalid UEI": (
        award("Alpha Photonics", UEI="12", Duns=DUNS_A), ("duns-exact", "r0", {"invalid-uei"})
    ),
    "an employer number": (
        award("Quite Another", Duns="12-3456781"), ("unmatched", None, {"invalid-duns"})
    ),
    "a UEI in the column of the DUNS": (
        award("Quite Another", Duns=UEI_A), ("unmatched", None, {"invalid-duns"})
    ),
    "placeholders": (
        award("Quite Another", UEI="000000000000", Duns="000000000"), ("unmatched", None, set())
    ),
    "the float of another": (
        award("Quite Another", Duns="12345678.1"), ("unmatched", None, {"invalid-duns"})
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_identifiers_name(matched: Matched, case: str) -> None:
    ours, expected = CASES[case]
    (row,) = matched([ours], [A, B, *FILLER])
    assert facts(row) == expected
    if row["match_method"].endswith("-exact"):
        assert row["match_score"] == 100
        assert row["candidates"] == []


def test_a_firm_listed_once_by_uei_and_once_by_duns_is_no_conflict(matched: Matched) -> None:
    by_uei = {k: v for k, v in A.items() if k != "duns"}
    by_duns = {k: v for k, v in A.items() if k != "uei"}
    ours = award("Alpha Photonics, Inc.", UEI=UEI_A, Duns=DUNS_A)
    for rows in ([by_uei, by_duns], [by_duns, by_uei]):
        (row,) = matched([ours], [*rows, *FILLER])
        method, recipient, flags = facts(row)
        assert (method, flags) == ("uei-exact", set())
        assert row["recipient_uei"] == UEI_A
        assert recipient == f"r{rows.index(by_uei)}"


def test_contradicting_identifiers_are_both_for_review(matched: Matched) -> None:
    (row,) = matched([award("Quite Another", UEI=UEI_A, Duns=DUNS_B)], [*FILLER, A, B])
    assert {c["recipient_hash"] for c in row["candidates"]} >= {"r12", "r13"}
    assert {c["name"] for c in row["candidates"]} >= {"ALPHA PHOTONICS INC", "BETA RADAR LLC"}
    assert all(0 <= c["score"] <= 100 for c in row["candidates"])
    assert row["match_probability"] == row["candidates"][0]["probability"] <= 0.5


def test_of_recipients_that_share_an_identifier_the_one_of_that_name_is_it(
    matched: Matched,
) -> None:
    shared = {**B, "duns": DUNS_A, "uei": None}
    for order in ([A, shared], [shared, A]):
        (row,) = matched([award("Beta Radar", Duns=DUNS_A)], [*order, *FILLER])
        assert row["recipient_name"] == "BETA RADAR LLC"
        assert facts(row)[0] == "duns-exact"
        assert "shared-identifier" in row["match_flags"]


def test_of_equal_recipients_the_nearer_and_then_any_one_is_it(matched: Matched) -> None:
    away = {**A, "uei": None, "city": "RENO", "state": "NV", "zip5": "89501"}
    ours = award("Alpha Photonics", Duns=DUNS_A, City="Reno", State="Nevada", Zip="89501")
    (row,) = matched([ours], [A, away, *FILLER])
    assert row["recipient_city"] == "RENO"
    same = [{**A, "uei": None, "recipient_hash": h} for h in "zxy"]
    chosen = {
        matched([award("Alpha Photonics", Duns=DUNS_A)], rows)[0]["recipient_hash"]
        for rows in (same, same[::-1])
    }
    assert len(chosen) == 1


def test_an_identifier_shared_by_strangers_decides_nothing_without_a_name(matched: Matched) -> None:
    shared = {**B, "duns": DUNS_A, "uei": None}
    (row,) = matched([award("Quite Another", Duns=DUNS_A)], [{**A, "uei": None}, shared, *FILLER])
    method, recipient, flags = facts(row)
    assert (method, recipient) == ("name-fuzzy-candidate", None)
    assert "ambiguous" in flags
    assert {c["recipient_hash"] for c in row["candidates"]} == {"r0", "r1"}


def test_an_identifier_of_many_recipients(matched: Matched) -> None:
    words = ("NORTH", "SOUTH", "EAST", "WEST", "RADAR", "SONAR", "LIDAR", "OPTICS", "FOODS")
    many = [{**A, "uei": None, "legal_business_name": f"ALPHA PHOTONICS {w}"} for w in words * 4]
    (row,) = matched([award("Alpha Photonics Lidar", Duns=DUNS_A)], many)
    assert row["recipient_name"] == "ALPHA PHOTONICS LIDAR"
    assert facts(row)[0] == "duns-exact"


def test_every_award_of_one_name_keeps_its_own_identifier(matched: Matched) -> None:
    """However many recipients the identifiers of awards with one name and place hit."""
    count = 40
    theirs = [
        {"legal_business_name": f"FIRM NUMBER {i}", "duns": f"{200000001 + i}"}
        for i in range(count)
    ]
    ours = [award("Acme Holdings", State="MA", Duns=f"{200000001 + i}") for i in range(count)]
    rows = matched(ours, theirs)
    assert [r["recipient_hash"] for r in rows] == [f"r{i}" for i in range(count)]


def test_a_wrong_number_does_not_outdo_a_name_at_its_place(matched: Matched) -> None:
    """The number of B on an award that bears A's very name in A's own town."""
    ours = award("Alpha Photonics Inc", Duns=DUNS_B, City="Boston", State="MA", Zip="02139")
    (row,) = matched([ours], [{**A, "duns": None}, B, *FILLER])
    method, recipient, flags = facts(row)
    assert (method, recipient) == ("name-exact", "r0")
    assert {"identifier-conflict", "name-disagrees"} <= flags


def test_the_probability_of_an_identifier_grows_with_the_name(matched: Matched) -> None:
    names = ("Alpha Photonics", "Alpha Lidar", "Quite Another")
    rows = matched([award(n, UEI=UEI_A) for n in names], [A, B, *FILLER])
    probabilities = [r["match_probability"] for r in rows]
    assert probabilities == sorted(probabilities, reverse=True)
    assert len(set(probabilities)) == 3
