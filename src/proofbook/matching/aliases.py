"""Aliases from the awards: names under which identified awards call the same recipient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from proofbook.matching.hashing import ranges
from proofbook.matching.names import AWARD_ALIAS, NameTable, select
from proofbook.matching.sides import Side

#: Votes that a name sharing nothing with the recipient's own needs: awards, and share of them.
LEAST_AWARDS, LEAST_SHARE = 2, 2 / 3


def award_aliases(
    identified: pl.DataFrame,
    queries: Side,
    own: NDArray[np.bool_],
    identity: NDArray[np.uint64],
) -> Side:
    """The award names of identified recipients as further names of those, with their places.

    ``identified`` has a row per (query, recipient) with ``awards`` (rows that say so), ``agree``
    and ``street`` (see ``identify``); ``own`` tells of each award name whether it is a recipient's
    own, ``identity`` is the content number of each recipient. A name that does not resemble the
    recipient's own must be no other recipient's name, and come from the recipient's address or have
    a vote of at least two awards and two thirds of all awards of that name, so that one wrong
    identifier does not carry to the firm's other awards.
    """
    names = queries.names
    first = np.searchsorted(names.owner, identified["query"].to_numpy())
    frame = identified.with_columns(key=pl.Series(names.joined[first]))
    votes = pl.col("awards").sum()
    frame = frame.with_columns(
        votes=votes.over("key", "recipient"),
        total=votes.over("key"),
        own=pl.Series(own[first]),
    ).filter(
        (pl.col("agree") > 0)
        | ~pl.col("own")
        & (
            pl.col("street")
            | (pl.col("votes") >= LEAST_AWARDS) & (pl.col("votes") >= LEAST_SHARE * pl.col("total"))
        )
    )
    query, recipient = frame["query"].to_numpy(), frame["recipient"].to_numpy()
    rows, owner = _rows_of(names, query, recipient)
    taken = select(names, rows)
    order = np.argsort(owner, kind="stable")
    table = select(
        replace(
            taken,
            owner=owner.astype(np.int32),
            kind=np.full(len(owner), AWARD_ALIAS, np.int8),
        ),
        order,
    )
    return Side(table, queries.places.take(rows[order]), identity)


def _rows_of(
    names: NameTable, query: NDArray[np.int64], recipient: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Name rows of each query, and the recipient that each of them names."""
    a, b = np.searchsorted(names.owner, query, "left"), np.searchsorted(names.owner, query, "right")
    return ranges(a, b - a), np.repeat(recipient, b - a)
