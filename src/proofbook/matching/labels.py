"""Labels: which links of identified awards are right, wrong, or nobody knows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from proofbook.matching.evidence import AT, agreement, same_address
from proofbook.matching.hashing import by_lot, mix
from proofbook.matching.links import Links, clusters
from proofbook.matching.shards import Firms, Shard
from proofbook.matching.sides import Side

#: Queries and links that the model is learned from at most (more cost time and teach little: F1
#: .9633 at full size, .9638 with twice as many), and share of the queries whose firm is hidden.
TRAINING_QUERIES, TRAINING_LINKS = 8_000, 48_000
HIDDEN_SHARE = 0.3
#: Share of the queries whose street is not looked at.
WITHOUT_STREET = 0.8


def teachers(sure: pl.DataFrame, queries: Side) -> NDArray[np.int64]:
    """Queries to learn from: identified, names agree; a sample by content where there are many."""
    query = sure["query"].unique().sort().to_numpy()
    order = np.argsort(mix(queries.identity[query]), kind="stable")
    out: NDArray[np.int64] = np.sort(query[order[:TRAINING_QUERIES]])
    return out


def maybe_right(links: Links, named: NDArray[np.bool_], firms: Firms) -> NDArray[np.bool_]:
    """Links whose label nobody knows: the award's name at its place, or nothing to contradict it,
    or a related name at its address.

    A firm is often listed several times under different identifiers. Where one of them is the
    answer the others are not wrong, and where it is hidden they are not "not there". Nor is a
    recipient of the same name known to be another firm unless it has an identifier of a kind that
    the ``named`` recipients have too.
    """
    place = np.nan_to_num(links.features[:, [AT["ZIP"], AT["city"]]], nan=0.0).max(axis=1)
    equal = links.features[:, AT["name equal"]] >= 1
    name = equal | (links.features[:, AT["letters"]] >= 0.93)
    other = np.zeros(len(links), np.bool_)
    for identifier in (firms.uei, firms.duns):
        has = identifier[links.recipient] != 0
        other |= has & np.isin(links.query, links.query[named & has])
    related = (agreement(links.features) > 0) & same_address(links.features)
    out: NDArray[np.bool_] = name & (place == 1) | equal & ~other | related
    return out


def labelled(
    links: Links, sure: pl.DataFrame, queries: Side, held: Shard
) -> tuple[Links, NDArray[np.int64], NDArray[np.bool_], NDArray[np.uint64]]:
    """Links of identified queries with firm, whether right, and a number from each query's content.

    A share of the queries is asked once more with the firm itself hidden, so that "not there" can
    be learned. A share is asked without its street: who has an identifier is listed with its
    address far more often than others are.
    """
    links = links.take(np.lexsort((links.identity, links.query)))
    firm = clusters(links, held.firms)
    answers = sure.select("query", pl.col("hits")).explode("hits").unique()
    place = held.positions(answers["hits"].to_numpy())
    right_pairs = answers["query"].to_numpy().astype(np.int64) << 32 | place
    named = np.isin(links.query << 32 | links.recipient, right_pairs)
    right = np.isin(firm, np.unique(firm[named]))
    number = mix(queries.identity[links.query])
    unknown = maybe_right(links, named, held.firms) & ~named
    lot = by_lot(number, HIDDEN_SHARE)
    links.features[by_lot(mix(number), WITHOUT_STREET), AT["street"]] = 0
    shown = np.flatnonzero(right | ~unknown)
    hidden = np.flatnonzero(lot & ~(named | unknown))
    rows = np.concatenate([shown, hidden])
    label = right[rows] & (np.arange(len(rows)) < len(shown))
    query = np.concatenate([links.query[shown], links.query[hidden] + len(queries.identity)])
    return replace(links.take(rows), query=query), firm[rows], label, number[rows]
