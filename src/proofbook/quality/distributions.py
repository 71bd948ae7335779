"""How scores and probabilities are spread, and whether the probabilities mean what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.matching.schema import (
    AMBIGUOUS,
    CANDIDATE,
    IDENTIFIER_CONFLICT,
    IDENTIFIER_METHODS,
    NAME_EXACT,
    NAME_FUZZY,
)
from proofbook.measure.statistics import wilson
from proofbook.quality import frames
from proofbook.quality.judged import links
from proofbook.quality.rates import DECISION

#: Methods that weighed a name; where an identifier decided the score is 100 by definition.
BY_NAME = (NAME_EXACT, NAME_FUZZY, CANDIDATE)
MOST_THRESHOLDS = 100

#: Flags of an award that no threshold would accept: two firms are about as likely.
HELD_BACK = (AMBIGUOUS, IDENTIFIER_CONFLICT)

_CURVE = [
    "threshold", "precision", "precision_low", "precision_high", "recall", "recall_low",
    "recall_high", "accepted", "known",
]  # fmt: skip


@dataclass(frozen=True)
class Reliability:
    """Predicted against observed: ``bins[predicted, observed, low, high, n]``, and their distance.

    ``error`` is the expected calibration error (Naeini et al. 2015): the mean of
    |observed - predicted| over the bins, weighted by n; None where no pair is known.
    """

    bins: pd.DataFrame
    error: float | None
    n: int


def histogram(enriched: pa.Table, column: str, edges: np.ndarray) -> pd.DataFrame:
    """How many awards decided by name have ``column`` in each bin: ``[low, high, n, method]``.

    A bin is low <= value < high, the last one includes its end; empty bins are left out.
    """
    frame = frames.select(enriched, "match_method", column)
    frame = frame.filter(pl.col("match_method").is_in(BY_NAME) & pl.col(column).is_finite())
    parts = []
    for method in BY_NAME:
        values = frame.filter(pl.col("match_method") == method)[column].to_numpy()
        counts, _ = np.histogram(values, bins=edges)
        part = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "n": counts, "method": method})
        parts.append(part[part["n"] > 0])
    return pd.concat(parts, ignore_index=True)


def scores(enriched: pa.Table) -> pd.DataFrame:
    """The histogram of name similarity, in steps of 2.5."""
    return histogram(enriched, "match_score", np.linspace(0, 100, 41))


def probabilities(enriched: pa.Table) -> pd.DataFrame:
    """The histogram of the calibrated probability, in steps of 0.025."""
    return histogram(enriched, "match_probability", np.linspace(0, 1, 41))


def decisions(enriched: pa.Table, truth: pa.Table) -> pl.DataFrame:
    """The best pair of every name and place that no identifier decided, beside truth.

    One row per decision (awards of equal name, place and recipient decide together):
    ``probability``, ``right`` (the share of its awards for which the pair is right), ``awards``,
    and ``held`` (left for review because of a rival or a conflict, whatever the probability). Left
    out are awards without truth, without any pair, and decided by identifier.
    """
    known = links(truth)
    frame = frames.select(
        enriched,
        "award_row",
        "match_method",
        "match_flags",
        "recipient_hash",
        "match_probability",
        "candidates",
    ).with_columns(frames.text(enriched, c) for c in DECISION[:-1])
    best = pl.col("candidates").list.first()
    pairs = frame.filter(pl.col("match_method").is_in(BY_NAME)).with_columns(
        recipient_hash=pl.coalesce("recipient_hash", best.struct.field("recipient_hash")),
        probability=pl.when(pl.col("recipient_hash").is_not_null())
        .then(pl.col("match_probability"))
        .otherwise(best.struct.field("probability")),
    )
    right = pairs.join(known, on=["award_row", "recipient_hash"], how="semi")["award_row"]
    return (
        pairs.join(known.select("award_row").unique(), on="award_row", how="semi")
        .filter(pl.col("recipient_hash").is_not_null() & pl.col("probability").is_finite())
        .with_columns(
            right=pl.col("award_row").is_in(right.implode()),
            held=(pl.col("match_method") == CANDIDATE)
            & pl.any_horizontal(pl.col("match_flags").list.contains(flag) for flag in HELD_BACK),
        )
        .group_by(DECISION)
        .agg(
            pl.col("probability").mean(),
            pl.col("right").cast(pl.Float64).mean(),
            pl.len().alias("awards"),
            pl.col("held").any(),
        )
        .sort("probability", *DECISION)
    )


def reliability(enriched: pa.Table, truth: pa.Table, bins: int = 10) -> Reliability:
    """Predicted probability against the share that was right, over `decisions`, in equal bins."""
    pairs = decisions(enriched, truth)
    predicted, right = pairs["probability"].to_numpy(), pairs["right"].to_numpy()
    place = np.minimum((predicted * bins).astype(int), bins - 1)
    rows = []
    for b in np.unique(place):
        inside = place == b
        n = int(inside.sum())
        interval = wilson(round(float(right[inside].sum())), n)
        rows.append(
            (predicted[inside].mean(), right[inside].mean(), interval.low, interval.high, n)
        )
    table = pd.DataFrame(rows, columns=["predicted", "observed", "low", "high", "n"])
    gaps = (table["observed"] - table["predicted"]).abs()
    error = float(np.average(gaps, weights=table["n"])) if len(table) else None
    return Reliability(table, error, len(pairs))


def precision_recall(enriched: pa.Table, truth: pa.Table) -> pd.DataFrame:
    """Precision and recall of awards without identifier, had the threshold been another.

    ``[threshold, precision, precision_low, precision_high, recall, recall_low, recall_high,
    accepted, known]`` by award, the ends being of 95 % intervals: at a threshold the best pairs of
    at least that probability count as accepted, unless a rival or a conflict held them back; recall
    is of the awards ``known`` to have a recipient. Only pairs that are in the table are known:
    thresholds below the one for review are not shown.
    """
    pairs = decisions(enriched, truth).filter(~pl.col("held"))
    known = links(truth).filter(pl.col("recipient_hash").is_not_null())
    undecided = frames.select(enriched, "award_row", "match_method").filter(
        ~pl.col("match_method").is_in(IDENTIFIER_METHODS)
    )
    reachable = (
        known.select("award_row").unique().join(undecided, on="award_row", how="semi").height
    )
    frame = (
        pairs.sort("probability", descending=True)
        .select(
            threshold=pl.col("probability"),
            right=(pl.col("right") * pl.col("awards")).cum_sum(),
            accepted=pl.col("awards").cum_sum(),
        )
        .group_by("threshold", maintain_order=True)
        .last()
        .reverse()
    )
    if frame.height > MOST_THRESHOLDS:
        step = np.linspace(0, frame.height - 1, MOST_THRESHOLDS).round().astype(int)
        frame = frame[np.unique(step)]
    rows = []
    for threshold, right, accepted in frame.iter_rows():
        precision, recall = wilson(round(right), accepted), wilson(round(right), reachable)
        rates = [(rate.value, rate.low, rate.high) for rate in (precision, recall)]
        rows.append((threshold, *rates[0], *rates[1], accepted, reachable))
    return pd.DataFrame(rows, columns=_CURVE)
