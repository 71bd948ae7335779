"""Candidates: for every query name the few recipient names that could be the same firm.

Names meet in an inverted index under tokens: their own rare words, words one edit away, and keys
built from the whole name and its place. The weight of a shared token is its rarity; the names with
the greatest sums stay. Weights are whole numbers, so that sums do not depend on their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from proofbook.matching.keys import FAMILIES, Prefixes, key, lookup, present
from proofbook.matching.lexicon import Vocabulary, distinct, mix
from proofbook.matching.names import NameTable
from proofbook.matching.sides import Side
from proofbook.matching.similar_words import similar_words

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
_KEY_WEIGHTS = {"joined": 6.0, "sorted": 4.0, "pair": 1.0, "start": 2.0, "state": 2.5, "zip": 3.5}
_ONE_EDIT = 0.8  # share of a word's rarity that a word one edit away brings
_HEAVIEST = (1 << 16) - 1  # weights above this, a thousand natural-log units, do not occur
_MOST_QUERIES = 1 << 20  # what the packed order has room for; five times all awards there are
_BATCH = 4_096
#: Recipient names searched at a time.
SHARD = 1 << 20


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs: row of the query name, row of the recipient name, retrieval weight."""

    query: NDArray[np.int64]
    name: NDArray[np.int64]
    weight: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.query)


@dataclass(frozen=True)
class Tokens:
    """Tokens of names in flat form: token number and name row."""

    token: NDArray[np.integer[Any]]
    name: NDArray[np.integer[Any]]


def rarity(names: NameTable, vocabulary: Vocabulary) -> NDArray[np.float32]:
    """Inverse document frequency per word code: ln((N + 1) / (df + 1)) over N names."""
    df = np.bincount(names.words, minlength=len(vocabulary))
    out: NDArray[np.float32] = np.log((len(names) + 1.0) / (df + 1.0)).astype(np.float32)
    return out


def find(
    queries: Side,
    recipients: Side,
    idf: NDArray[np.float32],
    vocabulary: Vocabulary,
    shard: int = SHARD,
) -> Pairs:
    """The ``KEPT`` best recipient names of every query name, ``shard`` names searched at a time."""
    names = recipients.names
    prefixes = Prefixes(vocabulary)
    df = np.bincount(names.words, minlength=len(vocabulary))
    open_names = ~(
        present(queries.names.joined, names.joined) | present(queries.names.sorted, names.sorted)
    )
    words, weights = _words(queries.names, open_names, idf, df, vocabulary)
    asked, held = _shared_words(words, names, len(vocabulary))
    sides = [(asked.name, asked.token, weights, held)]
    size = int(asked.token.max(initial=-1)) + 1
    for family in FAMILIES:
        keys = key(family, queries, idf, prefixes, vocabulary)
        wanted = distinct(keys[keys > 0])
        if not len(wanted):
            continue
        mine, at = lookup(keys, wanted)
        theirs, there = lookup(key(family, recipients, idf, prefixes, vocabulary), wanted)
        weight = np.full(len(mine), int(_KEY_WEIGHTS[family] * _UNIT), np.int32)
        sides.append((mine, at + size, weight, Tokens(there + size, theirs)))
        size += len(wanted)
    token = np.concatenate([side[3].token for side in sides]).astype(np.int32)
    name = np.concatenate([side[3].name for side in sides]).astype(np.int32)
    frequency = np.bincount(token, minlength=size)
    query, asked_token, weight = _within_budget(
        np.concatenate([side[0] for side in sides]),
        np.concatenate([side[1] for side in sides]),
        np.concatenate([side[2] for side in sides]),
        frequency,
    )
    del sides
    useful = frequency[token] <= POSTINGS_PER_TOKEN
    token, name = token[useful], name[useful]
    asks = sp.csr_matrix((weight, (query, asked_token)), (len(queries.names), size), np.int32)
    return _best(asks, token, name, _content(recipients), len(names), shard)


def _content(side: Side) -> NDArray[np.uint64]:
    """A number from all that tells a name from others, to break ties: owner, words and place."""
    names, places = side.names, side.places
    number = mix(side.identity[names.owner])
    for part in (
        names.literal,
        names.kind,
        names.designator,
        places.state,
        places.city,
        places.zip5,
    ):
        number = mix(number + part.astype(np.uint64))
    return number


def _shared_words(words: Tokens, names: NameTable, size: int) -> tuple[Tokens, Tokens]:
    """Words of queries and of the names that hold them, numbered from 0."""
    used = distinct(words.token)
    number = np.full(size, -1, np.int32)
    number[used] = np.arange(len(used))
    held = number[names.words]
    entry = np.flatnonzero(held >= 0)
    name = np.searchsorted(names.offsets, entry, "right").astype(np.int32) - 1
    return Tokens(number[words.token], words.name), Tokens(held[entry], name)


def _words(
    queries: NameTable,
    open_names: NDArray[np.bool_],
    idf: NDArray[np.float32],
    df: NDArray[np.int64],
    vocabulary: Vocabulary,
) -> tuple[Tokens, NDArray[np.int32]]:
    """Words of the query names, and for names that nothing equals, words one edit away."""
    name = np.repeat(np.arange(len(queries)), queries.counts)
    word = queries.words.astype(np.int64)
    doubtful = open_names[name] & (df[word] <= POSTINGS_PER_TOKEN)
    ours, other = similar_words(vocabulary.words, distinct(word[doubtful]), np.flatnonzero(df))
    present = (df[other] > 0) & (np.minimum(df[ours], df[other]) <= RARE_WORD)
    ours, other = ours[present], other[present]
    by_content = np.lexsort((vocabulary.hashes[other], ours))
    ours, other = ours[by_content], other[by_content]
    sizes = np.bincount(ours, minlength=len(vocabulary))
    first = np.concatenate([[0], np.cumsum(sizes)])
    entry = np.flatnonzero(doubtful)
    repeats = sizes[word[entry]]
    step = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    similar = other[np.repeat(first[word[entry]], repeats) + step].astype(np.int64)
    source = np.repeat(entry, repeats)
    weights = np.concatenate([idf[word], _ONE_EDIT * idf[word[source]]])
    tokens = Tokens(np.concatenate([word, similar]), np.concatenate([name, name[source]]))
    kept = df[tokens.token] > 0
    tokens = Tokens(tokens.token[kept], tokens.name[kept])
    return tokens, (weights[kept] * _UNIT).astype(np.int32)


def _within_budget(
    query: NDArray[np.int64],
    token: NDArray[np.int64],
    weight: NDArray[np.int32],
    frequency: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Each query's tokens, rarest first, until their postings are used up."""
    size = frequency[token]
    useful = (size > 0) & (size <= POSTINGS_PER_TOKEN)
    query, token, weight, size = query[useful], token[useful], weight[useful], size[useful]
    order = np.lexsort((-weight, size, query))
    query, token, weight, size = query[order], token[order], weight[order], size[order]
    read = np.cumsum(size)
    starts = np.flatnonzero(np.diff(query, prepend=-1))
    before = np.repeat(read[starts] - size[starts], np.diff(np.append(starts, len(query))))
    kept = (read - before) <= POSTINGS_PER_QUERY
    return query[kept], token[kept], weight[kept]


def _best(
    asks: sp.csr_matrix,
    token: NDArray[np.int32],
    name: NDArray[np.int32],
    tie: NDArray[np.uint64],
    count: int,
    shard_size: int,
) -> Pairs:
    """The best names per query, over shards of names and batches of queries."""
    order = np.argsort(name, kind="stable")
    token, name = token[order], name[order]
    best = Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32))
    for low in range(0, count, shard_size):
        a, b = np.searchsorted(name, [low, low + shard_size])
        shape = (asks.shape[1], min(shard_size, count - low))
        ones = np.ones(b - a, np.int32)
        shard = sp.csr_matrix((ones, (token[a:b], name[a:b] - low)), shape)
        shard.data[:] = 1  # a word said twice counts once
        found = [best]
        for start in range(0, asks.shape[0], _BATCH):
            product = (asks[start : start + _BATCH] @ shard).tocsr()
            found.append(_top(product, start, low, tie))
        best = _merge(found, tie)
    return _near_the_best(best)


def _near_the_best(pairs: Pairs) -> Pairs:
    """The pairs at least a quarter as heavy as their query's heaviest, whatever the shards were."""
    starts = np.flatnonzero(np.diff(pairs.query, prepend=-1))
    peak = np.repeat(pairs.weight[starts], np.diff(np.append(starts, len(pairs))))
    kept = pairs.weight * 4 >= peak
    return Pairs(pairs.query[kept], pairs.name[kept], pairs.weight[kept])


def _top(product: sp.csr_matrix, query_base: int, name_base: int, tie: NDArray[np.uint64]) -> Pairs:
    sizes = np.diff(product.indptr)
    query = np.repeat(np.arange(len(sizes)), sizes)
    filled = sizes > 0
    peak = np.zeros(len(sizes), np.int32)
    if filled.any():
        peak[filled] = np.maximum.reduceat(product.data, product.indptr[:-1][filled])
    kept = product.data * 4 >= peak[query]
    pairs = Pairs(
        query[kept] + query_base,
        product.indices[kept].astype(np.int64) + name_base,
        product.data[kept],
    )
    return _merge([pairs], tie)


def _merge(parts: list[Pairs], tie: NDArray[np.uint64]) -> Pairs:
    """The ``KEPT`` heaviest names of each query; ties by the recipient's content."""
    query = np.concatenate([p.query for p in parts])
    name = np.concatenate([p.name for p in parts])
    weight = np.concatenate([p.weight for p in parts])
    # One number orders pairs by query, falling weight and half of the content number; sorting
    # numbers is ten times faster than sorting by three columns. What is still tied is put in order
    # by the whole content number below.
    base = int(query.min()) if len(query) else 0
    if len(query) and int(query.max()) - base >= _MOST_QUERIES:
        raise ValueError(f"more than {_MOST_QUERIES} names are searched for at a time")
    light = np.uint64(_HEAVIEST) - np.minimum(weight, _HEAVIEST).astype(np.uint64)
    rank = (query - base).astype(np.uint64) << np.uint64(44) | light << np.uint64(28)
    order = np.argsort(rank | tie[name] >> np.uint64(36))
    query, name, weight = query[order], name[order], weight[order]
    starts = np.flatnonzero(np.diff(query, prepend=-1))
    place = np.arange(len(query)) - np.repeat(starts, np.diff(np.append(starts, len(query))))
    near = place < 2 * KEPT
    query, name, weight = query[near], name[near], weight[near]
    order = np.lexsort((tie[name], -weight, query))
    query, name, weight = query[order], name[order], weight[order]
    starts = np.flatnonzero(np.diff(query, prepend=-1))
    place = np.arange(len(query)) - np.repeat(starts, np.diff(np.append(starts, len(query))))
    kept = place < KEPT
    return Pairs(query[kept], name[kept], weight[kept])
