"""Any Arrow column as text, without damage: identifiers keep their digits, dates their days."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from proofbook.errors import InputError


def text_column(path: Path, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of any scalar type as Arrow ``string``; null stays null, NaN becomes null.

    Whole floating-point numbers are written without ``.0`` (a column of integers with gaps is
    stored as floats), timestamps at midnight as dates. Raises InputError for lists, structs and
    binary data, which have no text.
    """
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_dictionary(kind):
        return text_column(path, name, column.cast(kind.value_type))
    if pa.types.is_floating(kind):
        return _plain_numbers(column)
    if pa.types.is_timestamp(kind) and _all_midnight(column):
        column = column.cast(pa.date32())
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(
            path,
            "cannot be read as text",
            place=f"column {name!r}",
            value=str(kind),
            remedy="write this column as text",
        ) from error


def _plain_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    numbers = pl.Series(pl.from_arrow(column)).fill_nan(None)
    plain = numbers.cast(pl.String).str.replace(r"\.0$", "")
    return pa.chunked_array([plain.to_arrow().cast(pa.string())], pa.string())


def _all_midnight(column: pa.ChunkedArray) -> bool:
    days = pc.floor_temporal(column, unit="day")
    return bool(pc.all(pc.equal(column, days)).as_py() or column.null_count == len(column))
