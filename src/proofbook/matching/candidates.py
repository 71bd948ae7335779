"""Candidates: for every query name the few recipient names that could be the same firm.

Names meet in an inverted index under tokens: their own rare words, words one edit away, and keys
built from the whole name and its place. The weight of a shared token is its rarity; the names with
the greatest sums stay. Weights are whole numbers, so that sums do not depend on their order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from proofbook.matching.keys import Prefixes, keys
from proofbook.matching.lexicon import Vocabulary, mix
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

    token: NDArray[np.int64]
    name: NDArray[np.int64]


def rarity(names: NameTable, vocabulary: Vocabulary) -> NDArray[np.float32]:
    """Inverse document frequency per word code: ln((N + 1) / (df + 1)) over N names."""
    df = np.bincount(names.words, minlength=len(vocabulary))
    return np.log((len(names) + 1.0) / (df + 1.0)).astype(np.float32)


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
    query_keys = keys(queries, idf, prefixes, vocabulary)
    name_keys = keys(recipients, idf, prefixes, vocabulary)
    open_names = ~(
        np.isin(query_keys["joined"], name_keys["joined"])
        | np.isin(query_keys["sorted"], name_keys["sorted"])
    )
    words, word_weights = _words(queries.names, open_names, idf, names, vocabulary)
    left, right, weights, postings = [words.name], [words.token], [word_weights], []
    used = np.unique(words.token)
    number = np.full(len(vocabulary), -1, np.int64)
    number[used] = np.arange(len(used))
    right[0] = number[words.token]
    held = number[names.words]
    entry = np.flatnonzero(held >= 0)
    owner = np.repeat(np.arange(len(names)), names.counts)
    postings.append(Tokens(held[entry], owner[entry]))
    size = len(used)
    for family, weight in _KEY_WEIGHTS.items():
        wanted = np.unique(query_keys[family])
        wanted = wanted[wanted > 0]
        if not len(wanted):
            continue
        mine, at = _lookup(query_keys[family], wanted)
        left.append(mine)
        right.append(at + size)
        weights.append(np.full(len(mine), int(weight * _UNIT), np.int32))
        theirs, at = _lookup(name_keys[family], wanted)
        postings.append(Tokens(at + size, theirs))
        size += len(wanted)
    del name_keys, held, owner, entry
    token = np.concatenate([p.token for p in postings])
    name = np.concatenate([p.name for p in postings])
    frequency = np.bincount(token, minlength=size)
    query, asked, weight = _within_budget(
        np.concatenate(left), np.concatenate(right), np.concatenate(weights), frequency
    )
    asks = sp.csr_matrix((weight, (query, asked)), (len(queries.names), size), np.int32)
    return _best(asks, token, name, recipients.identity[names.owner], len(names), shard)


def _words(
    queries: NameTable,
    open_names: NDArray[np.bool_],
    idf: NDArray[np.float32],
    names: NameTable,
    vocabulary: Vocabulary,
) -> tuple[Tokens, NDArray[np.int32]]:
    """Words of the query names, and for names that nothing equals, words one edit away."""
    df = np.bincount(names.words, minlength=len(vocabulary))
    name = np.repeat(np.arange(len(queries)), queries.counts)
    word = queries.words.astype(np.int64)
    doubtful = open_names[name] & (df[word] <= POSTINGS_PER_TOKEN)
    ours, other = similar_words(vocabulary.words, np.unique(word[doubtful]).astype(np.int32))
    present = (df[other] > 0) & (np.minimum(df[ours], df[other]) <= RARE_WORD)
    ours, other = ours[present], other[present]
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


def _lookup(
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
    token: NDArray[np.int64],
    name: NDArray[np.int64],
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
    order = np.lexsort((tie[name], -weight, query))
    query, name, weight = query[order], name[order], weight[order]
    starts = np.flatnonzero(np.diff(query, prepend=-1))
    rank = np.arange(len(query)) - np.repeat(starts, np.diff(np.append(starts, len(query))))
    kept = rank < KEPT
    return Pairs(query[kept], name[kept], weight[kept])
