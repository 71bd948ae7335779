"""Match rates: accepted awards of all awards, overall, per method, and by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.matching.schema import (
    ACCEPTED_METHODS,
    CANDIDATE,
    DUNS_EXACT,
    METHODS,
    NAME_EXACT,
    NAME_FUZZY,
    UEI_EXACT,
    UNMATCHED,
)
from proofbook.measure.statistics import Interval, mean_interval, wilson
from proofbook.quality import frames, groups

MOST_GROUPS = 60
OTHERS = "all others"

#: What makes one decision: awards alike in these are right or wrong together.
DECISION = ("Company", "City", "State", "recipient_hash")


#: The metric that says how many awards each method decided.
METHOD_METRICS = {
    UEI_EXACT: "uei_exact_rate",
    DUNS_EXACT: "duns_exact_rate",
    NAME_EXACT: "name_exact_rate",
    NAME_FUZZY: "name_fuzzy_rate",
    CANDIDATE: "candidate_rate",
    UNMATCHED: "unmatched_rate",
}

#: The metric of the match rate of the awards with each identifier.
IDENTIFIER_METRICS = {
    groups.UEI: "match_rate_uei_rate",
    groups.DUNS_ONLY: "match_rate_duns_rate",
    groups.NO_IDENTIFIER: "match_rate_none_rate",
}


@dataclass(frozen=True)
class MatchRates:
    """``overall``: accepted of all awards; ``methods``: ``[method, n, share, low, high]``."""

    overall: Interval
    accepted: int
    awards: int
    methods: pd.DataFrame

    def measures(self) -> dict[str, Interval]:
        """The match rate and the share of every method, by the names of their metrics."""
        shares = {
            METHOD_METRICS[row["method"]]: wilson(row["n"], self.awards)
            for row in self.methods.to_dict("records")
        }
        return {"match_rate": self.overall, **shares}


def match_rates(enriched: pa.Table) -> MatchRates:
    """The match rate with Wilson's interval, and the count and share of every method.

    A candidate is for review and is not a match. ValueError for a table without awards.
    """
    n = enriched.num_rows
    if n == 0:
        raise ValueError("a match rate needs at least one award")
    method = frames.select(enriched, "match_method")["match_method"]
    counts = dict(method.value_counts().iter_rows())
    rows = []
    for name in METHODS:
        rate = wilson(counts.get(name, 0), n)
        rows.append((name, counts.get(name, 0), rate.value, rate.low, rate.high))
    accepted = sum(counts.get(name, 0) for name in ACCEPTED_METHODS)
    table = pd.DataFrame(rows, columns=["method", "n", "share", "low", "high"])
    return MatchRates(wilson(accepted, n), accepted, n, table)


def rates_by(enriched: pa.Table, dimension: groups.Dimension) -> pd.DataFrame:
    """Match rates by group: ``[label, n, accepted, rate, low, high]`` with Wilson's intervals.

    Groups come in the order of `proofbook.quality.groups.ordered`; of more than 60, the smallest
    are counted together. KeyError for an unknown dimension.
    """
    label = groups.labels(enriched, dimension)
    accepted = frames.select(enriched, "match_method")["match_method"].is_in(list(ACCEPTED_METHODS))
    counted = pl.DataFrame([label, accepted.alias("accepted")])
    counted = counted.group_by("label").agg(pl.len().alias("n"), pl.col("accepted").sum())
    found = {name: (n, k) for name, n, k in counted.iter_rows()}
    names = groups.ordered({name: n for name, (n, _) in found.items()}, dimension)
    if len(names) > MOST_GROUPS:
        largest = sorted(names, key=lambda name: (-found[name][0], name))[: MOST_GROUPS - 1]
        rest = [found[name] for name in set(names) - set(largest)]
        found[OTHERS] = (sum(n for n, _ in rest), sum(k for _, k in rest))
        names = [*(name for name in names if name in largest), OTHERS]
    rows = []
    for name in names:
        n, k = found[name]
        rate = wilson(k, n)
        rows.append((name, n, k, rate.value, rate.low, rate.high))
    return pd.DataFrame(rows, columns=["label", "n", "accepted", "rate", "low", "high"])


def identifier_measures(by_identifier: pd.DataFrame) -> dict[str, Interval]:
    """The match rates of `rates_by` identifier, by the names of their metrics."""
    rows = {row["label"]: row for row in by_identifier.to_dict("records")}
    return {
        metric: wilson(rows[label]["accepted"], rows[label]["n"]) if label in rows else wilson(0, 0)
        for label, metric in IDENTIFIER_METRICS.items()
    }


def fuzzy_precision_estimate(
    enriched: pa.Table, methods: Sequence[str] = (NAME_EXACT, NAME_FUZZY)
) -> Interval:
    """The mean calibrated probability of what was accepted by name, with its 95 % interval.

    ``methods``: by default both that weigh a name, the same awards that truth judges as "without
    identifier". Awards of one name and place joined to one recipient are one decision (see
    `proofbook.measure.statistics.mean_interval`); ``n`` is the number of decisions. Empty where
    nothing was accepted.
    """
    frame = frames.select(enriched, "match_method", "match_probability", "recipient_hash")
    frame = frame.with_columns(frames.text(enriched, c) for c in DECISION[:-1])
    accepted = frame.filter(pl.col("match_method").is_in(list(methods)))
    return mean_interval(accepted["match_probability"].to_numpy(), accepted.select(DECISION).rows())


def flagged(enriched: pa.Table, flag: str) -> Interval:
    """The share of all awards that carry a match flag, with Wilson's interval."""
    flags = frames.select(enriched, "match_flags")["match_flags"]
    return wilson(int(flags.list.contains(flag).sum()), enriched.num_rows)
