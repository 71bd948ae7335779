"""Opening an input: what a file really is, against what its suffix says, and its fingerprint."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from proofbook.errors import InputError
from proofbook.sources.archives.members import holds_toc

#: Suffixes that are understood, longest first, each with the format it promises.
SUFFIXES: dict[str, str] = {
    ".csv.gz": "csv.gz",
    ".csv.zip": "csv.zip",
    ".parquet": "parquet",
    ".csv": "csv",
    ".zip": "csv.zip",
}

#: What the file must hold for a format.
_CONTENT = {"csv": "text", "csv.gz": "gzip", "csv.zip": "zip", "parquet": "parquet"}

#: The suffix that would have told the truth.
_HONEST_SUFFIX = {"text": ".csv", "gzip": ".csv.gz", "zip": ".csv.zip", "parquet": ".parquet"}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"PGDMP", "a pg_dump archive in custom format"),
    (b"%PDF", "a PDF document"),
    (b"BZh", "a bzip2 file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"ARROW1", "an Arrow IPC file"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file it points to"),
)

_NAMES = {
    "text": "plain text",
    "gzip": "a gzip file",
    "zip": "a zip archive",
    "parquet": "a Parquet file",
}


@dataclass(frozen=True)
class Fingerprint:
    """What identifies an input for good: its size in bytes and its SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


def content(head: bytes) -> str:
    """What a file is by its first bytes: ``text``, ``gzip``, ``zip``, ``parquet``, or words.

    >>> content(b"Company,UEI"), content(b"<!DOCTYPE html>")
    ('text', 'an HTML or XML page')
    """
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        return "an HTML or XML page"
    if start.startswith((b"{", b"[")):
        return "a JSON document"
    return "text"


def identify(path: Path) -> str:
    """The format of an input: ``csv``, ``csv.gz``, ``csv.zip``, ``parquet`` or ``pg_dump``.

    A zip archive that holds a ``toc.dat`` is a ``pg_dump`` archive. Raises InputError when there
    is no such file, it is empty, its suffix is not understood, or its content is not what the
    suffix says.
    """
    if path.is_dir():
        remedy = "name the file inside it"
        if (path / "toc.dat").exists():
            remedy = "turn the table that is meant into Parquet first: proofbook convert"
        raise InputError(path, "is a directory", remedy=remedy)
    if not path.exists():
        raise InputError(path, "does not exist", remedy="check the path")
    if not path.is_file():
        raise InputError(path, "is not a regular file", remedy="save its content to a file first")
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise InputError(
            path, f"cannot be opened: {error.strerror}", remedy="check its permissions"
        ) from error
    if not head:
        raise InputError(path, "is empty (0 bytes)", remedy="export or download it again")
    kind = content(head)
    format_ = next((f for s, f in SUFFIXES.items() if path.name.lower().endswith(s)), None)
    if format_ is None:
        raise InputError(
            path,
            f"has no suffix that is understood; it holds {describe(kind)}",
            value=path.suffix or path.name,
            remedy="use one of " + ", ".join(sorted(SUFFIXES)),
        )
    if kind != _CONTENT[format_]:
        honest = _HONEST_SUFFIX.get(kind)
        raise InputError(
            path,
            f"is not what its suffix says: it is {describe(kind)}, "
            f"not {describe(_CONTENT[format_])}",
            remedy=f"rename it to end in {honest}"
            if honest
            else "export or download it again as CSV or Parquet",
        )
    return "pg_dump" if kind == "zip" and holds_toc(path) else format_


def describe(kind: str) -> str:
    """The words for a kind that ``content`` tells, for a message.

    >>> describe("gzip")
    'a gzip file'
    """
    return _NAMES.get(kind, kind)


@contextmanager
def fingerprint(path: Path) -> Iterator[list[Fingerprint]]:
    """Hashes a file in a thread while the body reads it; afterwards the list holds the result."""
    found: list[Fingerprint] = []
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(_hash, path)
        yield found
        found.append(future.result())


def _hash(path: Path) -> Fingerprint:
    with path.open("rb") as file:
        return Fingerprint(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


@contextmanager
def open_text(path: Path, format_: str) -> Iterator[IO[bytes]]:
    """The uncompressed bytes of a CSV input, as a stream.

    A compressed file that ends too early or is damaged raises InputError, wherever in the body
    that comes to light.
    """
    try:
        if format_ == "csv.gz":
            with gzip.open(path) as stream:
                yield cast(IO[bytes], stream)
        elif format_ == "csv.zip":
            with zipfile.ZipFile(path) as archive, archive.open(zip_member(path, archive)) as inner:
                yield inner
        else:
            with path.open("rb") as plain:
                yield plain
    except EOFError as error:
        raise InputError(
            path,
            "is cut off: the compressed data end before their end mark",
            remedy="download or copy it again",
        ) from error
    except (gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
        raise InputError(
            path, f"is damaged: {error}", remedy="download or copy it again"
        ) from error


def zip_member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one CSV in a zip archive: the only one, or the only one named like ``award_data.csv``.

    Raises InputError that says what the archive holds.
    """
    held = [
        info
        for info in archive.infolist()
        if not info.is_dir()
        and not info.filename.startswith("__MACOSX/")
        and not Path(info.filename).name.startswith(".")
    ]
    csvs = [info for info in held if info.filename.lower().endswith(".csv")]
    named = [info for info in csvs if "award_data" in info.filename.lower()]
    chosen = csvs if len(csvs) == 1 else named
    if len(chosen) != 1:
        raise InputError(
            path,
            f"must hold exactly one CSV file, or one named award_data.csv; it holds {_list(held)}",
            remedy="unzip it and name the CSV file, or zip that file alone",
        )
    if chosen[0].flag_bits & 1:
        raise InputError(
            path, "is encrypted", value=chosen[0].filename, remedy="unzip it with its password"
        )
    return chosen[0]


def _list(held: list[zipfile.ZipInfo]) -> str:
    names = [info.filename for info in held]
    shown = ", ".join(names[:10]) or "no file"
    return shown + (f" and {len(names) - 10} more" if len(names) > 10 else "")
