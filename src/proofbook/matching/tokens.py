"""Tokens: the words of many names at once, by looking at their bytes."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

_SEPARATOR, _WORD, _SIGN = range(3)

#: What each byte is: part of a word, a sign that stands for a word (& and +), or a separator.
_CLASS = np.full(256, _SEPARATOR, np.uint8)
_CLASS[
    np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", np.uint8)
] = _WORD
_CLASS[np.frombuffer(b"&+", np.uint8)] = _SIGN
_UPPER = np.frombuffer(bytes(range(256)).upper(), np.uint8)


def split_words(text: pl.Series) -> tuple[NDArray[np.int64], pa.StringArray]:
    """Upper-case words of each text: word i of text t is words[offsets[t] + i].

    Letters standing alone one after another are one word (I B M, L. L. C.), but not where & or +
    is between them (A & B); an apostrophe is nothing (O'Brien).
    """
    quoted = text.str.contains("'", literal=True)
    if quoted.any():
        whole = text.filter(quoted).str.replace_all("'", "", literal=True)
        text = text.scatter(quoted.arg_true(), whole)
    arrow = text.to_arrow(compat_level=pl.CompatLevel.oldest())
    data, offsets = _buffers(arrow)
    kind = _CLASS[data]
    new = np.ones(len(data) + 1, np.bool_)
    np.not_equal(kind[1:], kind[:-1], out=new[1:-1])
    new[offsets] = True
    filled = kind != _SEPARATOR
    first = np.flatnonzero(new[:-1] & filled)
    last = np.flatnonzero(new[1:] & filled)
    goes_on = _goes_on(first, last, data, kind, offsets)
    word = kind[first] == _WORD
    first, last, goes_on = first[word], last[word], goes_on[word]
    # Without what lies between, words follow each other: each begins where the one before ends.
    bounds = np.concatenate([[0], np.cumsum(last - first + 1)])
    words = pa.StringArray.from_buffers(
        len(first) - int(goes_on.sum()),
        pa.py_buffer(np.append(bounds[:-1][~goes_on], bounds[-1]).astype(np.int32).tobytes()),
        pa.py_buffer(_UPPER[data[kind == _WORD]].tobytes()),
    )
    return np.searchsorted(first[~goes_on], offsets).astype(np.int64), words


def _goes_on(
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    data: NDArray[np.uint8],
    kind: NDArray[np.uint8],
    offsets: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Whether a word is a single letter that goes on with the one before it in the same name."""
    single = (last == first) & (kind[first] == _WORD) & ((data[first] | 32) >= ord("a"))
    joined = np.zeros(len(first), np.bool_)
    again = np.flatnonzero(single[1:] & single[:-1]) + 1
    if len(again):
        name = np.searchsorted(offsets, first[again], "right")
        joined[again] = name == np.searchsorted(offsets, first[again - 1], "right")
    return joined


def _buffers(text: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bytes and offsets of an Arrow text array, the offsets counted from its own first byte."""
    width = np.int64 if pa.types.is_large_string(text.type) else np.int32
    _, bounds, data = text.buffers()
    offsets = np.frombuffer(bounds, width)[text.offset : text.offset + len(text) + 1]
    offsets = offsets.astype(np.int64)
    if data is None or not len(text):
        return np.zeros(0, np.uint8), np.zeros(len(text) + 1, np.int64)
    return np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]], offsets - offsets[0]
