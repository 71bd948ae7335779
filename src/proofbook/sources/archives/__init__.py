"""pg_dump directory archives, zipped or not: what they hold, and their tables as Parquet."""

from proofbook.sources.archives.archive import Archive, Table, open_archive
from proofbook.sources.archives.convert import (
    Converted,
    Held,
    convert,
    inspect,
    read_table,
    table_parts,
)
from proofbook.sources.archives.flow import Limits

__all__ = [
    "Archive",
    "Converted",
    "Held",
    "Limits",
    "Table",
    "convert",
    "inspect",
    "open_archive",
    "read_table",
    "table_parts",
]
