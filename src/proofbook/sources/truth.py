"""Reading truth: which recipients are known to be right for which award."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from proofbook.errors import InputError
from proofbook.sources.columns import NULL_PATTERN
from proofbook.sources.files import identify
from proofbook.sources.tables import known_names, read_raw
from proofbook.sources.text import text_column

_COLUMNS = ("award_row", "recipient_hash")


def read_truth(path: str | Path, awards_rows: int) -> pa.Table:
    """Reads truth about an award file of ``awards_rows`` rows from Parquet or CSV.

    ``award_row`` is int64, the 0-based row of an award; ``recipient_hash`` is text. Several rows
    for an award: any of these recipients is right. Null, as which blanks and the NULL_WORDS are
    read: the award is known to have none. An award that is not listed is unknown. Other columns
    are kept as text, null where empty. Raises InputError for a missing column, an ``award_row``
    that is no row of the awards, and an award that is both linked and known to have none.
    """
    path = Path(path)
    raw = read_raw(path, identify(path), _names, null=True).table
    columns = {name: text_column(path, name, raw.column(name)) for name in raw.column_names}
    if pa.types.is_integer(raw.column("award_row").type):
        columns["award_row"] = raw.column("award_row").cast(pa.int64())
    else:
        columns["award_row"] = _whole_numbers(path, columns["award_row"])
    hashes = columns["recipient_hash"]
    absent = pc.match_substring_regex(hashes, rf"{NULL_PATTERN}|^\s*$")
    columns["recipient_hash"] = pc.if_else(absent, None, hashes)
    table = pa.table(columns)
    _check_rows(path, table.column("award_row"), awards_rows)
    _check_contradictions(path, table)
    return table


def _names(path: Path, found: Sequence[str]) -> list[str]:
    return known_names(path, found, _COLUMNS, _COLUMNS)


def _whole_numbers(path: Path, column: pa.ChunkedArray) -> pa.ChunkedArray:
    is_whole = pc.match_substring_regex(column, r"^\s*-?\d{1,18}\s*$")
    bad = pc.index(pc.fill_null(is_whole, True), False).as_py()
    if bad >= 0:
        raise InputError(
            path,
            "has an award_row that is not a whole number",
            place=f"row {bad} (0-based)",
            value=column[bad].as_py(),
            remedy="write the 0-based row of the award",
        )
    return pc.utf8_trim_whitespace(column).cast(pa.int64())


def _check_rows(path: Path, column: pa.ChunkedArray, awards_rows: int) -> None:
    rows = pl.Series(pl.from_arrow(column))
    outside = (rows.is_null() | (rows < 0) | (rows >= awards_rows)).fill_null(True)
    if outside.any():
        bad = outside.arg_true()[0]
        raise InputError(
            path,
            f"has an award_row that is no row of the awards (0 to {awards_rows - 1})",
            place=f"row {bad} (0-based)",
            value="nothing" if rows[bad] is None else rows[bad],
            remedy="check that this truth belongs to this award file",
        )


def _check_contradictions(path: Path, table: pa.Table) -> None:
    frame = pl.DataFrame(pl.from_arrow(table.select(list(_COLUMNS)))).with_row_index("row")
    absent = pl.col("recipient_hash").is_null()
    mixed = frame.filter((absent.any() & (~absent).any()).over("award_row"))
    if mixed.height:
        award = mixed["award_row"][0]
        rows = mixed.filter(pl.col("award_row") == award)["row"].head(5).to_list()
        raise InputError(
            path,
            f"says of award {award} both that it has a recipient and that it has none",
            place="rows " + ", ".join(map(str, rows)) + " (0-based)",
            remedy="remove the row without a recipient_hash, or the others",
        )
