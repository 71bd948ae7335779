"""An award's values as what they mean: present or absent, dates, years, amounts; and its keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.sources.columns import NULL_PATTERN
from proofbook.sources.personal import is_personal

#: What a person needs to find an award again, beside its row. None of them is a key by itself.
AWARD_KEYS: tuple[str, ...] = ("Company", "Agency Tracking Number", "Contract")

WITHHELD = "(personal, not shown)"

_DATE_FORMATS = ("%m-%d-%Y", "%m/%d/%Y", "%Y-%m-%d", "%B %d, %Y")
_AMOUNT = r"^-?\$?-?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?([eE]\+?\d+)?$"


def award_frame(awards: pa.Table, columns: Iterable[str]) -> pl.DataFrame:
    """Some columns of an award table; empty text where the table has none."""
    return pl.DataFrame(
        {
            name: pl.Series(pl.from_arrow(awards.column(name))).fill_null("")
            if name in awards.column_names
            else pl.repeat("", awards.num_rows, eager=True)
            for name in columns
        }
    )


def is_present(column: str) -> pl.Expr:
    """Whether a text column of an award frame has a value: not blank, not a word for nothing."""
    x = pl.col(column).str.strip_chars()
    return (x != "") & ~x.str.contains(NULL_PATTERN)


def date_of(column: str) -> pl.Expr:
    """A text column as dates, null where it holds none.

    Formats seen: ``04-05-2019`` and ``04/05/2019`` (month first), ``2019-04-05`` with or without
    a time, ``April 5, 2019``.
    """
    x = pl.col(column).str.strip_chars().str.replace(r"^(\d{4}-\d\d?-\d\d?)[T ].*$", "${1}")
    return pl.coalesce(*(x.str.to_date(f, strict=False) for f in _DATE_FORMATS))


def year_of(column: str) -> pl.Expr:
    """A text column as whole years of four digits, null where it holds none; ``2019.0`` is 2019."""
    return pl.col(column).str.extract(r"^\s*(\d{4})(?:\.0*)?\s*$").cast(pl.Int32)


def amount_of(column: str) -> pl.Expr:
    """A text column as amounts in dollars, null where it holds no number.

    A dollar sign, thousands separators in their places and decimals are understood.
    """
    x = pl.col(column).str.strip_chars()
    number = x.str.replace_all(r"[$,]", "").cast(pl.Float64, strict=False)
    return pl.when(x.str.contains(_AMOUNT)).then(number)


def keyed_rows(awards: pa.Table, rows: Sequence[int], columns: Sequence[str]) -> pd.DataFrame:
    """Awards by their 0-based rows: ``award_row``, the keys, and ``value``.

    ``value`` is the value of the column, or of several columns with their names. A personal
    column's value is withheld.
    """
    taken = award_frame(awards.take(pa.array(rows, pa.int64())), {*AWARD_KEYS, *columns})
    values = [
        [WITHHELD if value and is_personal(name) else value for value in taken[name]]
        for name in columns
    ]
    shown = [
        row[0] if len(columns) == 1 else "; ".join(map(": ".join, zip(columns, row, strict=True)))
        for row in zip(*values, strict=True)
    ]
    keys = {key: taken[key].to_list() for key in AWARD_KEYS}
    return pd.DataFrame({"award_row": pd.Series(rows, dtype="int64"), **keys, "value": shown})
