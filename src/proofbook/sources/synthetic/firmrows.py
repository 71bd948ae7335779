"""The recipient rows of award firms: main and further rows, parents, near twins, successors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

import numpy as np

from .firms import (
    ABSENT_WITH_TWIN,
    BOTH,
    BY_DUNS,
    BY_UEI,
    OTHER_NUMBERS,
    WITH_ALIAS,
    Firms,
)
from .mixture import Mixture, RowIdentifiers
from .names import draw_names
from .places import draw_places, move
from .rows import PER_ENTITY, Rows, concat_rows, plain_rows, with_customs
from .streams import Bools, Ints, chance, stream, weighted
from .twins import SAME_NAME, twin_names, twin_places

#: Rows around award firms are cut at this share of all recipients (never below the main rows).
SPECIAL_ROWS = 0.6
#: Identifiers of a row, as drawn.
ROW_IDENTIFIERS: tuple[str, ...] = get_args(RowIdentifiers)


@dataclass(frozen=True)
class FirmRows:
    """Rows around the award firms. Entities below ``len(firms)`` are the firms, then come their
    parents, then twins and successors. ``namesake``: firms that share their name with a twin."""

    rows: Rows
    namesake: Bools


def firm_rows(firms: Firms, n_recipients: int, seed: int, mixture: Mixture) -> FirmRows:
    """All rows around the award firms, the most needed first.

    Main rows come first, then parents, twins, further rows and successors.
    """
    main, parents = _main_rows(firms, seed, mixture), _parents(firms)
    twins, named_like = _twins(firms, seed, mixture)
    first_heir = len(firms) + len(firms.parents) + len(twins)
    heirs = _successors(firms, first_heir, seed, mixture)
    rows = concat_rows([main, parents, twins, *_further(firms, seed, mixture), heirs])
    limit = max(len(main), int(SPECIAL_ROWS * n_recipients))
    kept = rows.take(np.arange(min(limit, len(rows), n_recipients)))
    left = named_like[: max(len(kept) - len(main) - len(parents), 0)]
    namesake = np.zeros(len(firms), dtype=bool)
    namesake[left[left >= 0]] = True
    return FirmRows(with_customs(stream(seed, "rows.customs"), kept, mixture.recipients), namesake)


def _main_rows(firms: Firms, seed: int, mixture: Mixture) -> Rows:
    """A row for every firm that is there; some with both identifiers have two, one by each.

    The second rows come after all first ones.
    """
    rng = stream(seed, "rows.main")
    present = np.flatnonzero(firms.present)
    kind, serial = firms.identifiers[present], present * PER_ENTITY
    uei = np.where(np.isin(kind, [BOTH, BY_UEI, OTHER_NUMBERS]), serial, -1)
    duns = np.where(np.isin(kind, [BOTH, BY_DUNS]), serial, -1)
    duns = np.where((kind == OTHER_NUMBERS) & (rng.random(len(kind)) < 0.5), serial, duns)
    split = (kind == BOTH) & chance(rng, len(kind), mixture.firms.two_rows.value)
    main = _of_firms(rng, firms, present, uei, np.where(split, -1, duns))
    none = np.full(int(split.sum()), -1)
    return concat_rows([main, _of_firms(rng, firms, present[split], none, duns[split])])


def _of_firms(rng: np.random.Generator, firms: Firms, which: Ints, uei: Ints, duns: Ints) -> Rows:
    """Rows of award firms under their legal names, with the other names that are known."""
    how = rng.random(len(which))
    trade, renamed = firms.has_trade[which], firms.renamed[which] == WITH_ALIAS
    parent = firms.parent[which]
    return replace(
        plain_rows(which, firms.legal.take(which), firms.now.take(which), uei, duns),
        trade=firms.trade.take(which),
        trade_in_name=trade & (how < 0.4),
        trade_in_aliases=trade & (how >= 0.4) & (how < 0.92),
        former=firms.old.take(which),
        former_in_name=renamed & (how < 0.12),
        former_in_aliases=renamed & (how >= 0.12),
        parent=firms.parents.take(np.maximum(parent, 0)),
        parent_entity=np.where(parent >= 0, len(firms) + parent, -1),
    )


def _parents(firms: Firms) -> Rows:
    used = np.unique(firms.parent[firms.parent >= 0])
    serial = (len(firms) + used) * PER_ENTITY
    return plain_rows(
        len(firms) + used,
        firms.parents.take(used),
        firms.parent_places.take(used),
        serial,
        serial,
    )


def _twins(firms: Firms, seed: int, mixture: Mixture) -> tuple[Rows, Ints]:
    """Different firms with similar names; and for each the award firm whose very name it has."""
    shares, rng = mixture.firms, stream(seed, "rows.twins")
    tempted = np.flatnonzero(firms.status == ABSENT_WITH_TWIN)
    some = np.flatnonzero(firms.present & chance(rng, len(firms), shares.twin.value))
    again = some[chance(rng, len(some), shares.twin.value)]
    sources = np.concatenate([tempted, some, again])
    names, kinds = twin_names(
        rng, firms.legal.take(sources), shares.twin_kinds, shares.twin_of_rare_name.value
    )
    near = shares.twin_in_same_state.value
    places = twin_places(rng, firms.now.take(sources), kinds, near)
    entity = len(firms) + len(firms.parents) + np.arange(len(sources))
    has = weighted(rng, len(sources), mixture.recipients.identifiers.row(ROW_IDENTIFIERS))
    serial = entity * PER_ENTITY
    uei = np.where(has <= 1, serial, -1)
    rows = plain_rows(entity, names, places, uei, np.where((has == 0) | (has == 2), serial, -1))
    return rows, np.where(kinds == SAME_NAME, sources, -1)


def _further(firms: Firms, seed: int, mixture: Mixture) -> list[Rows]:
    """Branches, second registrations and name-only rows of firms that are there."""
    rng, share = stream(seed, "rows.further"), mixture.firms.extra_row.value
    present = np.flatnonzero(firms.present)
    more = present[chance(rng, len(present), share)]
    most = more[chance(rng, len(more), share)]
    parts = []
    for slot, which in ((1, more), (2, most)):
        choice, serial = rng.random(len(which)), which * PER_ENTITY
        with_uei, with_duns = choice < 0.55, (choice > 0.40) & (choice < 0.88)
        shared = with_uei & with_duns & (firms.identifiers[which] == BOTH)
        uei = np.where(with_uei, serial + slot, -1)
        duns = np.where(with_duns, np.where(shared, serial, serial + slot), -1)
        rows = _of_firms(rng, firms, which, uei, duns)
        away = chance(rng, len(which), mixture.recipients.extra_row_moved.value)
        elsewhere = move(rng, rows.places, same_state=0.4).where(away, rows.places)
        parts.append(replace(rows, places=elsewhere))
    return parts


def _successors(firms: Firms, first_entity: int, seed: int, mixture: Mixture) -> Rows:
    """Different firms that stand under the DUNS of an award firm, with a UEI of their own."""
    rng, shares = stream(seed, "rows.successors"), mixture.firms
    present = np.flatnonzero(firms.present)
    holders = present[np.isin(firms.identifiers[present], [BOTH, BY_DUNS])]
    sold = holders[chance(rng, len(holders), shares.successor.value)]
    entity = first_entity + np.arange(len(sold))
    places = draw_places(rng, len(sold), award_firms=True)
    names = draw_names(rng, shares.name_kinds.value, places.place, shares.designators)
    return plain_rows(entity, names, places, entity * PER_ENTITY, sold * PER_ENTITY)
