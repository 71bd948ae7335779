"""The awards as arrays: distinct questions, and what each award knows of identifiers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from proofbook.matching.identifiers import clean_duns, clean_uei
from proofbook.matching.names import LEGAL
from proofbook.matching.places import clean_street
from proofbook.matching.sides import Side, numbers, read_names, read_places, text_of
from proofbook.matching.vocabulary import Vocabulary


@dataclass(frozen=True)
class Awards:
    """The awards, reduced to distinct questions.

    ``rows`` has a row per award: query, uei, duns (numbers, 0 where not valid), uei_state,
    duns_state; ``queries`` the distinct (name, place), ordered by content, as a Side, each with the
    street that most of its awards give.
    """

    rows: pl.DataFrame
    queries: Side


def prepare_awards(table: pa.Table, vocabulary: Vocabulary) -> Awards:
    """Awards in sbir.gov's column names as distinct questions."""
    uei, duns = clean_uei(text_of(table, "UEI")), clean_duns(text_of(table, "Duns"))
    asked = pl.DataFrame(
        {
            "name": text_of(table, "Company").fill_null("").str.strip_chars(),
            "state": text_of(table, "State").fill_null(""),
            "city": text_of(table, "City").fill_null(""),
            "zip": text_of(table, "Zip").fill_null(""),
        }
    )
    distinct = asked.unique().sort("name", "state", "city", "zip").with_row_index("query")
    rows = asked.join(distinct, ["name", "state", "city", "zip"], "left", maintain_order="left")
    names = read_names(
        distinct["name"], np.arange(len(distinct), dtype=np.int32), LEGAL, vocabulary
    )
    street = _most_frequent(rows["query"], clean_street(text_of(table, "Address1")))
    places = read_places(distinct["state"], distinct["city"], distinct["zip"], street)
    identity = distinct.select(pl.struct("name", "state", "city", "zip").hash()).to_series()
    return Awards(
        rows=pl.DataFrame(
            {
                "query": rows["query"].cast(pl.Int64),
                "uei": numbers(uei["value"]),
                "duns": numbers(duns["value"]),
                "uei_state": uei["state"],
                "duns_state": duns["state"],
            }
        ),
        queries=Side(names, places.take(names.owner), identity.to_numpy()),
    )


def _most_frequent(query: pl.Series, value: pl.Series) -> pl.Series:
    """The most frequent value of each query's awards, null where they have none."""
    counted = (
        pl.DataFrame({"query": query, "value": value})
        .group_by("query", "value")
        .agg(missing=pl.col("value").is_null().first(), awards=pl.len())
        .sort("query", "missing", "awards", "value", descending=[False, False, True, False])
    )
    return counted.group_by("query", maintain_order=True).agg(pl.col("value").first())["value"]
