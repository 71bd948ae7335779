"""Near twins: names of different firms that look like a given firm's name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from . import lexicon
from .names import BLANK, SLOTS, Names, compacted
from .places import Places, draw_places, move
from .streams import Bools, Ints, below, weighted
from .words import NOTHING, draw, known

KINDS = ("same_name", "other_kind", "added_word", "subset", "plural", "numbered", "other_field")


def twin_names(
    rng: np.random.Generator, names: Names, kinds: Mapping[str, float]
) -> tuple[Names, Ints]:
    """A name like each of ``names`` for another firm, and its kind (position in KINDS)."""
    n = len(names)
    kind = weighted(rng, n, [kinds.get(k, 0.0) for k in KINDS])
    words, glue = names.words.copy(), names.glue.copy()
    length = names.lengths()
    last = np.maximum(length - 1, 0)

    plural = _plurals()
    other_number = np.where(words < len(plural), plural[np.minimum(words, len(plural) - 1)], 0)
    change = (kind == KINDS.index("plural")) & (other_number != NOTHING).any(axis=1)
    kind[(kind == KINDS.index("plural")) & ~change] = KINDS.index("other_kind")
    kind[(kind == KINDS.index("subset")) & (length < 2)] = KINDS.index("added_word")
    words[change] = np.where(other_number[change] != NOTHING, other_number[change], words[change])

    rows = np.flatnonzero(kind == KINDS.index("other_kind"))
    at = np.where(length[rows] >= 2, last[rows], 1)
    _replace(rng, words, glue, rows, at, "kind")
    rows = np.flatnonzero(kind == KINDS.index("other_field"))
    _replace(rng, words, glue, rows, np.ones(len(rows), dtype=np.int64), "field")
    rows = np.flatnonzero((kind == KINDS.index("numbered")) & (length < SLOTS))
    _replace(rng, words, glue, rows, length[rows], "numeral")
    rows = np.flatnonzero((kind == KINDS.index("added_word")) & (length < SLOTS))
    words[rows, 1:], glue[rows, 2:] = words[rows, :-1], glue[rows, 1:-1]
    glue[rows, 1] = BLANK
    words[rows, 0] = np.where(
        rng.random(len(rows)) < 0.5, draw(rng, "adjective", len(rows)), draw(rng, "brand", len(rows))
    )
    rows = np.flatnonzero(kind == KINDS.index("subset"))
    gone = np.where(rng.random(len(rows)) < 0.5, 0, last[rows])
    words[rows, gone] = NOTHING
    words[rows], glue[rows] = compacted(words[rows], glue[rows])
    glue[rows, 0] = BLANK

    legal = names.designator.copy()
    redraw = rng.random(n) < 0.5
    legal[redraw] = np.array([1, 2, 3], dtype=np.int8)[below(rng, n, 3)[redraw]]
    return Names(words, glue, legal), kind


def twin_places(rng: np.random.Generator, places: Places, kind: Ints) -> Places:
    """Where the twins are: firms of the same name far away, others now and then near by."""
    from .places import gazetteer_table

    states = gazetteer_table().state_of
    far = draw_places(rng, len(kind), award_firms=True)
    near = move(rng, places, same_state=1.0)
    same: Bools = kind == KINDS.index("same_name")
    result = near.where(~same & (rng.random(len(kind)) < 0.35), far)
    for _ in range(8):
        clash = same & (states[result.place] == states[places.place])
        if not clash.any():
            break
        result = draw_places(rng, len(kind), award_firms=True).where(clash, result)
    return result


def _replace(rng, words, glue, rows, at, name) -> None:  # type: ignore[no-untyped-def]
    new = draw(rng, name, len(rows))
    same = words[rows, at] == new
    new[same] = draw(rng, name, int(same.sum()))
    words[rows, at] = new
    glue[rows, at] = BLANK


def _plurals() -> Ints:
    vocabulary = known()
    table = np.zeros(len(vocabulary.text), dtype=np.int64)
    for many, one in lexicon.PLURALS:
        table[vocabulary.code[many]] = vocabulary.code[one]
        table[vocabulary.code[one]] = vocabulary.code[many]
    return table
