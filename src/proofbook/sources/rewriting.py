"""Recipients of any format, written as a Parquet file of which some rows can be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from proofbook.sources.hashes import HASHED_COLUMNS, hashes_in_parts
from proofbook.sources.recipients import Recipients, recipient_parts

#: Rows of a group of the file: the fewest that are decoded to read one.
_GROUP = 1 << 17


def rewrite(source: Path, target: Path) -> Recipients:
    """Writes the recipients of a file to ``target``, some at a time, and opens them there.

    Messages go on to name ``source``. Raises InputError as ``read_recipients`` does, but not for
    equal hashes, and OSError when ``target`` cannot be written.
    """
    parts = recipient_parts(source)
    first = next(parts)
    if "recipient_hash" in first.column_names:
        write_groups(target, chain([first], parts))
    else:
        bare = target.with_name(f"bare-{target.name}")
        write_groups(bare, chain([first], parts))
        write_groups(target, _with_hashes(bare))
        bare.unlink()
    return Recipients(source, None, target)


def write_groups(target: Path, parts: Iterable[pa.Table]) -> None:
    """Writes tables of one schema, at least one, as one Parquet file."""
    writer, waiting = None, list[pa.Table]()
    try:
        for part in parts:
            writer = writer or pq.ParquetWriter(target, part.schema, compression="lz4")
            waiting.append(part)
            if sum(table.num_rows for table in waiting) >= _GROUP:
                writer.write_table(pa.concat_tables(waiting), _GROUP)
                waiting = []
        if writer is not None and waiting:
            writer.write_table(pa.concat_tables(waiting), _GROUP)
    finally:
        if writer is not None:
            writer.close()


def _with_hashes(bare: Path) -> Iterator[pa.Table]:
    """The recipients of a written file with the hashes that all of them together have."""
    with pq.ParquetFile(bare) as file:

        def groups(columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
            return (file.read_row_group(i, columns) for i in range(file.num_row_groups))

        hashes = hashes_in_parts(lambda: groups(HASHED_COLUMNS))
        for part, keys in zip(groups(), hashes, strict=True):
            yield part.append_column("recipient_hash", keys)
