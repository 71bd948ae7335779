"""The name tier: recipients for the awards that identifiers leave open, with probabilities."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from proofbook.matching.aliases import award_aliases
from proofbook.matching.candidates import Pairs, find
from proofbook.matching.decide import Decisions, decide
from proofbook.matching.frequencies import Frequencies
from proofbook.matching.hashing import find_in, group_starts, ranges
from proofbook.matching.judge import (
    Judge,
    absence_shift,
    identifier_log_odds,
    identifier_weights,
    identifiers_compared,
    moved,
)
from proofbook.matching.labels import TRAINING_LINKS, labelled, teachers
from proofbook.matching.learning import (
    ENOUGH,
    Model,
    best_of_query,
    default_model,
    from_arrays,
    learn,
    to_arrays,
)
from proofbook.matching.links import KEPT, Links, clusters, joined, link, strongest
from proofbook.matching.names import select
from proofbook.matching.prepare import Awards
from proofbook.matching.search import Listing, search_list
from proofbook.matching.settings import MatchSettings
from proofbook.matching.shards import Firms, Shard
from proofbook.matching.sides import Side
from proofbook.matching.units import Arrays, Engine
from proofbook.measure import Recorder
from proofbook.measure.memory import give_back

#: Nothing less likely than this is accepted, whatever the target precision: more likely than not,
#: and six to one where the model has not been held against the awards at hand.
LEAST = {"learned": 0.5, "default": 0.85}
_QUERIES = 4_096  # weighed at a time, by each thread
_BLOCK = 4 * _QUERIES  # that a stop loses at most


@dataclass(frozen=True)
class ByName:
    """What names say: links whose ``query`` is the ask (see ``identify``), and their decisions.

    ``judge`` is None where a rule decided that has no model.
    """

    links: Links
    firm: NDArray[np.int64]
    probability: NDArray[np.float64]
    decisions: Decisions
    judge: Judge | None
    accept: float
    counters: dict[str, int]


def match_names(
    told: pl.DataFrame,
    ours: Awards,
    listing: Listing,
    settings: MatchSettings,
    recorder: Recorder,
) -> ByName:
    """Search, weigh and decide every award of ``told`` that its identifiers do not settle.

    Recipients are rows of the whole list, in ``told`` and in the result.
    """
    settled = pl.col("recipient").is_not_null() & ~pl.col("undecided")
    # A recipient of another name at the award's address is the firm, unless one bears the name.
    first = np.searchsorted(ours.queries.names.owner, told["query"].to_numpy())
    renamed = pl.col("street") & ~pl.Series(listing.own[first])
    sure = told.filter(settled & ((pl.col("agree") > 0) | renamed) & ~pl.col("conflict"))
    open_asks = (
        told.filter((~settled).fill_null(True) | (pl.col("agree") == 0)).unique("ask").sort("ask")
    )
    opened = open_asks["query"].unique().sort().to_numpy()
    taught = teachers(sure, ours.queries) if settings.model == "auto" else opened[:0]
    if len(taught) < ENOUGH:
        taught = opened[:0]
    with recorder.stage("candidates"):
        found = candidates_of(np.union1d(opened, taught), ours, listing)
    give_back()
    met, held = found.met, found.held

    def learned() -> Arrays:
        each = min(KEPT, TRAINING_LINKS // len(taught))
        known = weighed(taught, [met], listing.frequencies, settings.threads, each)
        return to_arrays(learn(*labelled(known, sure, ours.queries, held), seed=settings.seed))

    def met_by_alias() -> Met:
        aliases = aliases_of(told, ours.queries, held, listing.own)
        opens = side_of(ours.queries, opened)
        return Met(opens, aliases, find(opens, aliases, listing.frequencies))

    with (
        recorder.stage("learning and aliases", rows=len(taught)),
        ThreadPoolExecutor(1) as beside,
    ):
        aliases = beside.submit(met_by_alias)  # on a core that learning leaves idle at times
        if not len(taught):
            model = default_model()
        else:
            model = from_arrays(listing.engine.kept("model", 0, len(taught), learned))
        by_alias = aliases.result()
    with recorder.stage("evidence", rows=len(opened)):
        links = in_blocks(
            listing.engine,
            opened,
            lambda part: weighed(part, [met, by_alias], listing.frequencies, settings.threads),
        )
    give_back()
    with recorder.stage("probability", rows=len(open_asks)):
        firms = held.firms
        firm, probability = rated(links, firms, model, settings.threads)
        at, ask = _spread(links.query, open_asks["query"].to_numpy())
        links, firm, probability = links.take(at), firm[at], probability[at]
        tells, differ = identifiers_compared(open_asks[ask], firms.take(links.recipient))
        weights = identifier_weights(probability, tells, differ)
        probability = moved(probability, identifier_log_odds(tells, differ, weights))
        links = replace(links, query=open_asks["ask"].to_numpy()[ask].astype(np.int64))
        shift, share = absence_shift(probability[best_of_query(links, probability)], model.prior)
        probability = moved(probability, shift)
        accept = model.threshold(settings.target_precision, share)
        accept = max(float(moved(np.array([accept]), shift)[0]), LEAST[model.source])
        judge = Judge(model, *weights, shift, accept, settings.review_probability)
        decisions = decide(links, firm, probability, accept=accept, review=judge.review)
        links = replace(links, recipient=held.row[links.recipient])
    compared = len(met.pairs) + len(by_alias.pairs)
    counters = {"pairs_compared": compared, "candidate_links": len(links)}
    return ByName(links, firm, probability, decisions, judge, accept, counters)


@dataclass(frozen=True)
class Met:
    """Names of queries, names of recipients, and which of them meet; pairs in order of query."""

    asked: Side
    side: Side
    pairs: Pairs

    def of(self, queries: NDArray[np.int64]) -> Pairs:
        """The pairs of some queries, given in rising order."""
        owner = self.asked.names.owner[self.pairs.query]
        low, high = np.searchsorted(owner, [queries[0], queries[-1] + 1])
        rows = slice(int(low), int(high))
        kept = low + np.flatnonzero(find_in(queries, owner[rows].astype(np.int64)) >= 0)
        return self.pairs.take(kept)


@dataclass(frozen=True)
class Found:
    """Candidates of some queries; ``held`` are they and the recipients that identifiers name."""

    met: Met
    held: Shard


def candidates_of(queries: NDArray[np.int64], ours: Awards, listing: Listing) -> Found:
    """The candidates of some queries."""
    rows = np.flatnonzero(np.isin(ours.queries.names.owner, queries))
    asked = side_of(ours.queries, queries)
    open_names = ~(listing.own | listing.any_order)[rows]
    held, pairs = search_list(listing, asked, open_names, listing.named)
    return Found(Met(asked, held.side, pairs), held)


def weighed(
    queries: NDArray[np.int64],
    sources: Sequence[Met],
    frequencies: Frequencies,
    threads: int,
    kept: int = KEPT,
) -> Links:
    """The strongest links of some queries, given in rising order; ``threads`` 0 = all cores."""

    def of(part: NDArray[np.int64]) -> Links:
        return strongest([link(s.asked, s.side, s.of(part), frequencies) for s in sources], kept)

    # The parts bound the memory that evidence of pairs takes which is not needed afterwards.
    parts = np.array_split(queries, max(1, -(-len(queries) // _QUERIES)))
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        return joined(list(pool.map(of, parts if len(queries) else [])))


def rated(
    links: Links, firms: Firms, model: Model, threads: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Firm number and probability of each link; links are in order of query."""
    starts = np.append(group_starts(links.query)[::_QUERIES], len(links))

    def of(first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        part = links.take(np.arange(first, last))
        firm = clusters(part, firms)
        return firm + first, model.probability(part, firm)  # no more firms than links before

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        told = list(pool.map(of, starts[:-1], starts[1:]))
    nothing = (np.zeros(0, np.int64), np.zeros(0))
    firm, probability = (np.concatenate(column) for column in zip(nothing, *told, strict=True))
    return firm, probability


def in_blocks(
    engine: Engine, queries: NDArray[np.int64], weigh: Callable[[NDArray[np.int64]], Links]
) -> Links:
    """The links of queries, weighed in blocks that a resumed run does not weigh again."""

    def of(block: NDArray[np.int64]) -> Arrays:
        return dict(vars(weigh(block)))

    blocks = np.array_split(queries, max(1, -(-len(queries) // _BLOCK)))
    kept = (engine.kept("evidence", i, len(b), partial(of, b)) for i, b in enumerate(blocks))
    return joined([Links(**arrays) for arrays in kept])


def aliases_of(told: pl.DataFrame, queries: Side, held: Shard, own: NDArray[np.bool_]) -> Side:
    """The names under which identified awards call the recipients, as further names of those."""
    settled = pl.col("recipient").is_not_null() & ~pl.col("undecided")
    identified = (
        told.filter(settled & ~pl.col("conflict"))
        .group_by("query", "recipient")
        .agg(pl.col("agree", "street").first(), awards=pl.len())
        .sort("query", "recipient")
    )
    place = held.positions(identified["recipient"].to_numpy())
    identified = identified.with_columns(recipient=pl.Series(place))
    return award_aliases(identified, queries, own, held.side.identity)


def _spread(
    query: NDArray[np.int64], asked: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the (ordered) links for every ask of their query, and the ask's position."""
    first, last = np.searchsorted(query, asked), np.searchsorted(query, asked, "right")
    return ranges(first, last - first), np.repeat(np.arange(len(asked)), last - first)


def side_of(queries: Side, chosen: NDArray[np.int64]) -> Side:
    """The names of some queries; owners keep their numbers."""
    rows = np.flatnonzero(np.isin(queries.names.owner, chosen))
    return Side(select(queries.names, rows), queries.places.take(rows), queries.identity)
