"""Recipient rows as numbers, before they are written: one entry per row of the recipient file."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from .mixture import RecipientShares
from .names import Names, concat, draw_names
from .places import Places, concat_places
from .streams import Bools, Ints, chance

#: Serial numbers of identifiers: eight for each entity. 0 is the main row's, 1 to 5 are those of
#: further rows, 7 is known to awards only.
PER_ENTITY = 8
AWARD_ONLY = 7

_TRADE_NAMES = {"coined": 2.0, "business": 6.0}


@dataclass(frozen=True)
class Rows:
    """Recipient rows. Rows of one firm share ``entity``; serial numbers and parents are -1 for
    none; ``country`` is a position in gazetteer.COUNTRIES (0: at home)."""

    entity: Ints
    names: Names
    trade: Names
    trade_in_name: Bools  # "LEGAL DBA TRADE"
    trade_in_aliases: Bools
    former: Names
    former_in_name: Bools  # "LEGAL FKA FORMER"
    former_in_aliases: Bools
    places: Places
    country: Ints
    uei: Ints
    duns: Ints
    parent: Names
    parent_entity: Ints

    def __len__(self) -> int:
        return len(self.entity)

    def take(self, rows: Ints | Bools) -> Rows:
        """Some of the rows."""
        return Rows(**{f.name: _taken(getattr(self, f.name), rows) for f in fields(self)})


def _taken(column: Any, rows: Ints | Bools) -> Any:
    return column[rows] if isinstance(column, np.ndarray) else column.take(rows)


def concat_rows(parts: list[Rows]) -> Rows:
    """Several groups of rows after one another."""
    columns: dict[str, Any] = {}
    for field in fields(Rows):
        values = [getattr(part, field.name) for part in parts]
        if isinstance(values[0], Names):
            columns[field.name] = concat(values)
        elif isinstance(values[0], Places):
            columns[field.name] = concat_places(values)
        else:
            columns[field.name] = np.concatenate(values)
    return Rows(**columns)


def plain_rows(entity: Ints, names: Names, places: Places, uei: Ints, duns: Ints) -> Rows:
    """Rows at home with a name, a place and identifiers, and nothing else."""
    no = np.zeros(len(entity), dtype=bool)
    return Rows(
        entity=entity,
        names=names,
        trade=names,
        trade_in_name=no,
        trade_in_aliases=no,
        former=names,
        former_in_name=no,
        former_in_aliases=no,
        places=places,
        country=np.zeros(len(entity), dtype=np.int64),
        uei=uei,
        duns=duns,
        parent=names,
        parent_entity=np.full(len(entity), -1),
    )


def with_customs(rng: np.random.Generator, rows: Rows, shares: RecipientShares) -> Rows:
    """The rows with what any recipient may have: itself as parent, a name in trade, other names.

    Given to the rows of award firms and of all others alike, so that nothing tells them apart.
    Names and parents that a row already has are kept.
    """
    n = len(rows)
    own = chance(rng, n, shares.self_parent.value) & (rows.uei >= 0) & (rows.parent_entity < 0)
    busy = rows.trade_in_name | rows.trade_in_aliases
    trading = chance(rng, n, shares.trade_name.value) & ~busy
    shown = trading & (rng.random(n) < 0.6)
    fresh = draw_names(rng, _TRADE_NAMES, rows.places.place[trading], None)
    known_as = chance(rng, n, shares.alias.value)
    known_as &= ~(rows.former_in_name | rows.former_in_aliases)
    same = known_as & (rng.random(n) < 0.5)
    other = known_as & ~same
    earlier = draw_names(rng, _TRADE_NAMES, rows.places.place[other], None)
    return replace(
        rows,
        trade=_replaced(rows.trade, trading, fresh),
        trade_in_name=rows.trade_in_name | shown,
        trade_in_aliases=rows.trade_in_aliases | (trading & ~shown),
        former=_replaced(_replaced(rows.former, same, rows.names.take(same)), other, earlier),
        former_in_aliases=rows.former_in_aliases | known_as,
        parent=_replaced(rows.parent, own, rows.names.take(own)),
        parent_entity=np.where(own, rows.entity, rows.parent_entity),
    )


def _replaced(names: Names, mask: Bools, new: Names) -> Names:
    changed = Names(names.words.copy(), names.glue.copy(), names.designator.copy())
    changed.words[mask], changed.glue[mask] = new.words, new.glue
    changed.designator[mask] = new.designator
    return changed
