"""The search of the whole list of recipients, shard by shard, in units that may run anywhere.

A shard is prepared once; its survey tells what words, names and identifiers it holds; what the
queries look for is then looked up and read in it. Only recipients that an identifier names or that
are candidates leave their shard.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from proofbook.matching.candidates import (
    KEPT,
    Pairs,
    Tokens,
    afford,
    ask,
    best,
    content,
    heaviest,
    near_the_best,
    postings,
)
from proofbook.matching.frequencies import Frequencies, frequencies
from proofbook.matching.hashing import distinct, find_in, group_starts
from proofbook.matching.shards import (
    BYTES_PER_ROW,
    HALVES,
    Shard,
    from_arrays,
    prepare_shard,
    to_arrays,
    together,
    words_of,
)
from proofbook.matching.sides import Side
from proofbook.matching.units import Arrays, Engine, Handle, Range
from proofbook.matching.vocabulary import Vocabulary
from proofbook.sources.recipients import Recipients


@dataclass(frozen=True)
class Listing:
    """The list of recipients as an engine holds it, and what a survey told.

    ``shards`` are pairs of a prepared shard and its rows; ``named`` the recipients that
    identifiers of the awards name, ``hits`` as arrays; ``own`` and ``any_order`` tell of each award
    name whether it is a recipient's own, and whether a recipient's in another order.
    """

    engine: Engine
    shards: list[tuple[Handle, Range]]
    frequencies: Frequencies
    named: list[Arrays]
    own: NDArray[np.bool_]
    any_order: NDArray[np.bool_]


def survey_list(
    recipients: Recipients,
    queries: Side,
    identifiers: Arrays,
    vocabulary: Vocabulary,
    engine: Engine,
) -> Listing:
    """Prepare and survey all recipients; ``identifiers`` are the numbers (uei, duns) asked for."""
    ranges = engine.shards(recipients.rows, BYTES_PER_ROW)
    asked: dict[str, NDArray[Any]] = {k: distinct(v[v > 0]) for k, v in identifiers.items()}
    asked |= {k: distinct(getattr(queries.names, k)) for k in ("joined", "sorted")}
    shards, surveys = [], []
    for i, rows in enumerate(ranges):
        shard = engine.submit("prepare", i, rows, prepare_shard, recipients, *rows, split=HALVES)
        shards.append((shard, rows))
        surveys.append(engine.submit("survey", i, rows, survey, shard, asked))
    counts = np.zeros(0, np.int64)
    found = {k: np.zeros(len(asked[k]), np.bool_) for k in ("joined", "sorted")}
    joined, identity = [], []
    named: list[Arrays] = []
    for handle in surveys:
        told = engine.gather(handle)
        engine.release(handle)
        code = vocabulary.codes(words_of(told))
        counts = np.concatenate([counts, np.zeros(len(vocabulary) - len(counts), np.int64)])
        counts[code] += told["frequency"]
        for k in found:
            found[k] |= told[f"known {k}"]
        joined.append(told["joined"])
        identity.append(told["identity"])
        named.append({k.removeprefix("named "): v for k, v in told.items() if k[:6] == "named "})
    _check_unique(recipients, np.concatenate(identity))
    return Listing(
        engine,
        shards,
        frequencies(vocabulary, counts, joined),
        named,
        own=found["joined"][find_in(asked["joined"], queries.names.joined)],
        any_order=found["sorted"][find_in(asked["sorted"], queries.names.sorted)],
    )


def _check_unique(recipients: Recipients, identity: NDArray[np.uint64]) -> None:
    """InputError where two recipients have one hash; numbers decide unless two are equal."""
    if len(distinct(identity)) < len(identity):
        recipients.check_hashes()


def survey(arrays: Arrays, asked: Arrays) -> Arrays:
    """A unit: what a shard holds of words, names and identifiers.

    Words with their ``frequency``, the ``joined`` keys of all names, the ``identity`` of all
    recipients, which asked keys are ``known``, and as ``named …`` the recipients that bear an
    asked identifier.
    """
    bears = np.zeros(len(arrays["row"]), np.bool_)
    for kind in ("uei", "duns"):
        bears |= find_in(asked[kind], arrays[kind]) >= 0
    named = to_arrays(from_arrays(arrays).take(np.flatnonzero(bears)))
    words = len(arrays["ends"]) - 1
    return {
        **{k: arrays[k] for k in ("letters", "ends", "joined", "identity")},
        "frequency": np.bincount(arrays["words"], minlength=words),
        **{
            f"known {k}": (asked[k] > 0) & (find_in(distinct(arrays[k]), asked[k]) >= 0)
            for k in ("joined", "sorted")
        },
        **{f"named {k}": v for k, v in named.items()},
    }


def search_list(
    listing: Listing, asked: Side, open_names: NDArray[np.bool_], others: Sequence[Arrays]
) -> tuple[Shard, Pairs]:
    """The candidates of the asked names, and the recipients they belong to, with ``others``.

    The listing can be searched once: its shards are released as they have been read.
    ``open_names`` are the asked names that no recipient name equals. Pairs point to the names of
    the recipients returned.
    """
    engine, known = listing.engine, listing.frequencies
    questions = ask(asked, open_names, known.words, known)
    held = [
        (shard, engine.submit("look up", i, rows, look_up, shard, questions.wanted), rows)
        for i, (shard, rows) in enumerate(listing.shards)
    ]
    frequency = np.zeros(questions.size, np.int64)
    for _, handle, _ in held:
        frequency += engine.gather(handle)["frequency"]
    asks, useful = afford(questions, frequency)
    reads = {"data": asks.data, "indices": asks.indices, "indptr": asks.indptr, "useful": useful}
    kept: dict[str, NDArray[Any]] = {k: np.zeros(0, t) for k, t in _PAIR.items()}
    touched: list[Arrays] = []
    under_way: deque[Handle] = deque()
    for i, one in enumerate([*held, *[None] * _AHEAD]):
        if one is not None:
            part, handle, rows = one
            floor = _floor(kept, asks.shape[0])
            under_way.append(engine.submit("search", i, rows, read, part, handle, reads, floor))
        if i >= _AHEAD and under_way:
            told = engine.gather(done := under_way.popleft())
            for finished in (done, *held[i - _AHEAD][:2]):
                engine.release(finished)  # of the shard itself only its candidates are needed
            kept = _better(kept, told)
            touched.append({k[5:]: v for k, v in told.items() if k[:5] == "held "})
    pairs = near_the_best(Pairs(kept["query"], np.arange(len(kept["query"])), kept["weight"]))
    row, place = kept["row"][pairs.name], kept["place"][pairs.name]
    touched = [_only(part, row) for part in touched]
    shard = together([*others, *touched], known.vocabulary)
    first = np.searchsorted(shard.side.names.owner, shard.positions(row))
    return shard, Pairs(pairs.query, first + place, pairs.weight)


#: Shards that are searched before the first one's result is looked at. Which results the search
#: of a shard can build on must not depend on who is faster.
_AHEAD = 3
#: A candidate pair of a shard: row of the query name, weight, content number, the recipient's row
#: in the whole list, and which of its names it is.
_PAIR = {
    "query": np.int64,
    "weight": np.int32,
    "tie": np.uint64,
    "row": np.int64,
    "place": np.int64,
}


def look_up(arrays: Arrays, wanted: Arrays) -> Arrays:
    """A unit: where the wanted words and keys stand in a shard, and how often each."""
    shard = from_arrays(arrays)
    held = postings(shard.side, shard.vocabulary, wanted)
    size = sum(len(v) for k, v in wanted.items() if k not in ("hashes", "idf"))
    return {
        "token": held.token.astype(np.int32),
        "name": held.name.astype(np.int32),
        "frequency": np.bincount(held.token, minlength=size),
    }


def _floor(kept: Arrays, queries: int) -> Arrays:
    """The weight that a further pair of each query needs to be among the heaviest."""
    floor = np.zeros(queries, np.int32)
    starts = group_starts(kept["query"])
    first = kept["query"][starts]
    floor[first] = -(-kept["weight"][starts] // 4)  # see near_the_best
    full = np.flatnonzero(np.diff(np.append(starts, len(kept["query"]))) == KEPT)
    last = kept["weight"][starts[full] + KEPT - 1]
    floor[first[full]] = np.maximum(floor[first[full]], last)
    return {"floor": floor}


def read(arrays: Arrays, held: Arrays, reads: Arrays, least: Arrays) -> Arrays:
    """A unit: the heaviest names of a shard for each query, and as ``held …`` their recipients.

    ``least`` is the ``floor`` under which a pair of each query is of no use.
    """
    shard = from_arrays(arrays)
    names, tie = shard.side.names, content(shard.side)
    asks = sp.csr_matrix(
        (reads["data"], reads["indices"], reads["indptr"]),
        (len(reads["indptr"]) - 1, len(reads["useful"])),
    )
    tokens = Tokens(held["token"], held["name"], np.zeros(0, np.int32))
    pairs = best(asks, tokens, reads["useful"], tie, least["floor"])
    owner = names.owner[pairs.name].astype(np.int64)
    touched = to_arrays(shard.take(distinct(owner)))
    return {
        "query": pairs.query,
        "weight": pairs.weight,
        "tie": tie[pairs.name],
        "row": shard.row[owner],
        "place": pairs.name - np.searchsorted(names.owner, owner),
        **{f"held {k}": v for k, v in touched.items()},
    }


def _better(one: Arrays, other: Arrays) -> dict[str, NDArray[Any]]:
    """The heaviest pairs of two sets."""
    both = {k: np.concatenate([one[k], other[k]]) for k in _PAIR}
    pairs = Pairs(both["query"], np.arange(len(both["query"])), both["weight"])
    chosen = heaviest(pairs, both["tie"]).name
    return {k: v[chosen] for k, v in both.items()}


def _only(arrays: Arrays, rows: NDArray[np.int64]) -> Arrays:
    """The recipients of a part that are among some rows of the whole list."""
    wanted = np.flatnonzero(find_in(distinct(rows), arrays["row"]) >= 0)
    return to_arrays(from_arrays(arrays).take(wanted))
