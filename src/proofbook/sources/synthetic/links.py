"""How every award ends: which identifiers it carries, by whose number, and in which form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .firms import IDENTIFIERS, PRESENT, Firms
from .identifiers import duns_texts, uei_texts
from .mixture import Mixture
from .recipients import AWARD_ONLY, PER_ENTITY, Rows
from .streams import Ints, below, chance, quota, stream, weighted

#: What the identifiers of an award lead to.
OUTCOMES = ("uei", "duns", "elsewhere", "none", "wrong", "conflict")
UEI, DUNS, ELSEWHERE, NONE, WRONG, CONFLICT = range(6)
NULL_WORDS = ("<NA>", "NAN", "NAT", "NONE", "NULL", "N/A", "\\N")


@dataclass(frozen=True)
class Links:
    """Per award: the outcome, and the serial numbers of its identifiers (-1: none)."""

    outcome: Ints
    uei: Ints
    duns: Ints


def uei_habit(year: Ints) -> np.ndarray:
    """How readily an award of that year carries a UEI: rarely before 2010, nearly always today.

    The UEI replaced the DUNS in April 2022; older awards have it where the agency filled it in.
    """
    return np.asarray(np.interp(year, [1983, 1998, 2010, 2018, 2022], [0.15, 0.3, 1.0, 2.2, 6.0]))


def link(firms: Firms, rows: Rows, firm: Ints, year: Ints, seed: int, mixture: Mixture) -> Links:
    """The identifiers of every award, so that the shares of the mixture come out exactly.

    ``rows`` are the recipient rows of the award firms, main rows first.
    """
    shares, n = mixture.links, len(firm)
    rng = stream(seed, "links.outcome")
    status, kind = firms.status[firm], firms.identifiers[firm]
    there = status == PRESENT
    habit = uei_habit(year)
    both, by_uei, by_duns = (there & (kind == IDENTIFIERS.index(k)) for k in ("both", "uei", "duns"))
    outcome = np.full(n, ELSEWHERE)

    def pick(mask: np.ndarray, preference: np.ndarray, count: float, what: int) -> None:
        where = np.flatnonzero(mask)
        outcome[where[quota(rng, preference[where], round(count))]] = what

    even = np.ones(n)
    pick(both | by_uei, habit, shares.uei_match.value * n, UEI)
    pick((both | by_duns) & (outcome == ELSEWHERE), even, shares.duns_match.value * n, DUNS)
    pick(outcome == ELSEWHERE, 1.0 / habit, shares.no_identifier.value * n, NONE)

    main_uei, main_duns = _serials(len(firms), rows)
    uei, duns = np.full(n, -1), np.full(n, -1)
    uei[outcome == UEI] = main_uei[firm[outcome == UEI]]
    kept = (outcome == UEI) & chance(rng, n, shares.own_uei_also_duns.value)
    own_duns = np.where(main_duns[firm] >= 0, main_duns[firm], firm * PER_ENTITY)
    duns[kept] = own_duns[kept]
    duns[outcome == DUNS] = main_duns[firm[outcome == DUNS]]

    # identifiers that are in nobody's row: retired numbers, or firms that are not there
    lost = outcome == ELSEWHERE
    may_have_uei = ~(both | by_uei | by_duns)
    has_uei = lost & may_have_uei & (rng.random(n) < np.minimum(habit / 3.0, 0.95))
    uei[has_uei] = firm[has_uei] * PER_ENTITY + AWARD_ONLY
    has_duns = lost & (~has_uei | chance(rng, n, shares.own_uei_also_duns.value))
    duns[has_duns] = firm[has_duns] * PER_ENTITY + AWARD_ONLY

    # another firm's number on a few awards of firms that have several
    several = (firms.awards[firm] >= 3) & (len(firms) > 2)
    stranger = main_uei[below(rng, n, len(firms))]
    able = several & (stranger >= 0) & (stranger != main_uei[firm])
    wrong = np.flatnonzero(able & (outcome == UEI))
    wrong = wrong[quota(rng, np.ones(len(wrong)), round(shares.wrong_identifier.value * n))]
    uei[wrong], duns[wrong], outcome[wrong] = stranger[wrong], -1, WRONG
    other = main_duns[below(rng, n, len(firms))]
    torn = np.flatnonzero(several & (other >= 0) & (other != main_duns[firm]) & (outcome == UEI))
    torn = torn[quota(rng, np.ones(len(torn)), round(shares.conflicting_identifiers.value * n))]
    duns[torn], outcome[torn] = other[torn], CONFLICT
    return Links(outcome, uei, duns)


def _serials(n_firms: int, rows: Rows) -> tuple[Ints, Ints]:
    """The identifiers of the first rows of every firm, by which its awards find it."""
    uei, duns = np.full(n_firms, -1), np.full(n_firms, -1)
    for serials, found in ((rows.uei, uei), (rows.duns, duns)):
        mine = np.flatnonzero((rows.entity < n_firms) & (serials >= 0))[::-1]
        found[rows.entity[mine]] = serials[mine]
    return uei, duns


def identifier_columns(links: Links, seed: int) -> tuple[pa.Array, pa.Array]:
    """UEI and DUNS as they stand in the file, with all their defects; "" where there is none."""
    rng, n = stream(seed, "links.defects"), len(links.uei)
    uei = uei_texts(links.uei, seed)
    form = weighted(rng, n, [955, 22, 14, 9])
    uei = _choose(form, uei, pc.utf8_lower(uei), _around(uei, " ", ""), _around(uei, "", " "))
    duns = duns_texts(links.duns, seed)
    form = weighted(rng, n, [880, 20, 25, 25, 30, 20])
    form = np.where((links.outcome == ELSEWHERE) & chance(rng, n, 0.08), 6, form)
    part = [pc.utf8_slice_codeunits(duns, a, b) for a, b in ((0, 2), (2, 5), (5, 9), (2, 9))]
    stripped = pc.utf8_ltrim(duns, "0")
    shifted = pc.utf8_rpad(stripped, 9, "0")
    dashed = pc.binary_join_element_wise(part[0], part[1], part[2], "-")
    duns = _choose(
        form, duns, dashed, stripped, _around(stripped, "", ".0"), _around(duns, "'", "'"),
        _around(duns, "", "0000"), pc.if_else(pa.array(chance(rng, n, 0.5)), shifted, _around(part[3], "", "13")),
    )
    absent = links.outcome == NONE
    return (
        pc.coalesce(uei, _no_uei(rng, n, absent)),
        pc.coalesce(duns, _no_duns(rng, n, absent)),
    )


def _no_uei(rng: np.random.Generator, n: int, invalid: np.ndarray) -> pa.Array:
    """What stands where there is no UEI: nothing, a null word, or something invalid."""
    made = uei_texts(below(rng, n, 2**40), 0)
    form = weighted(rng, n, [90, 7, 1, 1, 1, 0.5])
    form = np.where(~invalid & (form >= 2), 0, form)
    letters = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(made, 0, 5), "O", pc.utf8_slice_codeunits(made, 6, 11), "I", ""
    )
    empty = pa.repeat(pa.scalar("", pa.string()), n)
    return _choose(
        form, empty, _null_words(rng, n), pc.utf8_slice_codeunits(made, 0, 11), _around(made, "", "7"),
        letters, pa.repeat(pa.scalar("000000000000", pa.string()), n),
    )


def _no_duns(rng: np.random.Generator, n: int, invalid: np.ndarray) -> pa.Array:
    form = weighted(rng, n, [82, 8, 6, 2, 2])
    form = np.where(~invalid & (form >= 3), 0, form)
    empty = pa.repeat(pa.scalar("", pa.string()), n)
    zeros = pa.repeat(pa.scalar("000000000", pa.string()), n)
    short = pc.cast(pa.array(1_000 + below(rng, n, 900_000)), pa.string())
    return _choose(form, empty, _null_words(rng, n), zeros, short, _around(zeros, "'", "'"))


def _null_words(rng: np.random.Generator, n: int) -> pa.Array:
    return pa.array(NULL_WORDS, pa.string()).take(pa.array(below(rng, n, len(NULL_WORDS))))


def _around(text: pa.Array, before: str, after: str) -> pa.Array:
    return pc.binary_join_element_wise(before, text, after, "")


def _choose(form: Ints, *columns: pa.Array) -> pa.Array:
    return pc.choose(pa.array(form), *columns)
