"""Addresses as text: streets in long and short form, cities, states and ZIP codes."""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import gazetteer
from .places import Places, gazetteer_table
from .streams import Bools, Ints, chance
from .words import scramble


@functools.cache
def _street_words() -> tuple[pa.Array, pa.Array, pa.Array]:
    names = pa.array([s.replace("_", " ") for s in gazetteer.STREETS], pa.string())
    long = pa.array([t[0] for t in gazetteer.STREET_TYPES], pa.string())
    return names, long, pa.array([t[1] for t in gazetteer.STREET_TYPES], pa.string())


def streets(rng: np.random.Generator, places: Places) -> tuple[pa.Array, pa.Array]:
    """First and second address line; the second is null for two rows in three."""
    names, long, short = _street_words()
    bits = scramble(places.street)
    number = 1 + (bits % np.uint64(9800)).astype(np.int64)
    bits = bits // np.uint64(9800)
    name = (bits % np.uint64(len(names))).astype(np.int64)
    bits = bits // np.uint64(len(names))
    kind = np.minimum((bits % np.uint64(24)).astype(np.int64), 23)
    kind = np.where(kind >= len(long), kind % 4, kind)
    bits = bits // np.uint64(24)
    suite = (bits % np.uint64(900)).astype(np.int64)
    types = pa.concat_arrays([long, short]).take(
        pa.array(np.where(chance(rng, len(kind), 0.5), kind, kind + len(long)))
    )
    line = pc.binary_join_element_wise(figures(number), names.take(pa.array(name)), types, " ")
    second = pc.binary_join_element_wise("Suite ", pc.cast(pa.array(suite, mask=suite >= 300), pa.string()), "")
    return line, second


def figures(numbers: Ints, missing: Bools | None = None) -> pa.Array:
    """Whole numbers as text, null where ``missing``."""
    return pc.cast(pa.array(numbers, mask=missing), pa.string())


def padded(numbers: Ints, width: int, missing: Bools | None = None) -> pa.Array:
    """Whole numbers as text of a fixed width with leading zeros, null where ``missing``."""
    return pc.utf8_lpad(figures(numbers, missing), width, "0")


def cities(places: Places, missing: Bools | None = None) -> pa.Array:
    """The city of every row, null where ``missing``."""
    return gazetteer_table().city.take(pa.array(places.place, mask=missing))


def states(places: Places, missing: Bools | None = None) -> pa.Array:
    """The state code of every row, null where ``missing``."""
    table = gazetteer_table()
    return table.state.take(pa.array(table.state_of[places.place], mask=missing))


def state_names(places: Places) -> pa.Array:
    """The state of every row, by its full name."""
    table = gazetteer_table()
    return table.state_name.take(pa.array(table.state_of[places.place]))
