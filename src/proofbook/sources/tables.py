"""What all inputs share: a table under known column names, read in the format that it is in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from proofbook.errors import InputError, did_you_mean
from proofbook.sources.archives import read_table
from proofbook.sources.columns import RECIPIENT_TABLE, fold
from proofbook.sources.delimited import read_csv
from proofbook.sources.parquet import parquet_names, read_parquet


@dataclass(frozen=True)
class RawTable:
    """A table under its known column names, before anything is made of its values."""

    table: pa.Table
    byte_order_mark: bool = False


def read_raw(
    path: Path,
    format_: str,
    rename: Callable[[Path, Sequence[str]], list[str]],
    *,
    null: bool = False,
    only: Callable[[Sequence[str]], Iterable[str]] | None = None,
    rows: tuple[int, int] | None = None,
) -> RawTable:
    """Reads any format; ``rename`` turns the names found into the names known.

    Of a ``pg_dump`` archive the table RECIPIENT_TABLE is read. ``only`` chooses among the names
    known those that are read. Empty values of a CSV are null if
    ``null``. Of Parquet, ``rows`` may be chosen (first, and behind the last).
    """
    known: list[str] = []

    def choose(found: Sequence[str]) -> list[int]:
        known[:] = rename(path, found)
        wanted = set(known if only is None else only(known))
        return [i for i, name in enumerate(known) if name in wanted]

    if format_ == "pg_dump":
        return RawTable(_of_archive(path, rename, only))
    if format_ == "parquet":
        found = parquet_names(path)
        kept = choose(found)
        table = read_parquet(path, None if only is None else [found[i] for i in kept], rows)
        return RawTable(table.rename_columns([known[i] for i in kept]))
    table, header = read_csv(path, format_, null=null, choose=choose)
    kept = [int(name) for name in table.column_names]
    return RawTable(table.rename_columns([known[i] for i in kept]), header.byte_order_mark)


def _of_archive(
    path: Path,
    rename: Callable[[Path, Sequence[str]], list[str]],
    only: Callable[[Sequence[str]], Iterable[str]] | None,
) -> pa.Table:
    known: dict[str, str] = {}

    def columns(found: Sequence[str]) -> list[str]:
        known.update(zip(found, rename(path, found), strict=True))
        names = list(known.values())
        wanted = set(names if only is None else only(names))
        return [name for name in found if known[name] in wanted]

    table = read_table(path, RECIPIENT_TABLE, columns)
    return table.rename_columns([known[name] for name in table.column_names])


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
