"""A file on a web server as a Python file: read where it is asked for, by ranges."""

from __future__ import annotations

import io
from typing import IO, Any, cast

from proofbook.errors import InputError
from proofbook.sources.web import Answer, DroppedError, Patience, Validator, ask, patiently

#: Bytes asked for at a time: a few answers give the directory of a zip archive.
_WINDOW = 1 << 18


class _NoRangesError(Exception):
    """The server sends a file only as a whole."""


def open_remote(url: str, patience: Patience | None = None) -> IO[bytes] | None:
    """A seekable stream of the file at an address, for small reads here and there.

    None when the server does not send parts of it. Raises InputError, also while it is read, when
    the server cannot be reached or has another version of the file in between.
    """
    try:
        ranges = _Ranges(url, patience or Patience())
    except _NoRangesError:
        return None
    return cast(IO[bytes], io.BufferedReader(ranges, _WINDOW))


class _Ranges(io.RawIOBase):
    """Every read is one answer of the server, asked for again if it breaks off."""

    def __init__(self, url: str, patience: Patience) -> None:
        super().__init__()
        self._url, self._patience, self._at = url, patience, 0
        self._size: int | None = None
        self._validator = Validator()
        self._fetch(0, 1)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size or 0}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        stop = min(self._at + len(buffer), self._size or 0)
        if self._at >= stop:
            return 0
        data = self._fetch(self._at, stop)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _fetch(self, start: int, stop: int) -> bytes:
        def attempt() -> bytes:
            with ask(
                self._url, start, stop, validator=self._validator, timeout=self._patience.timeout
            ) as answer:
                self._check(answer)
                data = answer.read(stop - start)
            if len(data) < stop - start:
                raise DroppedError("the connection breaks off")
            return data

        return patiently(self._url, self._patience, attempt)

    def _check(self, answer: Answer) -> None:
        if answer.beyond:
            raise InputError(
                self._url,
                "is empty (0 bytes), or shorter than it was said to be",
                value=answer.total,
                remedy="check the address",
            )
        if self._size is None:
            if not answer.partial or answer.total is None:
                raise _NoRangesError
            self._size, self._validator = answer.total, answer.validator
        same = (answer.validator, answer.total) == (self._validator, self._size)
        if not answer.partial or not same:
            raise InputError(
                self._url,
                "has changed while it was read",
                remedy="try again: the next attempt reads the new version",
            )
