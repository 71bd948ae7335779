"""Accuracy against truth: precision, recall and F1, overall and by the kind of evidence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.matching.schema import (
    ACCEPTED_METHODS,
    DUNS_EXACT,
    IDENTIFIER_METHODS,
    NAME_EXACT,
    NAME_FUZZY,
    UEI_EXACT,
)
from proofbook.measure.statistics import Interval, wilson
from proofbook.quality import frames
from proofbook.quality.judged import judge

OVERALL = "overall"
WITHOUT_IDENTIFIER = "without identifier"

#: Every tier with the methods that were tried before it: what reaches it is the rest.
TIERS: dict[str, tuple[str, ...]] = {
    UEI_EXACT: (),
    DUNS_EXACT: (UEI_EXACT,),
    NAME_EXACT: IDENTIFIER_METHODS,
    NAME_FUZZY: (*IDENTIFIER_METHODS, NAME_EXACT),
    WITHOUT_IDENTIFIER: IDENTIFIER_METHODS,
    OVERALL: (),
}


WRONG, LINKED, MISSED = "wrong recipient", "linked, has none", "missed"

#: The errors that count against a metric; those of names alone are of the same kinds.
COUNTED = {
    "precision_rate": (WRONG, LINKED),
    "recall_rate": (WRONG, MISSED),
    "f1_rate": (WRONG, LINKED, MISSED),
    "absent_linked_rate": (LINKED,),
}


@dataclass(frozen=True)
class TierAccuracy:
    """One tier: ``n`` awards with known truth reached it, earlier tiers having left them open.

    ``tp``: accepted here and right; ``fp``: accepted here and wrong (also: has no recipient);
    ``fn``: reached it, has a recipient, and did not get a right one here.
    """

    tier: str
    n: int
    tp: int
    fp: int
    fn: int
    precision: Interval
    recall: Interval
    f1: float | None


@dataclass(frozen=True)
class Accuracy:
    """What truth says about an enriched table; rates carry their Wilson intervals.

    ``absent_linked``: accepted, of the awards known to have no recipient. ``offered``: awards
    whose right recipient is joined or among the candidates, of those that have one.
    ``recall_without_successions`` leaves out awards whose only right ones are of truth's kind
    "succession". ``errors``: ``[award_row, error, Company, City, State, method, predicted,
    right_hash, score, probability]``, every error, worst (most sure) first.
    """

    awards: int
    tiers: dict[str, TierAccuracy]
    absent_linked: Interval
    offered: Interval
    recall_without_successions: Interval
    errors: pd.DataFrame

    @property
    def overall(self) -> TierAccuracy:
        """All awards with known truth."""
        return self.tiers[OVERALL]

    @property
    def without_identifier(self) -> TierAccuracy:
        """The awards that no identifier decided, judged on exact and similar names."""
        return self.tiers[WITHOUT_IDENTIFIER]

    def table(self) -> pd.DataFrame:
        """One row per tier: ``[tier, n, tp, fp, fn, precision, precision_low, ...]``."""
        rows = []
        for t in self.tiers.values():
            row: dict[str, Any] = {"tier": t.tier, "n": t.n, "tp": t.tp, "fp": t.fp, "fn": t.fn}
            for name, rate in (("precision", t.precision), ("recall", t.recall)):
                row |= {name: rate.value, f"{name}_low": rate.low, f"{name}_high": rate.high}
            rows.append(row | {"f1": t.f1})
        return pd.DataFrame(rows)

    def measures(self) -> dict[str, Interval]:
        """The metrics against truth, by their names; an F1 has no interval."""
        whole, fuzzy = self.overall, self.without_identifier
        return {
            "precision_rate": whole.precision,
            "recall_rate": whole.recall,
            "f1_rate": Interval(whole.f1, None, None, whole.n),
            "fuzzy_precision_rate": fuzzy.precision,
            "fuzzy_recall_rate": fuzzy.recall,
            "fuzzy_f1_rate": Interval(fuzzy.f1, None, None, fuzzy.n),
            "absent_linked_rate": self.absent_linked,
        }

    def to_json(self) -> dict[str, Any]:
        """The figures as plain JSON values, without the errors themselves."""
        kept = ("awards", "tiers", "absent_linked", "offered", "recall_without_successions")
        whole = {name: getattr(self, name) for name in kept}
        return {name: _plain(value) for name, value in whole.items()} | {"errors": len(self.errors)}


def evaluate(enriched: pa.Table, truth: pa.Table) -> Accuracy:
    """The accuracy of an enriched table against ``truth[award_row, recipient_hash]``.

    Truth is read as `proofbook.quality.judged` says. ValueError where truth names an award that
    is not in the table, or lists none.
    """
    judged = judge(enriched, truth)
    if judged.is_empty():
        raise ValueError("truth lists no award")
    tiers = {name: _tier(judged, name, before) for name, before in TIERS.items()}
    known, absent = judged.filter("known"), judged.filter(~pl.col("known"))
    plain = known.filter(~pl.col("succession"))
    return Accuracy(
        awards=judged.height,
        tiers=tiers,
        absent_linked=_share(absent, "accepted"),
        offered=_share(known, "offered"),
        recall_without_successions=_share(plain, "right"),
        errors=_errors(enriched, judged),
    )


def errors_of(errors: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The rows of `Accuracy.errors` that count against one of its measures, in their order."""
    whole = metric.removeprefix("fuzzy_")
    found = errors[errors["error"].isin(COUNTED[whole])]
    return found if whole == metric else found[~found["method"].isin(IDENTIFIER_METHODS)]


def _tier(judged: pl.DataFrame, tier: str, before: tuple[str, ...]) -> TierAccuracy:
    methods = {OVERALL: ACCEPTED_METHODS, WITHOUT_IDENTIFIER: (NAME_EXACT, NAME_FUZZY)}
    reached = judged.filter(~pl.col("match_method").is_in(list(before)))
    here = reached.filter(pl.col("match_method").is_in(list(methods.get(tier, (tier,)))))
    tp = int(here["right"].sum())
    known = int(reached["known"].sum())
    fp, fn = here.height - tp, known - tp
    f1 = 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else None
    return TierAccuracy(
        tier, reached.height, tp, fp, fn, wilson(tp, here.height), wilson(tp, known), f1
    )


def _share(frame: pl.DataFrame, column: str) -> Interval:
    return wilson(int(frame[column].sum()), frame.height)


def _errors(enriched: pa.Table, judged: pl.DataFrame) -> pd.DataFrame:
    kind = (
        pl.when(pl.col("accepted") & ~pl.col("known"))
        .then(pl.lit(LINKED))
        .when(pl.col("accepted") & ~pl.col("right"))
        .then(pl.lit(WRONG))
        .when(pl.col("known") & ~pl.col("right"))
        .then(pl.lit(MISSED))
    )
    wrong = judged.with_columns(error=kind).filter(pl.col("error").is_not_null())
    names = pl.DataFrame(
        [
            frames.select(enriched, "award_row")["award_row"],
            *(frames.raw(enriched, c) for c in ("Company", "City", "State")),
            frames.raw(enriched, "recipient_name").alias("predicted"),
        ]
    )
    shown = wrong.join(names, on="award_row", how="left").select(
        "award_row",
        "error",
        "Company",
        "City",
        "State",
        pl.col("match_method").alias("method"),
        "predicted",
        "right_hash",
        pl.col("match_score").alias("score"),
        pl.col("match_probability").alias("probability"),
    )
    missed_last = pl.col("error") == MISSED
    shown = shown.sort(missed_last, -pl.col("probability"), "award_row", nulls_last=True)
    return frames.to_pandas(shown)


def with_right_names(errors: pd.DataFrame, recipients: pa.Table) -> pd.DataFrame:
    """Errors with the right recipient's name, ``right``, in place of its hash."""
    wanted = list(errors["right_hash"].dropna().unique())
    frame = frames.select(recipients, "recipient_hash", "legal_business_name")
    names = dict(frame.filter(pl.col("recipient_hash").is_in(wanted)).iter_rows())
    shown = errors.rename(columns={"right_hash": "right"})
    return shown.assign(right=[names.get(recipient, "") for recipient in shown["right"]])


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: asdict(part) for name, part in value.items()}
    return asdict(value) if isinstance(value, Interval) else value
