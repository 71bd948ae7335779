"""A CSV file as an Arrow table of text, every value exactly as written."""

from __future__ import annotations

import csv
import io
import re
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any, TypeVar

import pyarrow as pa
import pyarrow.csv

from proofbook.errors import InputError
from proofbook.sources.faults import raise_first_fault
from proofbook.sources.files import content, describe, open_text

_BLOCK = 4 << 20  # bytes parsed at a time; a record must fit into one
_LARGE_BLOCK = 512 << 20  # for the rare file that has a longer record
_HEADER_LIMIT = 1 << 20
_TAIL = 1 << 16
_RETURN_S = 5.0  # seconds to wait for what was lent to Arrow; it takes microseconds
_BOM = b"\xef\xbb\xbf"

#: A record: anything outside quotes that ends no line, and quoted parts that may hold newlines.
_RECORD = re.compile(rb'(?:[^"\r\n]+|"(?:[^"]|"")*")*')
_LINE_END = re.compile(rb"\r\n|\n|\r")


T = TypeVar("T")


@dataclass(frozen=True)
class Header:
    """The first record of a CSV file as written, and whether a byte order mark came first."""

    names: list[str]
    byte_order_mark: bool


#: The positions of the columns to keep, out of the names in the header.
Choice = Callable[[list[str]], Sequence[int]]


def read_csv(
    path: Path, format_: str, *, null: bool = False, choose: Choice | None = None
) -> tuple[pa.Table, Header]:
    """All records of a CSV as text columns named ``0``, ``1``, …, and the header.

    With ``choose``, the other columns are left out; their records are checked all the same.
    Nothing is converted: blanks, quoted newlines, leading zeros and words such as ``NA`` stay.
    Empty values are the empty text, or null if ``null``. Lines without anything are skipped.
    Names may repeat in the header: that is for the caller to judge. Raises InputError with line
    (1-based) and byte offset for invalid UTF-8 and NUL bytes, and with line and record number
    for records that have more or fewer values than the header, and for a quote never closed.
    """
    with open_text(path, format_) as stream:
        header, rest = _header(path, format_, stream)
        kept = range(len(header.names)) if choose is None else choose(header.names)
        if not rest.strip(b"\r\n") and not (rest := stream.read(_BLOCK)):
            return _no_records(header).select([str(i) for i in kept]), header
        watched = _Watched(rest, stream)
        try:
            table = _parse(watched, header, null, _BLOCK, kept)
        except pa.ArrowInvalid:
            table = None
    if table is None or watched.has_nul or _may_be_unclosed(watched.tail, table):
        raise_first_fault(path, format_, len(header.names))
    if table is None:
        table = _read_in_large_blocks(path, format_, null, kept)
    return table.select([str(i) for i in kept]), header


def _read_in_large_blocks(path: Path, format_: str, null: bool, kept: Sequence[int]) -> pa.Table:
    with open_text(path, format_) as stream:
        header, rest = _header(path, format_, stream)
        try:
            return _parse(_Watched(rest, stream), header, null, _LARGE_BLOCK, kept)
        except pa.ArrowInvalid as error:
            raise _unreadable(path, error) from error


def _unreadable(path: Path, error: pa.ArrowInvalid) -> InputError:
    return InputError(
        path,
        "cannot be read as CSV",
        value=str(error)[:40],
        remedy="check quoting and line ends, or write it as Parquet",
    )


def csv_parts(path: Path, format_: str, choose: Choice) -> Iterator[pa.Table]:
    """The records that ``read_csv`` reads, some thousand at a time, empty values as null.

    The first part has none. Raises InputError as ``read_csv`` does, but only when it has come to
    the fault, which may be after the last part.
    """
    given = 0
    try:
        for part in _parts(path, format_, choose, _BLOCK):
            given += part.num_rows
            yield part
    except pa.ArrowInvalid:  # a record is longer than a block
        try:
            for part in _parts(path, format_, choose, _LARGE_BLOCK):
                seen = min(given, part.num_rows)
                given -= seen
                yield part.slice(seen)
        except pa.ArrowInvalid as error:
            raise _unreadable(path, error) from error


def _parts(path: Path, format_: str, choose: Choice, block: int) -> Iterator[pa.Table]:
    """The parts; InputError for a fault, ArrowInvalid where none is found."""
    refused = None
    with open_text(path, format_) as stream:
        header, rest = _header(path, format_, stream)
        kept = choose(header.names)
        names, last = [str(i) for i in kept], _no_records(header)
        yield last.select(names)
        if not rest.strip(b"\r\n") and not (rest := stream.read(_BLOCK)):
            return
        watched = _Watched(rest, stream)
        file = watched.lend()
        try:
            for batch in pa.csv.open_csv(file, **_options(header, True, block, kept)):
                last = pa.Table.from_batches([batch])
                yield last.select(names)
        except pa.ArrowInvalid as error:
            refused = error
        finally:
            del file
            watched.returned()
        if watched.error is not None:
            raise watched.error
    if refused is not None or watched.has_nul or _may_be_unclosed(watched.tail, last):
        raise_first_fault(path, format_, len(header.names))
    if refused is not None:
        raise refused


class _Watched:
    """A readable stream that starts with ``first``, looks for NUL bytes and remembers its end.

    Arrow's threads read it, through ``lend``. Whatever they hold of Python's they let go a moment
    after the table is there, and need the interpreter for it: a process that ends in that moment
    is aborted. So every object they are given is watched until it is back; what tells of it is
    written in C and keeps the interpreter until the thread has done with Python. An error of the
    stream is kept in ``error``, and ends it: Arrow would hold the error as well.
    """

    def __init__(self, first: bytes, stream: IO[bytes]) -> None:
        self._pending, self._stream = first, stream
        self._lent: list[weakref.ref[object]] = []
        self._back: SimpleQueue[weakref.ref[object]] = SimpleQueue()
        self.error: Exception | None = None
        self.tail, self.has_nul = b"", False

    def read(self, size: int) -> memoryview:
        data, self._pending = self._pending[:size], self._pending[size:]
        try:
            data = data or self._stream.read(size)
        except Exception as error:
            self.error = error
        self.has_nul = self.has_nul or b"\x00" in data
        self.tail = data[-_TAIL:] if len(data) >= _TAIL else (self.tail + data)[-_TAIL:]
        return self._watch(memoryview(data))

    def lend(self) -> pa.PythonFile:
        """The stream as a file for Arrow, which alone holds it."""
        return pa.PythonFile(self._watch(_Lent(self.read)), mode="r")

    def returned(self) -> None:
        """Waits until Arrow's threads hold nothing."""
        until = time.monotonic() + _RETURN_S
        back = 0
        with suppress(Empty):
            while back < len(self._lent):  # which grows until the stream itself is back
                self._back.get(timeout=max(until - time.monotonic(), 0))
                back += 1

    def _watch(self, lent: T) -> T:
        self._lent.append(weakref.ref(lent, self._back.put))
        return lent


class _Lent:
    """The stream as Arrow sees it."""

    def __init__(self, read: Callable[[int], memoryview]) -> None:
        self.read, self.closed = read, False

    def close(self) -> None:
        self.closed = True


def _parse(
    watched: _Watched, header: Header, null: bool, block: int, kept: Sequence[int]
) -> pa.Table:
    """The kept columns, and the last one, by which a quote never closed is told."""
    file = watched.lend()
    try:
        return pa.csv.read_csv(file, **_options(header, null, block, kept))
    finally:
        del file
        watched.returned()
        if watched.error is not None:
            raise watched.error


def _options(header: Header, null: bool, block: int, kept: Sequence[int]) -> dict[str, Any]:
    names = [str(i) for i in range(len(header.names))]
    return {
        "read_options": pa.csv.ReadOptions(column_names=names, block_size=block),
        "parse_options": pa.csv.ParseOptions(newlines_in_values=True),
        "convert_options": pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=sorted({*(names[i] for i in kept), names[-1]}, key=int),
            null_values=[""] if null else [],
            strings_can_be_null=null,
            quoted_strings_can_be_null=null,
        ),
    }


def _no_records(header: Header) -> pa.Table:
    return pa.table({str(i): pa.array([], pa.string()) for i in range(len(header.names))})


def _header(path: Path, format_: str, stream: IO[bytes]) -> tuple[Header, bytes]:
    """The header, and the bytes read beyond it."""
    head = stream.read(_HEADER_LIMIT)
    inside = "inside the archive" if format_ != "csv" else None
    if not head:
        raise InputError(path, "is empty", place=inside, remedy="export or download it again")
    if (kind := content(head)) != "text":
        raise InputError(
            path,
            f"holds {describe(kind)} where CSV text should be",
            place=inside,
            remedy="export it as CSV in UTF-8",
        )
    text = head.removeprefix(_BOM).lstrip(b"\r\n")
    record = _RECORD.match(text)
    end = record.end() if record else 0
    if text[end : end + 1] == b'"' or (end == len(text) and len(head) == _HEADER_LIMIT):
        raise InputError(
            path,
            "has a header without an end: a quote is never closed, or there are no line ends",
            place="line 1",
            remedy="check the quotes of the first line",
        )
    try:
        line = text[:end].decode("utf-8")
    except UnicodeDecodeError:
        line = "\x00"
    if "\x00" in line:
        raise_first_fault(path, format_, 0)
    names = next(csv.reader(io.StringIO(line, newline="")), [])
    return Header(names, head.startswith(_BOM)), _LINE_END.sub(b"", text[end:], count=1)


def _may_be_unclosed(tail: bytes, table: pa.Table) -> bool:
    """Whether the last value could have begun with a quote that is never closed."""
    if not table.num_rows:
        return False
    last = table.column(table.num_columns - 1)[-1].as_py() or ""
    written = last.replace('"', '""').encode()
    return tail.endswith(b'"' + written) or len(written) >= _TAIL
