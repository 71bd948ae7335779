"""What the peers that compare names alone share: distinct names, and places to break ties.

These tools know nothing of places. Each is given more than it offers: of recipients whose names
are equally similar, the one in the same street, then ZIP code, city, and state comes first.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from peers.methods import TOP

#: Distinct names kept for a question before places are looked at.
NAMES = 20
#: What places add to a score between 0 and 1; less than names that differ in a letter.
_STREET, _ZIP, _CITY, _STATE = 8e-5, 4e-5, 2e-5, 1e-5


def read_names(parquet: Path) -> tuple[pl.DataFrame, list[str]]:
    """The rows of a file with ``at``, the position of each one's name among the distinct names."""
    rows = pl.read_parquet(parquet)
    names = rows.select("name").unique().sort("name").with_row_index("at")
    return rows.join(names, "name"), names["name"].to_list()


def with_places(
    questions: pl.DataFrame,
    recipients: pl.DataFrame,
    asked: np.ndarray,
    found: np.ndarray,
    score: np.ndarray,
) -> pa.Table:
    """The five best recipients of every question from pairs of distinct names (0 to 1)."""
    pairs = pl.DataFrame({"at": asked, "found": found, "score": score}).cast(
        {"at": pl.UInt32, "found": pl.UInt32, "score": pl.Float64}
    )
    rows = questions.join(pairs, "at").join(
        recipients.rename({"at": "found"}), "found", suffix="_theirs"
    )
    weights = {"street": _STREET, "zip5": _ZIP, "city": _CITY, "state": _STATE}
    for column, weight in weights.items():
        same = (pl.col(column) == pl.col(f"{column}_theirs")).fill_null(value=False)
        rows = rows.with_columns(score=pl.col("score") + same * weight)
    best = rows.sort(["question", "score", "recipient"], descending=[False, True, False])
    best = best.group_by("question", maintain_order=True).head(TOP)
    return best.select("question", "recipient", "score").to_arrow()
