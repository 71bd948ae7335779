"""COPY text is decoded by PostgreSQL's rules: against an encoder written from its manual."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofbook.errors import InputError
from proofbook.sources.archives.copytext import decode, parts, unescape

CONTROLS = {
    "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
}  # fmt: skip


def fault(problem: str, row: int) -> InputError:
    return InputError("dump", problem, place=f"row {row}", remedy="-")


def encoded(value: str | None) -> str:
    """A value as COPY TO writes it."""
    return "\\N" if value is None else "".join(CONTROLS.get(c, c) for c in value)


def block(rows: list[list[str | None]]) -> bytes:
    return "".join("\t".join(map(encoded, row)) + "\n" for row in rows).encode()


NASTY = st.text(st.sampled_from('\\\t\n\r\b\f\vNntx01.,{}"é😀 a'), max_size=8)
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
VALUES = st.none() | NASTY | ANY


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 4).flatmap(lambda w: st.lists(st.lists(VALUES, min_size=w, max_size=w),
                                                    min_size=1, max_size=12)))  # fmt: skip
def test_everything_that_copy_writes_comes_back(rows: list[list[str | None]]) -> None:
    width = len(rows[0])
    columns = decode(block(rows), width, fault)
    assert [list(row) for row in zip(*(c.to_pylist() for c in columns), strict=True)] == rows
    assert all(c.type == pa.string() for c in columns)
    for column in columns:
        column.validate(full=True)


@settings(max_examples=100, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=12), st.data())
def test_a_slice_is_decoded_like_the_whole(values: list[str | None], data: st.DataObject) -> None:
    written = [None if v is None else encoded(v) for v in values]
    start = data.draw(st.integers(0, len(values)))
    stop = data.draw(st.integers(start, len(values)))
    part = pa.array(written, pa.string()).slice(start, stop - start)
    assert unescape(part, fault).to_pylist() == values[start:stop]
    offsets, raw = parts(part)
    assert offsets[0] == 0
    assert offsets[-1] == len(raw)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (rb"\101\102", "AB"),
        (rb"\x41\x4a\x4", "AJ\x04"),
        (rb"\xc3\xa9", "é"),
        (rb"\303\251", "é"),
        (rb"\1011", "A1"),
        (rb"\x411", "A1"),
        (rb"\\x41", r"\x41"),
        (rb"\\\x41", r"\A"),
        (rb"\\101\\", "\\101\\"),
        (rb"\8\9", "89"),
        (rb"\xg", "xg"),
        (rb"\a\q\N.", "aqN."),
        (rb"\N", None),
        (rb"\\N", r"\N"),
        (rb"\\\\", r"\\"),
        (rb"", ""),
        (b"\x01\x7f\xc2\x85", "\x01\x7f\x85"),
        (b"\xef\xbb\xbfa", "\ufeffa"),
        (b' "a" ', ' "a" '),
    ],
)
@pytest.mark.parametrize("before", [b"plain", b"\\\\"])
def test_escapes(written: bytes, meant: str | None, before: bytes) -> None:
    text = before + b"\t" + written + b"\n" + written + b"\t" + before + b"\n"
    first, second = decode(text, 2, fault)
    plain = "plain" if before == b"plain" else "\\"
    assert first.to_pylist() == [plain, meant]
    assert second.to_pylist() == [meant, plain]


def test_only_wanted_columns_are_decoded_in_the_order_wanted() -> None:
    columns = decode(b"a\tb\\tb\tc\nd\te\t\\N\n", 3, fault, [2, 1])
    assert [c.to_pylist() for c in columns] == [["c", None], ["b\tb", "e"]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"a\tb\na\n", "row 1: has 1 values where the table has 2 columns"),
        (b"a\tb\na\tb\tc\n", "row 1: has 3 values where"),
        (b"a\tb\n\na\tb\n", "row 1: has 1 values where"),
        (b"\na\tb\n", "row 0: has 1 values where"),
        (b"a\tb\na\tb\xff\n", "row 1: is not valid UTF-8"),
        (b"a\tb\nc\rd\te\n", "row 1: has a carriage return"),
        (b"a\tb\nc\td\r\n", "row 1: has a carriage return"),
        (b"a\tb\nc\x00\td\n", "row 1: has a NUL byte"),
        (b"a\tb\nc\t\\x00\n", "row 1: has an escape for NUL"),
        (b"a\tb\nc\t\\000\n", "row 1: has an escape for NUL"),
        (b"a\tb\nc\t\\xff\n", "row 1: has numeric escapes that are not valid UTF-8"),
        (b"a\tb\nc\\\td\n", "row 1: has a backslash before a TAB or newline"),
        (b"a\tb\nc\td\\\n", "row 1: has a backslash before a TAB or newline"),
        (b"a\tb\nc\\\\\\\t\\\\\n", "row 1: has a backslash before a TAB or newline"),
    ],
)
def test_faults_name_their_row(text: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        decode(text, 2, fault)
