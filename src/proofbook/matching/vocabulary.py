"""Vocabulary: distinct words, each cleaned, classified and hashed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from proofbook.matching.hashing import (
    find_in,
    hash_words,
    letter_hashes,
    prefix_hashes,
)
from proofbook.matching.lexicon import DESIGNATORS, STOP_WORDS, canonical


class Vocabulary:
    """Distinct words, each known by a small number.

    A number depends on the order of arrival, so nothing may be ordered by it; ``hashes`` depend on
    the word alone. What else is known of words is computed when it is first asked for.
    """

    def __init__(self) -> None:
        self._parts: list[pa.Array] = []
        self._hashes = np.zeros(0, np.uint64)
        self._by_hash = np.zeros(0, np.int32)
        self._canon = np.zeros(0, np.int32)
        self._arrays: dict[str, NDArray[Any]] = {}

    @classmethod
    def known(cls, words: pa.Array, hashes: NDArray[np.uint64]) -> Vocabulary:
        """The vocabulary of distinct words whose hashes are known already."""
        made = cls()
        made._parts, made._hashes = [words], hashes
        return made

    def __len__(self) -> int:
        return len(self._hashes)

    @property
    def words(self) -> pa.Array:
        """The word of every code."""
        return pa.concat_arrays([pa.array([], pa.string()), *self._parts])

    def texts(self, codes: NDArray[np.integer[Any]]) -> pa.Array:
        """The words of some codes."""
        return self.words.take(pa.array(codes))

    def codes(self, words: pa.Array) -> NDArray[np.int32]:
        """The code of every word of an Arrow string array; new words are added."""
        encoded = words.dictionary_encode()
        hashes = hash_words(encoded.dictionary)
        known = self._find(hashes)
        new = known < 0
        if new.any():
            known[new] = np.arange(len(self), len(self) + new.sum())
            self._parts.append(encoded.dictionary.filter(pa.array(new)))
            self._hashes = np.concatenate([self._hashes, hashes[new]])
        indices: NDArray[np.int32] = encoded.indices.to_numpy(zero_copy_only=False)
        return known[indices] if len(known) else np.zeros(0, np.int32)

    def _find(self, hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The code of each hash, -1 where it is unknown."""
        if len(self._by_hash) < len(self):
            self._by_hash = np.argsort(self._hashes, kind="stable").astype(np.int32)
        at = find_in(self._hashes[self._by_hash], hashes)
        codes = self._by_hash[at] if len(self) else at
        return np.where(at >= 0, codes, -1).astype(np.int32)

    def _array(self, name: str, compute: Callable[[pa.Array], NDArray[Any]]) -> NDArray[Any]:
        """An array over all words, computed only for words that are new since the last call."""
        done = self._arrays.get(name)
        if done is None or len(done) < len(self):
            new = compute(self.words[0 if done is None else len(done) :])
            done = self._arrays[name] = new if done is None else np.concatenate([done, new])
        return done

    @property
    def hashes(self) -> NDArray[np.uint64]:
        """The polynomial hash of every word (see ``hashing.hash_words``)."""
        return self._hashes

    @property
    def canon(self) -> NDArray[np.int32]:
        """Code of the canonical word, per code; canonical words that are new are added."""
        while (done := len(self._canon)) < len(self):
            text = pl.Series(pl.from_arrow(self.words[done:]))
            codes = np.arange(done, len(self), dtype=np.int32)
            plain = canonical(text)
            changed = (text != plain).to_numpy()
            whole = plain.filter(changed).to_arrow(compat_level=pl.CompatLevel.oldest())
            codes[changed] = self.codes(whole.cast(pa.string()))
            self._canon = np.concatenate([self._canon, codes])
        return self._canon

    @property
    def stop(self) -> NDArray[np.bool_]:
        """Whether a code is a stop word."""
        return self._array("stop", lambda w: _numpy(pc.is_in(w, pa.array(sorted(STOP_WORDS)))))

    @property
    def designator(self) -> NDArray[np.int8]:
        """Family of the legal designator, 0 for every other word, per code."""
        families = np.array([0, *DESIGNATORS.values()], np.int8)

        def family(words: pa.Array) -> NDArray[np.int8]:
            place = pc.index_in(words, pa.array(list(DESIGNATORS)))
            out: NDArray[np.int8] = families[_numpy(pc.fill_null(place, -1)) + 1]
            return out

        return self._array("designator", family)

    @property
    def numeric(self) -> NDArray[np.bool_]:
        """Whether a word holds a digit."""
        return self._array("numeric", lambda w: _numpy(pc.match_substring_regex(w, "[0-9]")))

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Characters per word."""
        return self._array("lengths", lambda w: _numpy(pc.binary_length(w)).astype(np.int32))

    def prefix_hashes(self, longest: int) -> NDArray[np.uint64]:
        """Hashes of the first 0, 1 … ``longest`` letters of every word (see ``hashing``)."""
        return self._array(f"prefix {longest}", lambda w: prefix_hashes(w, longest))

    @property
    def letters(self) -> NDArray[np.uint64]:
        """A number per word that is the same for any order of its letters."""
        return self._array("letters", letter_hashes)


def _numpy(values: pa.Array) -> NDArray[Any]:
    out: NDArray[Any] = values.to_numpy(zero_copy_only=False)
    return out
