"""Explanations: the evidence of the recipient that an award got, and of the next best firm.

Evidence adds up in log-odds, ln(p / (1 - p)): what the model expects before any evidence, what each
piece of evidence adds (LightGBM's exact contributions to the model of the pair alone), what the
second model adds when it sees the rivals, then calibration, identifiers, and the share of absent
firms. The sum is the log-odds of the probability in the enriched table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from proofbook.matching.by_name import ByName, Met, aliases_of, candidates_of, weighed
from proofbook.matching.candidates import find
from proofbook.matching.combine import IDENTIFIER_PROBABILITY, combine
from proofbook.matching.decide import decide
from proofbook.matching.evidence import FEATURES
from proofbook.matching.judge import (
    Judge,
    identifier_log_odds,
    identifiers_compared,
    log_odds,
    moved,
)
from proofbook.matching.links import Links, clusters, rivalry
from proofbook.matching.match import prepare
from proofbook.matching.schema import IDENTIFIER_METHODS, UEI_EXACT
from proofbook.matching.shards import Firms, Shard
from proofbook.matching.units import AtOnce, Engine
from proofbook.matching.wording import LABELS, spoken
from proofbook.measure import Recorder
from proofbook.sources.recipients import Recipients

#: Columns of ``Explanation.steps``.
COLUMNS = ["evidence", "chosen", "chosen_log_odds", "next", "next_log_odds"]
#: All steps from no evidence to the final log-odds.
_STEPS = (
    "before any evidence",
    *(LABELS[e] for e in FEATURES),
    "beside other firms",
    "calibration",
    "identifiers",
    "share of absent firms",
)
_SHOWN = ["recipient_hash", "legal_business_name", "city", "state", "zip5"]
_AGREEMENT = ("quite different", "share what is rare", "same but for spelling")


@dataclass(frozen=True)
class Weighed:
    """A recipient, and how likely it is to be the award's firm."""

    recipient_hash: str
    name: str
    place: str
    probability: float


@dataclass(frozen=True)
class Explanation:
    """Why an award got its recipient, or none.

    ``chosen`` is the likeliest recipient, ``next`` the likeliest of another firm; ``joined`` the
    hash of the recipient in the enriched table, which is another row of the chosen firm where that
    one bears the name itself. ``steps``: ``[evidence, chosen, chosen_log_odds, next,
    next_log_odds]``; the log-odds of each add up to those of its probability.
    """

    award_row: int
    method: str
    probability: float
    flags: list[str]
    joined: str | None
    accept: float
    review: float
    chosen: Weighed | None
    next: Weighed | None
    steps: pd.DataFrame


def explain(
    awards: pa.Table,
    recipients: Recipients,
    judge: Judge,
    rows: Sequence[int],
    engine: Engine | None = None,
) -> list[Explanation]:
    """The explanation of each of some award rows, as ``judge`` decided them.

    ``awards`` must be all awards of the run: those that identifiers matched lend their names.
    ``engine`` is that of ``matching.match``.
    """
    sides = prepare(awards, recipients, Recorder(), AtOnce() if engine is None else engine)
    ours, frequencies = sides.ours, sides.listing.frequencies
    queries = np.unique(sides.told["query"].gather(list(rows)).to_numpy())
    found = candidates_of(queries, ours, sides.listing)
    asks = sides.told[list(rows)]
    # The candidates with their evidence, as the name tier finds them.
    aliases = aliases_of(sides.told, ours.queries, found.held, sides.listing.own)
    asked, held = found.met.asked, found.held
    by_alias = Met(asked, aliases, find(asked, aliases, frequencies))
    links = weighed(queries, [found.met, by_alias], frequencies, 0)
    shown = recipients.take(held.row, _SHOWN)
    return [
        _explained(held, links.take(links.query == ask["query"].item()), shown, judge, ask, row)
        for row, ask in zip(rows, asks.iter_slices(1), strict=True)
    ]


def _explained(
    held: Shard, links: Links, shown: pa.Table, judge: Judge, ask: pl.DataFrame, row: int
) -> Explanation:
    links = replace(links, query=np.full(len(links), ask["ask"].item()))
    firm = clusters(links, held.firms)
    values = np.hstack([links.features, rivalry(links, firm, judge.model.strength(links))])
    added, probability = _added(held.firms, links, firm, values, judge, ask)
    decisions = decide(links, firm, probability, accept=judge.accept, review=judge.review)
    links = replace(links, recipient=held.row[links.recipient])
    by_name = ByName(links, firm, probability, decisions, judge, judge.accept, {})
    found = combine(ask, by_name, 1).row(0, named=True)

    steps = _told_steps(ask, found, float(probability.max(initial=0)))
    pair: list[tuple[int, float]] = []  # recipients and their probabilities
    if steps:
        first = [found["recipient"], *(c["recipient"] for c in found["candidates"])]
        pair = [(next(r for r in first if r is not None), found["match_probability"])]
    elif len(links):
        order = np.lexsort((links.identity, -links.score, -probability))
        rows = [int(order[0]), *order[firm[order] != firm[order[0]]][:1].tolist()]
        pair = [(int(links.recipient[i]), float(probability[i])) for i in rows]
        steps = _steps(links, values, added, rows)
    about = {r: shown.slice(int(held.positions(np.array([r]))[0]), 1) for r, _ in pair}
    chosen, second = (*(_weighed(about[r], p) for r, p in pair), None, None)[:2]
    joined = found["recipient"]
    return Explanation(
        award_row=row,
        method=found["match_method"],
        probability=found["match_probability"],
        flags=found["match_flags"],
        joined=None if joined is None else _hash_of(held, shown, joined),
        accept=judge.accept,
        review=judge.review,
        chosen=chosen,
        next=second,
        steps=pd.DataFrame(steps, columns=COLUMNS),
    )


def _added(
    firms: Firms,
    links: Links,
    firm: NDArray[np.int64],
    values: NDArray[np.float64],
    judge: Judge,
    ask: pl.DataFrame,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each of ``_STEPS`` adds to the log-odds of each link, and the probability in the end."""
    if not len(links):
        return np.zeros((0, len(_STEPS))), np.zeros(0)
    model = judge.model
    known = model.evidence(links)
    pieces = np.asarray(model.alone.predict(known, pred_contrib=True, num_threads=1))
    beside = np.hstack([known, values[:, len(FEATURES) :]])
    together = np.asarray(model.together.predict(beside, raw_score=True, num_threads=1))
    tells, differ = identifiers_compared(
        ask[np.zeros(len(links), np.int64)], firms.take(links.recipient)
    )
    calibrated = model.probability(links, firm)
    told = moved(calibrated, identifier_log_odds(tells, differ, (judge.differ, judge.silent)))
    final = moved(told, judge.shift)
    odds = [pieces.sum(axis=1), together, *map(log_odds, (calibrated, told, final))]
    after = np.diff(np.column_stack(odds), axis=1)
    silent = np.zeros((len(links), len(FEATURES) - known.shape[1]))  # what the model never saw
    return np.hstack([pieces[:, -1:], pieces[:, :-1], silent, after]), final


def _steps(
    links: Links, values: NDArray[np.float64], added: NDArray[np.float64], rows: list[int]
) -> list[tuple[Any, ...]]:
    """The rows of ``Explanation.steps`` for the links at ``rows``: the chosen and the next."""
    sides = []
    for row in rows:
        kind, (*own, _, lead, rivals) = int(links.kind[row]), map(float, values[row])
        said = [spoken(e, v, kind) for e, v in zip(FEATURES, own, strict=True)]
        beside = f"{lead:+.1f}, {rivals:.0f} as good"
        sides.append(list(zip(["", *said, beside, "", "", ""], added[row].tolist(), strict=True)))
    if len(sides) == 1:
        sides.append([("", float("nan"))] * len(_STEPS))
    return [(step, *one, *two) for step, one, two in zip(_STEPS, *sides, strict=True)]


def _told_steps(ask: pl.DataFrame, found: dict[str, Any], by_name: float) -> list[tuple[Any, ...]]:
    """The steps where identifiers decided, or contradict each other; none where names did."""
    nothing = ("", float("nan"))
    if found["match_method"] in IDENTIFIER_METHODS:
        kind = "UEI" if found["match_method"] == UEI_EXACT else "DUNS"
        agree = ask["agree"].item()
        without, with_name = (
            float(log_odds(np.array(IDENTIFIER_PROBABILITY[i]))) for i in (0, agree)
        )
        return [
            (f"{kind} of the award", "same", without, *nothing),
            ("names", _AGREEMENT[agree], with_name - without, *nothing),
        ]
    hits = ask["hits"].item()
    if hits is not None and found["match_probability"] > by_name:
        odds = float(log_odds(np.array(found["match_probability"])))
        return [("recipients that its identifiers name", str(len(hits)), odds, *nothing)]
    return []


def _hash_of(held: Shard, shown: pa.Table, recipient: int) -> str:
    place = int(held.positions(np.array([recipient]))[0])
    out: str = shown["recipient_hash"][place].as_py()
    return out


def _weighed(shown: pa.Table, probability: float) -> Weighed:
    (about,) = shown.to_pylist()
    place = " ".join(about[c] for c in ("city", "state", "zip5") if about[c])
    return Weighed(about["recipient_hash"], about["legal_business_name"] or "", place, probability)
