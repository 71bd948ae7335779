"""Identification: the recipient that an award's own identifiers name, and what is odd about it."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from proofbook.matching.candidates import Pairs
from proofbook.matching.evidence import AT, agreement, same_address
from proofbook.matching.frequencies import Frequencies
from proofbook.matching.hashing import ranges
from proofbook.matching.links import link, strongest
from proofbook.matching.names import NameTable
from proofbook.matching.shards import Firms, Shard
from proofbook.matching.sides import Side

_UEI, _DUNS = 1, 2


def identify(
    asked: pl.DataFrame,
    queries: Side,
    held: Shard,
    frequencies: Frequencies,
) -> pl.DataFrame:
    """What the identifiers of each distinct (query, uei, duns) name.

    ``asked`` has columns query, uei, duns (numbers, 0 where not valid), ``held`` are the recipients
    that bear any of them. The result has a row per asked row that hits at least one recipient:
    ``ask`` (its row), ``recipient`` (row of the whole list; null when the identifiers contradict
    each other and the name does not decide), ``method`` ("uei-exact", "duns-exact"), ``agree`` (see
    ``agreement``), ``near`` (the place agrees), ``street`` (so does the address), ``shared``,
    ``conflict``, ``undecided``, and ``hits`` (all recipients named, with ``hit_scores``, the
    similarity of their names).
    """
    hits = _hits(asked, held.firms)
    hits = hits.join(_agreements(hits, queries, held.side, frequencies), ["query", "recipient"])
    hits = hits.with_columns(recipient=pl.Series(held.row[hits["recipient"].to_numpy()]))
    by_ask = pl.col("ask")
    hits = hits.with_columns(
        both=(pl.col("via") == _UEI | _DUNS).any().over(by_ask),
        by_uei=((pl.col("via") & _UEI) > 0).any().over(by_ask),
        by_duns=((pl.col("via") & _DUNS) > 0).any().over(by_ask),
        agree_uei=pl.col("agree").filter((pl.col("via") & _UEI) > 0).max().over(by_ask),
        agree_duns=pl.col("agree").filter((pl.col("via") & _DUNS) > 0).max().over(by_ask),
    )
    apart = pl.col("by_uei") & pl.col("by_duns") & ~pl.col("both")
    # Two identifiers that name different rows are no contradiction when both rows bear the name:
    # one firm is often listed once under its UEI and once under its DUNS.
    hits = hits.with_columns(
        conflict=apart & ((pl.col("agree_uei") < 2) | (pl.col("agree_duns") < 2)),
    )
    hits = hits.sort(
        [
            "ask",
            pl.col("via") == _UEI | _DUNS,
            pl.when("conflict").then("agree").otherwise(0),
            pl.when("both").then(0).otherwise((pl.col("via") & _UEI) > 0),
            "agree",
            "score",
            "near",
            "identity",
        ],
        descending=[False, True, True, True, True, True, True, False],
    )
    tops = hits.group_by("ask", maintain_order=True).agg(
        pl.col("recipient").first(),
        pl.col("recipient").alias("hits"),
        pl.col("score").alias("hit_scores"),
        pl.col(
            "via", "agree", "near", "street", "conflict", "agree_uei", "agree_duns", "query"
        ).first(),
        rivals=(pl.col("key") != pl.col("key").first()).any(),
        count=pl.len(),
        same_via=(pl.col("via") == pl.col("via").first()).sum(),
    )
    undecided = (
        pl.when("conflict")
        .then(
            (pl.max_horizontal("agree_uei", "agree_duns") < 2)
            | (pl.min_horizontal("agree_uei", "agree_duns") == 2)
        )
        .otherwise((pl.col("same_via") > 1) & pl.col("rivals") & (pl.col("agree") == 0))
    )
    return tops.select(
        "ask",
        "query",
        "recipient",
        "hits",
        "hit_scores",
        "agree",
        "near",
        "street",
        "conflict",
        method=pl.when(pl.col("via") & _UEI > 0)
        .then(pl.lit("uei-exact"))
        .otherwise(pl.lit("duns-exact")),
        shared=pl.col("same_via") > 1,
        undecided=undecided,
    )


def _hits(asked: pl.DataFrame, firms: Firms) -> pl.DataFrame:
    """Recipients that carry an asked identifier: ask, query, recipient, via (1 UEI, 2 DUNS, 3)."""
    asked = asked.with_row_index("ask")
    found = []
    for column, bit in (("uei", _UEI), ("duns", _DUNS)):
        ours = asked.filter(pl.col(column) > 0).select("ask", "query", column)
        held = pl.DataFrame({column: getattr(firms, column)})
        theirs = held.select(column, recipient=pl.int_range(pl.len(), dtype=pl.Int64))
        hit = ours.join(theirs, column).select("ask", "query", "recipient", via=pl.lit(bit))
        found.append(hit)
    return (
        pl.concat(found)
        .group_by("ask", "query", "recipient")
        .agg(pl.col("via").sum())
        .sort("ask", "recipient")
    )


def _agreements(
    hits: pl.DataFrame,
    queries: Side,
    recipients: Side,
    frequencies: Frequencies,
) -> pl.DataFrame:
    """Agreement of names and places for each distinct (query, recipient) that was hit."""
    pairs = hits.select("query", "recipient").unique().sort("query", "recipient")
    query, recipient = pairs["query"].to_numpy(), pairs["recipient"].to_numpy()
    rows = name_pairs(queries.names, recipients.names, query, recipient)
    links = strongest([link(queries, recipients, rows, frequencies)], kept=None)
    place = links.features[:, [AT["ZIP"], AT["city"]]]
    return pl.DataFrame(
        {
            "query": links.query,
            "recipient": links.recipient,
            # An award without a name disagrees with nobody's.
            "agree": np.where(_nameless(queries.names, links.query), 1, agreement(links.features)),
            "score": links.score,
            "near": np.nanmax(np.nan_to_num(place, nan=0.0), axis=1, initial=0) == 1,
            "street": same_address(links.features),
            "identity": links.identity,
            "key": links.key,
        }
    )


def _nameless(names: NameTable, owner: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the (first) name of each owner has no word; names are ordered by owner."""
    out: NDArray[np.bool_] = names.counts[np.searchsorted(names.owner, owner)] == 0
    return out


def name_pairs(
    ours: NameTable, theirs: NameTable, left: NDArray[np.int64], right: NDArray[np.int64]
) -> Pairs:
    """All pairs of names of given pairs of owners; both tables are ordered by owner."""
    a, b = np.searchsorted(ours.owner, left, "left"), np.searchsorted(ours.owner, left, "right")
    c, d = np.searchsorted(theirs.owner, right), np.searchsorted(theirs.owner, right, "right")
    count = (b - a) * (d - c)
    step = ranges(np.zeros(len(count), np.int64), count)
    width = np.repeat(d - c, count)
    query = np.repeat(a, count) + step // np.maximum(width, 1)
    name = np.repeat(c, count) + step % np.maximum(width, 1)
    return Pairs(query, name, np.zeros(len(query), np.int32))
