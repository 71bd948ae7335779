"""Keys: numbers built from a whole name, equal where names are likely to be the same firm's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from proofbook.matching.lexicon import Vocabulary, hash_words, mix, powers
from proofbook.matching.names import NameTable
from proofbook.matching.sides import Side

_U = np.uint64


class Prefixes:
    """Hashes of the first letters of every word, and from them those of joined names."""

    LONGEST = 8

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary.hashes
        self._lengths = vocabulary.lengths
        self._power = powers(self.LONGEST + 1)
        self._table = np.zeros((len(vocabulary), self.LONGEST + 1), _U)
        cut: dict[int, list[str]] = {
            k: [w[:k] for w in vocabulary.words] for k in range(1, self.LONGEST + 1)
        }
        for k, words in cut.items():
            self._table[:, k] = hash_words(words)

    def of(self, names: NameTable, letters: int) -> NDArray[_U]:
        """Hash of the first ``letters`` letters of each joined name; 0 when it is shorter."""
        hashes = np.zeros(len(names), _U)
        missing = np.full(len(names), letters, np.int64)
        for position in range(3):
            open_rows = np.flatnonzero((missing > 0) & (names.counts > position))
            word = names.words[names.offsets[open_rows] + position]
            taken = np.minimum(self._lengths[word], missing[open_rows])
            hashes[open_rows] = hashes[open_rows] * self._power[taken] + self._table[word, taken]
            missing[open_rows] -= taken
        hashes[missing > 0] = 0
        return hashes


def rarest_pair(names: NameTable, idf: NDArray[np.float32], vocabulary: Vocabulary) -> NDArray[_U]:
    """A key of the two rarest words of each name; 0 for names of one word."""
    # Rarity first, then the word's own hash, so that equal rarities are ordered by content.
    rank = ((idf * 1000).astype(_U) << _U(44)) | (mix(vocabulary.hashes) >> _U(20))
    ranks = rank[names.words]
    name = np.repeat(np.arange(len(names)), names.counts)
    filled = np.flatnonzero(names.counts > 1)
    first = np.zeros(len(names), _U)
    second = np.zeros(len(names), _U)
    if len(filled):
        several = names.counts[name] > 1
        ranks, name = ranks[several], name[several]
        starts = np.concatenate([[0], np.cumsum(names.counts[filled])[:-1]])
        first[filled] = np.maximum.reduceat(ranks, starts)
        ranks = np.where(ranks == first[name], _U(0), ranks)
        second[filled] = np.maximum.reduceat(ranks, starts)
    return np.where(second > 0, mix(first) + mix(second + _U(1)), _U(0))


def keys(
    side: Side, idf: NDArray[np.float32], prefixes: Prefixes, vocabulary: Vocabulary
) -> dict[str, NDArray[_U]]:
    """Every key of every name, by family; 0 where a name has none."""
    names = side.names
    five = prefixes.of(names, 5)
    two = prefixes.of(names, 2)
    state = side.places.state.astype(_U)
    zip5 = side.places.zip5.astype(_U)
    return {
        "joined": names.joined,
        "sorted": names.sorted,
        "pair": rarest_pair(names, idf, vocabulary),
        "start": prefixes.of(names, 8),
        "state": np.where((state > 0) & (five > 0), mix(five + state), _U(0)),
        "zip": np.where((zip5 > 0) & (two > 0), mix(two + zip5), _U(0)),
    }
