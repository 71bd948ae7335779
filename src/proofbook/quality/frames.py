"""Columns of an Arrow table as clean Polars text, and pandas frames for those who read them."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.matching.identifiers import NULL_WORDS


def text(table: pa.Table, column: str) -> pl.Series:
    """A column as trimmed text; null where it is blank, a null word such as N/A, or not there."""
    if column not in table.column_names:
        return pl.Series(column, [None] * table.num_rows, dtype=pl.String)
    values = raw(table, column).str.strip_chars()
    null = values.str.to_uppercase().is_in(list(NULL_WORDS))
    return pl.select(pl.when(~null).then(values).alias(column)).to_series()


def raw(table: pa.Table, column: str) -> pl.Series:
    """A column as text exactly as it is; null where the table has no such column."""
    if column not in table.column_names:
        return pl.Series(column, [None] * table.num_rows, dtype=pl.String)
    return pl.Series(column, pl.from_arrow(table[column])).cast(pl.String)


def select(table: pa.Table, *columns: str) -> pl.DataFrame:
    """These columns of a table as a Polars frame, in their own types."""
    frame = pl.from_arrow(table.select(list(columns)))
    assert isinstance(frame, pl.DataFrame)
    return frame


def to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """A small Polars frame as plain pandas columns: numbers as NumPy, text as ``str``."""
    return pd.DataFrame(frame.to_dict(as_series=False))
