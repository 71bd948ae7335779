"""Names, recipients and awards written by hand, and what the matcher makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from proofbook.enrichment import enrich
from proofbook.matching import MatchSettings
from proofbook.matching.names import LEGAL, NameTable, tabulate, texts
from proofbook.matching.shards import read_shard
from proofbook.matching.sides import Side
from proofbook.matching.vocabulary import Vocabulary
from proofbook.sources.recipients import open_recipients

RECIPIENT = ("recipient_hash", "legal_business_name", "uei", "duns", "parent_uei", "city", "state",
             "zip5", "address_line_1", "parent_legal_business_name", "alternate_names")  # fmt: skip
AWARD = ("Company", "UEI", "Duns", "City", "State", "Zip", "Address1")

Matched = Callable[..., list[dict[str, Any]]]


def recipients(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Recipient rows; what a row does not say is null, and r0, r1, … are their hashes."""
    schema = pa.schema(
        [(c, pa.list_(pa.string()) if c == "alternate_names" else pa.string()) for c in RECIPIENT]
    )
    rows = [{"recipient_hash": f"r{i}"} | row for i, row in enumerate(rows)]
    assert not {key for row in rows for key in row} - set(RECIPIENT)
    return pa.Table.from_pylist(rows, schema=schema)


def awards(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Award rows; what a row does not say is empty."""
    assert not {key for row in rows for key in row} - set(AWARD)
    return pa.Table.from_pylist([dict.fromkeys(AWARD, "") | row for row in rows])


@pytest.fixture
def matched() -> Matched:
    """``matched([award, ...], [recipient, ...])``: the enriched rows."""

    def run(
        ours: Sequence[dict[str, Any]],
        theirs: Sequence[dict[str, Any]],
        settings: MatchSettings | None = None,
    ) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = enrich(
            awards(ours), recipients(theirs), settings
        ).table.to_pylist()
        return rows

    return run


def table_of(names: Sequence[str], vocabulary: Vocabulary | None = None) -> NameTable:
    """The NameTable of some names, owned by 0, 1, …"""
    owner = np.arange(len(names), dtype=np.int32)
    vocabulary = Vocabulary() if vocabulary is None else vocabulary
    return tabulate(pl.Series(names, dtype=pl.String), owner, LEGAL, vocabulary)


def side_of(rows: Sequence[dict[str, Any]], vocabulary: Vocabulary) -> Side:
    """Names and places of recipients, all of them in one shard."""
    return read_shard(open_recipients(recipients(rows)), 0, len(rows), vocabulary).side


def words_of(name: str) -> list[str]:
    """The names that a field holds, in canonical words."""
    vocabulary = Vocabulary()
    table = table_of([name], vocabulary)
    return texts(table, np.arange(len(table)), vocabulary)
