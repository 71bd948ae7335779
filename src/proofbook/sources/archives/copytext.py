r"""COPY text decoded: rows by TAB and newline, ``\N`` for null, backslash escapes.

The rules are those of PostgreSQL's COPY in text format. All work is done on whole columns; only
the numeric escapes ``\ooo`` and ``\xhh``, which pg_dump itself never writes, take one value at a
time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from proofbook.errors import InputError

#: Makes the InputError for a fault: what is wrong, and in which row of the block (0-based).
Fault: TypeAlias = Callable[[str, int], InputError]

Bytes: TypeAlias = NDArray[np.uint8]
Places: TypeAlias = NDArray[np.int64]

BACKSLASH = 92

#: What the byte after a backslash stands for.
_MEANING = np.arange(256, dtype=np.uint8)
for _letter, _control in zip(b"bfnrtv", b"\b\f\n\r\t\v", strict=True):
    _MEANING[_letter] = _control

_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)
_IS_NUMERIC = np.isin(np.arange(256), np.frombuffer(b"01234567x", np.uint8))


def decode(
    block: bytes, width: int, fault: Fault, wanted: Sequence[int] | None = None
) -> list[pa.Array]:
    """The columns of a block of whole rows as Arrow strings, escapes resolved.

    ``width`` is the number of columns, ``wanted`` the positions to decode (all unless given).
    Raises what ``fault`` makes for rows of another width, invalid UTF-8, a NUL byte, a carriage
    return that is not escaped, and a backslash at the end of a value.
    """
    names = [str(i) for i in range(width)]
    kept = names if wanted is None else [str(i) for i in wanted]
    if b"\r" in block or b"\x00" in block:
        raise_fault(block, width, fault)
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(block),
            read_options=pa.csv.ReadOptions(
                column_names=names, block_size=len(block) + 1, use_threads=False
            ),
            parse_options=pa.csv.ParseOptions(
                delimiter="\t", quote_char=False, escape_char=False, ignore_empty_lines=width > 1
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(kept, pa.string()),
                include_columns=kept,
                null_values=[r"\N"],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        raise_fault(block, width, fault)
        raise
    if table.num_rows != block.count(b"\n"):  # lines without anything have been passed over
        raise_fault(block, width, fault)
    return [unescape(column.combine_chunks(), fault) for column in table.columns]


def raise_fault(block: bytes, width: int, fault: Fault) -> None:
    """Goes through a block row by row, slowly, and raises the fault of the first bad one."""
    for row, line in enumerate(block.split(b"\n")[:-1]):
        if (found := line.count(b"\t") + 1) != width:
            raise fault(f"has {found} values where the table has {width} columns", row)
        if b"\r" in line:
            raise fault("has a carriage return that is not escaped", row)
        if b"\x00" in line:
            raise fault("has a NUL byte, which PostgreSQL never writes", row)
        try:
            line.decode()
        except UnicodeDecodeError:
            raise fault("is not valid UTF-8", row) from None


def parts(array: pa.StringArray) -> tuple[Places, Bytes]:
    """The offsets and the bytes of a string array, beginning at 0 whatever it is a slice of."""
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    raw = np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)
    return ends.astype(np.int64) - ends[0], raw[ends[0] : ends[-1]]


def strings(offsets: Places, data: Bytes, is_null: NDArray[np.bool_]) -> pa.StringArray:
    """A string array of offsets and bytes, null where ``is_null`` says so."""
    valid = pa.py_buffer(np.packbits(~is_null, bitorder="little")) if is_null.any() else None
    return pa.StringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data), valid
    )


def escape_starts(data: Bytes) -> Places:
    """Where escapes begin: every backslash that is not itself the second half of one."""
    at = np.flatnonzero(data == BACKSLASH)
    if not at.size:
        return at
    first = np.r_[True, np.diff(at) > 1]  # of a run of backslashes
    begin = at[first][np.cumsum(first) - 1]
    starts: Places = at[(at - begin) % 2 == 0]
    return starts


def rows_of(offsets: Places, at: Places) -> Places:
    """The row in which each byte lies."""
    rows: Places = np.searchsorted(offsets, at, side="right") - 1
    return rows


def unescape(array: pa.StringArray, fault: Fault) -> pa.StringArray:
    r"""The values with their escapes resolved: ``\t``, ``\\``, ``\101``, ``\x41``, …

    Raises what ``fault`` makes for a value that ends in half an escape, and for numeric escapes
    that are no UTF-8.
    """
    offsets, data = parts(array)
    starts = escape_starts(data)
    if not starts.size:
        return array
    before = np.searchsorted(starts, offsets)  # escapes that begin before each value
    some = np.flatnonzero(np.diff(before))
    if (half := starts[before[some + 1] - 1] + 1 == offsets[some + 1]).any():
        raise fault("has a backslash before a TAB or newline", int(some[half.argmax()]))
    following = data[starts + 1]
    numeric = np.unique(rows_of(offsets, starts[_IS_NUMERIC[following]]))
    slow = [_resolve(data[offsets[r] : offsets[r + 1]].tobytes(), int(r), fault) for r in numeric]
    changed = data.copy()
    changed[starts + 1] = _MEANING[following]
    keep = np.ones(len(data), np.bool_)
    keep[starts] = False
    result = strings(offsets - before, changed[keep], np.asarray(array.is_null()))
    if not slow:
        return result
    mask = np.zeros(len(array), np.bool_)
    mask[numeric] = True
    return pc.replace_with_mask(result, pa.array(mask), pa.array(slow, pa.string()))


def _resolve(value: bytes, row: int, fault: Fault) -> str:
    """One value with its escapes resolved, numeric ones too."""

    def meaning(match: re.Match[bytes]) -> bytes:
        octal, hexadecimal, letter = match.groups()
        if octal:
            return bytes([int(octal, 8) & 0xFF])
        return bytes([int(hexadecimal, 16) if hexadecimal else _MEANING[letter[0]]])

    try:
        text = _ESCAPE.sub(meaning, value).decode()
    except UnicodeDecodeError:
        raise fault("has numeric escapes that are not valid UTF-8", row) from None
    if "\x00" in text:
        raise fault("has an escape for NUL, which PostgreSQL refuses", row)
    return text
