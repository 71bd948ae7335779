"""A Parquet file as an Arrow table, and what is wrong with it when it cannot be read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from proofbook.errors import InputError

_ROWS = 1 << 19
_BATCH = 1 << 16


def parquet_names(path: Path) -> list[str]:
    """The names of a Parquet file's columns, in order; InputError when it is cut off or damaged."""
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def parquet_rows(path: Path) -> int:
    """How many rows a Parquet file says it has; InputError when it is cut off or damaged."""
    try:
        with pq.ParquetFile(path) as file:
            return int(file.metadata.num_rows)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def read_parquet(
    path: Path, columns: list[str] | None = None, rows: tuple[int, int] | None = None
) -> pa.Table:
    """The columns of a Parquet file (all of them unless named); InputError when it is damaged.

    ``rows`` are the first row and the one behind the last (default: all). Large strings become
    strings, some rows at a time: their long offsets would otherwise be a third of the memory.
    """
    try:
        with pq.ParquetFile(path) as file:
            if not file.num_row_groups:
                return file.read(columns)
            if rows is not None:
                return _range(file, columns, *rows)
            parts = [_short(file.read_row_groups(g, columns)) for g in _groups(file.metadata)]
            return pa.concat_tables(parts)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def parquet_parts(path: Path, columns: list[str]) -> Iterator[pa.Table]:
    """What ``read_parquet`` reads, some thousand rows at a time; the first part has none."""
    try:
        with pq.ParquetFile(path) as file:
            yield _short(pa.Table.from_batches([], file.schema_arrow).select(columns))
            for batch in file.iter_batches(_BATCH, columns=columns):
                yield _short(pa.Table.from_batches([batch]))
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def _groups(metadata: pq.FileMetaData) -> list[list[int]]:
    """Neighbouring row groups put together until they hold enough rows to be worth a read."""
    groups: list[list[int]] = [[]]
    rows = 0
    for i in range(metadata.num_row_groups):
        if rows >= _ROWS:
            groups.append([])
            rows = 0
        groups[-1].append(i)
        rows += metadata.row_group(i).num_rows
    return groups


def _range(file: pq.ParquetFile, columns: list[str] | None, first: int, last: int) -> pa.Table:
    """The rows from ``first`` to ``last`` (exclusive), of the row groups that hold them."""
    sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    ends = list(itertools.accumulate(sizes))
    groups = [i for i, end in enumerate(ends) if end > first and end - sizes[i] < last]
    row = ends[groups[0]] - sizes[groups[0]]
    parts = []
    for batch in file.iter_batches(_BATCH, row_groups=groups, columns=columns):
        low, high = max(first - row, 0), min(last - row, len(batch))
        if low < high:
            parts.append(_short(pa.Table.from_batches([batch.slice(low, high - low)])))
        row += len(batch)
        if row >= last:
            break
    return pa.concat_tables(parts)


def _short(table: pa.Table) -> pa.Table:
    return table.cast(
        pa.schema(
            pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type)
            for f in table.schema
        )
    )


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(
        path,
        f"is cut off or damaged: {str(error).splitlines()[0][:120].rstrip('. ')}",
        remedy="write, copy or download it again",
    )
