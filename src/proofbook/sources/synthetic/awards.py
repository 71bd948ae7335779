"""The award table: every award of every firm, named as its firm was named when it was written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from proofbook.sources.columns import AWARD_COLUMNS

from . import fields
from .firms import EARLY, NOT_RENAMED, WITH_ALIAS, Firms
from .forms import blanked
from .links import OUTCOMES, UEI, make_links
from .mixture import Mixture
from .numbers import identifier_columns
from .rows import Rows
from .spelling import respelled
from .streams import Bools, Ints, below, chance, shuffled, stream
from .writing import finished, written

#: Which of its names a firm uses on an award; the last two name two of them.
LEGAL, OLD, TRADE, PARENT, LEGAL_AND_TRADE, LEGAL_AND_OLD = range(6)
#: Awards before this year are, often, written by another hand than later ones.
OLD_HAND_UNTIL = 2010
_OLD_HAND = 7  # the variant of a spelling that old awards share


@dataclass(frozen=True)
class Spellings:
    """The different spellings of names that awards use; many awards share one."""

    text: pa.Array
    done: Ints  # bits of the module spelling
    base: Ints  # LEGAL to LEGAL_AND_OLD
    firm: Ints


@dataclass(frozen=True)
class Awards:
    """The award table, and per award its firm, spelling, place and what its identifiers lead to."""

    table: pa.Table
    firm: Ints
    spelling: Ints
    spellings: Spellings
    outcome: pa.Array
    away: Bools  # the place is not that of the firm's recipient row
    nameless: Bools  # the company is blank

    @property
    def names_parent(self) -> Bools:
        """Whether the award names the parent of its firm."""
        return np.asarray(self.spellings.base[self.spelling] == PARENT)


def make_awards(firms: Firms, rows: Rows, seed: int, mixture: Mixture) -> Awards:
    """All awards of a world, in their final order; ``rows`` are those of the award firms."""
    order = shuffled(stream(seed, "awards.order"), int(firms.awards.sum()))
    firm = np.repeat(np.arange(len(firms)), firms.awards)[order]
    n, shares = len(firm), mixture.awards
    span = firms.last[firm] - firms.first[firm]
    year = firms.first[firm] + below(stream(seed, "awards.year"), n, span + 1)
    early = year <= firms.first[firm] + EARLY * span

    links = make_links(firms, rows, firm, year, seed, mixture)
    base = _bases(firms, firm, early, seed, mixture)
    spellings, spelling = _spell(firms, firm, base, year, seed, mixture)
    now = firms.now.take(firm)
    places = firms.then.take(firm).where(early, now)
    faults = fields.Faults(n, seed, mixture.faults)
    nameless = faults("no_company") & (links.outcome == UEI)
    columns = {
        "Company": blanked(nameless, spellings.text.take(pa.array(spelling))),
        **identifier_columns(links, seed, mixture.identifiers),
        **fields.project_columns(firm, year, faults, seed, shares),
        **fields.firm_columns(firms, firm, seed, shares),
        **fields.place_columns(places, links.outcome, faults, seed, shares),
        **fields.people_columns(len(firms), firm, faults, seed, shares),
    }
    table = pa.table({c: columns[c] for c in AWARD_COLUMNS})
    again = _duplicated(firm, seed, shares.exact_duplicate.value)
    return Awards(
        table=table if again is None else table.take(pa.array(again)),
        firm=firm,
        spelling=spelling if again is None else spelling[again],
        spellings=spellings,
        outcome=pa.array(OUTCOMES, pa.string()).take(
            pa.array(links.outcome if again is None else links.outcome[again])
        ),
        away=_picked(places.place != now.place, again),
        nameless=_picked(nameless, again),
    )


def _picked(mask: Bools, rows: Ints | None) -> Bools:
    return mask if rows is None else mask[rows]


def _duplicated(firm: Ints, seed: int, share: float) -> Ints | None:
    """Row numbers in which a few awards are replaced by a copy of another one of their firm."""
    rng, n = stream(seed, "awards.duplicates"), len(firm)
    rows = np.flatnonzero(chance(rng, n, share))
    if not len(rows):
        return None
    by_firm = np.argsort(firm, kind="stable")
    position = np.empty(n, dtype=np.int64)
    position[by_firm] = np.arange(n)
    before = by_firm[np.maximum(position[rows] - 1, 0)]
    same = (firm[before] == firm[rows]) & ~np.isin(before, rows)
    again = np.arange(n)
    again[rows[same]] = before[same]
    return again


def _bases(firms: Firms, firm: Ints, early: Bools, seed: int, mixture: Mixture) -> Ints:
    """Which of its names the firm uses on each award."""
    shares, rng, n = mixture.firms, stream(seed, "awards.base"), len(firm)
    base = np.full(n, LEGAL)
    how = firms.renamed[firm]
    base[early & (how != NOT_RENAMED)] = OLD
    base[~early & (how == WITH_ALIAS) & chance(rng, n, shares.formerly.value)] = LEGAL_AND_OLD
    habit = rng.random(len(firms))[firm]
    trade = firms.has_trade[firm] & (habit < 0.7)
    base[trade] = np.where(habit[trade] < 0.4, TRADE, LEGAL_AND_TRADE)
    parent = (firms.parent[firm] >= 0) & chance(rng, n, shares.award_names_parent.value)
    base[parent] = PARENT
    return base


def _spell(
    firms: Firms, firm: Ints, base: Ints, year: Ints, seed: int, mixture: Mixture
) -> tuple[Spellings, Ints]:
    """The spellings of all names on awards, and which one each award has.

    A name has a usual spelling, mostly another one on old awards, and now and then further ones.
    """
    shares, rng, n = mixture.firms, stream(seed, "awards.variant"), len(firm)
    variety = np.minimum(1 + np.log2(firms.awards[firm]).astype(np.int64) // 2, _OLD_HAND - 1)
    other = chance(rng, n, shares.other_spelling.value) & (firms.awards[firm] > 1)
    variant = np.where(other, 1 + below(rng, n, variety), 0)
    old = (year < OLD_HAND_UNTIL) & (rng.random(len(firms)) < shares.old_spelling.value)[firm]
    variant[old & ~other] = _OLD_HAND
    keys, of_award = np.unique((firm * 8 + base) * 8 + variant, return_inverse=True)
    who, what, variant = keys // 64, keys // 8 % 8, keys % 8

    names = firms.legal.take(who).where(what != OLD, firms.old.take(who))
    names = names.where(what != TRADE, firms.trade.take(who))
    parents = firms.parents.take(np.maximum(firms.parent[who], 0))
    names = names.where(what != PARENT, parents)
    rng, spelling = stream(seed, "awards.spelling"), mixture.award_names
    # a firm with many awards is well known: its usual spelling is seldom a wrong one
    care = np.minimum(1.0, 4.0 / np.sqrt(firms.awards[who]))
    times = np.where(variant > 0, shares.other_spelling_errors.value, care)
    times[variant == _OLD_HAND] = shares.old_spelling_errors.value
    entered, done = respelled(rng, names, spelling, times)
    text, slips = written(rng, entered, spelling, times)
    links = pa.array([" dba ", " d/b/a ", " DBA ", ", d/b/a "], pa.string())
    trade, _ = written(rng, firms.trade.take(who), spelling)
    link = links.take(pa.array(below(rng, len(who), 4)))
    both = pc.binary_join_element_wise(text, link, trade, "")
    text = pc.if_else(pa.array(what == LEGAL_AND_TRADE), both, text)
    former, _ = written(rng, firms.old.take(who), spelling)
    both = pc.binary_join_element_wise(text, " (formerly ", former, ")", "")
    text = pc.if_else(pa.array(what == LEGAL_AND_OLD), both, text)
    text, cut = finished(rng, text, spelling)
    return Spellings(text, done | slips | cut, what, who), of_award
