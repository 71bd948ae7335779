"""What all inputs share: a table under known column names, read in the format that it is in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from proofbook.errors import InputError, did_you_mean
from proofbook.sources.archives import table_parts
from proofbook.sources.columns import RECIPIENT_TABLE, fold
from proofbook.sources.delimited import csv_parts, read_csv
from proofbook.sources.parquet import parquet_names, parquet_parts, read_parquet

#: Makes the names known of the names found in a file.
Rename = Callable[[Path, Sequence[str]], list[str]]
#: Chooses among the names known those that are read.
Only = Callable[[Sequence[str]], Iterable[str]]


@dataclass(frozen=True)
class RawTable:
    """A table under its known column names, before anything is made of its values."""

    table: pa.Table
    byte_order_mark: bool = False


def read_raw(
    path: Path,
    format_: str,
    rename: Rename,
    *,
    null: bool = False,
    only: Only | None = None,
    rows: tuple[int, int] | None = None,
) -> RawTable:
    """Reads any format; of a ``pg_dump`` archive the table RECIPIENT_TABLE.

    Without ``only``, all columns are read. Empty values of a CSV are null if ``null``. Of Parquet,
    ``rows`` may be chosen (first, and behind the last).
    """
    names, choose = _chooser(path, rename, only)
    byte_order_mark = False
    if format_ == "pg_dump":
        return RawTable(pa.concat_tables(raw_parts(path, format_, rename, only)))
    if format_ == "parquet":
        found = parquet_names(path)
        kept = choose(found)
        table = read_parquet(path, None if only is None else [found[i] for i in kept], rows)
    else:
        table, header = read_csv(path, format_, null=null, choose=choose)
        byte_order_mark = header.byte_order_mark
    return RawTable(table.rename_columns(names), byte_order_mark)


def raw_parts(
    path: Path, format_: str, rename: Rename, only: Only | None = None
) -> Iterator[pa.Table]:
    """The table that ``read_raw`` reads, in parts of some thousand rows, the first without any.

    Empty values of a CSV are null. A fault is raised when it is met.
    """
    names, choose = _chooser(path, rename, only)

    def chosen(found: Sequence[str]) -> list[str]:
        return [found[i] for i in choose(found)]

    if format_ == "pg_dump":
        parts = table_parts(path, RECIPIENT_TABLE, chosen)
    elif format_ == "parquet":
        parts = parquet_parts(path, chosen(parquet_names(path)))
    else:
        parts = csv_parts(path, format_, choose)
    for part in parts:
        yield part.rename_columns(names)


def _chooser(
    path: Path, rename: Rename, only: Only | None
) -> tuple[list[str], Callable[[Sequence[str]], list[int]]]:
    """What tells the positions of the columns to read; and a list that then has their names."""
    names: list[str] = []

    def choose(found: Sequence[str]) -> list[int]:
        known = rename(path, found)
        wanted = set(known if only is None else only(known))
        kept = [i for i, name in enumerate(known) if name in wanted]
        names[:] = [known[i] for i in kept]
        return kept

    return names, choose


def known_names(
    path: Path,
    found: Sequence[str],
    known: Iterable[str],
    required: Iterable[str],
    aliases: Mapping[str, str] | None = None,
) -> list[str]:
    """The names found in a header, in the spelling of ``known``; others stay, without outer blanks.

    Case, spaces and punctuation are ignored. A column without a name becomes ``Unnamed: 0`` (its
    position), as pandas calls it. Raises InputError when two columns have the same name, or
    spellings of the same name, or a required column is missing.
    """
    spelled = {fold(alias): name for alias, name in (aliases or {}).items()}
    spelled |= {fold(name): name for name in known}
    names = [
        spelled.get(fold(name), name.strip()) or f"Unnamed: {position}"
        for position, name in enumerate(found)
    ]
    _check_unique(path, found, names)
    for name in required:
        if name not in names:
            raise InputError(
                path,
                f"has no column {name!r}; it has {_listed(found)}{did_you_mean(name, names)}",
                place="header",
                remedy=_remedy(found, name),
            )
    return names


def _check_unique(path: Path, found: Sequence[str], names: Sequence[str]) -> None:
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is None:
        return
    at = [i for i, name in enumerate(names) if name == twice]
    raise InputError(
        path,
        f"has the column {twice!r} {len(at)} times: "
        + ", ".join(f"{found[i]!r} (column {i + 1})" for i in at),
        place="header",
        remedy="remove or rename all but one of them",
    )


def _listed(found: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in found[:60]) or "no columns"
    return shown + (f" and {len(found) - 60} more" if len(found) > 60 else "")


def _remedy(found: Sequence[str], name: str) -> str:
    separator = next((s for s in (";", "\t", "|") if len(found) == 1 and s in found[0]), None)
    if separator:
        return f"separate values by commas, not by {separator!r}"
    return f"rename the column that holds it to {name!r}, or check that this is the right file"
