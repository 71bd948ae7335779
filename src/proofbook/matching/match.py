"""match(): every award's recipient, or why it has none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from proofbook.matching import schema
from proofbook.matching.aliases import award_aliases
from proofbook.matching.candidates import SHARD, find, rarity
from proofbook.matching.decide import ACCEPT, REVIEW, decide
from proofbook.matching.evidence import AT
from proofbook.matching.identifiers import INVALID
from proofbook.matching.identify import identify
from proofbook.matching.learning import ENOUGH, Model, default_model, learn
from proofbook.matching.lexicon import Vocabulary, mix
from proofbook.matching.links import Firms, Links, clusters, link, strongest
from proofbook.matching.names import PARENT, select
from proofbook.matching.prepare import Awards, Recipients, prepare_awards, prepare_recipients
from proofbook.matching.settings import MatchSettings
from proofbook.matching.sides import Side
from proofbook.measure import Recorder

#: Queries that the model is learned from at most, and share of them whose firm is hidden.
TRAINING_QUERIES = 12_000
HIDDEN_SHARE = 0.2
#: Probability that an identifier names the right firm, by agreement of the names (0, 1, 2).
IDENTIFIER_PROBABILITY = (0.90, 0.99, 0.998)


@dataclass(frozen=True)
class Matches:
    """The decision of every award, in input order.

    ``table`` has the columns award_row, match_method, match_score, match_probability, match_flags,
    recipient (row of the recipient table, null unless accepted) and candidates (a list of structs
    recipient, score, probability). ``counters`` are the same on every machine.
    """

    table: pl.DataFrame
    counters: dict[str, int]
    model: dict[str, Any] = field(default_factory=dict)


def match(
    awards: pa.Table,
    recipients: pa.Table,
    settings: MatchSettings | None = None,
    recorder: Recorder | None = None,
    chunk_size: int | None = None,
) -> Matches:
    """Match awards with recipients by UEI, DUNS, and name with place.

    ``chunk_size`` bounds how many recipient names are searched at a time; it never changes the
    result.
    """
    settings, recorder = settings or MatchSettings(), recorder or Recorder()
    vocabulary = Vocabulary()
    with recorder.stage("prepare recipients", rows=recipients.num_rows):
        theirs = prepare_recipients(recipients, vocabulary)
    with recorder.stage("prepare awards", rows=awards.num_rows):
        ours = prepare_awards(awards, vocabulary)
    idf = rarity(theirs.side.names, vocabulary)
    with recorder.stage("identifiers", rows=awards.num_rows):
        asked = ours.rows.select("query", "uei", "duns").unique().sort("query", "uei", "duns")
        named = identify(asked, theirs.identifiers, ours.queries, theirs.side, idf, vocabulary)
        asked = asked.with_row_index("ask")
        told = ours.rows.join(
            asked, ["query", "uei", "duns"], "left", nulls_equal=True, maintain_order="left"
        ).join(named.drop("query"), "ask", "left", maintain_order="left")
    by_name = _match_names(
        told, ours, theirs, idf, vocabulary, settings, recorder, chunk_size or SHARD
    )
    with recorder.stage("decision", rows=awards.num_rows):
        return _combine(told, by_name, ours, theirs)


@dataclass(frozen=True)
class _ByName:
    """What the name tier found: links of the open queries with firm, probability and decision."""

    links: Links
    firm: NDArray[np.int64]
    probability: NDArray[np.float64]
    decisions: pl.DataFrame
    model: Model
    pairs: int


def _match_names(
    told: pl.DataFrame,
    ours: Awards,
    theirs: Recipients,
    idf: NDArray[np.float32],
    vocabulary: Vocabulary,
    settings: MatchSettings,
    recorder: Recorder,
    chunk_size: int,
) -> _ByName:
    decided = pl.col("recipient").is_not_null() & ~pl.col("undecided")
    sure = told.filter(decided & (pl.col("agree") > 0) & ~pl.col("conflict"))
    opened = told.filter(~decided | (pl.col("agree") == 0))["query"].unique().sort().to_numpy()
    taught = _teachers(sure, ours.queries) if settings.model == "auto" else opened[:0]
    if len(taught) < ENOUGH:
        taught = opened[:0]
    asked = _side_of(ours.queries, np.union1d(opened, taught))
    with recorder.stage("candidates", rows=len(asked.names)):
        pairs = find(asked, theirs.side, idf, vocabulary, chunk_size)
    with recorder.stage("evidence", rows=len(pairs)):
        known = link(asked, theirs.side, pairs, idf, vocabulary)
    with recorder.stage("learning", rows=len(taught)):
        model = (
            _learn(known, taught, sure, ours.queries, theirs.firms, settings)
            if len(taught)
            else default_model()
        )
    with recorder.stage("aliases"):
        identified = (
            told.filter(decided & ~pl.col("conflict"))
            .group_by("query", "recipient")
            .agg(awards=pl.len(), agree=pl.col("agree").first(), near=pl.col("near").first())
            .sort("query", "recipient")
        )
        aliases = award_aliases(identified, ours.queries, theirs.side)
        opens = _side_of(ours.queries, opened)
        further = find(opens, aliases, idf, vocabulary, chunk_size)
        by_alias = link(opens, aliases, further, idf, vocabulary)
    with recorder.stage("probability", rows=len(opened)):
        links = strongest([known.take(np.isin(known.query, opened)), by_alias])
        firm = clusters(links, theirs.firms)
        probability = model.probability(links, firm)
        found = decide(
            links,
            firm,
            probability,
            accept=model.threshold,
            review=settings.review_probability,
        )
    decisions = pl.DataFrame(
        {
            "query": found.query,
            "best": found.best,
            "name_probability": found.probability,
            "verdict": found.verdict,
            "ambiguous": found.ambiguous,
        }
    )
    return _ByName(links, firm, probability, decisions, model, len(pairs) + len(further))


def _side_of(queries: Side, chosen: NDArray[np.int64]) -> Side:
    """The names of some queries; owners keep their numbers."""
    rows = np.flatnonzero(np.isin(queries.names.owner, chosen))
    return Side(select(queries.names, rows), queries.places.take(rows), queries.identity)


def _teachers(sure: pl.DataFrame, queries: Side) -> NDArray[np.int64]:
    """Queries to learn from: identified, names agree; a sample by content where there are many."""
    query = sure["query"].unique().sort().to_numpy()
    order = np.argsort(mix(queries.identity[query]), kind="stable")
    out: NDArray[np.int64] = np.sort(query[order[:TRAINING_QUERIES]])
    return out


def _learn(
    known: Links,
    taught: NDArray[np.int64],
    sure: pl.DataFrame,
    queries: Side,
    firms: Firms,
    settings: MatchSettings,
) -> Model:
    links = strongest([known.take(np.isin(known.query, taught))])
    order = np.lexsort((links.identity, links.query))
    links = links.take(order)
    firm = clusters(links, firms)
    answers = sure.select("query", pl.col("hits")).explode("hits").unique()
    right_pairs = answers["query"].to_numpy().astype(np.int64) << 32 | answers["hits"].to_numpy()
    right = np.isin(links.query << 32 | links.recipient, right_pairs)
    right = np.isin(firm, np.unique(firm[right]))
    number = mix(queries.identity[links.query])
    hidden = (mix(number) % np.uint64(1000)) < np.uint64(1000 * HIDDEN_SHARE)
    kept = ~(hidden & right)
    links, firm, right, number = links.take(kept), firm[kept], right[kept], number[kept]
    return learn(
        links,
        firm,
        right,
        number,
        target_precision=settings.target_precision,
        seed=settings.seed,
        threads=settings.threads,
    )


def _combine(told: pl.DataFrame, by_name: _ByName, ours: Awards, theirs: Recipients) -> Matches:
    """One decision per award out of what its identifiers and its name say."""
    links = by_name.links
    best = by_name.decisions["best"].to_numpy()
    equal = links.features[best, AT["name equal"]]
    decisions = by_name.decisions.with_columns(
        name_recipient=pl.Series(links.recipient[best]),
        name_score=pl.Series(links.score[best]),
        equal=pl.Series(equal),
        kind=pl.Series(links.kind[best]),
        same_state=pl.Series(links.features[best, AT["state"]] == 1),
    )
    frame = told.join(decisions, "query", "left", maintain_order="left").with_columns(
        pl.col("verdict").fill_null(0), pl.col("ambiguous").fill_null(False)
    )
    accepted = pl.col("verdict") == ACCEPT
    by_id = pl.col("recipient").is_not_null() & ~pl.col("undecided")
    # An identifier of a firm with quite another name, where a recipient in the same state bears
    # exactly the award's name: a wrong number, not a rename.
    overruled = (
        by_id
        & (pl.col("agree") == 0)
        & accepted
        & (pl.col("equal") >= 2)
        & pl.col("same_state")
        & ~pl.col("hits").list.contains(pl.col("name_recipient"))
    ).fill_null(False)
    by_id = (by_id & ~overruled).fill_null(False)
    contradicted = pl.col("undecided").fill_null(False)
    named = accepted & ~contradicted & ~by_id
    review = ~by_id & ~named & ((pl.col("verdict") >= REVIEW) | contradicted)
    exact = (
        pl.when(pl.col("equal") >= 2)
        .then(pl.lit(schema.NAME_EXACT))
        .otherwise(pl.lit(schema.NAME_FUZZY))
    )
    by_words = ~by_id & ((pl.col("verdict") > 0) | pl.col("name_probability").is_not_null())
    flags = {
        schema.IDENTIFIER_CONFLICT: pl.col("conflict").fill_null(False) | overruled,
        schema.SHARED_IDENTIFIER: by_id & pl.col("shared").fill_null(False),
        schema.AMBIGUOUS: (~by_id & pl.col("ambiguous")) | contradicted,
        schema.INVALID_UEI: pl.col("uei_state") == INVALID,
        schema.INVALID_DUNS: pl.col("duns_state") == INVALID,
        schema.NAME_DISAGREES: (pl.col("agree") == 0).fill_null(False),
        schema.VIA_ALIAS: named & pl.col("kind").is_between(1, PARENT - 1),
        schema.VIA_PARENT: named & (pl.col("kind") == PARENT),
    }
    frame = frame.select(
        "query",
        "ask",
        "hits",
        by_id.alias("by_id"),
        match_method=pl.when(by_id)
        .then("method")
        .when(named)
        .then(exact)
        .when(review)
        .then(pl.lit(schema.CANDIDATE))
        .otherwise(pl.lit(schema.UNMATCHED)),
        match_score=pl.when(by_id)
        .then(100.0)
        .when(by_words)
        .then("name_score")
        .otherwise(0.0)
        .fill_null(0.0),
        match_probability=pl.when(by_id)
        .then(pl.col("agree").replace_strict(dict(enumerate(IDENTIFIER_PROBABILITY)), default=None))
        .otherwise("name_probability")
        .fill_null(0.0),
        match_flags=pl.concat_list(
            *(pl.when(test).then(pl.lit(name)) for name, test in flags.items())
        ).list.drop_nulls(),
        recipient=pl.when(by_id).then("recipient").when(named).then("name_recipient"),
    ).with_row_index("award_row")
    table = frame.with_columns(candidates=_candidates(frame, by_name))
    counters = {
        "awards": len(frame),
        "questions": len(ours.queries.identity),
        "recipient_names": len(theirs.side.names),
        "pairs_compared": by_name.pairs,
        "candidate_links": len(links),
    }
    return Matches(
        table.select(
            pl.col("award_row").cast(pl.Int64),
            "match_method",
            "match_score",
            "match_probability",
            "match_flags",
            "recipient",
            "candidates",
        ),
        counters,
        {
            "source": by_name.model.source,
            "queries": by_name.model.queries,
            "threshold": by_name.model.threshold,
            "prior": by_name.model.prior,
        },
    )


def _candidates(frame: pl.DataFrame, by_name: _ByName) -> pl.Series:
    """The best recipients for review: one of every firm, the likeliest first."""
    links = by_name.links
    order = np.lexsort((links.identity, -links.score, -by_name.probability, links.query))
    listed = pl.DataFrame(
        {
            "query": links.query[order],
            "firm": by_name.firm[order],
            "recipient": links.recipient[order],
            "score": links.score[order],
            "probability": by_name.probability[order],
        }
    )
    listed = listed.unique(["query", "firm"], keep="first", maintain_order=True)
    listed = listed.group_by("query", maintain_order=True).agg(
        candidates=pl.struct("recipient", "score", "probability").head(5)
    )
    open_rows = frame.select("query", wanted=~pl.col("by_id")).join(
        listed, "query", "left", maintain_order="left"
    )
    empty = pl.lit([], dtype=listed.schema["candidates"])
    return open_rows.select(
        pl.when("wanted").then(pl.col("candidates").fill_null(empty)).otherwise(empty)
    ).to_series()
