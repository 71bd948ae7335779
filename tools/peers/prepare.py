"""The shared preparation: what identifiers leave open, as distinct names with places.

    python -m peers.prepare WORLD OUT

Every peer starts from the same two files, so that none pays for cleaning and none profits from a
better one. An award is open when no recipient bears its UEI or DUNS. Names are upper case without
accents, punctuation, and legal designators at the end; a recipient's alternate names and both
halves of an "X DBA Y" are further rows of it. Equal rows are compared once.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from proofbook.matching.identifiers import clean_duns, clean_uei
from proofbook.matching.places import clean_city, clean_state, clean_street, clean_zip5
from proofbook.sources import read_awards
from proofbook.sources.columns import NULL_PATTERN

QUESTIONS, RECIPIENTS, OPEN, HELD = (
    f"{name}.parquet" for name in ("questions", "recipients", "open", "held")
)
_IDENTITY = ("recipient_hash", "legal_business_name", "alternate_names", "duns", "uei")
KEY = ("name", "city", "state", "zip5", "street")

_DESIGNATORS = (
    "INC|INCORPORATED|CORP|CORPORATION|CO|COMPANY|LLC|LLP|LLLP|LP|LTD|LIMITED|PLLC|PC|PLC|"
    "LIMITED LIABILITY COMPANY|LIMITED PARTNERSHIP"
)
_AT_END = rf"(?:\b THE)?(?: (?:{_DESIGNATORS}))+$"
_OTHER_NAME = r" (?:D ?B ?A|DOING BUSINESS AS|FORMERLY(?: KNOWN AS)?|F ?K ?A|A ?K ?A|T A) "


def clean_names(raw: pl.Series) -> pl.Series:
    """Names in upper case, without accents, punctuation and designators at the end; else null.

    >>> clean_names(pl.Series(["Acme &amp; Söhne, L.L.C.", "Company Co", "N/A"])).to_list()
    ['ACME AND SOHNE', 'COMPANY', None]
    """
    text = raw.cast(pl.String).str.replace(NULL_PATTERN, "").str.to_uppercase()
    text = text.str.replace_all("&AMP;", "&", literal=True)
    text = text.str.normalize("NFKD").str.replace_all(r"\p{M}+", "").str.replace_all("&", " AND ")
    text = text.str.replace_all(r"[.'’]+", "").str.replace_all(r"[^\p{L}\p{N}]+", " ")
    text = text.str.strip_chars().str.replace_all(r"\bL L C\b", "LLC")
    text = text.str.replace(_AT_END, "")
    return pl.select(pl.when(text != "").then(text)).to_series()


def prepare(world: Path, out: Path) -> None:
    """Write the four files of the module's description from a world's awards and recipients."""
    out.mkdir(parents=True, exist_ok=True)
    awards = pl.DataFrame(pl.from_arrow(read_awards(world / "awards.csv.gz").table)).select(
        "Company", "City", "State", "Zip", "Address1", "UEI", "Duns"
    )
    theirs = pl.read_parquet(
        world / "recipients.parquet",
        columns=[*_IDENTITY, "city", "state", "zip5", "address_line_1"],
    )
    still_open = left_open(awards, theirs).with_columns(
        name=clean_names(awards["Company"]),
        city=clean_city(awards["City"]),
        state=clean_state(awards["State"]),
        zip5=clean_zip5(awards["Zip"]),
        street=clean_street(awards["Address1"]),
    )
    still_open = still_open.filter("open").drop("open")
    questions, asked = _distinct(still_open, "question")
    asked.select("award_row", "question").write_parquet(out / OPEN)
    questions.drop_nulls("name").write_parquet(out / QUESTIONS)
    rows, held = _distinct(_named(theirs), "recipient")
    held.select("recipient", "recipient_hash").unique().sort("recipient").write_parquet(out / HELD)
    rows.write_parquet(out / RECIPIENTS)


def left_open(awards: pl.DataFrame, recipients: pl.DataFrame) -> pl.DataFrame:
    """``award_row`` and ``open``: whether no recipient bears the award's valid UEI or DUNS."""
    borne = pl.lit(value=False)
    for column, theirs, clean in (("UEI", "uei", clean_uei), ("Duns", "duns", clean_duns)):
        known = clean(recipients[theirs])["value"].drop_nulls().unique()
        borne = borne | pl.lit(clean(awards[column])["value"].is_in(known.implode()))
    return awards.select(
        award_row=pl.int_range(pl.len(), dtype=pl.Int64), open=~borne.fill_null(value=False)
    )


def _named(recipients: pl.DataFrame) -> pl.DataFrame:
    """Every name of every recipient: ``recipient_hash`` and the columns of ``KEY``."""
    legal = recipients.select("recipient_hash", raw="legal_business_name")
    if recipients["alternate_names"].dtype == pl.List(pl.String):
        other = recipients.select("recipient_hash", raw="alternate_names")
        other = other.filter(pl.col("raw").list.len() > 0).explode("raw")
        legal = pl.concat([legal, other])
    names = legal.select("recipient_hash", clean_names(legal["raw"]).alias("name")).drop_nulls()
    halves = names.filter(pl.col("name").str.contains(_OTHER_NAME)).with_columns(
        pl.col("name").str.replace_all(_OTHER_NAME, "\n").str.split("\n")
    )
    halves = halves.explode("name")
    halves = halves.with_columns(pl.col("name").str.replace(_AT_END, "")).filter(
        pl.col("name") != ""
    )
    places = recipients.select(
        "recipient_hash",
        clean_city(recipients["city"]).alias("city"),
        clean_state(recipients["state"]).alias("state"),
        clean_zip5(recipients["zip5"]).alias("zip5"),
        clean_street(recipients["address_line_1"]).alias("street"),
    )
    return pl.concat([names, halves]).unique().join(places, "recipient_hash")


def _distinct(rows: pl.DataFrame, number: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The distinct rows of ``KEY``, numbered in their order, and the rows with that number."""
    distinct = rows.select(KEY).unique().sort(KEY).with_row_index(number)
    distinct = distinct.with_columns(pl.col(number).cast(pl.Int64))
    return distinct, rows.join(distinct, on=list(KEY), nulls_equal=True)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]))
