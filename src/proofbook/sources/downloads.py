"""A file of a web server on disk, whole or a part of it, however often the connection breaks.

Bytes are gathered in ``NAME.part``; beside it ``NAME.part.json`` says which version of the file
they are of. A later attempt goes on from there if the server still has that version, and begins
again if it does not, or cannot tell.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from proofbook.errors import InputError, OutputError, writing
from proofbook.sources.web import RETRY, Answer, DroppedError, Patience, Validator, ask

#: Told how many bytes there are now, and how many there will be (None: not known).
Progress = Callable[[int, int | None], object]

#: Judges a file by its first bytes; raises InputError.
Check = Callable[[bytes], None]

_PIECE = 1 << 18
_HEAD = 512


@dataclass(frozen=True)
class Span:
    """Bytes of a file from ``start`` up to ``stop``, not included."""

    start: int
    stop: int


@dataclass(frozen=True)
class Download:
    """What has been downloaded: size in bytes, SHA-256, and the version that the server had."""

    url: str
    bytes: int
    sha256: str
    etag: str | None
    last_modified: str | None


def download(
    url: str,
    target: Path,
    *,
    span: Span | None = None,
    expected: str | None = None,
    check: Check | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Download:
    """Downloads a file, or a span of it, to ``target``, going on where an earlier call stopped.

    Connections that break are taken up again, with growing pauses, as long as bytes arrive now
    and then. ``target`` appears only when it is complete, and has the SHA-256 that
    is ``expected``.
    Raises InputError for what the server does wrong, OutputError when the disk does not take it.
    """
    part = _Part(url, target, span)
    patience = patience or Patience()
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        part.recall()
        _gather(part, check, patience, progress)
        return part.finish(expected)


class _Part:
    """The bytes gathered so far, and the version of the file that they are of."""

    def __init__(self, url: str, target: Path, span: Span | None) -> None:
        self.url, self.target, self.span = url, target, span
        self.path = target.with_name(target.name + ".part")
        self._notes = target.with_name(target.name + ".part.json")
        self.first = span.start if span else 0
        self.size = span.stop - span.start if span else None  # of all that is wanted
        self.validator = Validator()
        self.have = 0

    def recall(self) -> None:
        """Takes up what an earlier call has left, if it is of this address and can be checked."""
        try:
            notes: dict[str, Any] = json.loads(self._notes.read_text(encoding="utf-8"))
            validator = Validator(notes["etag"], notes["last_modified"])
            known = (notes["url"], notes["first"]) == (self.url, self.first) and validator
            have, size = self.path.stat().st_size, notes["size"]
        except (OSError, ValueError, KeyError, TypeError):
            known = None
        if known and self.size in (None, size) and (size is None or have <= size):
            self.validator, self.have, self.size = validator, have, size
        else:
            self.begin(Validator(), self.size)

    def begin(self, validator: Validator, size: int | None) -> None:
        """Throws away what there is, and notes of which version the bytes to come are."""
        self._notes.unlink(missing_ok=True)  # first: bytes without notes are never taken up
        self.path.write_bytes(b"")
        self.validator, self.size, self.have = validator, size, 0
        if validator:
            notes = {"url": self.url, "first": self.first, "size": size} | asdict(validator)
            self._notes.write_text(json.dumps(notes), encoding="utf-8")

    def discard(self) -> None:
        """Leaves nothing behind."""
        self._notes.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def finish(self, expected: str | None) -> Download:
        """Puts the file into its place; InputError if it is not the one that was asked for."""
        found = sha256(self.path)
        if expected is not None and found != expected.lower():
            self.discard()
            raise InputError(
                self.url,
                f"has another SHA-256 than the one asked for, {expected}",
                value=found,
                remedy="check the sum and the address; nothing has been kept",
            )
        self.path.replace(self.target)
        self._notes.unlink(missing_ok=True)
        return Download(
            self.url, self.have, found, self.validator.etag, self.validator.last_modified
        )


def _gather(
    part: _Part, check: Check | None, patience: Patience, progress: Progress | None
) -> None:
    furthest, failures = part.have, 0
    while part.have != part.size:
        problem, asked = "the server sends nothing", None
        try:
            _one_answer(part, check, patience, progress)
        except DroppedError as error:
            problem, asked = str(error), error.asked
        else:
            if part.have > furthest:
                continue
        failures = 1 if part.have > furthest else failures + 1
        furthest = max(furthest, part.have)
        if failures > patience.attempts:
            of = "" if part.size is None else f" of {part.size:,}"
            raise InputError(
                part.url,
                f"cannot be downloaded, {problem}: {part.have:,}{of} bytes after "
                f"{failures} attempts without another byte",
                remedy=RETRY,
            )
        patience.wait(failures, asked)


def _one_answer(
    part: _Part, check: Check | None, patience: Patience, progress: Progress | None
) -> None:
    """Takes what one answer brings. What cannot be gone on with for certain is thrown away."""
    whole = part.size if part.span else None
    if part.have and not part.validator:
        part.begin(Validator(), whole)
    with ask(
        part.url,
        part.first + part.have,
        part.span.stop if part.span else None,
        validator=part.validator,
        timeout=patience.timeout,
    ) as answer:
        if answer.beyond:
            _beyond(part, answer)
            return
        if part.span and not answer.partial:
            raise DroppedError("the server no longer sends parts of the file")
        size = whole or answer.total or (part.size if answer.partial else None)
        if not answer.partial or not part.have:
            _check_room(part, size)
            part.begin(answer.validator, size)
        elif (answer.validator, size) != (part.validator, part.size):
            part.begin(Validator(), whole)
            raise DroppedError("the file changes while it is downloaded")
        _take(part, answer, check, progress)


def _beyond(part: _Part, answer: Answer) -> None:
    if not part.have:
        raise _empty(part)
    if part.size is not None:
        raise _lied(part, f"and now has nothing after byte {part.have:,}")
    if answer.total != part.have:
        part.begin(Validator(), None)
        raise DroppedError("the file changes while it is downloaded")
    part.size = part.have


def _take(part: _Part, answer: Answer, check: Check | None, progress: Progress | None) -> None:
    """Appends the body of an answer; DroppedError when it is shorter than was said."""
    got = 0
    with part.path.open("ab") as file:
        while data := answer.read(_PIECE if part.have else _HEAD, all_=not part.have):
            if not part.have and check:
                if len(data) < min(_HEAD, answer.length or 0):
                    break
                _judge(part, check, data)
            file.write(data)
            got += len(data)
            part.have += len(data)
            if part.size is not None and part.have > part.size:
                raise _lied(part, "and sends more")
            if progress:
                progress(part.have, part.size)
    if answer.length is not None and got < answer.length:
        raise DroppedError("the connection breaks off")
    if not part.have:
        raise _empty(part)
    if part.size is None:
        part.size = part.have


def _judge(part: _Part, check: Check, head: bytes) -> None:
    try:
        check(head)
    except InputError:
        part.discard()
        raise


def _empty(part: _Part) -> InputError:
    return InputError(part.url, "is empty (0 bytes)", remedy="check the address")


def _lied(part: _Part, problem: str) -> InputError:
    part.discard()
    return InputError(
        part.url,
        f"was said to have {part.size:,} bytes, {problem}",
        remedy="the server is at fault: try again later, or download it with a browser",
    )


def _check_room(part: _Part, size: int | None) -> None:
    free = shutil.disk_usage(part.target.parent).free
    if size is not None and size > free + part.have:
        raise OutputError(
            f"{part.target}: needs {size / 1e9:,.1f} GB, and only {free / 1e9:,.1f} GB are free. "
            "Remedy: free space, or name a folder on a larger disk"
        )


def sha256(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
