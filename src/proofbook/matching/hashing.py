"""Hashing: 64-bit numbers of words and names, and arrays of such numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# Odd multiplier of the polynomial hash of a name's characters; a fixed random number per byte
# keeps short words apart. Both are constants, so that a key is the same on every machine.
_BASE = np.uint64(0x9E3779B97F4A7C15 | 1)
_BYTES = np.random.Generator(np.random.PCG64(20111113)).integers(
    1, 2**63, size=256, dtype=np.uint64
)


def powers(count: int) -> NDArray[np.uint64]:
    """base⁰ … base^(count-1), modulo 2⁶⁴."""
    steps = np.full(count, _BASE, np.uint64)
    steps[:1] = 1
    return np.multiply.accumulate(steps)


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of 64-bit values (the finaliser of SplitMix64)."""
    x = values.astype(np.uint64, copy=True)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def character_terms(words: pa.Array) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[Any]]:
    """Per character of all words its number and how many characters of its word follow it.

    The third array are the lengths of the words, in bytes.
    """
    text = words.cast(pa.large_string())
    lengths = pc.binary_length(text).to_numpy(zero_copy_only=False).astype(np.int64)
    offsets = np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + len(text) + 1]
    buffer = text.buffers()[2]
    data = np.zeros(0, np.uint8)
    if buffer is not None and len(text):
        data = np.frombuffer(buffer, np.uint8)[offsets[0] : offsets[-1]]
    behind = np.repeat(np.cumsum(lengths), lengths) - 1 - np.arange(len(data))
    return _BYTES[data], behind, lengths


def hash_words(words: pa.Array) -> NDArray[np.uint64]:
    """A 64-bit polynomial hash per word: hash(ab) = hash(a) · base^len(b) + hash(b)."""
    terms, behind, lengths = character_terms(words)
    terms = terms * powers(int(lengths.max(initial=0)) + 1)[behind]
    return segment_sums(terms, np.concatenate([[0], np.cumsum(lengths)]))


def prefix_hashes(words: pa.Array, longest: int) -> NDArray[np.uint64]:
    """Hashes of the first 0, 1 … ``longest`` letters of every word: shape (words, longest + 1).

    Where a word is shorter, its own hash is repeated.
    """
    numbers, _, lengths = character_terms(words)
    starts = np.cumsum(lengths) - lengths
    table = np.zeros((len(words), longest + 1), np.uint64)
    for letters in range(1, longest + 1):
        long = lengths >= letters
        table[:, letters] = table[:, letters - 1]
        number = numbers[starts[long] + letters - 1]
        table[long, letters] = table[long, letters - 1] * _BASE + number
    return table


def by_lot(number: NDArray[np.uint64], share: float) -> NDArray[np.bool_]:
    """Whether each of some content numbers is drawn: a share of them, always the same ones."""
    drawn: NDArray[np.bool_] = (mix(number) % np.uint64(1000)) < np.uint64(1000 * share)
    return drawn


def letter_hashes(words: pa.Array) -> NDArray[np.uint64]:
    """A number per word that is the same for any order of its letters; those of words add up."""
    numbers, _, lengths = character_terms(words)
    return segment_sums(numbers, np.concatenate([[0], np.cumsum(lengths)]))


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The distinct values in rising order; for long arrays far faster than ``np.unique``."""
    ordered = np.sort(values)
    if len(ordered) < 2:
        return ordered
    out: NDArray[Any] = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    return out


def find_in(ordered: NDArray[Any], values: NDArray[Any]) -> NDArray[np.int64]:
    """Where each value stands among ordered distinct ones, -1 where it does not."""
    if not len(ordered):
        return np.full(len(values), -1)
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.where(ordered[at] == values, at, -1)


def segment_sums(values: NDArray[np.uint64], offsets: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Sums of consecutive segments given by their offsets; empty segments give 0."""
    sums = np.concatenate([np.zeros(1, values.dtype), np.cumsum(values, dtype=values.dtype)])
    out: NDArray[np.uint64] = sums[offsets[1:]] - sums[offsets[:-1]]
    return out


def ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """start, start + 1 … of every segment, one after another."""
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    out: NDArray[np.int64] = np.repeat(starts, counts) + step
    return out


def group_starts(group: NDArray[Any]) -> NDArray[np.int64]:
    """Where each run of equal values begins."""
    if not len(group):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.append(True, group[1:] != group[:-1]))


def rank_in_group(group: NDArray[Any]) -> NDArray[np.int64]:
    """0, 1 … within each run of equal values."""
    starts = group_starts(group)
    out: NDArray[np.int64] = np.arange(len(group)) - np.repeat(
        starts, np.diff(np.append(starts, len(group)))
    )
    return out
