"""Both sides as arrays: distinct questions on the award side, names and places on the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from proofbook.matching.identifiers import clean_duns, clean_uei
from proofbook.matching.lexicon import Vocabulary
from proofbook.matching.links import Firms
from proofbook.matching.names import (
    ALTERNATE,
    LEGAL,
    PARENT,
    NameTable,
    by_owner,
    concatenate,
)
from proofbook.matching.sides import Side, read_names, read_places
from proofbook.sources.recipients import Recipients


@dataclass(frozen=True)
class Awards:
    """The awards, reduced to distinct questions.

    ``rows`` has a row per award: query, uei, duns (cleaned), uei_state, duns_state; ``queries``
    the distinct (name, place), ordered by content, as a Side.
    """

    rows: pl.DataFrame
    queries: Side


@dataclass(frozen=True)
class RecipientSide:
    """The recipients: names and places, identifiers (cleaned; null where not valid), and firms."""

    side: Side
    identifiers: pl.DataFrame
    firms: Firms


def _column(table: pa.Table, name: str) -> pl.Series:
    if name not in table.column_names:
        return pl.Series(name, [None] * table.num_rows, dtype=pl.String)
    column = pl.from_arrow(table.column(name))
    assert isinstance(column, pl.Series)
    return column.cast(pl.String)


def prepare_awards(table: pa.Table, vocabulary: Vocabulary) -> Awards:
    """Awards in sbir.gov's column names as distinct questions."""
    uei, duns = clean_uei(_column(table, "UEI")), clean_duns(_column(table, "Duns"))
    asked = pl.DataFrame(
        {
            "name": _column(table, "Company").fill_null("").str.strip_chars(),
            "state": _column(table, "State").fill_null(""),
            "city": _column(table, "City").fill_null(""),
            "zip": _column(table, "Zip").fill_null(""),
        }
    )
    distinct = asked.unique().sort("name", "state", "city", "zip").with_row_index("query")
    rows = asked.join(distinct, ["name", "state", "city", "zip"], "left", maintain_order="left")
    names = read_names(
        distinct["name"], np.arange(len(distinct), dtype=np.int32), LEGAL, vocabulary
    )
    places = read_places(distinct["state"], distinct["city"], distinct["zip"])
    identity = distinct.select(pl.struct("name", "state", "city", "zip").hash()).to_series()
    return Awards(
        rows=pl.DataFrame(
            {
                "query": rows["query"].cast(pl.Int64),
                "uei": uei["value"],
                "duns": duns["value"],
                "uei_state": uei["state"],
                "duns_state": duns["state"],
            }
        ),
        queries=Side(names, places.take(names.owner), identity.to_numpy()),
    )


def prepare_recipients(recipients: Recipients, vocabulary: Vocabulary) -> RecipientSide:
    """Recipients in recipient_lookup's column names as arrays."""
    names = _all_names(recipients, vocabulary)
    table = recipients.read(["state", "city", "zip5"])
    places = read_places(_column(table, "state"), _column(table, "city"), _column(table, "zip5"))
    table = recipients.read(["uei", "duns", "parent_uei"])
    identifiers = pl.DataFrame(
        {
            "uei": clean_uei(_column(table, "uei"))["value"],
            "duns": clean_duns(_column(table, "duns"))["value"],
        }
    )
    parent = clean_uei(_column(table, "parent_uei"))["value"]
    table = recipients.read(["recipient_hash"])
    return RecipientSide(
        side=Side(
            names,
            places.take(names.owner),
            _column(table, "recipient_hash").hash().to_numpy(),
        ),
        identifiers=identifiers,
        firms=Firms(*(_numbers(s) for s in (*identifiers.get_columns(), parent))),
    )


def _numbers(text: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """A number per text, 0 for null; only ever compared for equality."""
    return (
        pl.select(pl.when(text.is_not_null()).then(text.hash()).otherwise(0)).to_series().to_numpy()
    )


def _all_names(recipients: Recipients, vocabulary: Vocabulary) -> NameTable:
    """Legal, alternate and parents' names of all recipients, ordered by recipient."""
    table = recipients.read(
        ["legal_business_name", "alternate_names", "parent_legal_business_name"]
    )
    legal = _column(table, "legal_business_name")
    owner = np.arange(len(legal), dtype=np.int32)
    parts = [read_names(legal, owner, LEGAL, vocabulary)]
    lists = pl.Series(pl.from_arrow(table.column("alternate_names")))
    frame = pl.DataFrame({"owner": owner, "name": lists}).filter(pl.col("name").list.len() > 0)
    frame = frame.explode("name").drop_nulls().unique(maintain_order=True)
    parts.append(_further(frame, ALTERNATE, vocabulary))
    parent = _column(table, "parent_legal_business_name")
    frame = pl.DataFrame({"owner": owner, "name": parent, "legal": legal}).drop_nulls()
    plain = pl.col("name", "legal").str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    frame = frame.filter(frame.select(plain).select(pl.col("name") != pl.col("legal")).to_series())
    parts.append(_further(frame, PARENT, vocabulary))
    return by_owner(concatenate(parts))


def _further(frame: pl.DataFrame, kind: int, vocabulary: Vocabulary) -> NameTable:
    return read_names(frame["name"], frame["owner"].to_numpy(), kind, vocabulary)
