"""How every award ends: its identifiers lead to its firm, to another, nowhere, or are missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .firms import BOTH, BY_DUNS, BY_UEI, PRESENT, Firms
from .mixture import Mixture, Share
from .rows import AWARD_ONLY, PER_ENTITY, Rows
from .streams import Bools, Floats, Ints, below, chance, quota, stream

#: What the identifiers of an award lead to: a row of its firm by UEI, or by DUNS; nobody's row;
#: there are none; another firm's row; one firm by UEI and another by DUNS.
OUTCOMES = ("uei", "duns", "elsewhere", "none", "wrong", "conflict")
UEI, DUNS, ELSEWHERE, NONE, WRONG, CONFLICT = range(6)


@dataclass(frozen=True)
class Links:
    """Per award: the outcome (position in OUTCOMES), and the serial numbers of its identifiers
    (-1: none)."""

    outcome: Ints
    uei: Ints
    duns: Ints


def make_links(
    firms: Firms, rows: Rows, firm: Ints, year: Ints, seed: int, mixture: Mixture
) -> Links:
    """The identifiers of every award, so that the shares of the mixture come out exactly.

    ``rows`` are the recipient rows of the award firms, main rows first; ``firm`` and ``year`` are
    of the awards.
    """
    shares, n, rng = mixture.links, len(firm), stream(seed, "links")
    main_uei, main_duns, second_uei = _serials(firms, rows)
    kind, there = firms.identifiers[firm], firms.status[firm] == PRESENT
    by_uei = there & np.isin(kind, [BOTH, BY_UEI]) & (main_uei[firm] >= 0)
    by_duns = there & np.isin(kind, [BOTH, BY_DUNS]) & (main_duns[firm] >= 0)
    habit, even = _uei_habit(year), np.ones(n)
    outcome = np.full(n, ELSEWHERE)

    def wanted(share: Share) -> int:
        return round(share.value * n)

    def pick(mask: Bools, preference: Floats, count: int, what: int) -> Ints:
        able = np.flatnonzero(mask)
        chosen = able[quota(rng, preference[able], count)]
        outcome[chosen] = what
        return chosen

    # at least one, so that the smallest worlds have a match
    pick(by_uei, habit, max(wanted(shares.uei_match), 1), UEI)
    pick(by_duns & (outcome == ELSEWHERE), even, wanted(shares.duns_match), DUNS)
    pick(outcome == ELSEWHERE, 1.0 / habit, wanted(shares.no_identifier), NONE)

    matched = outcome == UEI
    also = chance(rng, n, shares.uei_also_duns.value)
    second = matched & (second_uei[firm] >= 0) & chance(rng, n, shares.other_own_uei.value)
    retired = firm * PER_ENTITY + AWARD_ONLY
    uei = np.where(matched, np.where(second, second_uei[firm], main_uei[firm]), -1)
    own_duns = np.where(main_duns[firm] >= 0, main_duns[firm], retired)
    duns = np.where((matched & also) | (outcome == DUNS), own_duns, -1)

    # numbers that are in nobody's row: retired ones, and those of firms that are not there
    lost = outcome == ELSEWHERE
    named = lost & ~(there & np.isin(kind, [BOTH, BY_UEI, BY_DUNS]))
    named &= rng.random(n) < np.minimum(habit / 3.0, 0.95)
    uei[named] = retired[named]
    numbered = lost & (~named | also)
    duns[numbered] = retired[numbered]

    # another firm's number on a few awards of firms that have several
    several = (firms.awards[firm] >= 3) & matched
    stranger = main_uei[below(rng, n, len(firms))]
    able = several & (stranger >= 0) & (stranger != main_uei[firm])
    wrong = pick(able, even, wanted(shares.wrong_identifier), WRONG)
    uei[wrong], duns[wrong] = stranger[wrong], -1
    other = main_duns[below(rng, n, len(firms))]
    able = several & (outcome == UEI) & (other >= 0) & (other != main_duns[firm])
    torn = pick(able, even, wanted(shares.conflicting_identifiers), CONFLICT)
    duns[torn] = other[torn]
    return Links(outcome, uei, duns)


def _uei_habit(year: Ints) -> Floats:
    """How readily an award of that year carries a UEI: rarely before 2010, nearly always today.

    The UEI replaced the DUNS in April 2022; older awards have it where an agency filled it in
    later. Assumed; only the proportions matter, the shares are met exactly.
    """
    return np.interp(year, [1983, 1998, 2010, 2018, 2022], [0.15, 0.3, 1.0, 2.2, 6.0])


def _serials(firms: Firms, rows: Rows) -> tuple[Ints, Ints, Ints]:
    """The identifiers by which awards find each firm: first UEI, first DUNS, last UEI."""
    n = len(firms)
    first_uei, first_duns, last_uei = (np.full(n, -1) for _ in range(3))
    mine = np.flatnonzero(rows.entity < n)
    for serials, found, order in (
        (rows.uei, first_uei, mine[::-1]),
        (rows.duns, first_duns, mine[::-1]),
        (rows.uei, last_uei, mine),
    ):
        usable = order[serials[order] >= 0]
        found[rows.entity[usable]] = serials[usable]  # the last assignment stays
    return first_uei, first_duns, last_uei
