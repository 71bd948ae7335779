"""Decisions: accept, review or leave each query, by calibrated probability and its rivals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proofbook.matching.evidence import AT
from proofbook.matching.links import Links

#: A best firm whose odds are less than this many times those of the next is ambiguous.
CLEAR = 4.0
#: Recipients of the best firm this likely, as a share of the likeliest, may stand for it.
PEER = 0.8

ACCEPT, REVIEW, LEAVE = 2, 1, 0


@dataclass(frozen=True)
class Decisions:
    """One row per query that has links: its best link (a row of Links), and what to do with it."""

    query: NDArray[np.int64]
    best: NDArray[np.int64]
    probability: NDArray[np.float64]
    verdict: NDArray[np.int8]
    ambiguous: NDArray[np.bool_]


def decide(
    links: Links,
    firm: NDArray[np.int64],
    probability: NDArray[np.float64],
    *,
    accept: float,
    review: float,
) -> Decisions:
    """Accept the best firm when it is likely enough and no other firm is about as likely.

    Of the recipients of that firm the one stands for it that bears the name itself, not only as
    an alias, and as it is written; then the likeliest.
    """
    order = np.lexsort((links.identity, -links.score, -probability, links.query))
    leader = order[np.diff(links.query[order], prepend=-1) != 0]
    top = np.full(int(links.query.max(initial=-1)) + 1, -1)
    top[links.query[leader]] = leader
    mine = top[links.query]
    rival = np.zeros(len(top))
    other = firm != firm[mine]
    np.maximum.at(rival, links.query[other], probability[other])
    peer = ~other & (probability >= PEER * probability[mine])
    spelled = -links.features[:, AT["name equal"]]
    order = np.lexsort(
        (links.identity, -links.score, -probability, spelled, links.kind, ~peer, links.query)
    )
    best = order[np.diff(links.query[order], prepend=-1) != 0]
    p, q = probability[leader], rival[links.query[leader]]
    ambiguous = (p >= review) & (q > 0) & (p * (1 - q) <= CLEAR * q * (1 - p))
    verdict = np.where(
        (p >= accept) & ~ambiguous, ACCEPT, np.where(p >= review, REVIEW, LEAVE)
    ).astype(np.int8)
    return Decisions(links.query[best], best, p, verdict, ambiguous)
