"""Clerical review: the questions that an enriched table leaves to people, what decides most first.

A question is asked once for all awards with the same company, city, state and zip, exactly as they
are spelled, and the same candidates: is one of these recipients the firm, and which?
"""

from __future__ import annotations

import hashlib
import json

import polars as pl
import pyarrow as pa

from proofbook.matching.schema import (
    ACCEPTED_METHODS,
    AMBIGUOUS,
    CANDIDATE,
    IDENTIFIER_CONFLICT,
    NAME_DISAGREES,
    NAME_EXACT,
    NAME_FUZZY,
    SHARED_IDENTIFIER,
)
from proofbook.quality import frames
from proofbook.quality.award_values import amount_of
from proofbook.quality.sampling import draw, strata

#: What makes awards one question, beside their candidates.
SPELLING = ("Company", "City", "State", "Zip")

#: Candidates of a question, best first; a verdict is the number of one of them.
MOST_CANDIDATES = 5

#: Why a question is asked: nothing is joined yet, or a flag; and drawn to estimate the precision.
DOUBTS = ("candidate", AMBIGUOUS, IDENTIFIER_CONFLICT, NAME_DISAGREES, SHARED_IDENTIFIER)
SAMPLE = "sample"
REASONS = (*DOUBTS, SAMPLE)

_CERTAIN = 1 - 1e-6  # a probability of 1 has no finite odds
_FIELDS = ("recipient_hash", "name", "city", "state", "score", "probability")


def questions(enriched: pa.Table, sample: int = 200, seed: int = 0) -> pl.DataFrame:
    """Every question that may be asked about an enriched table, first those that decide most.

    ``question`` (an id made of its content), Company, City, State, Zip, ``candidates`` (structs as
    in the table, at most five), ``reasons`` (of ``REASONS``; empty: it is not in the queue),
    ``awards``, ``award_rows`` (rising), ``amount`` (dollars, null where none can be read),
    ``joined`` (the recipient joined to any of its awards), ``open`` (awards joined to none),
    ``by_name`` (awards joined by their name), ``stratum``, ``drawn`` and ``lot`` (see
    `proofbook.quality.sampling`), and ``uncertainty``, which is weighed by the awards.

    The joined recipient is always among the candidates. Where a name decided and it is not listed,
    it stands for the first, whose firm it is (`proofbook.matching.decide`). The order of the table
    does not matter.
    """
    found = _grouped(enriched)
    found = found.with_columns(strata(found), uncertainty=uncertainty())
    found = found.hstack(draw(found, sample, seed))
    drawn = pl.when("drawn").then(pl.lit([SAMPLE])).otherwise(pl.lit([], pl.List(pl.String)))
    weight = pl.col("awards") * pl.col("uncertainty")
    return (
        found.with_columns(reasons=pl.concat_list("doubts", drawn))
        .sort(-weight, *SPELLING, "question")
        .drop("doubts")
    )


def queue(found: pl.DataFrame, limit: int | None = None) -> pl.DataFrame:
    """The questions that are asked, in order, at most ``limit`` beside those that are only drawn.

    These are spread evenly among the others, by lot, so that the place of a question tells nothing.
    """
    first = found["reasons"].list.first()
    doubted = found.filter(first != SAMPLE).head(found.height if limit is None else limit)
    drawn = found.filter(first == SAMPLE).sort("lot", "question")
    place = pl.int_range(1, pl.len() + 1) / pl.len()
    both = pl.concat([part.with_columns(place=place) for part in (doubted, drawn)])
    return both.sort("place", maintain_order=True).drop("place")


def uncertainty() -> pl.Expr:
    """How open the answer of a question is, 0 to 1: the Gini index 1 - Σ π² of its outcomes.

    (Breiman et al. 1984.) An outcome is a candidate or none of them, its share π that of its odds
    p / (1 - p) in those of all, "none" having 1: as `proofbook.matching.decide` weighs rivals. Of
    a single candidate this is 2 p (1 - p).
    """
    p = pl.element().struct.field("probability").fill_null(0.5).clip(0, _CERTAIN)
    odds = pl.col("candidates").list.eval(p / (1 - p))
    squares = 1 + odds.list.eval(pl.element() ** 2).list.sum()
    return 1 - squares / (1 + odds.list.sum()) ** 2


def _grouped(enriched: pa.Table) -> pl.DataFrame:
    """One row per question, doubted or joined by name, with the reasons to doubt in ``doubts``."""
    rows = frames.select(
        enriched, "award_row", "match_method", "match_probability", "match_score", "match_flags",
        "candidates", *(f"recipient_{c}" for c in ("hash", "name", "city", "state")),
    )  # fmt: skip
    rows = rows.with_columns(
        *(frames.raw(enriched, name).fill_null("").alias(name) for name in SPELLING),
        amount=frames.raw(enriched, "Award Amount").fill_null(""),
    ).with_columns(amount_of("amount"), offered=_offered())
    hashes = pl.col("offered").list.eval(pl.element().struct.field("recipient_hash").fill_null(""))
    best = pl.col("offered").list.first().struct.field("probability")
    flags, method = pl.col("match_flags"), pl.col("match_method")
    named = method.is_in([NAME_EXACT, NAME_FUZZY])
    reasons = {
        DOUBTS[0]: method == CANDIDATE,
        **{flag: flags.list.contains(flag) for flag in DOUBTS[1:]},
    }
    found = (
        rows.with_columns(hashes=hashes)
        .filter(pl.col("hashes").list.len() > 0)
        .sort("award_row")
        .group_by(*SPELLING, "hashes", maintain_order=True)
        .agg(
            pl.col("award_row").alias("award_rows"),
            # Decided by identifier and by name, the same link is as sure as the least sure says.
            pl.col("offered")
            .sort_by(best, "award_row", nulls_last=True)
            .first()
            .alias("candidates"),
            pl.len().cast(pl.Int64).alias("awards"),
            pl.when(pl.col("amount").count() > 0).then(pl.col("amount").sum()).alias("amount"),
            pl.col("recipient_hash").drop_nulls().first().alias("joined"),
            (~method.is_in(list(ACCEPTED_METHODS))).sum().cast(pl.Int64).alias("open"),
            named.sum().cast(pl.Int64).alias("by_name"),
            method.filter(named).min().alias("method"),
            pl.col("match_probability").filter(named).min().alias("probability"),
            *(test.any().alias(reason) for reason, test in reasons.items()),
        )
        .with_columns(
            doubts=pl.concat_list(
                pl.when(reason).then(pl.lit(reason)) for reason in reasons
            ).list.drop_nulls()
        )
        .drop(reasons)
        .filter((pl.col("doubts").list.len() > 0) | (pl.col("by_name") > 0))
    )
    ids = [_id(row) for row in found.select(*SPELLING, "hashes").iter_rows()]
    return found.drop("hashes").insert_column(0, pl.Series("question", ids, pl.String))


def _offered() -> pl.Expr:
    """The candidates of an award, the joined recipient among them."""
    columns = [f"recipient_{c}" for c in ("hash", "name", "city", "state")]
    values = zip(_FIELDS, [*columns, "match_score", "match_probability"], strict=True)
    joined = pl.struct(pl.col(column).alias(name) for name, column in values)
    listed = pl.col("candidates").list.head(MOST_CANDIDATES)
    known = listed.list.eval(pl.element().struct.field("recipient_hash"))
    there = known.list.contains(pl.col("recipient_hash"))
    return (
        pl.when(pl.col("recipient_hash").is_null() | there)
        .then(listed)
        .otherwise(pl.concat_list(joined, listed.list.slice(1)))
    )


def _id(content: object) -> str:
    """A short hash; the letter before it keeps a spreadsheet from taking it for a number."""
    text = json.dumps(content, ensure_ascii=False)
    return "q" + hashlib.sha256(text.encode()).hexdigest()[:14]
