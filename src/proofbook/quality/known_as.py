"""What recipients are also called: by the awards that an identifier joined with them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from proofbook.matching.names import LEGAL, tabulate
from proofbook.matching.schema import (
    DUNS_EXACT,
    IDENTIFIER_CONFLICT,
    NAME_DISAGREES,
    SHARED_IDENTIFIER,
    UEI_EXACT,
)
from proofbook.matching.vocabulary import Vocabulary
from proofbook.quality import frames

#: Names listed per recipient.
MOST = 3

_DOUBTFUL = [IDENTIFIER_CONFLICT, NAME_DISAGREES, SHARED_IDENTIFIER]


def known_as(enriched: pa.Table) -> dict[str, list[str]]:
    """Per recipient_hash the names that its awards bear and it does not, most frequent first.

    Only awards joined by an identifier that nothing speaks against are heard, and only names that
    differ from the recipient's in more than spelling, abbreviation and legal form.
    """
    rows = frames.select(
        enriched, "match_method", "match_flags", "recipient_hash", "recipient_name"
    ).with_columns(frames.raw(enriched, "Company").alias("name"))
    sure = pl.col("match_method").is_in([UEI_EXACT, DUNS_EXACT])
    doubtful = pl.col("match_flags").list.set_intersection(_DOUBTFUL).list.len() > 0
    rows = rows.filter(sure & ~doubtful).drop_nulls(["name", "recipient_name"])
    vocabulary = Vocabulary()
    keyed = rows.with_columns(
        key=_keys(rows["name"], vocabulary), own=_keys(rows["recipient_name"], vocabulary)
    )
    names = (
        keyed.filter((pl.col("key") != 0) & (pl.col("key") != pl.col("own")))
        .group_by("recipient_hash", "key")
        .agg(pl.col("name").str.strip_chars().min(), awards=pl.len())
        .sort("recipient_hash", "awards", "name", descending=[False, True, False])
        .group_by("recipient_hash", maintain_order=True)
        .agg(pl.col("name").head(MOST))
    )
    return dict(names.iter_rows())


def _keys(names: pl.Series, vocabulary: Vocabulary) -> pl.Series:
    """A number per name, equal for names that spell the same but for abbreviation and form."""
    owner = np.arange(len(names), dtype=np.int32)
    table = tabulate(names, owner, LEGAL, vocabulary)
    return pl.Series(table.joined[np.searchsorted(table.owner, owner)])
