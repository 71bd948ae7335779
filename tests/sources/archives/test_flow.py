"""Text flows out of an archive in whole rows, up to its end mark, within limits."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofbook.errors import InputError
from proofbook.sources.archives import flow
from proofbook.sources.archives.flow import Limits, Place, inflate, plain, row_blocks

PLACE = Place("dump.zip", "77.dat.gz", 10_000)
TEXT = b"".join(b"%d\t%d\n" % (i, i * i) for i in range(5000))
PACKED = gzip.compress(TEXT)


def inflated(data: bytes, limits: Limits = Limits(), place: Place = PLACE) -> bytes:  # noqa: B008
    return b"".join(inflate(io.BytesIO(data), place, limits))


@pytest.mark.parametrize(
    "data",
    [PACKED, PACKED + b"\x00" * 512, gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])],
    ids=["one", "padded", "two"],
)
def test_gzip_is_inflated(data: bytes) -> None:
    assert inflated(data) == TEXT


def test_inflating_goes_in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "_PIECE", 7)
    monkeypatch.setattr(flow, "_MOST", 100)
    data = PACKED + gzip.compress(b"x" * 1000) + b"\x00" * 20
    pieces = list(inflate(io.BytesIO(data), PLACE, Limits()))
    assert b"".join(pieces) == TEXT + b"x" * 1000
    assert max(map(len, pieces)) <= 100


@pytest.mark.parametrize("end", [0, 5, 12, 4000, len(PACKED) - 8, len(PACKED) - 1])
def test_cut_off(end: int) -> None:
    with pytest.raises(InputError, match=r"77\.dat\.gz: is cut off.*download or copy"):
        inflated(PACKED[:end])


@pytest.mark.parametrize("at", [0, 1, len(PACKED) // 2, len(PACKED) - 6, len(PACKED) - 2])
def test_damaged(at: int) -> None:
    broken = bytearray(PACKED)
    broken[at] ^= 0x40
    with pytest.raises(InputError, match="is damaged"):
        inflated(bytes(broken))


def test_something_after_the_stream() -> None:
    with pytest.raises(InputError, match="is damaged"):
        inflated(PACKED + b"tail")


def test_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(b"\x00" * 3_000_000)
    place = Place("dump.zip", "1.dat.gz", len(bomb))
    with pytest.raises(InputError, match=r"more than 0 GB of text.*--max-gb"):
        inflated(bomb, Limits(text_bytes=2_000_000), place)
    assert len(inflated(bomb, Limits(), place)) == 3_000_000
    monkeypatch.setattr(flow, "_RATIO_FROM", 1_000_000)
    with pytest.raises(InputError, match=r"more than 200 times its size.*--max-ratio"):
        inflated(bomb, Limits(), place)
    assert len(inflated(bomb, Limits(ratio=2000), place)) == 3_000_000
    with pytest.raises(InputError, match="200 times its size"):
        list(plain(io.BytesIO(b"\x00" * 3_000_000), place, Limits()))


def test_a_bomb_is_noticed_before_it_goes_off() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"\x00" * (1 << 20)) for _ in range(300)) + packer.flush()
    made = inflate(io.BytesIO(bomb), Place("dump.zip", "1.dat.gz", len(bomb)), Limits())
    got: list[int] = []
    with pytest.raises(InputError, match="200 times its size"):
        got.extend(len(piece) for piece in made)
    assert 0 < sum(got) <= 100_000_000


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[i : i + size] for i in range(0, len(data), size))


LINES = st.lists(st.sampled_from([b"\n", b"a\n", b"\\\\.\n", b"a\\\\.\n", b"long " * 9 + b"\n"]))


@settings(deadline=None)
@given(LINES, st.integers(1, 40), st.integers(1, 60), st.integers(0, 3))
def test_blocks_are_whole_rows(lines: list[bytes], piece: int, size: int, blank: int) -> None:
    text = b"".join(lines)
    pieces = cut(text + b"\\.\n" + b"\n" * blank, piece)
    blocks = list(row_blocks(pieces, PLACE, Limits(), size))
    assert b"".join(blocks) == text
    assert all(block.endswith(b"\n") for block in blocks)
    assert next(pieces, None) is None  # all has been read, so check sums have been verified


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is cut off: there is no end mark"),
        (b"a\tb\n", "is cut off: there is no end mark"),
        (b"a\tb", "is cut off: there is no end mark"),
        (b"a\tb\n\\.", "is cut off: there is no end mark"),
        (b"a\n\\.\nb\n", "goes on after its end mark"),
        (b"\\.\n\n\n\n\n\n\n\n\nb", "goes on after its end mark"),
    ],
)
def test_the_end_mark_is_needed_and_is_the_end(data: bytes, told: str, size: int) -> None:
    with pytest.raises(InputError, match=told):
        list(row_blocks(cut(data, 2), PLACE, Limits(), size))


def test_a_row_without_end() -> None:
    limits = Limits(row_bytes=1 << 20)
    fine = b"x" * 1_000_000 + b"\n\\.\n"
    assert len(list(row_blocks(cut(fine, 4096), PLACE, limits, 8192))) == 1
    with pytest.raises(InputError, match="a row of more than 1 MB"):
        list(row_blocks(cut(b"x" * 1_100_000 + b"\n\\.\n", 4096), PLACE, limits, 8192))
