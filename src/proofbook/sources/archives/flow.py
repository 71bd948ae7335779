"""The text of a table on its way out of an archive: inflated piece by piece, cut at row ends."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from proofbook.errors import InputError

_PIECE = 1 << 20  # compressed bytes read at a time
_MOST = 16 << 20  # inflated bytes made at a time, whatever a piece would become
_BLOCK = 16 << 20

#: Text below which a high ratio is nothing to worry about: a small table of equal rows.
_RATIO_FROM = 100_000_000

_END = b"\\.\n"


@dataclass(frozen=True)
class Limits:
    """What one table may become before it is taken for a decompression bomb.

    ``ratio``: bytes of text per compressed byte; real tables reach 3 to 30, deflate at most 1,032.
    ``text_bytes``: bytes of text; the default is about half of what the whole public database
    takes when it is restored. ``row_bytes``: bytes of one row, which must fit into memory.
    """

    ratio: float = 200.0
    text_bytes: int = 500_000_000_000
    row_bytes: int = 64 << 20


@dataclass(frozen=True)
class Place:
    """Where text comes from, for messages: the archive, the member, and its compressed bytes."""

    archive: str
    member: str
    compressed: int

    def fault(self, problem: str, remedy: str, *, row: int | None = None) -> InputError:
        """An InputError at this member, and at a row (1-based) of it."""
        where = f"member {self.member}" + ("" if row is None else f", line {row:,}")
        return InputError(self.archive, problem, place=where, remedy=remedy)


AGAIN = "download or copy the archive again"


def inflate(stream: IO[bytes], place: Place, limits: Limits) -> Iterator[bytes]:
    """The bytes of a gzip stream in pieces of at most 16 MB.

    Raises InputError when the stream is cut off or damaged (its check sum included), followed by
    something else, or grows beyond the limits.
    """
    decoder, made = zlib.decompressobj(zlib.MAX_WBITS | 16), 0
    try:
        while data := stream.read(_PIECE):
            while data:
                if decoder.eof:  # another gzip member may follow, or padding
                    data = data.lstrip(b"\x00")
                    if not data:
                        break
                    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
                piece = decoder.decompress(data, _MOST)
                data = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
                made += len(piece)
                _check(made, place, limits)
                yield piece
    except zlib.error as error:
        raise place.fault(f"is damaged: {error}", AGAIN) from error
    if not decoder.eof:
        raise place.fault("is cut off: the compressed data end before their end mark", AGAIN)


def plain(stream: IO[bytes], place: Place, limits: Limits) -> Iterator[bytes]:
    """The bytes of a member that is not compressed by itself; InputError beyond the limits."""
    made = 0
    while data := stream.read(_PIECE):
        made += len(data)
        _check(made, place, limits)
        yield data


def _check(made: int, place: Place, limits: Limits) -> None:
    if made > limits.text_bytes:
        raise place.fault(
            f"holds more than {limits.text_bytes / 1e9:,.0f} GB of text",
            "if the archive can be trusted, raise the limit: proofbook convert --max-gb",
        )
    if made > _RATIO_FROM and made > limits.ratio * place.compressed:
        raise place.fault(
            f"becomes more than {limits.ratio:,.0f} times its size, as decompression bombs do",
            "if the archive can be trusted, raise the limit: proofbook convert --max-ratio",
        )


def row_blocks(
    pieces: Iterator[bytes], place: Place, limits: Limits, size: int = _BLOCK
) -> Iterator[bytes]:
    r"""Blocks of whole rows, of about ``size`` bytes, up to the end mark ``\.``.

    Everything after the mark is read as well, so that check sums are verified; only blank lines
    may be there. Raises InputError when there is something else, or no mark, or when a row is
    longer than the limit.
    """
    held: list[bytes] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length < size:
            continue
        data = b"".join(held)
        cut = data.rfind(b"\n") + 1
        if cut:
            block, rest = data[:cut], data[cut:]
            if (end := _end_mark(block)) is not None:
                yield from _before_end(block, end)
                _nothing_more(block[end + len(_END) :] + rest, pieces, place)
                return
            yield block
        else:
            rest = data
        if len(rest) > limits.row_bytes:
            raise place.fault(
                f"has a row of more than {limits.row_bytes >> 20} MB", "leave this table out"
            )
        held, length = [rest], len(rest) if cut else 0
    data = b"".join(held)
    if (end := _end_mark(data)) is None:
        raise place.fault(r"is cut off: there is no end mark \.", AGAIN)
    yield from _before_end(data, end)
    _nothing_more(data[end + len(_END) :], pieces, place)


def _end_mark(block: bytes) -> int | None:
    if block.startswith(_END):
        return 0
    at = block.find(b"\n" + _END)
    return None if at < 0 else at + 1


def _before_end(block: bytes, end: int) -> Iterator[bytes]:
    if end:
        yield block[:end]


def _nothing_more(rest: bytes, pieces: Iterator[bytes], place: Place) -> None:
    while not rest.strip(b"\n"):
        following = next(pieces, None)
        if following is None:
            return
        rest = following
    raise place.fault(r"goes on after its end mark \.", "make the dump again")
