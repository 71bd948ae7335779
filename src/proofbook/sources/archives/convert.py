"""A table of an archive as Parquet or as an Arrow table, and what an archive holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from proofbook.atomic import replacing
from proofbook.errors import InputError, writing
from proofbook.sources.archives.archive import Archive, Table, open_archive
from proofbook.sources.archives.arraytext import LIST, lists
from proofbook.sources.archives.copytext import decode
from proofbook.sources.archives.flow import AGAIN, Limits

#: Told how many bytes of text have been decoded since it was last told.
Progress = Callable[[int], object]

#: Distinct values per value, up to which a dictionary makes a column smaller and faster.
_REPEATS = 0.2


@dataclass(frozen=True)
class Converted:
    """A table written as Parquet: rows, bytes of COPY text read, and bytes written."""

    path: Path
    table: str
    rows: int
    text_bytes: int
    bytes: int


@dataclass(frozen=True)
class Held:
    """What an archive holds of one table; ``rows`` is None where they were not, or cannot be,
    counted."""

    name: str
    columns: tuple[str, ...]
    rows: int | None
    compressed_bytes: int
    member: str | None


def inspect(
    path: str | Path, *, count_rows: bool = True, limits: Limits | None = None
) -> list[Held]:
    """Every table with data of an archive, in the order of its table of contents.

    Rows are counted by reading each member through, which verifies it as well; without
    ``count_rows`` only the table of contents is read. Raises InputError for an archive that
    cannot be read.
    """
    with open_archive(path) as archive:
        return [
            Held(
                table.full_name,
                table.columns,
                _rows(archive, table, limits or Limits()) if count_rows else None,
                table.compressed,
                table.member,
            )
            for table in archive.tables
        ]


def _rows(archive: Archive, table: Table, limits: Limits) -> int | None:
    if table.member is None or table.as_inserts:
        return None
    return sum(block.count(b"\n") for block in archive.blocks(table, limits))


def convert(
    path: str | Path,
    name: str,
    out: str | Path,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Converted:
    """Writes one table of an archive as Parquet: text columns, arrays as lists of text.

    The file appears whole or not at all; memory does not depend on the size of the table. Raises
    InputError for an archive or a table that cannot be read, OutputError when the file cannot be
    written.
    """
    out, count = Path(out), _Count(progress)
    with open_archive(path) as archive:
        table = archive.table(name)
        rows_at_a_time = batches(archive, table, limits=limits, progress=count)
        first = next(rows_at_a_time, None)  # before anything is written: most faults show here
        with writing(out), replacing(out) as temporary:
            if first is None:
                pq.write_table(_schema(table, table.columns).empty_table(), temporary)
            else:
                with _writer(temporary, first) as writer:
                    for batch in chain([first], rows_at_a_time):
                        writer.write_table(batch)
                        count.rows += batch.num_rows
    return Converted(out, table.full_name, count.rows, count.text_bytes, out.stat().st_size)


def read_table(
    path: str | Path, name: str, columns: Callable[[Sequence[str]], Sequence[str]]
) -> pa.Table:
    """Some columns of one table of an archive, in memory, as ``table_parts`` gives them."""
    return pa.concat_tables(table_parts(path, name, columns))


def table_parts(
    path: str | Path, name: str, columns: Callable[[Sequence[str]], Sequence[str]]
) -> Iterator[pa.Table]:
    """Some columns of one table of an archive, some ten thousand rows at a time.

    ``columns`` is given the names of all columns and returns those to read, in that order of the
    table. The first part has no rows. Raises InputError as ``convert`` does.
    """
    with open_archive(path) as archive:
        table = archive.table(name)
        wanted = columns(table.columns)
        yield _schema(table, wanted).empty_table()
        yield from batches(archive, table, wanted)


def batches(
    archive: Archive,
    table: Table,
    columns: Sequence[str] | None = None,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Iterator[pa.Table]:
    """The rows of a table, decoded, some ten thousand at a time; none for an empty table.

    Raises InputError with member and line for what is no COPY text of these columns.
    """
    place, names = archive.place(table), list(columns or table.columns)
    if not names:
        raise place.fault("belongs to a table without columns", "convert another table")
    schema = _schema(table, names)
    positions = [table.columns.index(name) for name in names]
    row = 0
    for block in archive.blocks(table, limits or Limits()):

        def fault(problem: str, row_of_block: int, before: int = row) -> InputError:
            return place.fault(problem, AGAIN, row=before + row_of_block + 1)

        arrays = [
            lists(array, fault) if name in table.arrays else array
            for name, array in zip(
                names, decode(block, len(table.columns), fault, positions), strict=True
            )
        ]
        batch = pa.Table.from_arrays(arrays, schema=schema)
        row += batch.num_rows
        if progress:
            progress(len(block))
        yield batch


class _Count:
    """Counts what has been converted, and passes the bytes of text on."""

    def __init__(self, progress: Progress | None) -> None:
        self.rows = self.text_bytes = 0
        self._progress = progress

    def __call__(self, text_bytes: int) -> None:
        self.text_bytes += text_bytes
        if self._progress:
            self._progress(text_bytes)


def _schema(table: Table, names: Sequence[str]) -> pa.Schema:
    return pa.schema([(n, LIST if n in table.arrays else pa.string()) for n in names])


def _writer(file: Path, first: pa.Table) -> pq.ParquetWriter:
    """A writer that keeps a dictionary of the columns whose values repeat, judged by a batch."""
    repeating = []
    for name, column in zip(first.column_names, first.columns, strict=True):
        nested = column.type == LIST
        values = pc.list_flatten(column) if nested else column
        if pc.count_distinct(values).as_py() <= _REPEATS * len(values):
            repeating.append(f"{name}.list.element" if nested else name)
    return pq.ParquetWriter(
        file, first.schema, compression="zstd", compression_level=1, use_dictionary=repeating
    )
