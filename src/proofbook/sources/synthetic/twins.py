"""Near twins: names of different firms that look like a given firm's name."""

from __future__ import annotations

import functools
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from . import lexicon
from .mixture import TwinKind, Weights
from .names import BLANK, SLOTS, Names, shortened
from .places import Places, draw_places, gazetteer_table, move
from .streams import Ints, below, chance, weighted
from .words import ACRONYM, COINED, NOTHING, draw, known

KINDS: tuple[str, ...] = get_args(TwinKind)
SAME_NAME, OTHER_KIND, ADDED_WORD, SUBSET, PLURAL, NUMBERED, OTHER_FIELD = range(7)
_HARD_TO_TELL = (ADDED_WORD, SUBSET, PLURAL, NUMBERED)


def twin_names(
    rng: np.random.Generator, names: Names, kinds: Weights[TwinKind], rare: float
) -> tuple[Names, Ints]:
    """A name like each of ``names`` for another firm, and its kind (position in KINDS).

    The very same name is given to only a share ``rare`` of those with a coined word.
    """
    n = len(names)
    kind = weighted(rng, n, kinds.row(KINDS))
    coined = ((names.words >= COINED) & (names.words < ACRONYM)).any(axis=1)
    kind[(kind == SAME_NAME) & coined & ~chance(rng, n, rare)] = OTHER_KIND
    words, glue = names.words.copy(), names.glue.copy()
    length = names.lengths()
    last = np.maximum(length - 1, 0)

    other = _other_numbers()
    changed = np.where(words < len(other), other[np.minimum(words, len(other) - 1)], NOTHING)
    able = (changed != NOTHING).any(axis=1)
    kind[(kind == PLURAL) & ~able] = OTHER_KIND
    kind[(kind == SUBSET) & (length < 2)] = ADDED_WORD
    kind[(kind == NUMBERED) & (length >= SLOTS)] = OTHER_KIND
    kind[(kind == ADDED_WORD) & (length >= SLOTS)] = OTHER_KIND

    rows = np.flatnonzero(kind == PLURAL)
    words[rows] = np.where(changed[rows] != NOTHING, changed[rows], words[rows])
    rows = np.flatnonzero(kind == OTHER_KIND)
    _put(rng, words, glue, rows, np.where(length[rows] >= 2, last[rows], 1), "kind")
    rows = np.flatnonzero(kind == OTHER_FIELD)
    _put(rng, words, glue, rows, np.ones(len(rows), dtype=np.int64), "field")
    rows = np.flatnonzero(kind == NUMBERED)
    _put(rng, words, glue, rows, length[rows], "numeral")
    rows = np.flatnonzero(kind == ADDED_WORD)
    words[rows, 1:], glue[rows, 2:] = words[rows, :-1], glue[rows, 1:-1]
    glue[rows, 1] = BLANK
    first = rng.random(len(rows)) < 0.5
    added = draw(rng, "adjective", len(rows)), draw(rng, "brand", len(rows))
    words[rows, 0] = np.where(first, *added)
    rows = np.flatnonzero(kind == SUBSET)
    words[rows, np.where(rng.random(len(rows)) < 0.5, 0, last[rows])] = NOTHING
    words[rows], glue[rows] = shortened(words[rows], glue[rows])

    legal = names.designator.copy()
    redraw = rng.random(n) < 0.5
    legal[redraw] = np.array([1, 2, 3], dtype=np.int8)[below(rng, n, 3)[redraw]]
    return Names(words, glue, legal), kind


def twin_places(rng: np.random.Generator, places: Places, kind: Ints, same_state: float) -> Places:
    """Where the twins are: firms of the very same name in another state, the others in the same
    state with probability ``same_state``. Twins such as "X" and "X II" are never in the same
    city, where no person could tell an award of one from a careless award of the other."""
    states, n = gazetteer_table().state_of, len(kind)
    near = move(rng, places, same_state=1.0)
    close = (kind != SAME_NAME) & (rng.random(n) < same_state)
    result = near.where(close, draw_places(rng, n, award_firms=True))
    for _ in range(20):
        clash = (kind == SAME_NAME) & (states[result.place] == states[places.place])
        clash |= np.isin(kind, _HARD_TO_TELL) & (result.place == places.place)
        if not clash.any():
            break
        result = draw_places(rng, n, award_firms=True).where(clash, result)
    return result


def _put(
    rng: np.random.Generator,
    words: NDArray[np.int64],
    glue: NDArray[np.uint8],
    rows: Ints,
    at: Ints,
    name: str,
) -> None:
    """Puts a word of a class, another than the one there, into a slot of each row."""
    new = draw(rng, name, len(rows))
    for _ in range(4):
        same = words[rows, at] == new
        new[same] = draw(rng, name, int(same.sum()))
    words[rows, at] = new
    glue[rows, at] = BLANK


@functools.cache
def _other_numbers() -> Ints:
    """The plural of every known singular and the singular of every known plural; 0 for others."""
    vocabulary = known()
    table = np.zeros(len(vocabulary.text), dtype=np.int64)
    for many, one in lexicon.PLURALS:
        table[vocabulary.code[many]] = vocabulary.code[one]
        table[vocabulary.code[one]] = vocabulary.code[many]
    return table
