"""Keys: numbers built from a whole name, equal where names are likely to be the same firm's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from proofbook.matching.hashing import distinct, mix, powers, segment_sums
from proofbook.matching.names import NameTable
from proofbook.matching.sides import Side
from proofbook.matching.vocabulary import Vocabulary

_U = np.uint64


class Prefixes:
    """Hashes of the first letters of every word, and from them those of joined names."""

    LONGEST = 8

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._lengths = vocabulary.lengths
        self._power = powers(self.LONGEST + 1)
        self._table = vocabulary.prefix_hashes(self.LONGEST)

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


#: Families of keys: the whole name, its words in any order, its letters in any order, its two
#: rarest words, its beginning, shorter beginnings with the state or the ZIP code, each word with
#: the city, and the street with the ZIP code and with the city.
FAMILIES = ("joined", "sorted", "letters", "pair", "start", "state", "zip", "town", "street")


def keys(
    family: str,
    side: Side,
    idf: NDArray[np.float32],
    prefixes: Prefixes,
    vocabulary: Vocabulary,
) -> tuple[NDArray[_U], NDArray[np.int64]]:
    """The keys of all names in one family, and whose they are; names may have none, or several."""
    names, places = side.names, side.places
    name = np.arange(len(names))
    match family:
        case "joined" | "sorted":
            found = getattr(names, family)
        case "letters":
            found = segment_sums(vocabulary.letters[names.words], names.offsets)
        case "pair":
            found = rarest_pair(names, idf, vocabulary)
        case "start":
            found = prefixes.of(names, 8)
        case "state":
            found = with_place(prefixes.of(names, 5), places.state)
        case "zip":
            found = with_place(prefixes.of(names, 2), places.zip5)
        case "town":
            name = np.repeat(name, names.counts)
            found = with_place(vocabulary.hashes[names.words], places.city[name])
        case "street":
            street = np.where(names.counts > 0, places.street, _U(0))  # an address alone is nobody
            found = np.concatenate([with_place(street, p) for p in (places.zip5, places.city)])
            name = np.tile(name, 2)
        case _:
            raise ValueError(family)
    kept = np.flatnonzero(found)
    return found[kept], name[kept]


def with_place(start: NDArray[_U], place: NDArray[np.integer[Any]]) -> NDArray[_U]:
    """A key of a number and the place it is in; 0 where either is unknown."""
    found = mix(start + place.astype(_U))
    found[(start == 0) | (place == 0)] = 0
    return found


def lookup(
    values: NDArray[np.uint64], wanted: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of values that are wanted, and where in the sorted ``wanted`` they stand."""
    shift = np.uint64(42)
    spread = mix(values)
    bits = np.zeros(1 << 22, np.bool_)
    bits[(mix(wanted) >> shift).astype(np.int64)] = True
    maybe = np.flatnonzero(bits[(spread >> shift).astype(np.int64)])
    at = np.minimum(np.searchsorted(wanted, values[maybe]), len(wanted) - 1)
    hit = wanted[at] == values[maybe]
    return maybe[hit], at[hit]


def present(values: NDArray[_U], among: NDArray[_U]) -> NDArray[np.bool_]:
    """Whether each value occurs ``among`` many others; 0, the key of nothing, never does."""
    wanted = distinct(values[values > 0])
    if not len(wanted):
        return np.zeros(len(values), np.bool_)
    _, at = lookup(among, wanted)
    found = np.zeros(len(wanted), np.bool_)
    found[at] = True
    place = np.minimum(np.searchsorted(wanted, values), len(wanted) - 1)
    out: NDArray[np.bool_] = found[place] & (wanted[place] == values)
    return out
