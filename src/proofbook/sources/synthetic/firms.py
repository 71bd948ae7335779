"""The award firms: how many awards each has, what it is called, where it is and was, and whether
it is among the recipients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .mixture import Mixture
from .names import Names, draw_names
from .places import Places, draw_places, move
from .streams import Bools, Ints, below, chance, share_by_weight, stream

#: How a firm stands to the recipients.
PRESENT, ABSENT, ABSENT_WITH_TWIN = 0, 1, 2
#: Which identifiers the recipient rows of a firm carry ("other": numbers that no award has).
IDENTIFIERS = ("both", "uei", "duns", "none", "other")
NOT_RENAMED, WITH_ALIAS, WITHOUT_ALIAS = 0, 1, 2

FIRST_YEAR, LAST_YEAR = 1983, 2026


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


def firm_sizes(n_awards: int, n_firms: int, largest: float, exponent: float) -> Ints:
    """Awards of every firm, the largest first: a Pareto law cut at ``largest``, adding up to
    ``n_awards``; every firm has at least one."""
    u = (np.arange(n_firms) + 0.5) / n_firms
    cap = max(largest * n_awards, 25.0, 1.5 * n_awards / n_firms)
    shape = u ** (-1.0 / exponent)

    def sized(scale: float) -> Ints:
        return np.maximum(np.minimum(shape * scale, cap), 1.0).astype(np.int64)

    low, high = 0.01, float(n_awards)
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if sized(middle).sum() <= n_awards else (low, middle)
    sizes = sized(low)
    rest = n_awards - int(sizes.sum())
    sizes += rest // n_firms
    sizes[: rest % n_firms] += 1
    return sizes


def make_firms(n_awards: int, n_recipients: int, seed: int, mixture: Mixture) -> Firms:
    """The award firms of a world. With few recipients there are fewer firms with more awards:
    at most 0.45 firms for each recipient, so that distractors remain."""
    shares = mixture.firms
    wanted = round(n_awards / shares.awards_per_firm.value)
    n = max(1, min(wanted, int(n_recipients * 0.45), n_awards))
    sizes = firm_sizes(n_awards, n, shares.largest_firm.value, shares.awards_exponent.value)
    rng = stream(seed, "firms.status")
    anyone = np.ones(n, dtype=bool)
    lost = mixture.links.no_true_match.value * n_awards
    small = sizes <= max(40, int(sizes[-1]))
    absent = share_by_weight(rng, sizes, small, lost)
    twin = mixture.links.no_true_match_with_twin.value * lost
    tempted = share_by_weight(rng, sizes, absent, twin)
    status = np.where(tempted, ABSENT_WITH_TWIN, np.where(absent, ABSENT, PRESENT))

    identifiers = np.full(n, IDENTIFIERS.index("uei"))
    free = ~absent
    weights = shares.recipient_identifiers.value
    there = float(sizes[~absent].sum())
    for name in ("none", "other", "duns", "both"):
        part = share_by_weight(
            rng, sizes, free & small, there * weights[name] / sum(weights.values())
        )
        identifiers[part] = IDENTIFIERS.index(name)
        free &= ~part

    rng = stream(seed, "firms.history")
    renamed = np.zeros(n, dtype=np.int64)
    for how, share in (
        (WITHOUT_ALIAS, shares.renamed_without_alias),
        (WITH_ALIAS, shares.renamed_with_alias),
    ):
        # about six in ten awards of a renamed firm are older than its new name
        part = share_by_weight(
            rng, sizes, ~absent & small & (renamed == 0), share.value * n_awards / 0.65
        )
        renamed[part] = how
    has_trade = chance(rng, n, shares.trade_name.value) & (renamed == 0)
    first, last = _years(rng, sizes)

    rng = stream(seed, "firms.places")
    now = draw_places(rng, n, award_firms=True)
    moved = chance(rng, n, shares.moved.value)
    then = move(rng, now, same_state=0.7).where(moved, now)

    rng = stream(seed, "firms.names")
    kinds, legal_forms = shares.name_kinds.value, {"*": shares.designators.value}
    legal = draw_names(rng, kinds, now.place, legal_forms)
    old = draw_names(stream(seed, "firms.old"), kinds, now.place, legal_forms)
    trade = draw_names(
        stream(seed, "firms.trade"), {"coined": 4.0, "brand": 3.0, "acronym": 1.0}, now.place, {"*": {"none": 1.0}}
    )

    rng = stream(seed, "firms.parents")
    subsidiary = chance(rng, n, shares.subsidiary.value) & ~absent & (renamed == 0)
    n_parents = max(1, int(subsidiary.sum() * 0.7))
    parent = np.where(subsidiary, below(rng, n, n_parents), -1)
    parent_places = draw_places(rng, n_parents, award_firms=False)
    parents = draw_names(rng, kinds, parent_places.place, legal_forms)
    del anyone
    return Firms(
        sizes, status, identifiers, legal, old, trade, renamed, has_trade, parent, parents,
        parent_places, now, then, first, last,
    )


def _years(rng: np.random.Generator, sizes: Ints) -> tuple[Ints, Ints]:
    """First and last award year: starts spread evenly, long lives for many awards."""
    n = len(sizes)
    span = (1.0 + rng.random(n) * 6.0 * np.log2(1.0 + sizes)).astype(np.int64)
    span = np.minimum(span, LAST_YEAR - FIRST_YEAR)
    span[sizes == 1] = 0
    first = FIRST_YEAR + (np.sqrt(rng.random(n)) * (LAST_YEAR - FIRST_YEAR + 1 - span)).astype(
        np.int64
    )
    return first, first + span
