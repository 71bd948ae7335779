"""Reading sbir.gov's award file: every column as text, exactly as written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from proofbook.errors import InputError
from proofbook.sources.columns import AWARD_ALIASES, AWARD_COLUMNS, REQUIRED_AWARD_COLUMNS
from proofbook.sources.defects import count_defects
from proofbook.sources.files import fingerprint, identify
from proofbook.sources.tables import known_names, read_raw
from proofbook.sources.text import text_column


@dataclass(frozen=True)
class AwardFile:
    """An award file as read: the table (all text, absent is ""), and what identifies the file.

    ``names`` are all columns of the file, read or not.
    """

    table: pa.Table = field(repr=False)
    path: Path
    rows: int
    bytes: int
    sha256: str
    names: list[str]
    byte_order_mark: bool

    @cached_property
    def defects(self) -> dict[str, int]:
        """What is wrong with the columns read, counted by ``proofbook.sources.DEFECTS``."""
        return count_defects(self.table) | {"byte_order_mark": int(self.byte_order_mark)}


def read_awards(
    path: str | Path, only: Callable[[Sequence[str]], Iterable[str]] | None = None
) -> AwardFile:
    """Reads awards from ``.csv``, ``.csv.gz``, ``.csv.zip``, ``.zip`` or ``.parquet``.

    Columns are found by name, never by position, in the spelling of ``AWARD_COLUMNS``; unknown
    columns are kept, in the order of the file. Values are not changed: blanks at the end,
    newlines, leading zeros and words such as ``NA`` are data. ``only`` chooses among the names of
    the file the columns that are read. Raises InputError for a file that cannot be read as it is,
    a missing or repeated column, and a file without awards.
    """
    path = Path(path)
    format_ = identify(path)
    names: list[str] = []

    def choose(found: Sequence[str]) -> Iterable[str]:
        names[:] = found
        return found if only is None else only(found)

    with fingerprint(path) as mark:
        raw = read_raw(path, format_, _names, only=choose)
        table = _text_table(path, raw.table)
    print_ = mark[0]
    return AwardFile(
        table, path, table.num_rows, print_.bytes, print_.sha256, names, raw.byte_order_mark
    )


def award_table(table: pa.Table, source: str = "awards") -> pa.Table:
    """A table that did not come from a file, in the form that ``read_awards`` promises.

    ``source`` is what messages call it. Raises InputError as ``read_awards`` does.
    """
    path = Path(source)
    return _text_table(path, table.rename_columns(_names(path, table.column_names)))


def _names(path: Path, found: Sequence[str]) -> list[str]:
    return known_names(path, found, AWARD_COLUMNS, REQUIRED_AWARD_COLUMNS, AWARD_ALIASES)


def _text_table(path: Path, table: pa.Table) -> pa.Table:
    if not table.num_rows:
        raise InputError(path, "holds no award", remedy="export it again with its rows")
    columns = {}
    for name in table.column_names:
        column = text_column(path, name, table.column(name))
        columns[name] = pc.fill_null(column, "") if column.null_count else column
    return pa.table(columns)
