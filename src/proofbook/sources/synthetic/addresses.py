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
    """First and second address line; the second is null for two rows in three.

    Long and short forms of "Street" and the like are mixed; one row in fifty has a post box.
    """
    names, long, short = _street_words()
    bits = scramble(places.street)
    digits = []
    for size in (9800, len(names), 24, 900, 50):
        digits.append((bits % np.uint64(size)).astype(np.int64))
        bits = bits // np.uint64(size)
    number, name, kind, suite, box = digits
    kind = np.where(kind >= len(long), kind % 4, kind)
    types = pa.concat_arrays([long, short]).take(
        pa.array(np.where(chance(rng, len(kind), 0.5), kind, kind + len(long)))
    )
    line = pc.binary_join_element_wise(figures(number + 1), names.take(pa.array(name)), types, " ")
    boxed = pc.binary_join_element_wise("P.O. Box ", figures(number + 1), "")
    line = pc.if_else(pa.array(box == 0), boxed, line)
    second = pc.binary_join_element_wise("Suite ", figures(suite + 100, suite >= 300), "")
    return line, second


def figures(numbers: Ints, missing: Bools | None = None) -> pa.Array:
    """Whole numbers as text, null where ``missing``."""
    return pc.cast(pa.array(numbers, mask=missing), pa.string())


def padded(numbers: Ints, width: int, missing: Bools | None = None) -> pa.Array:
    """Whole numbers as text of a fixed width with leading zeros, null where ``missing``."""
    return pc.utf8_lpad(figures(numbers, missing), width, "0")


def cities(places: Places, short: Bools) -> pa.Array:
    """The city of every row; shortened ("Ft Collins") where ``short`` and possible."""
    full, brief = gazetteer_table().city, _short_cities()
    position = np.where(short, places.place + len(full), places.place)
    return pa.concat_arrays([full, brief]).take(pa.array(position))


@functools.cache
def _short_cities() -> pa.Array:
    names = []
    for name in gazetteer_table().city.to_pylist():
        short = name
        for part, abbreviation in gazetteer.SHORT_CITY_WORDS:
            if part in short and short != part:
                short = short.replace(part, abbreviation, 1)
                break
        names.append(short)
    return pa.array(names, pa.string())


def states(places: Places, missing: Bools | None = None) -> pa.Array:
    """The state code of every row, null where ``missing``."""
    table = gazetteer_table()
    return table.state.take(pa.array(table.state_of[places.place], mask=missing))


def state_names(places: Places) -> pa.Array:
    """The state of every row, by its full name."""
    table = gazetteer_table()
    return table.state_name.take(pa.array(table.state_of[places.place]))
