"""Legal designators: their classes, and the many ways in which each is written."""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .streams import Ints, below

#: Class: spellings (with what stands before them) and weights. Counted among the names of the
#: published real world: "Inc." and "LLC" with and without comma lead, spelled-out forms are few.
SPELLINGS: dict[str, tuple[tuple[str, int], ...]] = {
    "none": (("", 1),),
    "inc": (
        (", Inc.", 42),
        (" Inc", 28),
        (" Inc.", 14),
        (", Inc", 10),
        (" Incorporated", 4),
        (", Incorporated", 2),
    ),
    "llc": (
        (" LLC", 50),
        (", LLC", 38),
        (", L.L.C.", 4),
        (" L.L.C.", 4),
        (" L L C", 2),
        (" Limited Liability Company", 2),
    ),
    "corp": (
        (" Corporation", 50),
        (" Corp", 20),
        (" Corp.", 18),
        (", Corp.", 6),
        (", Corporation", 6),
    ),
    "co": ((" Company", 30), (" Co", 30), (" Co.", 25), (", Co.", 10), (" Company, Inc.", 5)),
    "ltd": ((" Ltd", 35), (", Ltd.", 30), (" Ltd.", 15), (" Limited", 20)),
    "lp": ((" LP", 50), (", L.P.", 30), (" Limited Partnership", 20)),
    "llp": ((" LLP", 60), (", L.L.P.", 40)),
    "pc": ((" PC", 50), (", P.C.", 35), (" P C", 15)),
    "pllc": ((" PLLC", 70), (", P.L.L.C.", 30)),
    "pa": ((" PA", 60), (", P.A.", 40)),
    "pbc": ((" PBC", 70), (", Public Benefit Corporation", 30)),
}
CLASSES: tuple[str, ...] = tuple(SPELLINGS)

_WIDTH = 100


@functools.cache
def _table() -> tuple[pa.Array, NDArray[np.int64]]:
    """All spellings, and for each class a hundred positions in them, by weight."""
    texts: list[str] = []
    lookup = np.zeros((len(CLASSES), _WIDTH), dtype=np.int64)
    for row, spellings in enumerate(SPELLINGS.values()):
        weights = np.cumsum([w for _, w in spellings])
        cells = np.searchsorted(weights / weights[-1], (np.arange(_WIDTH) + 0.5) / _WIDTH)
        lookup[row] = len(texts) + cells
        texts.extend(text for text, _ in spellings)
    return pa.array(texts, pa.string()), lookup


def draw_spellings(rng: np.random.Generator, classes: NDArray[np.int8]) -> Ints:
    """A spelling (its number) for every designator class."""
    _, lookup = _table()
    return lookup[classes, below(rng, len(classes), _WIDTH)]


def spelling_texts(spellings: Ints) -> pa.Array:
    """The text of every spelling, with the comma or blank before it; "" for none."""
    return _table()[0].take(pa.array(spellings))
