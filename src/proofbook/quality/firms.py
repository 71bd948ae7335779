"""Accuracy by firm instead of by award, so that one firm with many awards does not decide it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.matching.schema import ACCEPTED_METHODS
from proofbook.measure.statistics import Interval, wilson
from proofbook.quality import frames
from proofbook.quality.judged import SUCCESSION, links

#: A firm as it is spelled: what the published truth of real awards is keyed on.
FIRM = ("Company", "Duns")


@dataclass(frozen=True)
class FirmAccuracy:
    """Accuracy over firms; a firm is linked to every recipient that an award of it was joined to.

    ``precision``: right (firm, recipient) links of all links of firms with a match; ``recall``:
    firms with at least one right link of firms with a match; ``recall_without_successions`` the
    same without firms whose only matches are of truth's kind "succession"; ``absent_linked``:
    firms with any link of firms known to have no recipient.
    """

    firms: int
    precision: Interval
    recall: Interval
    recall_without_successions: Interval
    absent_linked: Interval

    def table(self) -> pd.DataFrame:
        """One row per figure: ``[figure, rate, low, high, n]``."""
        figures = {
            "precision of links": self.precision,
            "recall": self.recall,
            "recall without successions": self.recall_without_successions,
            "absent firms linked": self.absent_linked,
        }
        rows = [(name, i.value, i.low, i.high, i.n) for name, i in figures.items()]
        return pd.DataFrame(rows, columns=["figure", "rate", "low", "high", "n"])


def evaluate_firms(
    enriched: pa.Table,
    truth: pa.Table,
    keys: Sequence[str] = FIRM,
    *,
    never_right: Collection[str] = (),
) -> FirmAccuracy:
    """Accuracy by firm, a firm being the awards with equal ``keys`` exactly as they are spelled.

    Truth of a firm is that of its awards together; awards that truth does not list are left out.
    A link to a recipient of ``never_right`` (known to belong to no award firm) is a wrong link
    whatever firm it comes from, also one without any truth.
    """
    rows = frames.select(enriched, "award_row", "match_method", "recipient_hash").with_columns(
        pl.struct(*(frames.raw(enriched, key).fill_null("") for key in keys)).alias("firm"),
        accepted=pl.col("match_method").is_in(list(ACCEPTED_METHODS)),
    )
    firm_of = rows.select("award_row", "firm")
    known = links(truth).join(firm_of, on="award_row", how="inner")
    right = known.filter(pl.col("recipient_hash").is_not_null())
    matched = right.group_by("firm").agg(
        succession=(pl.col("kind") == SUCCESSION).fill_null(value=False).all()
    )
    absent = known.select("firm").unique().join(matched, on="firm", how="anti")
    linked = rows.filter("accepted").select("award_row", "firm", "recipient_hash")
    listed = linked.join(known.select("award_row").unique(), on="award_row", how="semi")
    made = listed.select("firm", "recipient_hash").unique()
    ours = made.join(matched, on="firm", how="semi")
    good = ours.join(right, on=["firm", "recipient_hash"], how="semi")
    stray = (
        linked.select("firm", "recipient_hash")
        .unique()
        .filter(pl.col("recipient_hash").is_in(list(never_right)))
        .join(ours, on=["firm", "recipient_hash"], how="anti")
    )
    found = matched.with_columns(hit=pl.col("firm").is_in(good["firm"].implode()))
    plain = found.filter(~pl.col("succession"))
    return FirmAccuracy(
        firms=matched.height + absent.height,
        precision=wilson(good.height, ours.height + stray.height),
        recall=wilson(int(found["hit"].sum()), found.height),
        recall_without_successions=wilson(int(plain["hit"].sum()), plain.height),
        absent_linked=wilson(
            absent.join(made, on="firm", how="semi").height,
            absent.height,
        ),
    )
