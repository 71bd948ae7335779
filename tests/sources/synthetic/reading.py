"""How a careful reader takes identifiers and names: what the tests count with."""

from __future__ import annotations

import re

import polars as pl

DESIGNATORS = (
    r"(?: (?:INC|INCORPORATED|LLC|L L C|CORP|CORPORATION|CO|COMPANY|LTD|LIMITED|LP|L P|LLP|L L P"
    r"|PC|P C|PA|P A|PLLC|P L L C|PBC|PUBLIC BENEFIT CORPORATION|LIMITED LIABILITY COMPANY"
    r"|LIMITED PARTNERSHIP))+$"
)


def valid_uei(text: str) -> str | None:
    """The UEI in a value, or None."""
    plain = text.replace(" ", "").upper()
    return plain if re.fullmatch(r"[1-9A-HJ-NP-Z][0-9A-HJ-NP-Z]{11}", plain) else None


def valid_duns(text: str) -> str | None:
    """The DUNS in a value, or None: float text, quotes, dashes, lost zeros and DUNS+4 are read."""
    plain = text.strip("'")
    if re.fullmatch(r"\d{2}-\d{7}", plain):  # an employer number
        return None
    plain = re.sub(r"\.0$", "", plain).replace("-", "")
    if not re.fullmatch(r"\d{7,9}|\d{13}", plain):
        return None
    plain = plain[:9].zfill(9)
    return None if plain == "000000000" else plain


def name_key(column: str) -> pl.Expr:
    """A name without case, punctuation and legal designators."""
    return (
        pl.col(column)
        .str.to_uppercase()
        .str.replace_all("&AMP;", "&", literal=True)
        .str.replace_all("&", " AND ", literal=True)
        .str.replace_all(r"[.']", "")
        .str.replace_all(r"[^A-Z0-9]+", " ")
        .str.strip_chars()
        .str.replace(DESIGNATORS, "")
    )
