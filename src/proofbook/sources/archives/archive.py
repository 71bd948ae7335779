"""An archive of a PostgreSQL database: its tables by name, their columns, and their data."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proofbook.errors import InputError, did_you_mean
from proofbook.sources.archives.flow import AGAIN, Limits, Place, inflate, plain, row_blocks
from proofbook.sources.archives.members import TOC, Members, open_members
from proofbook.sources.archives.statements import array_columns, copy_columns
from proofbook.sources.archives.toc import Entry, Toc, parse_toc

_TOC_LIMIT = 256 << 20
_DATA = "TABLE DATA"

#: Encodings in which text is UTF-8, or is checked to be.
_UTF8 = ("UTF8", "SQL_ASCII")


@dataclass(frozen=True)
class Table:
    """A table with data: its columns in the order of the data, and the member that holds them.

    ``arrays`` are the columns whose type is an array. ``member`` is None, and ``compressed`` 0,
    when the table of contents lists data that the archive does not hold.
    """

    schema: str
    name: str
    columns: tuple[str, ...]
    arrays: frozenset[str]
    member: str | None
    compressed: int
    as_inserts: bool = False

    @property
    def full_name(self) -> str:
        """Schema and name with a dot between them."""
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True)
class Archive:
    """An open archive; ``path`` is the zip file or folder, or the address it is read from."""

    path: str
    toc: Toc
    tables: tuple[Table, ...]
    members: Members

    def table(self, name: str) -> Table:
        """The table of that name, with its schema or, where only one has it, without.

        Raises InputError that says what is there instead.
        """
        found = [t for t in self.tables if t.full_name == name]
        found = found or [t for t in self.tables if t.name == name]
        if len(found) == 1:
            return found[0]
        raise InputError(
            self.path,
            _why_not(name, self) if not found else "holds several tables of that name",
            place=TOC,
            value=name,
            remedy="name one of "
            + ", ".join(t.full_name for t in (found or self.tables)[:12])
            + ("" if found or len(self.tables) <= 12 else ", … (proofbook inspect shows all)"),
        )

    def blocks(self, table: Table, limits: Limits) -> Iterator[bytes]:
        """The rows of a table as COPY text, in blocks of whole rows, without the end mark.

        Raises InputError when the member is missing, cut off, damaged, or beyond the limits.
        """
        place = self.place(table)
        with _damage(place), self.members.open(place.member) as stream:
            pieces = inflate if place.member.endswith(".gz") else plain
            yield from row_blocks(pieces(stream, place, limits), place, limits)

    def place(self, table: Table) -> Place:
        """Where the data of a table are; InputError if they cannot be read from there."""
        if table.as_inserts:
            raise self._refusal(table, "is kept as INSERT statements", "dump without --inserts")
        if table.member is None:
            raise self._refusal(table, "has its data in a member that is missing", AGAIN)
        place = Place(self.path, table.member, table.compressed)
        if not table.member.endswith((".dat", ".gz")):
            raise place.fault("is compressed in another way than gzip", "dump with --compress=gzip")
        return place

    def _refusal(self, table: Table, problem: str, remedy: str) -> InputError:
        return InputError(self.path, problem, place=f"table {table.full_name}", remedy=remedy)


@contextmanager
def open_archive(path: str | Path) -> Iterator[Archive]:
    """Opens a zip file or a folder with a pg_dump directory archive.

    Raises InputError when it is none (and says what it is), when its table of contents cannot be
    read, and when its text is not UTF-8.
    """
    with open_members(Path(path)) as members:
        yield read_archive(str(path), members)


def read_archive(path: str, members: Members) -> Archive:
    """The archive in these members: reads the table of contents, and nothing else."""
    place = Place(path, TOC, members.sizes[TOC])
    with _damage(place), members.open(TOC) as stream:
        data = stream.read(_TOC_LIMIT + 1)
    if len(data) > _TOC_LIMIT:
        raise place.fault(f"is larger than {_TOC_LIMIT >> 20} MB", "check where it comes from")
    toc = parse_toc(data, path)
    _check_encoding(path, toc)
    definitions = {(e.schema, e.name): e.definition for e in toc.entries if e.kind == "TABLE"}
    return Archive(
        path,
        toc,
        tuple(
            _table(entry, definitions.get((entry.schema, entry.name), ""), members)
            for entry in toc.entries
            if entry.kind == _DATA
        ),
        members,
    )


def _table(entry: Entry, definition: str, members: Members) -> Table:
    columns = tuple(copy_columns(entry.copy_statement))
    names = [entry.file + suffix for suffix in ("", ".gz", ".lz4", ".zst")] if entry.file else []
    member = next((name for name in names if name in members.sizes), None)
    return Table(
        entry.schema,
        entry.name,
        columns,
        frozenset(array_columns(definition) & set(columns)),
        member,
        members.sizes[member] if member else 0,
        as_inserts=not entry.copy_statement,
    )


def _check_encoding(path: str, toc: Toc) -> None:
    statement = next((e.definition for e in toc.entries if e.kind == "ENCODING"), "")
    if statement and not any(f"'{name}'" in statement for name in _UTF8):
        raise InputError(
            path,
            "is in another encoding than UTF-8",
            place=TOC,
            value=statement.strip(),
            remedy="dump with --encoding=UTF8",
        )


def _why_not(name: str, archive: Archive) -> str:
    known = [e for e in archive.toc.entries if name in (e.name, f"{e.schema}.{e.name}")]
    kinds = {e.kind for e in known}
    if kinds & {"VIEW", "MATERIALIZED VIEW"}:
        return "holds no data of that name, which is a view"
    if "TABLE" in kinds:
        return "holds no data of that table itself: they are in its partitions, or were left out"
    hint = did_you_mean(name, [t.full_name for t in archive.tables])
    return "holds no table of that name" + hint


@contextmanager
def _damage(place: Place) -> Iterator[None]:
    """Turns what a damaged zip raises while it is read into an InputError."""
    try:
        yield
    except EOFError as error:
        raise place.fault("is cut off: the file ends too early", AGAIN) from error
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError) as error:
        raise place.fault(f"is damaged: {error}", AGAIN) from error
    except OSError as error:
        raise place.fault(f"cannot be read: {error.strerror or error}", "check the disk") from error
