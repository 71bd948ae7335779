"""Awards to look at: unmatched, doubtful, flagged - each with its keys and what was joined."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.matching.schema import CANDIDATE, NAME_EXACT, NAME_FUZZY, UNMATCHED
from proofbook.quality import frames

MOST = 20
_SHOWN = ("award_row", "Company", "City", "State", "method", "score", "probability")


def unmatched(enriched: pa.Table, k: int = MOST) -> pd.DataFrame:
    """The first ``k`` awards that got no recipient: unmatched, then for review."""
    frame = _frame(enriched).filter(pl.col("method").is_in([UNMATCHED, CANDIDATE]))
    best = pl.col("candidates").list.first()
    shown = frame.sort(pl.col("method") == CANDIDATE, "award_row").head(k)
    return _shown(
        shown.with_columns(best.struct.field("name").alias("best candidate")), ("best candidate",)
    )


def doubtful(enriched: pa.Table, k: int = MOST) -> pd.DataFrame:
    """The ``k`` awards accepted by name with the least probability, least first."""
    frame = _frame(enriched).filter(pl.col("method").is_in([NAME_EXACT, NAME_FUZZY]))
    return _shown(frame.sort("probability", "award_row").head(k), ("joined", "joined city"))


def with_flag(enriched: pa.Table, flag: str, k: int = MOST) -> pd.DataFrame:
    """The first ``k`` awards that carry a match flag, with all their flags in one text."""
    frame = _frame(enriched).filter(pl.col("match_flags").list.contains(flag)).head(k)
    flags = frame.with_columns(flags=pl.col("match_flags").list.join(", "))
    return _shown(flags, ("joined", "flags"))


def _frame(enriched: pa.Table) -> pl.DataFrame:
    return frames.select(
        enriched,
        "award_row",
        "match_method",
        "match_score",
        "match_probability",
        "match_flags",
        "recipient_name",
        "recipient_city",
        "candidates",
    ).select(
        "award_row",
        *(frames.raw(enriched, name) for name in ("Company", "City", "State")),
        "match_flags",
        "candidates",
        method="match_method",
        score="match_score",
        probability="match_probability",
        joined="recipient_name",
        **{"joined city": "recipient_city"},
    )


def _shown(frame: pl.DataFrame, more: Sequence[str]) -> pd.DataFrame:
    return frames.to_pandas(frame.select(*_SHOWN, *more))
