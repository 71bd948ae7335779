"""A stratified random sample of links, and the precision that people's verdicts on it tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.matching.hashing import hash_words, mix
from proofbook.measure.statistics import Interval, weighted_rate, wilson

#: Where bands of probability begin, the first at 0, within which links are drawn.
BANDS = (0.95, 0.98, 0.99, 0.995)

#: Links drawn in every stratum that has as many, before the rest is shared out by size.
LEAST = 5


def strata(questions: pl.DataFrame) -> pl.Series:
    """The ``stratum`` of each question: method and band of its links by name; null without any."""
    band: pl.Expr = pl.lit(f"0 to {BANDS[0]:g}")
    for low, high in zip(BANDS, [*BANDS[1:], None], strict=True):
        name = f"{low:g} to {high:g}" if high else f"from {low:g}"
        band = pl.when(pl.col("probability") >= low).then(pl.lit(name)).otherwise(band)
    named = pl.col("method").is_not_null()
    words = pl.when(named).then(pl.concat_str("method", pl.lit(", "), band)).alias("stratum")
    return questions.select(words).to_series()


def shares(sizes: Sequence[int], total: int) -> list[int]:
    """How many to draw of each stratum: ``LEAST``, then in proportion (Webster's method).

    In proportion, because all links then weigh the same, which is best where the strata are about
    equally sure (Cochran 1977, 5.5).
    """
    given = [0] * len(sizes)
    for _ in range(min(total, sum(sizes))):
        left = [h for h, size in enumerate(sizes) if given[h] < size]
        best = max(left, key=lambda h: (given[h] < LEAST, sizes[h] / (2 * given[h] + 1), -h))
        given[best] += 1
    return given


def draw(questions: pl.DataFrame, total: int, seed: int) -> pl.DataFrame:
    """Which questions are drawn, ``drawn``, and the number by which they are, ``lot``.

    In every stratum those with the smallest lots, which are made of a question's content and the
    seed alone: more of the same seed are drawn in addition.
    """
    ids = hash_words(pa.array(questions["question"].to_list(), pa.string()))
    lots = mix(ids ^ mix(np.array([seed % 2**64], np.uint64)))
    frame = questions.select("question", "stratum").with_columns(
        lot=pl.Series(lots, dtype=pl.UInt64)
    )
    sizes = frame.drop_nulls("stratum").group_by("stratum").len().sort("stratum")
    wanted = pl.DataFrame(
        {"stratum": sizes["stratum"], "wanted": shares(sizes["len"].to_list(), total)},
        schema={"stratum": pl.String, "wanted": pl.Int64},
    )
    rank = pl.struct("lot", "question").rank("ordinal").over("stratum")
    return (
        frame.join(wanted, "stratum", "left", maintain_order="left")
        .with_columns(drawn=(rank <= pl.col("wanted")).fill_null(False))
        .select("drawn", "lot")
    )


@dataclass(frozen=True)
class Precision:
    """The precision of the links by name, as people see it.

    ``links`` counts every link once, ``awards`` as often as it has awards; both weigh a stratum by
    all of its links, and leave out strata of which nothing was judged. ``strata``: ``[stratum,
    links, drawn, judged, right, rate, low, high]``.
    """

    links: Interval
    awards: Interval
    strata: pd.DataFrame


def precision(questions: pl.DataFrame) -> Precision:
    """The stratified estimate of the precision, from the questions that were drawn and judged.

    ``questions`` as `proofbook.quality.clerical.questions` gives them, with ``right``: whether
    people say that the joined recipient is the firm, null where they do not say. A judged link
    stands for its stratum's links of each judged (Cochran 1977, 5.3); the interval is that of
    `proofbook.measure.statistics.weighted_rate`.
    """
    judged = pl.col("drawn") & pl.col("right").is_not_null()
    sizes = (
        questions.drop_nulls("stratum")
        .group_by("stratum")
        .agg(
            links=pl.len(),
            drawn=pl.col("drawn").sum(),
            judged=judged.sum(),
            right=(judged & pl.col("right")).sum(),
        )
        .sort("stratum")
    )
    rows = []
    for row in sizes.rows():
        rate = wilson(row[-1], row[-2])
        rows.append((*row, rate.value, rate.low, rate.high))
    found = questions.filter(judged).join(
        sizes.select("stratum", each=pl.col("links") / pl.col("judged")), "stratum"
    )
    right, each = found["right"].to_numpy(), found["each"].to_numpy()
    return Precision(
        links=weighted_rate(right, each),
        awards=weighted_rate(right, each * found["by_name"].to_numpy()),
        strata=pd.DataFrame(rows, columns=[*sizes.columns, "rate", "low", "high"]),
    )
