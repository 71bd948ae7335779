"""Answers against truth: precision, recall and F1 at every threshold, and the best of them.

An award is answered by the first of its ranked recipients where that one's score reaches the
threshold. Truth lists every right recipient of an award (any will do), or null where it is known
to have none; an award that truth does not list is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from peers.methods import TOP
from proofbook.matching.schema import ACCEPTED_METHODS


@dataclass(frozen=True)
class Quality:
    """Rates of ``awards`` that are judged, ``known`` of which have a recipient.

    ``precision``: right of answered; ``recall``: right of known; ``f1`` their harmonic mean;
    ``top5``: known awards with a right recipient among the first five. ``threshold`` is the least
    score that is answered, None where the method itself decided.
    """

    awards: int
    known: int
    threshold: float | None
    precision: float
    recall: float
    f1: float
    top5: float


def of_pairs(
    pairs: pl.DataFrame, asked: pl.DataFrame, held: pl.DataFrame, truth: pl.DataFrame
) -> pl.DataFrame:
    """Ranked answers of a peer: ``award_row``, ``rank`` from 0, ``score``, ``right``.

    ``pairs`` has question, recipient, score; ``asked`` award_row and question; ``held`` recipient
    and recipient_hash. A row that several recipients share is right where any of them is.
    """
    ranked = pairs.sort(["question", "score", "recipient"], descending=[False, True, False])
    ranked = ranked.with_columns(rank=pl.int_range(pl.len()).over("question"))
    ranked = asked.join(ranked.filter(pl.col("rank") < TOP), "question")
    right = (
        ranked.join(held, "recipient")
        .join(truth, ["award_row", "recipient_hash"], "semi")
        .select("award_row", "rank", right=True)
        .unique()
    )
    return ranked.join(right, ["award_row", "rank"], "left").select(
        "award_row", "rank", "score", pl.col("right").fill_null(value=False)
    )


def of_enriched(enriched: pl.DataFrame, asked: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """Ranked answers in an enriched table, as `of_pairs`, and ``decided``: joined by the method.

    The joined recipient comes first, then the candidates in their order; the score is the
    probability.
    """
    rows = enriched.join(asked.select("award_row"), "award_row", "semi")
    accepted = pl.col("match_method").is_in(list(ACCEPTED_METHODS))
    joined = rows.filter(accepted).select(
        "award_row",
        "recipient_hash",
        score="match_probability",
        order=pl.lit(-1, pl.Int64),
        decided=pl.lit(value=True),
    )
    listed = (
        rows.select("award_row", "candidates")
        .explode("candidates", empty_as_null=False, keep_nulls=False)
        .unnest("candidates")
        .select(
            "award_row",
            "recipient_hash",
            score="probability",
            order=pl.int_range(pl.len(), dtype=pl.Int64),
            decided=pl.lit(value=False),
        )
    )
    ranked = pl.concat([joined, listed]).sort("award_row", "order")
    ranked = ranked.unique(["award_row", "recipient_hash"], keep="first", maintain_order=True)
    ranked = ranked.with_columns(rank=pl.int_range(pl.len()).over("award_row"))
    ranked = ranked.filter(pl.col("rank") < TOP)
    right = ranked.join(truth, ["award_row", "recipient_hash"], "semi")
    right = right.select("award_row", "rank", right=True).unique()
    return ranked.join(right, ["award_row", "rank"], "left").select(
        "award_row", "rank", "score", pl.col("right").fill_null(value=False), "decided"
    )


def decided(ranked: pl.DataFrame, asked: pl.DataFrame, truth: pl.DataFrame) -> Quality:
    """The quality of what the method itself decided (`of_enriched`)."""
    return _quality(ranked, ranked.filter("decided"), None, asked, truth)


def at_least(
    ranked: pl.DataFrame, threshold: float, asked: pl.DataFrame, truth: pl.DataFrame
) -> Quality:
    """The quality where first answers of at least that score are taken."""
    taken = ranked.filter(pl.col("rank") == 0, pl.col("score") >= threshold)
    return _quality(ranked, taken, threshold, asked, truth)


def at_best(ranked: pl.DataFrame, asked: pl.DataFrame, truth: pl.DataFrame) -> Quality:
    """The quality at the threshold with the highest F1, chosen with truth in hand.

    Of several equally good thresholds the highest is taken. Where nothing is answered, 0.
    """
    listed = truth.select("award_row").unique()
    first = ranked.filter(pl.col("rank") == 0).join(listed, "award_row", "semi")
    if first.is_empty():
        return at_least(ranked, 0.0, asked, truth)
    score = first["score"].to_numpy()
    order = np.argsort(-score, kind="stable")
    score, right = score[order], np.cumsum(first["right"].to_numpy()[order])
    count = known(asked, truth).height
    f1 = 2 * right / (np.arange(1, len(score) + 1) + count)
    last = np.append(score[1:] != score[:-1], True)  # equal scores are taken or left together
    best = int(np.argmax(np.where(last, f1, -1.0)))
    return at_least(ranked, float(score[best]), asked, truth)


def known(asked: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """The ``award_row`` of the asked awards that have a recipient."""
    has = truth.filter(pl.col("recipient_hash").is_not_null())
    return asked.select("award_row").join(has, "award_row", "semi")


def _quality(
    ranked: pl.DataFrame,
    taken: pl.DataFrame,
    threshold: float | None,
    asked: pl.DataFrame,
    truth: pl.DataFrame,
) -> Quality:
    judged = asked.select("award_row").join(truth, "award_row", "semi")
    taken = taken.join(judged, "award_row", "semi")
    count = known(asked, truth).height
    right = int(taken["right"].sum())
    offered = ranked.filter("right")["award_row"].n_unique()
    return Quality(
        awards=judged.height,
        known=count,
        threshold=threshold,
        precision=right / max(taken.height, 1),
        recall=right / max(count, 1),
        f1=2 * right / max(taken.height + count, 1),
        top5=offered / max(count, 1),
    )
