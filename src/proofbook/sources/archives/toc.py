"""The table of contents of a pg_dump directory archive: its file ``toc.dat``, read byte by byte.

The layout follows ReadHead and ReadToc of PostgreSQL's ``pg_backup_archiver.c`` for the archive
versions 1.12 (PostgreSQL 9.0) to 1.16 (PostgreSQL 17 and 18).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from proofbook.errors import InputError

#: First bytes of every archive that is not a tar file.
MAGIC = b"PGDMP"

#: The oldest and the newest archive version that is understood.
OLDEST, NEWEST = (1, 12), (1, 16)

_TABLE_ACCESS_METHOD, _COMPRESSION_BYTE, _RELATION_KIND = (1, 14), (1, 15), (1, 16)

#: Codes of the archive format; a directory's toc.dat carries the code of the tar format.
_CUSTOM, _TAR = 1, 3

#: What makes an archive that can be read, from one that cannot.
DUMP_AGAIN = "make a directory archive: pg_dump --format=directory --file=FOLDER DATABASE"

_ENTRIES_LIMIT = 10_000_000


@dataclass(frozen=True)
class Entry:
    """One object of a dump: what it is (``TABLE``, ``TABLE DATA``, …), its name, statement, file.

    ``file`` is the member that holds its data, ``4711.dat``, without the suffix that compression
    adds; "" for an object without data.
    """

    kind: str
    schema: str
    name: str
    definition: str
    copy_statement: str
    file: str


@dataclass(frozen=True)
class Toc:
    """A table of contents: archive version, the server dumped from, its entries in dump order."""

    version: tuple[int, int]
    database: str
    server: str
    entries: tuple[Entry, ...]


def parse_toc(data: bytes, path: str | Path, place: str = "toc.dat") -> Toc:
    """The table of contents in the bytes of a ``toc.dat``.

    ``path`` and ``place`` are for messages. Raises InputError when the bytes are no table of
    contents, of another format or version, cut off or damaged.
    """
    if not data.startswith(MAGIC):
        raise InputError(
            path,
            "does not begin with PGDMP: it is not the table of contents of a pg_dump archive",
            place=place,
            value=data[:12],
            remedy=DUMP_AGAIN,
        )
    try:
        return _read(_Reader(data, len(MAGIC)), path, place)
    except (IndexError, ValueError, OverflowError) as error:
        raise InputError(
            path,
            "is cut off or damaged: the table of contents ends in the middle of an entry",
            place=place,
            remedy="download or copy the archive again",
        ) from error


class _Reader:
    """Numbers and texts one after the other: a number is a sign byte and its bytes, low first."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at
        self.width = 4

    def byte(self) -> int:
        value = self._data[self._at]
        self._at += 1
        return value

    def number(self) -> int:
        negative = self.byte()
        raw = self._take(self.width)
        value = int.from_bytes(raw, "little")
        return -value if negative else value

    def text(self) -> str | None:
        length = self.number()
        return None if length < 0 else self._take(length).decode("utf-8", "replace")

    def _take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise IndexError(end)
        raw, self._at = self._data[self._at : end], end
        return raw


def _read(reader: _Reader, path: str | Path, place: str) -> Toc:
    version = (reader.byte(), reader.byte())
    reader.byte()  # revision: never has changed the layout
    if not OLDEST <= version <= NEWEST:
        raise InputError(
            path,
            "has an archive version that is not known; "
            f"{_dotted(OLDEST)} to {_dotted(NEWEST)} (PostgreSQL 9.0 to 18) are",
            place=place,
            value=_dotted(version),
            remedy="dump it again with pg_dump of one of these",
        )
    if not 1 <= (width := reader.byte()) <= 8:
        raise ValueError(width)
    reader.width = width
    reader.byte()  # size of a file offset: only the custom format has any
    if (format_ := reader.byte()) != _TAR:
        raise InputError(
            path,
            "is an archive in custom format, one file that must be read whole"
            if format_ == _CUSTOM
            else "has a format code that is not known",
            place=place,
            value=None if format_ == _CUSTOM else format_,
            remedy=DUMP_AGAIN,
        )
    if version >= _COMPRESSION_BYTE:
        reader.byte()
    else:
        reader.number()
    for _ in range(7):  # seconds, minutes, hours, day, month, year, daylight saving
        reader.number()
    database, server, _pg_dump = (reader.text() or "" for _ in range(3))
    count = reader.number()
    if not 0 <= count <= _ENTRIES_LIMIT:
        raise ValueError(count)
    return Toc(version, database, server, tuple(_entry(reader, version) for _ in range(count)))


def _entry(reader: _Reader, version: tuple[int, int]) -> Entry:
    reader.number()  # dump id
    reader.number()  # whether there are data
    reader.text()  # oid of the catalogue
    reader.text()  # oid
    name, kind = reader.text() or "", reader.text() or ""
    reader.number()  # section
    definition = reader.text() or ""
    reader.text()  # DROP statement
    copy_statement = reader.text() or ""
    schema = reader.text() or ""
    reader.text()  # tablespace
    if version >= _TABLE_ACCESS_METHOD:
        reader.text()
    if version >= _RELATION_KIND:
        reader.number()
    reader.text()  # owner
    reader.text()  # WITH OIDS
    while reader.text() is not None:  # dump ids that it depends on
        pass
    return Entry(kind, schema, name, definition, copy_statement, reader.text() or "")


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
