"""Candidates: for every query name the few recipient names that could be the same firm.

Names meet in an inverted index under tokens: their own rare words, words one edit away, and keys
built from the whole name and its place. The weight of a shared token is its rarity; the names with
the greatest sums stay. Weights are whole numbers, so that sums do not depend on their order.

Recipients are searched shard by shard: ``ask`` numbers what is looked for, ``postings`` finds it in
a shard, ``afford`` picks, by what all shards hold, the tokens that a query may read, ``best`` reads
them. Tokens mean the same in every shard, so shards never change what is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from proofbook.matching.frequencies import Frequencies
from proofbook.matching.hashing import distinct, find_in, group_starts, mix, ranges, rank_in_group
from proofbook.matching.keys import FAMILIES, Prefixes, keys, lookup, present
from proofbook.matching.names import NameTable
from proofbook.matching.sides import Side
from proofbook.matching.similar_words import similar_words
from proofbook.matching.units import Arrays
from proofbook.matching.vocabulary import Vocabulary

#: A token shared by more names than this brings nothing but work ...
POSTINGS_PER_TOKEN = 3_000
#: ... and a query stops, rarest token first, when it has read this many.
POSTINGS_PER_QUERY = 12_000
#: Names kept per query name.
KEPT = 24
#: Of two words one edit apart, one is taken for the other's misspelling when it is this rare.
RARE_WORD = 50

_UNIT = 64  # whole-number weights are 1/64 of a natural-log unit
#: Weight of a shared key, beside the rarity of shared words.
_KEY_WEIGHTS = {
    "joined": 6.0,
    "sorted": 4.0,
    "letters": 4.0,
    "pair": 1.0,
    "start": 2.0,
    "state": 3.5,
    "zip": 6.0,
    "town": 4.0,
    "street": 12.0,
}
_ONE_EDIT = 0.8  # share of a word's rarity that a word one edit away brings
_WEIGHT_BITS = 16
_HEAVIEST = (1 << _WEIGHT_BITS) - 1  # no weight is above this, a thousand natural-log units
_BATCH = 4_096


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs: row of the query name, row of the recipient name, retrieval weight."""

    query: NDArray[np.int64]
    name: NDArray[np.int64]
    weight: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.query)

    def take(self, rows: NDArray[np.generic]) -> Pairs:
        """The pairs at some rows, or where a mask is true."""
        return Pairs(self.query[rows], self.name[rows], self.weight[rows])


@dataclass(frozen=True)
class Tokens:
    """Tokens of names in flat form: token number, name row, and what a shared one weighs."""

    token: NDArray[np.integer[Any]]
    name: NDArray[np.integer[Any]]
    weight: NDArray[np.int32]


@dataclass(frozen=True)
class Asked:
    """What the queries look for: their tokens, and ``wanted``, what a shard must look up.

    ``wanted`` holds ``words`` (hashes in rising order; their places are the first tokens), for each
    family of keys the wanted ones in rising order (tokens go on from the words, family by
    family), and the rarity of all words: ``hashes`` in rising order with ``idf``.
    """

    tokens: Tokens
    wanted: Arrays
    count: int  # query names

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return sum(len(self.wanted[k]) for k in ("words", *FAMILIES))


def find(queries: Side, recipients: Side, frequencies: Frequencies) -> Pairs:
    """The ``KEPT`` best recipient names of every query name, where all recipients are at hand."""
    names, vocabulary = recipients.names, frequencies.vocabulary
    equal = present(queries.names.joined, names.joined)
    equal |= present(queries.names.sorted, names.sorted)
    df = np.bincount(names.words, minlength=len(vocabulary))
    asked = ask(queries, ~equal, df, frequencies)
    held = postings(recipients, vocabulary, asked.wanted)
    asks, useful = afford(asked, np.bincount(held.token, minlength=asked.size))
    return near_the_best(
        best(asks, held, useful, content(recipients), np.zeros(asked.count, np.int32))
    )


def ask(
    queries: Side, open_names: NDArray[np.bool_], df: NDArray[np.int64], frequencies: Frequencies
) -> Asked:
    """What the query names look for among names with the word counts ``df``.

    ``open_names`` are those that no recipient name equals: only these also look for words one
    edit away.
    """
    vocabulary = frequencies.vocabulary
    words = _words(queries.names, open_names, df, frequencies)
    hashes = distinct(vocabulary.hashes[words.token])
    parts = [(find_in(hashes, vocabulary.hashes[words.token]), words.name, words.weight)]
    wanted: dict[str, NDArray[Any]] = {"words": hashes}
    size = len(hashes)
    prefixes = Prefixes(vocabulary)
    for family in FAMILIES:
        ours, mine = keys(family, queries, frequencies.idf, prefixes, vocabulary)
        wanted[family] = distinct(ours)
        weight = np.full(len(mine), int(_KEY_WEIGHTS[family] * _UNIT), np.int32)
        parts.append((find_in(wanted[family], ours) + size, mine, weight))
        size += len(wanted[family])
    order = np.argsort(vocabulary.hashes)
    wanted["hashes"], wanted["idf"] = vocabulary.hashes[order], frequencies.idf[order]
    token, name, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Asked(Tokens(token, name, weight), wanted, len(queries.names))


def postings(recipients: Side, vocabulary: Vocabulary, wanted: Arrays) -> Tokens:
    """Where the wanted words and keys stand among some recipients' names, ordered by name."""
    names = recipients.names
    number = find_in(wanted["words"], vocabulary.hashes)
    held = number[names.words]
    entry = np.flatnonzero(held >= 0)
    token = [held[entry].astype(np.int32)]
    name = [np.searchsorted(names.offsets, entry, "right").astype(np.int32) - 1]
    idf = np.zeros(len(vocabulary), np.float32)
    known = find_in(wanted["hashes"], vocabulary.hashes)
    idf[known >= 0] = wanted["idf"][known[known >= 0]]
    prefixes = Prefixes(vocabulary)
    size = len(wanted["words"])
    for family in FAMILIES:
        if len(wanted[family]):
            theirs, whose = keys(family, recipients, idf, prefixes, vocabulary)
            at, there = lookup(theirs, wanted[family])
            token.append((there + size).astype(np.int32))
            name.append(whose[at].astype(np.int32))
        size += len(wanted[family])
    tokens, rows = np.concatenate(token), np.concatenate(name)
    # A word said twice counts once.
    packed = distinct(rows.astype(np.int64) << 32 | tokens)
    tokens, rows = (packed & 0xFFFFFFFF).astype(np.int32), (packed >> 32).astype(np.int32)
    return Tokens(tokens, rows, np.ones(len(rows), np.int32))


def afford(asked: Asked, frequency: NDArray[np.int64]) -> tuple[sp.csr_matrix, NDArray[np.bool_]]:
    """Queries by tokens, with what each query may read, and which tokens are useful at all.

    Each query reads its tokens, rarest first, until their postings are used up.
    """
    tokens = asked.tokens
    size = frequency[tokens.token]
    useful = (size > 0) & (size <= POSTINGS_PER_TOKEN)
    query, token, weight = tokens.name[useful], tokens.token[useful], tokens.weight[useful]
    size = size[useful]
    order = np.lexsort((-weight, size, query))
    query, token, weight, size = query[order], token[order], weight[order], size[order]
    read = np.cumsum(size)
    starts = group_starts(query)
    before = np.repeat(read[starts] - size[starts], np.diff(np.append(starts, len(query))))
    kept = (read - before) <= POSTINGS_PER_QUERY
    query, token, weight = query[kept], token[kept], weight[kept]
    shape = (asked.count, len(frequency))
    return sp.csr_matrix((weight, (query, token)), shape, np.int32), _among(token, len(frequency))


def _among(token: NDArray[np.integer[Any]], size: int) -> NDArray[np.bool_]:
    out = np.zeros(size, np.bool_)
    out[token] = True
    return out


def best(
    asks: sp.csr_matrix,
    held: Tokens,
    useful: NDArray[np.bool_],
    tie: NDArray[np.uint64],
    floor: NDArray[np.int32],
) -> Pairs:
    """The ``KEPT`` heaviest names of each query, of those that reach its ``floor``.

    ``tie`` is a content number per name.
    """
    kept = useful[held.token]
    token, name = held.token[kept], held.name[kept]
    shape = (asks.shape[1], len(tie))
    index = sp.csr_matrix((np.ones(len(token), np.int32), (token, name)), shape)
    found = [_none()]
    for start in range(0, asks.shape[0], _BATCH):
        rows = slice(start, start + _BATCH)
        found.append(_top((asks[rows] @ index).tocsr(), start, tie, floor[rows]))
    return _concatenated(found)


def content(side: Side) -> NDArray[np.uint64]:
    """A number from all that tells a name from others, to break ties: owner, words and place."""
    names, places = side.names, side.places
    number = mix(side.identity[names.owner])
    for part in (
        names.literal,
        names.sorted,  # the same letters may be cut into other words
        names.kind,
        names.designator,
        places.state,
        places.city,
        places.zip5,
        places.street,
    ):
        number = mix(number + part.astype(np.uint64))
    return number


def _words(
    queries: NameTable,
    open_names: NDArray[np.bool_],
    df: NDArray[np.int64],
    frequencies: Frequencies,
) -> Tokens:
    """Words of the query names (as codes), and for open names, words one edit away."""
    vocabulary, idf = frequencies.vocabulary, frequencies.idf
    name = np.repeat(np.arange(len(queries)), queries.counts)
    word = queries.words.astype(np.int64)
    doubtful = open_names[name] & (df[word] <= POSTINGS_PER_TOKEN)
    ours, other = similar_words(vocabulary.words, distinct(word[doubtful]), np.flatnonzero(df))
    near = (df[other] > 0) & (np.minimum(df[ours], df[other]) <= RARE_WORD)
    ours, other = ours[near], other[near]
    by_content = np.lexsort((vocabulary.hashes[other], ours))
    ours, other = ours[by_content], other[by_content]
    sizes = np.bincount(ours, minlength=len(vocabulary))
    first = np.cumsum(sizes) - sizes
    entry = np.flatnonzero(doubtful)
    similar = other[ranges(first[word[entry]], sizes[word[entry]])].astype(np.int64)
    source = np.repeat(entry, sizes[word[entry]])
    weight = np.concatenate([idf[word], _ONE_EDIT * idf[word[source]]])
    token, owner = np.concatenate([word, similar]), np.concatenate([name, name[source]])
    kept = df[token] > 0
    return Tokens(token[kept], owner[kept], (weight[kept] * _UNIT).astype(np.int32))


def near_the_best(pairs: Pairs) -> Pairs:
    """The pairs at least a quarter as heavy as their query's heaviest; ordered by query."""
    starts = group_starts(pairs.query)
    peak = np.maximum.reduceat(pairs.weight, starts) if len(starts) else pairs.weight
    peak = np.repeat(peak, np.diff(np.append(starts, len(pairs))))
    return pairs.take(pairs.weight * 4 >= peak)


def _top(
    product: sp.csr_matrix, query_base: int, tie: NDArray[np.uint64], floor: NDArray[np.int32]
) -> Pairs:
    """The heaviest names of the queries of one batch."""
    sizes = np.diff(product.indptr)
    query = np.repeat(np.arange(len(sizes)), sizes)
    filled = sizes > 0
    least = floor.copy()
    if filled.any():
        peak = np.maximum.reduceat(product.data, product.indptr[:-1][filled])
        least[filled] = np.maximum(least[filled], -(-peak // 4))  # see near_the_best
    kept = product.data >= least[query]
    pairs = Pairs(query[kept], product.indices[kept].astype(np.int64), product.data[kept])
    pairs = heaviest(pairs, tie[pairs.name])
    return Pairs(pairs.query + query_base, pairs.name, pairs.weight)


def heaviest(pairs: Pairs, tie: NDArray[np.uint64]) -> Pairs:
    """The ``KEPT`` heaviest names of each query; equal weights in the order of ``tie``."""
    if not len(pairs):
        return pairs
    # Sorting plain numbers is ten times faster than ordering rows by several columns: first the
    # weight of each query's last name that can stay, then the order of those that reach it.
    base = int(pairs.query.min())
    place = (pairs.query - base).astype(np.uint64) << np.uint64(_WEIGHT_BITS)
    place |= np.uint64(_HEAVIEST) - np.minimum(pairs.weight, _HEAVIEST).astype(np.uint64)
    packed = np.sort(place)
    query = packed >> np.uint64(_WEIGHT_BITS)
    starts = group_starts(query)
    last = np.minimum(starts + KEPT, np.append(starts[1:], len(packed))) - 1
    least = np.zeros(int(query[-1]) + 1, np.uint64)
    least[query[starts]] = packed[last]
    kept = np.flatnonzero(place <= least[pairs.query - base])
    order = kept[_ordered(place[kept], tie[kept])]
    return pairs.take(order[rank_in_group(pairs.query[order]) < KEPT])


def _ordered(first: NDArray[np.uint64], then: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The order by two columns of numbers, of which the first uses few bits."""
    used = np.uint64(int(first.max()).bit_length())
    packed = first << (np.uint64(64) - used) | then >> used
    order = np.argsort(packed)
    packed = packed[order]
    same = np.flatnonzero(packed[1:] == packed[:-1])
    if len(same):  # as far as the bits of the second go; put these in order by all of them
        tied = distinct(np.concatenate([same, same + 1]))
        rows = order[tied]
        order[tied] = rows[np.lexsort((then[rows], first[rows]))]
    return order


def _none() -> Pairs:
    return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32))


def _concatenated(parts: list[Pairs]) -> Pairs:
    return Pairs(
        *(np.concatenate([getattr(p, c) for p in parts]) for c in ("query", "name", "weight"))
    )
