"""The first fault of a CSV file that could not be read: which line, which byte, which record."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from proofbook.errors import InputError
from proofbook.sources.files import open_text


def raise_first_fault(path: Path, format_: str, width: int) -> None:
    """Goes through a CSV line by line, slowly, and raises InputError at its first fault.

    ``width`` is the number of names in the header. Messages never quote a record, which may
    hold personal data. Returns when there is no fault.
    """
    with open_text(path, format_) as stream:
        limit = csv.field_size_limit(sys.maxsize)
        try:
            _check_records(path, _lines(path, stream), width)
        finally:
            csv.field_size_limit(limit)


def _lines(path: Path, stream: IO[bytes]) -> Iterator[str]:
    offset = 0
    for number, line in enumerate(stream, 1):
        if b"\x00" in line:
            raise InputError(
                path,
                "holds a NUL byte",
                place=f"line {number}, byte {offset + line.index(0)}",
                value="\x00",
                remedy="export it again, or remove them: tr -d '\\000' < old.csv > new.csv",
            )
        try:
            text = line.decode("utf-8")
            yield text.removeprefix("\ufeff") if number == 1 else text
        except UnicodeDecodeError as error:
            raise InputError(
                path,
                "is not valid UTF-8",
                place=f"line {number}, byte {offset + error.start}",
                value=line[error.start : error.start + 1],
                remedy="export it as UTF-8, or convert it: "
                "iconv -f WINDOWS-1252 -t UTF-8 old.csv > new.csv",
            ) from error
        offset += len(line)


def _check_records(path: Path, lines: Iterator[str], width: int) -> None:
    kept: list[str] = []  # the lines of the record being read
    reader = csv.reader(_keeping(lines, kept))
    number, start = 0, 1
    try:
        for record in reader:
            place = f"line {start} (record {number}, the header being 0)"
            if not _closed(kept):
                raise InputError(
                    path,
                    "has a quote that is never closed",
                    place=place,
                    remedy="close or double the quote in the record that begins on that line",
                )
            if record and len(record) != width:
                raise InputError(
                    path,
                    f"has {len(record)} values where the header has {width} names",
                    place=place,
                    remedy="quote values that hold commas, quotes or newlines; "
                    "look for a line that was cut off",
                )
            number += bool(record)
            kept.clear()
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            path,
            f"cannot be read as CSV: {error}",
            place=f"line {reader.line_num}",
            remedy="check quoting and line ends around that line",
        ) from error


def _keeping(lines: Iterator[str], kept: list[str]) -> Iterator[str]:
    for line in lines:
        kept.append(line)
        yield line


def _closed(record: list[str]) -> bool:
    if not any('"' in line for line in record):
        return True
    try:
        list(csv.reader(record, strict=True))
    except csv.Error as error:
        return "unexpected end of data" not in str(error)
    return True
