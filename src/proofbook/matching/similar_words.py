"""Words one edit apart: a letter dropped, doubled, exchanged or swapped with its neighbour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from proofbook.matching.hashing import character_terms, distinct, find_in, mix, powers, ranges

SHORTEST = 5
_STEP = 1 << 15  # words whose deletions are held at a time


def similar_words(
    words: pa.Array, wanted: NDArray[np.integer[Any]], others: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Pairs (wanted word, other word) that are one edit apart, all as positions in ``words``.

    Two words are one edit apart (swaps of neighbours included) when deleting at most one letter of
    each gives the same string: the deletion neighbourhood of Mor and Fraenkel (1982). Words of
    fewer than five letters have no neighbours.
    """
    asked, hashes = _deletions(words, distinct(wanted))
    keys = distinct(hashes)
    # A bitmap of the wanted hashes turns almost every other word away before the binary search.
    bits = np.zeros(1 << 22, np.bool_)
    bits[(keys >> np.uint64(42)).astype(np.int64)] = True
    owners, spots = [asked], [np.searchsorted(keys, hashes)]
    for start in range(0, len(others), _STEP):
        owner, hashes = _deletions(words, others[start : start + _STEP])
        near = bits[(hashes >> np.uint64(42)).astype(np.int64)]
        at = find_in(keys, hashes[near])
        owners.append(owner[near][at >= 0])
        spots.append(at[at >= 0])
    owner, spot = np.concatenate(owners), np.concatenate(spots)
    order = np.argsort(spot, kind="stable")
    sizes = np.bincount(spot, minlength=len(keys))
    first = np.cumsum(sizes) - sizes
    repeats = sizes[spots[0]]
    left = np.repeat(asked, repeats)
    right = owner[order][ranges(first[spots[0]], repeats)]
    different = left != right
    pairs = distinct((left[different].astype(np.int64) << 32) | right[different].astype(np.int64))
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def _deletions(
    words: pa.Array, codes: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """Hashes of some words and of each without each of its letters, with the words' codes."""
    codes = codes.astype(np.int32)
    terms, behind, lengths = character_terms(words.take(pa.array(codes)))
    power = powers(int(lengths.max(initial=0)) + 1)
    whole = terms * power[behind]
    # Without one later letter, every earlier letter stands one power lower.
    lower = np.where(behind > 0, terms * power[np.maximum(behind - 1, 0)], np.uint64(0))
    owner = np.repeat(codes, lengths)
    long = lengths >= SHORTEST
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    sum_whole = np.concatenate([[np.uint64(0)], np.cumsum(whole, dtype=np.uint64)])
    sum_lower = np.concatenate([[np.uint64(0)], np.cumsum(lower, dtype=np.uint64)])
    position = np.arange(len(terms))
    ends = starts + np.repeat(lengths, lengths)
    before = sum_lower[position] - sum_lower[starts]
    after = sum_whole[ends] - sum_whole[position + 1]
    # Any letter of a run of equal ones leaves the same string: the first stands for all.
    inside = np.repeat(long, lengths) & ((position == starts) | (np.diff(terms, prepend=0) != 0))
    deleted = (before + after)[inside]
    full = (sum_whole[np.cumsum(lengths)] - sum_whole[np.cumsum(lengths) - lengths])[long]
    return (
        np.concatenate([codes[long], owner[inside]]),
        mix(np.concatenate([full, deleted])),
    )
