"""The law against personal data in an output: no personal column, and none of its values."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.quality import frames
from proofbook.quality.laws import MOST_EXAMPLES, Breach
from proofbook.sources.personal import is_personal

EMAIL = r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
PHONE = r"\(?\d{3}\)?[-. ]{0,2}\d{3}[-. ]\d{4}"  # ten bare digits are not told from a number


def personal_data(enriched: pa.Table, awards: pa.Table) -> list[Breach]:
    """Personal columns of the table, and e-mail addresses and telephone numbers that escaped.

    A value escaped when a personal column of the awards holds it and any text column of the
    enriched table does too, alone or inside other text. Examples name row and column, and show
    only the first three characters of the value.
    """
    columns = [name for name in enriched.column_names if is_personal(name)]
    breaches = []
    if columns:
        breaches.append(Breach("personal column", len(columns), pd.DataFrame({"column": columns})))
    for rule, pattern in (("personal e-mail", EMAIL), ("personal telephone number", PHONE)):
        known = _known(awards, pattern)
        found = [
            hit.filter(pl.col("value").is_in(known.implode())).with_columns(column=pl.lit(name))
            for name, hit in _hits(enriched, pattern)
        ]
        escaped = pl.concat(found) if found else pl.DataFrame()
        if escaped.height:
            shown = escaped.head(MOST_EXAMPLES).select(
                "award_row", "column", begins=pl.col("value").str.slice(0, 3)
            )
            breaches.append(Breach(rule, escaped.height, frames.to_pandas(shown)))
    return breaches


def _known(awards: pa.Table, pattern: str) -> pl.Series:
    """The distinct values of that shape in the personal columns, in one spelling."""
    parts = [
        _canonical(frames.raw(awards, name).unique().str.extract_all(pattern).explode())
        for name in awards.column_names
        if is_personal(name)
    ]
    return pl.concat(parts).unique().drop_nulls() if parts else pl.Series(dtype=pl.String)


def _hits(enriched: pa.Table, pattern: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """For every text column what has that shape: ``award_row`` and ``value``."""
    for name in enriched.column_names:
        column = enriched[name]
        if is_personal(name) or not (
            pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        ):
            continue
        values = pl.DataFrame(
            {"award_row": range(len(column)), "value": frames.raw(enriched, name)}
        )
        hits = values.filter(pl.col("value").str.contains(pattern))
        hits = hits.with_columns(pl.col("value").str.extract_all(pattern)).explode("value")
        yield name, hits.with_columns(_canonical(hits["value"]).alias("value"))


def _canonical(values: pl.Series) -> pl.Series:
    """E-mail addresses in lower case, telephone numbers as digits."""
    lower = values.cast(pl.String).str.to_lowercase()
    digits = lower.str.replace_all(r"\D", "")
    return pl.select(pl.when(lower.str.contains("@")).then(lower).otherwise(digits)).to_series()
