"""One decision per award, out of what its identifiers and its name say."""

from __future__ import annotations

import numpy as np
import polars as pl

from proofbook.matching import schema
from proofbook.matching.by_name import ByName
from proofbook.matching.decide import ACCEPT, REVIEW
from proofbook.matching.evidence import AT, agreement
from proofbook.matching.identifiers import INVALID
from proofbook.matching.names import PARENT

#: Probability that an identifier names the right firm, by agreement of the names (0, 1, 2).
IDENTIFIER_PROBABILITY = (0.90, 0.99, 0.998)


def combine(told: pl.DataFrame, by_name: ByName, candidates: int) -> pl.DataFrame:
    """The decisions as ``Matches.table``, at most ``candidates`` recipients listed for review."""
    links, found = by_name.links, by_name.decisions
    # A rule that weighs names alone never joins what they do not say.
    unlike = (agreement(links.features[found.best]) == 0) & (by_name.judge is not None)
    decisions = pl.DataFrame(
        {
            "ask": found.query,
            "name_probability": found.probability,
            "verdict": found.verdict,
            "ambiguous": found.ambiguous,
            "name_recipient": links.recipient[found.best],
            "name_score": links.score[found.best],
            "equal": links.features[found.best, AT["name equal"]],
            "unlike": unlike,
            "same_state": links.features[found.best, AT["state"]] == 1,
            "kind": links.kind[found.best],
        }
    )
    frame = told.join(decisions, "ask", "left", maintain_order="left").with_columns(
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
    # Identifiers that contradict each other are settled only by a name that is one of theirs.
    contradicted = pl.col("undecided").fill_null(False) & ~(
        accepted & pl.col("hits").list.contains(pl.col("name_recipient")).fill_null(False)
    )
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
        schema.NAME_DISAGREES: ((pl.col("agree") == 0) | (named & pl.col("unlike"))).fill_null(
            False
        ),
        schema.VIA_ALIAS: named & pl.col("kind").is_between(1, PARENT - 1),
        schema.VIA_PARENT: named & (pl.col("kind") == PARENT),
    }
    frame = frame.select(
        "ask",
        "hits",
        "hit_scores",
        by_id.alias("by_id"),
        contradicted.alias("contradicted"),
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
        .when(contradicted)
        .then(pl.max_horizontal("name_probability", _contradicted()))
        .otherwise("name_probability")
        .fill_null(0.0),
        match_flags=pl.concat_list(
            *(pl.when(test).then(pl.lit(name)) for name, test in flags.items())
        ).list.drop_nulls(),
        recipient=pl.when(by_id).then("recipient").when(named).then("name_recipient"),
    ).with_row_index("award_row")
    return frame.with_columns(candidates=_candidates(frame, by_name, candidates)).select(
        pl.col("award_row").cast(pl.Int64),
        "match_method",
        "match_score",
        "match_probability",
        "match_flags",
        "recipient",
        "candidates",
    )


def _contradicted() -> pl.Expr:
    """Probability of each recipient where identifiers contradict each other: all alike."""
    return IDENTIFIER_PROBABILITY[0] / pl.col("hits").list.len()


def _candidates(frame: pl.DataFrame, by_name: ByName, count: int) -> pl.Series:
    """The best recipients for review: one of every firm, the likeliest first.

    Where identifiers contradict each other, the recipients that they name are among them.
    """
    links = by_name.links
    order = np.lexsort((links.identity, -links.score, -by_name.probability, links.query))
    named = pl.DataFrame(
        {
            "ask": links.query[order],
            "firm": by_name.firm[order],
            "recipient": links.recipient[order],
            "score": links.score[order],
            "probability": by_name.probability[order],
        }
    )
    named = named.unique(["ask", "firm"], keep="first", maintain_order=True).drop("firm")
    told = frame.filter("contradicted").unique("ask", maintain_order=True)
    told = told.select("ask", "hits", "hit_scores", probability=_contradicted())
    told = told.explode("hits", "hit_scores").select(
        pl.col("ask").cast(named.schema["ask"]),
        recipient="hits",
        score="hit_scores",
        probability="probability",
    )
    # The order within is by content on both sides, and kept where probabilities are equal.
    listed = pl.concat([told, named]).sort(
        "ask", "probability", descending=[False, True], maintain_order=True
    )
    listed = listed.unique(["ask", "recipient"], keep="first", maintain_order=True)
    lists = listed.group_by("ask", maintain_order=True).agg(
        candidates=pl.struct("recipient", "score", "probability").head(count)
    )
    rows = frame.select("ask", wanted=~pl.col("by_id"))
    rows = rows.join(lists, "ask", "left", maintain_order="left")
    empty = pl.lit([], dtype=lists.schema["candidates"])
    return rows.select(
        pl.when("wanted").then(pl.col("candidates").fill_null(empty)).otherwise(empty)
    ).to_series()
