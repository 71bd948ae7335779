"""The award firms: how many awards each has, what it is called, where it is and was, and whether
it is among the recipients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np

from .mixture import FirmIdentifiers, FirmShares, Mixture
from .names import Names, draw_names
from .places import Places, draw_places, move, settle
from .streams import Bools, Ints, below, chance, share_by_weight, stream

#: How a firm stands to the recipients.
PRESENT, ABSENT, ABSENT_WITH_TWIN = 0, 1, 2
#: Which identifiers the recipient rows of a firm carry ("other": numbers that no award has).
IDENTIFIERS: tuple[str, ...] = get_args(FirmIdentifiers)
BOTH, BY_UEI, BY_DUNS, NO_NUMBER, OTHER_NUMBERS = range(5)
NOT_RENAMED, WITH_ALIAS, WITHOUT_ALIAS = 0, 1, 2

FIRST_YEAR, LAST_YEAR = 1983, 2026
#: Up to this part of its life a renamed or moved firm is found under its old name or place.
EARLY = 0.6
#: At most so many award firms for each recipient, so that distractors remain in small worlds.
FIRMS_PER_RECIPIENT = 0.45

_TRADE_NAMES = {"coined": 4.0, "brand": 3.0, "acronym": 1.0}


@dataclass(frozen=True)
class Firms:
    """One entry per award firm; the entity number of a firm is its position."""

    awards: Ints
    status: Ints
    identifiers: Ints  # position in IDENTIFIERS
    legal: Names
    old: Names  # the former name of renamed firms
    trade: Names  # the name in trade of those that have one
    renamed: Ints
    has_trade: Bools
    parent: Ints  # position among the parents, or -1
    parents: Names
    parent_places: Places
    now: Places  # where the recipient row is
    then: Places  # where the firm was before it moved (the same place if it did not)
    first: Ints  # years of its awards
    last: Ints

    def __len__(self) -> int:
        return len(self.awards)

    @property
    def present(self) -> Bools:
        """Whether the firm is among the recipients."""
        return np.asarray(self.status == PRESENT)


def make_firms(n_awards: int, n_recipients: int, seed: int, mixture: Mixture) -> Firms:
    """The award firms of a world.

    With few recipients there are fewer firms with more awards each: at most
    ``FIRMS_PER_RECIPIENT`` for each recipient, and at least one firm.
    """
    shares = mixture.firms
    wanted = round(n_awards / shares.awards_per_firm.value)
    n = max(1, min(wanted, int(n_recipients * FIRMS_PER_RECIPIENT)))
    sizes = firm_sizes(n_awards, n, shares.largest_firm.value, shares.awards_exponent.value)
    status, identifiers = _standing(sizes, seed, mixture)
    renamed = _renamed(sizes, status, seed, shares)
    rng = stream(seed, "firms.history")
    has_trade = chance(rng, n, shares.trade_name.value) & (renamed == NOT_RENAMED)
    first, last = _years(rng, sizes)

    rng = stream(seed, "firms.places")
    now = draw_places(rng, n, award_firms=True)
    then = settle(rng, now.place).where(chance(rng, n, shares.moved_in_town.value), now)
    then = move(rng, now, same_state=0.7).where(chance(rng, n, shares.moved.value), then)

    kinds, forms = shares.name_kinds.value, shares.designators
    rng = stream(seed, "firms.parents")
    subsidiary = chance(rng, n, shares.subsidiary.value) & (status == PRESENT) & (renamed == 0)
    n_parents = max(1, int(subsidiary.sum() * 0.7))
    parent_places = draw_places(rng, n_parents, award_firms=False)
    return Firms(
        awards=sizes,
        status=status,
        identifiers=identifiers,
        legal=draw_names(stream(seed, "firms.legal"), kinds, now.place, forms),
        old=draw_names(stream(seed, "firms.old"), kinds, now.place, forms),
        trade=draw_names(stream(seed, "firms.trade"), _TRADE_NAMES, now.place, None),
        renamed=renamed,
        has_trade=has_trade,
        parent=np.where(subsidiary, below(rng, n, n_parents), -1),
        parents=draw_names(rng, kinds, parent_places.place, forms),
        parent_places=parent_places,
        now=now,
        then=then,
        first=first,
        last=last,
    )


def firm_sizes(n_awards: int, n_firms: int, largest: float, exponent: float) -> Ints:
    """Awards of every firm, the largest first: a Pareto law cut at the share ``largest`` (or at
    25 awards, so that small worlds have large firms too), adding up to ``n_awards``; about four in
    ten firms have a single award."""
    u = (np.arange(n_firms) + 0.5) / n_firms
    cap = max(largest * n_awards, 25.0, 1.5 * n_awards / n_firms)
    tail = u ** (-1.0 / exponent) - 1.0

    def sized(scale: float) -> Ints:
        return np.minimum(1.0 + tail * scale, cap).astype(np.int64)

    low, high = 0.01, float(n_awards)
    # no closer than this: at the very edge the last bit of a power would decide
    for _ in range(30):
        middle = (low + high) / 2.0
        low, high = (middle, high) if sized(middle).sum() <= n_awards else (low, middle)
    sizes = sized(low)
    rest = n_awards - int(sizes.sum())
    sizes += rest // n_firms
    sizes[: rest % n_firms] += 1
    return sizes


def _modest(sizes: Ints) -> Bools:
    """Firms small enough to be drawn into a share of awards without overshooting it."""
    return np.asarray(sizes <= max(40, int(sizes[-1])))


def _standing(sizes: Ints, seed: int, mixture: Mixture) -> tuple[Ints, Ints]:
    """Whether each firm is among the recipients, and which identifiers its rows carry."""
    rng, n_awards = stream(seed, "firms.status"), int(sizes.sum())
    modest, links = _modest(sizes), mixture.links
    absent = share_by_weight(rng, sizes, modest, links.no_true_match.value * n_awards)
    tempted = share_by_weight(rng, sizes, absent, links.absent_with_twin.value * n_awards)
    status = np.where(tempted, ABSENT_WITH_TWIN, np.where(absent, ABSENT, PRESENT))

    identifiers = np.full(len(sizes), BY_UEI)
    weights = mixture.firms.recipient_identifiers.row(IDENTIFIERS)
    there = float(sizes[~absent].sum())
    free = ~absent
    for kind in (NO_NUMBER, OTHER_NUMBERS, BY_DUNS, BOTH):
        target = there * weights[kind] / sum(weights)
        part = share_by_weight(rng, sizes, free & modest, target)
        identifiers[part] = kind
        free &= ~part
    return status, identifiers


def _renamed(sizes: Ints, status: Ints, seed: int, shares: FirmShares) -> Ints:
    """Which firms were renamed, so that the old names stand on the wanted shares of awards.

    About two in three awards of a renamed firm are of its early years.
    """
    rng = stream(seed, "firms.renamed")
    renamed = np.full(len(sizes), NOT_RENAMED)
    for how, share in (
        (WITHOUT_ALIAS, shares.renamed_without_alias.value),
        (WITH_ALIAS, shares.renamed_with_alias.value),
    ):
        able = (status == PRESENT) & _modest(sizes) & (renamed == NOT_RENAMED)
        renamed[share_by_weight(rng, sizes, able, share * int(sizes.sum()) * 1.5)] = how
    return renamed


def _years(rng: np.random.Generator, sizes: Ints) -> tuple[Ints, Ints]:
    """First and last award year: more firms in later years, long lives for many awards."""
    n = len(sizes)
    span = (1.0 + rng.random(n) * 6.0 * np.log2(1.0 + sizes)).astype(np.int64)
    span = np.minimum(span, LAST_YEAR - FIRST_YEAR)
    span[sizes == 1] = 0
    room = LAST_YEAR - FIRST_YEAR + 1 - span
    first = FIRST_YEAR + (np.sqrt(rng.random(n)) * room).astype(np.int64)
    return first, first + span
