"""Reading recipients: tables in the columns of USAspending's recipient_lookup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from proofbook.errors import InputError
from proofbook.sources.alternates import NAME_LIST, name_lists
from proofbook.sources.columns import RECIPIENT_COLUMNS, REQUIRED_RECIPIENT_COLUMNS
from proofbook.sources.files import fingerprint, identify
from proofbook.sources.hashes import recipient_hashes
from proofbook.sources.parquet import parquet_names, parquet_rows
from proofbook.sources.tables import known_names, raw_parts, read_raw
from proofbook.sources.text import text_column

_READ = 1 << 19  # rows looked through at a time


@dataclass(frozen=True)
class RecipientFile:
    """A recipient file as read: the table in RECIPIENT_COLUMNS, and what identifies the file."""

    table: pa.Table = field(repr=False)
    path: Path
    rows: int
    bytes: int
    sha256: str


def read_recipients(path: str | Path) -> RecipientFile:
    """Reads recipients from ``.parquet``, ``.csv``, ``.csv.gz``, ``.csv.zip`` or ``.zip``.

    A ``.zip`` holds a CSV, or a pg_dump archive with the table ``rpt.recipient_lookup``.
    The table has exactly ``RECIPIENT_COLUMNS``, in that order: text, null where there is nothing
    (an empty text is nothing), and ``alternate_names`` as a list of strings. Only
    ``legal_business_name`` must be there. A missing ``recipient_hash`` is made by the rule of
    ``recipient_hashes``; one that is given must be there in every row, and unique. Raises
    InputError otherwise, and for a file without recipients.
    """
    path = Path(path)
    format_ = identify(path)
    with fingerprint(path) as mark:
        raw = read_raw(path, format_, _names, null=True, only=lambda _: RECIPIENT_COLUMNS)
        table = _unique(path, _recipients(path, raw.table, raw.table.num_rows))
    return RecipientFile(table, path, table.num_rows, mark[0].bytes, mark[0].sha256)


@dataclass(frozen=True)
class Recipients:
    """Recipients whose columns are read when they are needed, so that few are held at a time.

    ``source`` is what messages call them. ``held`` is the table, where the file cannot be read by
    column; unless it was ``written`` to another that can.
    """

    source: Path
    held: pa.Table | None = field(repr=False)
    written: Path | None = None

    @property
    def _file(self) -> Path:
        return self.written or self.source

    @property
    def rows(self) -> int:
        """How many recipients there are."""
        return self.held.num_rows if self.held is not None else parquet_rows(self._file)

    def read(self, columns: Sequence[str], first: int = 0, last: int | None = None) -> pa.Table:
        """Some of RECIPIENT_COLUMNS, of the rows from ``first`` to ``last`` (exclusive).

        As ``read_recipients`` promises them, but for the uniqueness of recipient_hash, which
        ``check_hashes`` checks.
        """
        last = self.rows if last is None else last
        if self.held is not None:
            return self.held.select(list(columns)).slice(first, last - first)
        rows = None if (first, last) == (0, self.rows) else (first, last)
        raw = read_raw(self._file, "parquet", _names, null=True, only=lambda _: columns, rows=rows)
        return _recipients(self.source, raw.table, last - first, columns, first)

    def take(self, rows: NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
        """Some of RECIPIENT_COLUMNS of the recipients in some rows, given in rising order."""
        parts = [self.read(columns, 0, 1).slice(1)]
        for first in range(0, self.rows, _READ):
            low, high = np.searchsorted(rows, [first, first + _READ])
            if low < high:
                part = self.read(columns, first, min(first + _READ, self.rows))
                parts.append(part.take(rows[low:high] - first))
        return pa.concat_tables(parts)

    def check_hashes(self) -> None:
        """InputError when two recipients have the same recipient_hash."""
        keys = self.read(["recipient_hash"]).column("recipient_hash")
        _check_unique(self.source, pl.Series(pl.from_arrow(keys)))


def open_recipients(source: str | Path | pa.Table) -> Recipients:
    """Recipients of a file or a table, read column by column where the format allows.

    Raises InputError as ``read_recipients`` does; a fault in the values of a column is found when
    the column is read.
    """
    if isinstance(source, pa.Table):
        return Recipients(Path("recipients"), recipient_table(source))
    path = Path(source)
    if by_column(path):
        return Recipients(path, None)
    return Recipients(path, read_recipients(path).table)


def by_column(path: Path) -> bool:
    """Whether recipients of a file can be read column by column; InputError if it is no input."""
    if identify(path) != "parquet":
        return False
    names = set(_names(path, parquet_names(path)))
    return {"recipient_hash", "legal_business_name"} <= names and parquet_rows(path) > 0


def recipient_parts(path: Path) -> Iterator[pa.Table]:
    """The table of ``read_recipients`` in parts of some thousand rows, a first one at least.

    Of a file without recipient_hash, they have none: one is made from all rows. Raises InputError
    as ``read_recipients`` does, when it has come to the fault, but not for equal hashes.
    """
    rows = 0
    for raw in raw_parts(path, identify(path), _names, lambda _: RECIPIENT_COLUMNS):
        if not raw.num_rows:
            continue
        given = "recipient_hash" in raw.column_names
        wanted = [c for c in RECIPIENT_COLUMNS if given or c != "recipient_hash"]
        yield _recipients(path, raw, raw.num_rows, wanted, rows)
        rows += raw.num_rows
    if not rows:
        raise _no_recipient(path)


def recipient_table(table: pa.Table, source: str = "recipients") -> pa.Table:
    """A table that did not come from a file, in the form that ``read_recipients`` promises.

    ``source`` is what messages call it. Raises InputError as ``read_recipients`` does.
    """
    path = Path(source)
    renamed = table.rename_columns(_names(path, table.column_names))
    return _unique(path, _recipients(path, renamed, table.num_rows))


def _names(path: Path, found: Sequence[str]) -> list[str]:
    return known_names(path, found, RECIPIENT_COLUMNS, REQUIRED_RECIPIENT_COLUMNS)


def _recipients(
    path: Path,
    raw: pa.Table,
    rows: int,
    wanted: Sequence[str] = RECIPIENT_COLUMNS,
    first: int = 0,
) -> pa.Table:
    """The wanted columns; ``raw``, which may have none of them, then says nothing of its rows.

    ``first`` is the row of the file that comes first.
    """
    if not rows:
        raise _no_recipient(path)
    columns = {}
    for name in wanted:
        if name not in raw.column_names:
            kind = NAME_LIST if name == "alternate_names" else pa.string()
            columns[name] = pa.chunked_array([pa.nulls(rows, kind)])
        elif name == "alternate_names":
            columns[name] = name_lists(path, raw.column(name), first)
        else:
            columns[name] = _without_empty(text_column(path, name, raw.column(name)))
    if "recipient_hash" not in wanted:
        return pa.table(columns)
    if "recipient_hash" in raw.column_names:
        _check_filled(path, columns["recipient_hash"], first)
    else:
        columns["recipient_hash"] = pa.chunked_array([recipient_hashes(pa.table(columns))])
    return pa.table(columns)


def _no_recipient(path: Path) -> InputError:
    return InputError(path, "holds no recipient", remedy="export it again with its rows")


def _without_empty(column: pa.ChunkedArray) -> pa.ChunkedArray:
    chunks = [
        pc.if_else(empty, pa.scalar(None, pa.string()), chunk)
        if pc.any(empty := pc.equal(chunk, "")).as_py()
        else chunk
        for chunk in column.chunks
    ]
    return pa.chunked_array(chunks, pa.string())


def _check_filled(path: Path, column: pa.ChunkedArray, first: int) -> None:
    if not column.null_count:
        return
    row = pl.Series(pl.from_arrow(column)).is_null().arg_max() or 0
    raise InputError(
        path,
        f"has {column.null_count} rows without recipient_hash",
        place=f"row {first + row} (0-based)",
        remedy="fill them, or leave the column out: it is made from uei, duns and name then",
    )


def _unique(path: Path, table: pa.Table) -> pa.Table:
    _check_unique(path, pl.Series(pl.from_arrow(table.column("recipient_hash"))))
    return table


def _check_unique(path: Path, keys: pl.Series) -> None:
    if keys.hash().n_unique() < len(keys) and keys.n_unique() < len(keys):
        value = keys.filter(~keys.is_first_distinct())[0]
        rows = (keys == value).arg_true().head(5).to_list()
        raise InputError(
            path,
            "has the same recipient_hash in several rows",
            place="rows " + ", ".join(map(str, rows)) + " (0-based)",
            value=value,
            remedy="keep one row per recipient, or leave the column out",
        )
