"""Asking a web server for bytes of a file: ranges, validators, time-outs, patience."""

from __future__ import annotations

import http.client
import random
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from itertools import count
from typing import TypeVar
from urllib.parse import urlsplit

from proofbook import __version__
from proofbook.errors import InputError

_AGENT = f"Mozilla/5.0 (compatible; proofbook/{__version__})"
_RANGE = re.compile(r"^bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)$")

#: Answers that may be another one the next time.
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})

RETRY = "try again later: what has been downloaded is kept and gone on with"


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, in seconds: for an answer, and between attempts.

    ``attempts`` counts those in a row that brought nothing. The wait doubles from ``first_wait``
    to ``longest_wait``, less up to a fifth at random, or is what the server asks for.
    """

    attempts: int = 8
    first_wait: float = 1.0
    longest_wait: float = 60.0
    timeout: float = 60.0

    def wait(self, failures: int, asked: float | None = None) -> None:
        """Waits after that many failures in a row (1 or more)."""
        pause = self.first_wait * 2 ** (failures - 1) if asked is None else asked
        time.sleep(min(pause, self.longest_wait) * random.uniform(0.8, 1.0))


T = TypeVar("T")


class DroppedError(Exception):
    """The server could not be reached, or went away; it may be worth another attempt."""

    def __init__(self, problem: str, asked: float | None = None) -> None:
        super().__init__(problem)
        self.asked = asked


def patiently(url: str, patience: Patience, attempt: Callable[[], T]) -> T:
    """What an attempt returns in the end; InputError when it is dropped too often."""
    for failures in count(1):
        try:
            return attempt()
        except DroppedError as error:
            if failures > patience.attempts:
                raise InputError(url, f"cannot be read, {error}", remedy=RETRY) from error
            patience.wait(failures, error.asked)
    raise AssertionError("unreachable")


@dataclass(frozen=True)
class Validator:
    """What identifies the version of a file that a server has: a strong ETag, else a date."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True)
class Answer:
    """What a server sends: bytes of a file from ``start`` on.

    ``length`` is how many it says it sends, ``total`` how many the file has; None where it does
    not say. ``partial``: it has understood the range. ``beyond``: there is nothing from the
    asked start on.
    """

    stream: http.client.HTTPResponse | None
    start: int
    length: int | None
    total: int | None
    validator: Validator
    partial: bool
    beyond: bool = False

    def read(self, size: int, *, all_: bool = True) -> bytes:
        """The next bytes, none at the end; DroppedError when the connection breaks.

        Waits for that many bytes, unless ``all_`` is false: then for some.
        """
        if self.stream is None:
            return b""
        try:
            return self.stream.read(size) if all_ else self.stream.read1(size)
        except (OSError, http.client.HTTPException) as error:
            raise DroppedError(_words(error)) from error


@contextmanager
def ask(
    url: str,
    start: int = 0,
    stop: int | None = None,
    *,
    validator: Validator | None = None,
    timeout: float = 60.0,
) -> Iterator[Answer]:
    """Asks for the bytes from ``start`` up to ``stop`` (not included) of the file at ``url``.

    With a validator, the server is asked to send the whole file if it has another version. Raises
    InputError when asking again would be of no use, DroppedError when it may be.
    """
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise InputError(url, "is not a web address", remedy="give one with https://")
    headers = {
        "User-Agent": _AGENT,
        "Accept-Encoding": "identity",
        "Range": f"bytes={start}-{'' if stop is None else stop - 1}",
    }
    if validator:
        headers["If-Range"] = validator.etag or validator.last_modified or ""
    request = urllib.request.Request(url, headers=headers)
    try:
        response = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        with error:
            yield _refusal(url, start, error)
        return
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _unreachable(url, error) from error
    with response:
        yield _answer(url, start, response)


def _refusal(url: str, start: int, error: urllib.error.HTTPError) -> Answer:
    if error.code == 416:
        found = _RANGE.match(error.headers.get("Content-Range", ""))
        total = int(found[3]) if found and found[3] != "*" else None
        return Answer(None, start, 0, total, _validator(error.headers), True, beyond=True)
    said = f"answers {error.code} {error.reason}"
    if error.code in _TRANSIENT:
        after = error.headers.get("Retry-After", "")
        raise DroppedError(said, float(after) if after.isdigit() else None)
    raise InputError(
        url, said, remedy="open the address in a browser; if it has moved, name the new one"
    )


def _answer(url: str, start: int, response: http.client.HTTPResponse) -> Answer:
    headers = response.headers
    if headers.get("Content-Encoding", "identity") != "identity":
        raise InputError(
            url,
            "sends the file in another encoding than it was asked for",
            value=headers["Content-Encoding"],
            remedy="download it with a browser",
        )
    said = headers.get("Content-Length", "")
    length = int(said) if said.isdigit() else None
    if response.status != 206:
        return Answer(response, 0, length, length, _validator(headers), partial=False)
    found = _RANGE.match(headers.get("Content-Range", ""))
    if not found or found[1] is None or int(found[1]) != start:
        raise _lie(url, "answers with another range than it was asked for", headers)
    total = None if found[3] == "*" else int(found[3])
    last = int(found[2])
    if last < start or (total is not None and last >= total):
        raise _lie(url, "answers with a range that the file does not have", headers)
    if length not in (None, last + 1 - start):
        raise _lie(url, f"answers with a range and a length, {said} bytes, that differ", headers)
    return Answer(response, start, last + 1 - start, total, _validator(headers), partial=True)


def _lie(url: str, problem: str, headers: Message) -> InputError:
    return InputError(
        url,
        problem,
        value=headers.get("Content-Range", ""),
        remedy="the server is at fault: download the file with a browser",
    )


def _validator(headers: Message) -> Validator:
    etag = headers.get("ETag")
    weak = etag is None or etag.startswith("W/")
    return Validator(None if weak else etag, headers.get("Last-Modified"))


def _unreachable(url: str, error: Exception) -> Exception:
    reason = getattr(error, "reason", error)
    if "CERTIFICATE_VERIFY_FAILED" in str(reason):
        return InputError(
            url,
            "has a certificate that cannot be verified",
            remedy="check the clock and the certificates of this machine",
        )
    if isinstance(error, ValueError | http.client.InvalidURL):
        return InputError(url, f"is not a web address: {error}", remedy="check the address")
    return DroppedError(_words(reason))


def _words(error: object) -> str:
    """An error in words, without the Python in it."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, http.client.IncompleteRead):
        return "the connection breaks off"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
