"""Decisions: accept, review or leave each query, by calibrated probability and its rivals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proofbook.matching.links import Links

#: A best firm less than this many times as likely as the next different firm is ambiguous.
CLEAR = 2.0

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
    """Accept the best recipient when it is likely enough and no other firm is about as likely."""
    order = np.lexsort((links.identity, -links.score, -probability, links.query))
    best = order[np.diff(links.query[order], prepend=-1) != 0]
    top = np.full(int(links.query.max(initial=-1)) + 1, -1)
    top[links.query[best]] = best
    other = firm != firm[top[links.query]]
    rival = np.zeros(len(top))
    np.maximum.at(rival, links.query[other], probability[other])
    p = probability[best]
    ambiguous = (p >= review) & (rival[links.query[best]] * CLEAR > p)
    verdict = np.where(
        (p >= accept) & ~ambiguous, ACCEPT, np.where(p >= review, REVIEW, LEAVE)
    ).astype(np.int8)
    return Decisions(links.query[best], best, p, verdict, ambiguous)
