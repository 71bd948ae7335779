"""PostgreSQL array literals such as ``{A,"B, C",NULL}`` as Arrow lists, whole columns at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from proofbook.sources.archives.copytext import (
    Bytes,
    Fault,
    Places,
    escape_starts,
    parts,
    rows_of,
    strings,
)

LIST = pa.list_(pa.string())

_QUOTE, _COMMA, _OPEN, _CLOSE = b'",{}'
_NULL = np.frombuffer(b"NULL", np.uint8)

_BOUNDS = re.compile(r"^(?:\[[-+]?\d+:[-+]?\d+\])+=")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(?:[^",{}\\]|\\.)+|[{},]', re.DOTALL)


def lists(array: pa.StringArray, fault: Fault) -> pa.ListArray:
    """Array literals as ``list<string>``; a null element stays null, a null literal too.

    Arrays of several dimensions become one list, in the order of SQL's ``unnest``; lower bounds
    (``[0:1]={…}``) are left out. Raises what ``fault`` makes for a value that is no array.
    """
    marks = _marks(array)
    odd = _is_unusual(marks, array)
    if odd.any():
        rows = np.flatnonzero(odd)
        flat = [flattened(text) for text in array.take(pa.array(rows)).to_pylist()]
        if None in flat:
            raise fault("has a value that is no array", int(rows[flat.index(None)]))
        array = pc.replace_with_mask(array, pa.array(odd), pa.array(flat, pa.string()))
        marks = _marks(array)
    return _lists(marks, array)


def flattened(literal: str) -> str | None:
    """An array literal in one dimension and without bounds, or None if it is no array.

    >>> flattened('[0:1][1:2]={{a,"b}"},{c,NULL}}')
    '{a,"b}",c,NULL}'
    """
    body = _BOUNDS.sub("", literal)
    tokens = _TOKEN.findall(body)
    elements, depth, before = [], 0, ""
    for i, token in enumerate(tokens):
        if token == "{":
            fits = before in ("", "{", ",") and bool(depth or not i)
            depth += 1
        elif token == "}":
            fits = before != "," and (depth > 1 or (depth == 1 and i == len(tokens) - 1))
            depth -= 1
        elif token == ",":
            fits = depth > 0 and before not in ("{", ",")
        else:
            fits = depth > 0 and before in ("{", ",")
            elements.append(token)
        if not fits:
            return None
        before = token
    whole = depth == 0 and bool(tokens) and "".join(tokens) == body
    return "{" + ",".join(elements) + "}" if whole else None


@dataclass(frozen=True)
class _Marks:
    """The bytes that make the literals of a column: where they are, and what they are."""

    offsets: Places
    data: Bytes
    structure: Places  # braces and commas outside quotes, in order
    symbols: Bytes
    first: Places  # of each literal, its place in structure
    last: Places
    extra: Places  # quotes and the backslashes that begin an escape, in order
    fine: NDArray[np.bool_]  # quotes and escapes of the literal are complete


def _marks(array: pa.StringArray) -> _Marks:
    offsets, data = parts(array)
    escapes = escape_starts(data)
    special = (data == _COMMA) | (data == _QUOTE) | (data == _OPEN) | (data == _CLOSE)
    special[escapes[escapes + 1 < len(data)] + 1] = False
    at = np.flatnonzero(special)
    symbols = data[at]
    is_quote = symbols == _QUOTE
    fine = np.ones(len(array), np.bool_)
    extra = at[:0]
    if is_quote.any() or escapes.size:
        quotes = at[is_quote]
        before = np.searchsorted(quotes, offsets)
        held = np.diff(np.searchsorted(at, offsets))
        inside = (np.cumsum(is_quote) - np.repeat(before[:-1], held)) % 2 == 1
        outside = ~(inside | is_quote)
        at, symbols = at[outside], symbols[outside]
        fine = np.diff(before) % 2 == 0
        fine[rows_of(offsets, escapes[np.isin(escapes + 1, offsets)])] = False
        extra = np.sort(np.concatenate([quotes, escapes]))
    bounds = np.searchsorted(at, offsets)
    return _Marks(offsets, data, at, symbols, bounds[:-1], bounds[1:] - 1, extra, fine)


def _is_unusual(marks: _Marks, array: pa.StringArray) -> NDArray[np.bool_]:
    """Which values are not ``{…}`` with exactly these two braces and all quotes closed."""
    structure, symbols, first, last = marks.structure, marks.symbols, marks.first, marks.last
    is_brace = np.r_[0, np.cumsum(symbols != _COMMA)]
    usual = marks.fine & (is_brace[last + 1] - is_brace[first] == 2)
    some = np.flatnonzero(usual)
    usual[some] &= structure[first[some]] == marks.offsets[some]
    usual[some] &= structure[last[some]] == marks.offsets[some + 1] - 1
    usual[some] &= (symbols[first[some]] == _OPEN) & (symbols[last[some]] == _CLOSE)
    empty = _empty_elements(marks)
    usual[rows_of(marks.offsets, empty)] = False
    unusual: NDArray[np.bool_] = ~usual & ~np.asarray(array.is_null())
    return unusual


def _empty_elements(marks: _Marks) -> Places:
    """Where an element has no byte, not even quotes, in a literal other than ``{}``."""
    beside = np.flatnonzero(np.diff(marks.structure) == 1)
    before, after = marks.symbols[beside], marks.symbols[beside + 1]
    proper = (before == _CLOSE) | ((before == _OPEN) & (after == _CLOSE))
    empty: Places = marks.structure[beside[~proper]]
    return empty


def _lists(marks: _Marks, array: pa.StringArray) -> pa.ListArray:
    is_null = np.asarray(array.is_null())
    is_bare = np.diff(marks.offsets) == 2  # {}
    is_end = np.ones(len(marks.structure), np.bool_)
    is_end[marks.first[~is_null]] = False
    is_end[marks.last[is_bare]] = False
    index = np.flatnonzero(is_end)
    ends, starts = marks.structure[index], marks.structure[index - 1] + 1
    words = strings(
        np.r_[0, ends - index - np.searchsorted(marks.extra, ends)],
        _without(marks.data, marks.structure, marks.extra),
        _spells_null(marks.data, starts, ends - starts),
    )
    counts = np.where(is_null | is_bare, 0, marks.last - marks.first)
    return pa.ListArray.from_arrays(
        pa.array(np.r_[0, np.cumsum(counts)].astype(np.int32)),
        words,
        type=LIST,
        mask=pa.array(is_null) if array.null_count else None,
    )


def _without(data: Bytes, *dropped: Places) -> Bytes:
    keep = np.ones(len(data), np.bool_)
    for places in dropped:
        keep[places] = False
    return data[keep]


def _spells_null(data: Bytes, starts: Places, lengths: Places) -> NDArray[np.bool_]:
    """Which elements are the bare word NULL."""
    found = np.zeros(len(starts), np.bool_)
    four = np.flatnonzero(lengths == len(_NULL))
    words = data[starts[four, None] + np.arange(len(_NULL))] & 0xDF  # upper case
    found[four[(words == _NULL).all(axis=1)]] = True
    return found
