"""An identifier is valid, absent or invalid, and never repaired into another one."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.matching.identifiers import NULL_WORDS, clean_duns, clean_uei


def duns(raw: str | None) -> tuple[str | None, str]:
    (row,) = clean_duns(pl.Series([raw], dtype=pl.String)).rows()
    return row


def uei(raw: str | None) -> tuple[str | None, str]:
    (row,) = clean_uei(pl.Series([raw], dtype=pl.String)).rows()
    return row


@pytest.mark.parametrize(
    ("raw", "value"),
    {
        "079179794": "079179794",
        "'079179794'": "079179794",
        '"079179794"': "079179794",
        " 079179794 ": "079179794",
        "\u00a0079179794\t": "079179794",
        "123-456-789": "123456789",
        "12-345-6789": "123456789",
        "12 345 6789": "123456789",
        "78269681.0": "078269681",
        "782696815.0": "782696815",
        "782696815.00": "782696815",
        "78269681": "078269681",
        "9485124": "009485124",
        "0791797940000": "079179794",
        "079179794-0001": "079179794",
        "079179794 0001": "079179794",
        "12-345-6789-0001": "123456789",
        "DUNS: 079179794": "079179794",
        "D-U-N-S No. 07-917-9794": "079179794",
        "duns #079179794": "079179794",
    }.items(),
)
def test_every_official_way_of_writing_a_duns(raw: str, value: str) -> None:
    assert duns(raw) == (value, "valid")


@pytest.mark.parametrize(
    "raw",
    [
        "12-3456789",  # an employer number
        "123456",
        "1234567890",
        "12345678901",
        "123456789012",
        "12345678901234",
        "7.8269681E7",
        "7.83E+08",
        "78269681.5",
        "1,234,567",
        "123.456.789",
        "-123456789",
        "+123456789",
        "123456789X",
        "O79179794",
        "07917979A",
        "079179794; 079179795",
        "079179794/079179795",
        "1-2345-6789",
        "(555)123-4567",
        "555-123-4567",
        "123-45-6789",  # a person's number
        "١٢٣٤٥٦٧٨٩",
        "NONE YET",
    ],
)
def test_what_is_no_duns_is_not_made_one(raw: str) -> None:
    assert duns(raw) == (None, "invalid")


@pytest.mark.parametrize(
    "raw",
    [None, "", "  ", *NULL_WORDS, "nan", "NaT", "none", "n/a", "<na>", "'NULL'", "0", "00000000",
     "000000000", "'000000000'", "0.0", "000-000-000", "111111111", "999999999", "0000000000000"],
)  # fmt: skip
def test_words_and_placeholders_for_nothing(raw: str | None) -> None:
    assert duns(raw) == (None, "absent")


VALID_DUNS = st.from_regex(r"[0-9]{9}", fullmatch=True).filter(lambda d: len(set(d)) > 1)
WRITINGS = {
    "plain": "{d}",
    "quoted": "'{d}'",
    "double quoted": '"{d}"',
    "blanks": "  {d}\t",
    "dashes 2-3-4": "{d[0]}{d[1]}-{d[2]}{d[3]}{d[4]}-{d[5]}{d[6]}{d[7]}{d[8]}",
    "dashes 3-3-3": "{d[0]}{d[1]}{d[2]}-{d[3]}{d[4]}{d[5]}-{d[6]}{d[7]}{d[8]}",
    "blanks 2-3-4": "{d[0]}{d[1]} {d[2]}{d[3]}{d[4]} {d[5]}{d[6]}{d[7]}{d[8]}",
    "float": "{d}.0",
    "plus four": "{d}{four}",
    "dash four": "{d}-{four}",
}


@pytest.mark.parametrize("writing", WRITINGS)
@given(number=VALID_DUNS, four=st.from_regex(r"[0-9]{4}", fullmatch=True))
def test_a_duns_survives_its_writing(writing: str, number: str, four: str) -> None:
    assert duns(WRITINGS[writing].format(d=number, four=four)) == (number, "valid")


@given(VALID_DUNS)
def test_a_duns_survives_a_spreadsheet(number: str) -> None:
    """As a number it has lost its zeros; more than two of them cannot be told from a short text."""
    as_number = str(int(number))
    for raw in (as_number, f"{as_number}.0"):
        value, state = duns(raw)
        if len(as_number) >= 7:
            assert (value, state) == (number, "valid") or len(set(as_number.zfill(9))) == 1
        else:
            assert state != "valid"


@given(
    st.one_of(
        st.text(max_size=20),
        st.text("0123456789-. '", max_size=16),
        st.text("0123456789", max_size=15),
    )
)
def test_a_valid_duns_is_what_was_written(raw: str) -> None:
    value, state = duns(raw)
    assert (value is not None) == (state == "valid")
    if value is None:
        return
    assert re.fullmatch("[0-9]{9}", value)
    written = re.sub(r"\D", "", re.sub(r"\.0+\W*$", "", raw))
    assert len(written) in (7, 8, 9, 13)
    assert value == written[:9].zfill(9)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ZQGGHJH74DW7", ("ZQGGHJH74DW7", "valid")),
        (" zqgghjh74dw7 ", ("ZQGGHJH74DW7", "valid")),
        ("'ZQGGHJH74DW7'", ("ZQGGHJH74DW7", "valid")),
        ("ZQGGHJH74DW", (None, "invalid")),
        ("ZQGGHJH74DW77", (None, "invalid")),
        ("ZQGG HJH74DW7", (None, "invalid")),
        ("ZQGG-HJH74DW", (None, "invalid")),
        ("123456789", (None, "invalid")),
        ("000000000000", (None, "absent")),
        ("AAAAAAAAAAAA", (None, "absent")),
        ("NOTAVAILABLE", (None, "absent")),
        ("NaN", (None, "absent")),
        ("", (None, "absent")),
        (None, (None, "absent")),
        ("ZQGGHJH74Dß", (None, "invalid")),  # two letters in upper case
        ("ZQGGHJH74DW\u017f", (None, "invalid")),  # S in upper case
        ("٠١٢٣٤٥٦٧٨٩٠١", (None, "invalid")),
    ],
)
def test_uei(raw: str | None, expected: tuple[str | None, str]) -> None:
    assert uei(raw) == expected


@given(st.from_regex(r"[0-9A-Za-z]{12}", fullmatch=True))
def test_a_uei_is_kept_in_upper_case(raw: str) -> None:
    if len(set(raw.upper())) > 1 and raw.upper() not in NULL_WORDS:
        assert uei(raw) == (raw.upper(), "valid")


@given(st.text(max_size=16))
def test_a_valid_uei_is_what_was_written(raw: str) -> None:
    value, state = uei(raw)
    assert (value is not None) == (state == "valid")
    assert value is None or value in raw.upper()


def test_a_column_is_cleaned_row_by_row() -> None:
    raw = pl.Series(["123456789", None, "12-3456789", "78269681.0"])
    assert clean_duns(raw)["value"].to_list() == ["123456789", None, None, "078269681"]
    assert clean_duns(pl.Series([], dtype=pl.String)).rows() == []


@pytest.mark.real
def test_real_defects(real_data: Path) -> None:
    """Published values; a number shifted by a zero is another valid one, and stays as written."""
    with (real_data / "id_hygiene.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["field"] == "duns"]
    assert len(rows) >= 20
    for row in rows:
        shifted = row["class"] == "duns_zero_shift"
        expected = row["raw"] if shifted else row["expected"]
        state = "valid" if expected else "absent"
        assert duns(row["raw"]) == (expected or None, state), row
