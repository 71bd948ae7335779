"""Words one edit apart: a letter dropped, doubled, exchanged or swapped with its neighbour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from proofbook.matching.hashing import character_terms, distinct, mix, powers

SHORTEST = 5


def similar_words(
    words: pa.Array, wanted: NDArray[np.integer[Any]], others: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Pairs (wanted word, other word) that are one edit apart, all as positions in ``words``.

    Two words are one edit apart (swaps of neighbours included) when deleting at most one letter of
    each gives the same string: the deletion neighbourhood of Mor and Fraenkel (1982). Words of
    fewer than five letters have no neighbours.
    """
    used = np.union1d(wanted, others)
    owner, hashes = _deletions(words.take(pa.array(used)), used.astype(np.int32))
    chosen = np.zeros(len(words), np.bool_)
    chosen[wanted] = True
    mine = chosen[owner]
    keys = distinct(hashes[mine])
    # A bitmap of the wanted hashes turns almost every other word away before the binary search.
    bits = np.zeros(1 << 22, np.bool_)
    bits[(keys >> np.uint64(42)).astype(np.int64)] = True
    near = bits[(hashes >> np.uint64(42)).astype(np.int64)]
    owner, hashes, mine = owner[near], hashes[near], mine[near]
    spot = np.searchsorted(keys, hashes)
    hit = keys[np.minimum(spot, len(keys) - 1)] == hashes if len(keys) else near[:0]
    owner, spot, mine = owner[hit], spot[hit], mine[hit]

    order = np.argsort(spot, kind="stable")
    owner, spot, mine = owner[order], spot[order], mine[order]
    sizes = np.bincount(spot, minlength=len(keys))
    first = np.concatenate([[0], np.cumsum(sizes)])
    asked = np.flatnonzero(mine)
    repeats = sizes[spot[asked]]
    left = np.repeat(owner[asked], repeats)
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    right = owner[np.repeat(first[spot[asked]], repeats) + within]
    different = left != right
    pairs = distinct((left[different].astype(np.int64) << 32) | right[different].astype(np.int64))
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def _deletions(
    words: pa.Array, codes: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """Hashes of every word and of the word without each of its letters, with their owners."""
    terms, behind, lengths = character_terms(words)
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
