"""Frequencies: what the whole list of recipients says about words and names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from proofbook.matching.hashing import find_in
from proofbook.matching.names import NameTable
from proofbook.matching.vocabulary import Vocabulary


@dataclass(frozen=True)
class Frequencies:
    """How often words and whole names occur among ``names`` names.

    ``words`` are occurrences per word code of ``vocabulary``; ``keys`` the joined keys that more
    than one name has, in rising order, and ``shared`` how many names have each.
    """

    vocabulary: Vocabulary
    names: int
    words: NDArray[np.int64]
    keys: NDArray[np.uint64]
    shared: NDArray[np.int64]

    @cached_property
    def idf(self) -> NDArray[np.float32]:
        """Inverse document frequency per word code: ln((N + 1) / (df + 1)) over N names."""
        df = np.zeros(len(self.vocabulary), np.int64)
        df[: len(self.words)] = self.words
        out: NDArray[np.float32] = np.log((self.names + 1.0) / (df + 1.0)).astype(np.float32)
        return out

    @cached_property
    def rarity(self) -> NDArray[np.float32]:
        """The idf as a share of that of a word seen once, whatever the length of the list."""
        return self.idf / np.float32(np.log(self.names + 2.0))

    def namesakes(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many names have each key; 1 for one that no name has."""
        at = find_in(self.keys, keys)
        return np.where(at >= 0, self.shared[at] if len(self.shared) else 1, 1)


def count_names(names: NameTable, vocabulary: Vocabulary) -> Frequencies:
    """The frequencies among the names of one table."""
    words = np.bincount(names.words, minlength=len(vocabulary))
    return frequencies(vocabulary, words, [names.joined])


def frequencies(
    vocabulary: Vocabulary, words: NDArray[np.int64], joined: list[NDArray[np.uint64]]
) -> Frequencies:
    """The frequencies of words counted already and of the joined keys of all names."""
    keys = np.sort(np.concatenate([np.zeros(0, np.uint64), *joined]))
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if len(keys) else keys[:0]
    counts = np.diff(np.append(starts, len(keys))).astype(np.int64)
    several = counts > 1
    repeated = keys[starts[several].astype(np.int64)]
    return Frequencies(vocabulary, len(keys), words, repeated, counts[several])
