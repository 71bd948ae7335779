"""Awards beside what is known about them: the one place that says what truth means.

Several rows of truth for an award mean that any of them is right; a null recipient means that the
award is known to have none; an award that is not listed is unknown and left out.
"""

from __future__ import annotations

import polars as pl
import pyarrow as pa

from proofbook.matching.schema import ACCEPTED_METHODS
from proofbook.quality import frames

SUCCESSION = "succession"  # truth's `kind` of a link that no name gives away


def judge(enriched: pa.Table, truth: pa.Table) -> pl.DataFrame:
    """One row per award that truth lists, in order of ``award_row``.

    ``match_method``, ``recipient_hash``, ``match_score``, ``match_probability`` as enriched, and
    ``accepted`` (a recipient is joined), ``known`` (it is known to have a recipient), ``right``
    (accepted and any of the right ones), ``offered`` (a right one is joined or a candidate),
    ``succession`` (every right one is of the kind "succession"), ``right_hash`` (one right one).
    ValueError where a truth row names an award that is not in the table.
    """
    awards = frames.select(
        enriched,
        "award_row",
        "match_method",
        "recipient_hash",
        "match_score",
        "match_probability",
        "candidates",
    )
    known = links(truth)
    missing = known.join(awards, on="award_row", how="anti")
    if missing.height:
        raise ValueError(f"truth names award_row {missing['award_row'][0]}, which is not there")
    pairs = known.filter(pl.col("recipient_hash").is_not_null())
    has = pairs.group_by("award_row").agg(
        pl.col("recipient_hash").min().alias("right_hash"),
        (pl.col("kind") == SUCCESSION).fill_null(value=False).all().alias("succession"),
    )
    joined = awards.select("award_row", "recipient_hash").join(
        pairs, on=["award_row", "recipient_hash"], how="semi"
    )
    listed = (
        awards.select("award_row", "candidates")
        .join(pairs.select("award_row").unique(), on="award_row", how="semi")
        .explode("candidates", empty_as_null=False, keep_nulls=False)
        .select("award_row", recipient_hash=pl.col("candidates").struct.field("recipient_hash"))
        .join(pairs, on=["award_row", "recipient_hash"], how="semi")
    )
    offered = pl.concat([joined.select("award_row"), listed.select("award_row")]).unique()
    accepted = pl.col("match_method").is_in(list(ACCEPTED_METHODS))
    return (
        awards.drop("candidates")
        .join(known.select("award_row").unique(), on="award_row", how="semi")
        .join(has, on="award_row", how="left")
        .with_columns(
            accepted=accepted,
            known=pl.col("right_hash").is_not_null(),
            right=accepted & pl.col("award_row").is_in(joined["award_row"].implode()),
            offered=pl.col("award_row").is_in(offered["award_row"].implode()),
            succession=pl.col("succession").fill_null(value=False),
        )
        .sort("award_row")
    )


def links(truth: pa.Table) -> pl.DataFrame:
    """Truth as ``award_row``, ``recipient_hash`` (null: known to have none) and ``kind``."""
    frame = frames.select(truth, "award_row", "recipient_hash")
    kind = frames.raw(truth, "kind").alias("kind")
    return frame.with_columns(pl.col("recipient_hash").cast(pl.String), kind)
