"""Places: state, city, ZIP code and street, each in one spelling or null."""

from __future__ import annotations

import polars as pl

#: Postal codes of states, districts and territories by their full name, upper case.
STATE_CODES: dict[str, str] = {
    "ALABAMA": "AL", "ALASKA": "AK", "ARIZONA": "AZ", "ARKANSAS": "AR", "CALIFORNIA": "CA",
    "COLORADO": "CO", "CONNECTICUT": "CT", "DELAWARE": "DE", "DISTRICT OF COLUMBIA": "DC",
    "FLORIDA": "FL", "GEORGIA": "GA", "HAWAII": "HI", "IDAHO": "ID", "ILLINOIS": "IL",
    "INDIANA": "IN", "IOWA": "IA", "KANSAS": "KS", "KENTUCKY": "KY", "LOUISIANA": "LA",
    "MAINE": "ME", "MARYLAND": "MD", "MASSACHUSETTS": "MA", "MICHIGAN": "MI", "MINNESOTA": "MN",
    "MISSISSIPPI": "MS", "MISSOURI": "MO", "MONTANA": "MT", "NEBRASKA": "NE", "NEVADA": "NV",
    "NEW HAMPSHIRE": "NH", "NEW JERSEY": "NJ", "NEW MEXICO": "NM", "NEW YORK": "NY",
    "NORTH CAROLINA": "NC", "NORTH DAKOTA": "ND", "OHIO": "OH", "OKLAHOMA": "OK", "OREGON": "OR",
    "PENNSYLVANIA": "PA", "RHODE ISLAND": "RI", "SOUTH CAROLINA": "SC", "SOUTH DAKOTA": "SD",
    "TENNESSEE": "TN", "TEXAS": "TX", "UTAH": "UT", "VERMONT": "VT", "VIRGINIA": "VA",
    "WASHINGTON": "WA", "WEST VIRGINIA": "WV", "WISCONSIN": "WI", "WYOMING": "WY",
    "PUERTO RICO": "PR", "GUAM": "GU", "VIRGIN ISLANDS": "VI", "U S VIRGIN ISLANDS": "VI",
    "AMERICAN SAMOA": "AS", "NORTHERN MARIANA ISLANDS": "MP",
}  # fmt: skip

_CITY_WORDS = {r"\bSAINT\b": "ST", r"\bFORT\b": "FT", r"\bMOUNT\b": "MT", r"\bNORTH\b": "N",
               r"\bSOUTH\b": "S", r"\bEAST\b": "E", r"\bWEST\b": "W"}  # fmt: skip

#: A house number, and up to four letters of the first word behind it, a direction or not.
_NUMBER = r"([0-9]+)"
_FIRST = r"[0-9][^A-Z]*([A-Z]{1,4})"
_BEHIND_DIRECTION = (
    r"[0-9][^A-Z]*(?:N|S|E|W|NE|NW|SE|SW|NORTH|SOUTH|EAST|WEST)\b[^A-Z0-9]*([A-Z]{1,4})"
)
#: First letters of words that say what kind of street it is.
_KINDS = [
    "AV", "AVE", "AVEN", "BLVD", "BOUL", "CIR", "CIRC", "CT", "COUR", "DR", "DRIV", "HWY", "HIGH",
    "LN", "LANE", "PK", "PKWY", "PL", "PLAC", "RD", "ROAD", "ST", "STE", "STRE", "SUIT", "WAY",
]  # fmt: skip


def clean_state(raw: pl.Series) -> pl.Series:
    """The two-letter code of a state given as code or full name; null when it is neither."""
    text = raw.cast(pl.String).str.to_uppercase().str.replace_all(r"[^A-Z]+", " ")
    text = text.str.strip_chars()
    code = text.replace(STATE_CODES)
    known = code.is_in(list(set(STATE_CODES.values())))
    return pl.select(pl.when(known).then(code)).to_series()


def clean_zip5(raw: pl.Series) -> pl.Series:
    """The five digits of a ZIP code; zeros lost in a spreadsheet are put back; else null.

    >>> clean_zip5(pl.Series(["02139", "2139", "021391234", "12345-Array", "-"])).to_list()
    ['02139', '02139', '02139', '12345', None]
    """
    text = raw.cast(pl.String).str.strip_chars(" '\"").str.replace(r"\.0+$", "")
    head = text.str.extract(r"^([0-9]{3,9})(?:-.*)?$")
    length = head.str.len_chars()
    value = (
        pl.when(length <= 5)
        .then(head.str.zfill(5))
        .when(length.is_in([8, 9]))
        .then(head.str.zfill(9).str.slice(0, 5))
    )
    zip5 = pl.select(value).to_series()
    return pl.select(pl.when(zip5 != "00000").then(zip5)).to_series()


def clean_city(raw: pl.Series) -> pl.Series:
    """A city's letters in upper case without accents, blanks and the usual abbreviations."""
    text = raw.cast(pl.String).str.normalize("NFKD").str.to_uppercase()
    text = text.str.replace_all(r"[^A-Z ]+", "")
    for pattern, short in _CITY_WORDS.items():
        text = text.str.replace_all(pattern, short)
    text = text.str.replace_all(" ", "", literal=True)
    return pl.select(pl.when(text != "").then(text)).to_series()


def clean_street(raw: pl.Series) -> pl.Series:
    """House number and beginning of the street's name; null without a number or a name.

    >>> clean_street(pl.Series(["12 N. Main St, Ste 4", "12 Main", "1 West Dr", "Main"])).to_list()
    ['12MAIN', '12MAIN', '1WEST', None]
    """
    text = raw.cast(pl.String).str.to_uppercase()
    behind = text.str.extract(_BEHIND_DIRECTION)
    named = behind.is_not_null() & ~behind.is_in(_KINDS)
    first = pl.coalesce(text.str.extract(_FIRST), text.str.extract(r"\b(BOX)\b"))
    word = pl.when(named).then(behind).otherwise(first)
    return pl.select(text.str.extract(_NUMBER) + word).to_series()
