"""Recipients that have no award: firms, persons, farms, non-profits, schools, towns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .firmrows import ROW_IDENTIFIERS
from .gazetteer import COUNTRIES
from .mixture import Mixture
from .names import draw_names
from .places import draw_places, move
from .rows import PER_ENTITY, Rows, plain_rows, with_customs
from .streams import Bools, Ints, below, chance, stream, weighted

#: Recipients are made and written in blocks of this many rows.
BLOCK = 200_000
#: Entities of distractors begin here; below are award firms, parents, twins and successors.
FIRST_DISTRACTOR = 1 << 20
#: Rows of one entity; fewer than it has serial numbers.
MOST_ROWS = 6


def distractor_rows(n: int, seed: int, block: int, mixture: Mixture) -> Rows:
    """``n`` rows of recipients without any award; some entities have several rows."""
    shares, rng = mixture.recipients, stream(seed, "distractors", block)
    first = FIRST_DISTRACTOR + block * BLOCK
    owner, occurrence = _owners(chance(rng, n, shares.extra_row.value))
    extra, starts = occurrence > 0, np.flatnonzero(occurrence == 0)

    homes = draw_places(rng, len(starts), award_firms=False)
    names = draw_names(rng, shares.name_kinds.value, homes.place, shares.designators)
    away = np.flatnonzero(extra & chance(rng, n, shares.extra_row_moved.value))
    places = homes.take(owner)
    moved = move(rng, places.take(away), same_state=0.4)
    for column, new in (
        (places.place, moved.place),
        (places.zip5, moved.zip5),
        (places.zip4, moved.zip4),
        (places.street, moved.street),
    ):
        column[away] = new

    entity = first + owner
    has = weighted(rng, n, shares.identifiers.row(ROW_IDENTIFIERS))
    serial = entity * PER_ENTITY + occurrence
    shared = extra & (has == 0) & chance(rng, n, shares.shared_duns.value)
    duns = np.where(shared, entity * PER_ENTITY, serial)
    rows = plain_rows(
        entity,
        names.take(owner),
        places,
        np.where(has <= 1, serial, -1),
        np.where((has == 0) | (has == 2), duns, -1),
    )
    group = chance(rng, n, shares.other_parent.value)
    head = below(rng, n, len(starts))
    abroad = chance(rng, n, shares.foreign.value)
    rows = replace(
        rows,
        parent=names.take(np.where(group, head, owner)),
        parent_entity=np.where(group, first + head, -1),
        country=np.where(abroad, 1 + below(rng, n, len(COUNTRIES) - 1), 0),
    )
    return with_customs(rng, rows, shares)


def _owners(extra: Bools) -> tuple[Ints, Ints]:
    """The entity of every row, and the how-manieth row of it this is.

    A row that is ``extra`` belongs to the entity of the row before it; an entity has at most
    ``MOST_ROWS`` rows, so that its serial numbers suffice.
    """
    position = np.arange(len(extra))
    starts = np.maximum.accumulate(np.where(extra & (position > 0), 0, position))
    occurrence = (position - starts) % MOST_ROWS
    return np.cumsum(occurrence == 0) - 1, occurrence
