"""Places come in one spelling, or are unknown."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.matching.places import (
    STATE_CODES,
    clean_city,
    clean_state,
    clean_street,
    clean_zip5,
)
from proofbook.matching.sides import read_places


def state(raw: str | None) -> str | None:
    return clean_state(pl.Series([raw], dtype=pl.String)).item()


def zip5(raw: str | None) -> str | None:
    return clean_zip5(pl.Series([raw], dtype=pl.String)).item()


def city(raw: str | None) -> str | None:
    return clean_city(pl.Series([raw], dtype=pl.String)).item()


@pytest.mark.parametrize(("name", "code"), STATE_CODES.items())
def test_a_state_is_known_by_name_and_code(name: str, code: str) -> None:
    assert {state(s) for s in (name, code, name.title(), code.lower(), f" {code} ")} == {code}


@pytest.mark.parametrize(
    "raw", [None, "", "XX", "Ontario", "M", "MASS", "MA MA", "12", "Ünterland"]
)
def test_no_state(raw: str | None) -> None:
    assert state(raw) is None


@pytest.mark.parametrize(
    ("raw", "value"),
    {
        "02139": "02139",
        "2139": "02139",
        "501": "00501",
        "02139-4307": "02139",
        "02139-": "02139",
        "02139-Array": "02139",
        "021394307": "02139",
        "21394307": "02139",
        "2139.0": "02139",
        "'02139'": "02139",
        " 02139 ": "02139",
        "-": None,
        "": None,
        "00000": None,
        "0": None,
        "12": None,
        "123456": None,
        "1234567": None,
        "K1A 0B1": None,
        "02139 4307": None,
        "0213A": None,
        "٠٢١٣٩": None,
        None: None,
    }.items(),
)
def test_zip5(raw: str | None, value: str | None) -> None:
    assert zip5(raw) == value


@given(st.from_regex(r"[0-9]{5}", fullmatch=True), st.from_regex(r"[0-9]{4}", fullmatch=True))
def test_a_zip_survives_its_writing(five: str, four: str) -> None:
    kept = None if five == "00000" else five
    for raw in (five, f"{five}-{four}", f"{five}{four}", f"{five}-", f"{five}-Array", f"'{five}'"):
        assert zip5(raw) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Boston", "BOSTON"),
        ("St. Louis", "Saint Louis"),
        ("Ft Collins", "FORT COLLINS"),
        ("Mt. Pleasant", "Mount Pleasant"),
        ("North Andover", "N. Andover"),
        ("San José", "SAN JOSE"),
        ("Winston-Salem", "Winston Salem"),
        ("O'Fallon", "OFallon"),
        ("Cañon City", "Canon City"),
    ],
)
def test_one_city_in_two_spellings(one: str, other: str) -> None:
    assert city(one) == city(other) is not None


@pytest.mark.parametrize("raw", [None, "", "-", "12345", "東京"])
def test_no_city(raw: str | None) -> None:
    assert city(raw) is None


def test_different_cities_differ() -> None:
    names = ["Boston", "Austin", "Northampton", "Hampton", "Eastland", "Land", "Stow", "Saintow"]
    assert len({city(n) for n in names}) == len(names)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12 N. Main St, Ste 4", "12MAIN"),
        ("12 MAIN", "12MAIN"),
        ("12 Northgate Rd", "12NORT"),
        ("8842 West Drive", "8842WEST"),
        ("8842 WEST DR", "8842WEST"),
        ("8842 W Way", "8842W"),
        ("P.O. Box 350", "350BOX"),
        ("PO BOX 350", "350BOX"),
        ("1133 15th ST NW", "1133TH"),
        ("4401 Dayton-Xenia Road", "4401DAYT"),
        ("One Main Street", None),
        ("12", None),
        ("", None),
        (None, None),
    ],
)
def test_street(raw: str | None, value: str | None) -> None:
    assert clean_street(pl.Series([raw], dtype=pl.String)).item() == value


ANYTHING = st.lists(st.one_of(st.none(), st.text(max_size=12)), max_size=5)


@given(ANYTHING)
def test_whatever_is_written_is_a_number_or_unknown(raw: list[str | None]) -> None:
    text = pl.Series(raw, dtype=pl.String)
    places = read_places(text, text, text, clean_street(text))
    assert {len(getattr(places, p)) for p in ("state", "city", "zip5", "street")} == {len(raw)}


def test_places_are_equal_as_numbers_where_they_are_as_text() -> None:
    there = read_places(
        pl.Series(["MA", "Massachusetts", None, "TX"]),
        pl.Series(["Boston", "BOSTON ", "", "Austin"]),
        pl.Series(["02139", "2139", "-", "78701"]),
        clean_street(pl.Series(["1 Main Street", "1 MAIN ST", "Main Street", "2 Main Street"])),
    )
    for numbers in (there.state, there.city, there.zip5, there.street):
        assert numbers[0] == numbers[1] != numbers[3]
        assert numbers[2] == 0


@pytest.mark.real
def test_real_defects(real_data: Path) -> None:
    with (real_data / "id_hygiene.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["field"] == "zip"]
    assert len(rows) >= 20
    for row in rows:
        assert zip5(row["raw"]) == (row["expected"].split("+")[0] or None), row
