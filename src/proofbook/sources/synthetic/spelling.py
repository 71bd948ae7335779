"""How names are entered by others: short forms, lost and swapped words, other designators."""

from __future__ import annotations

import functools

import numpy as np

from .designators import CLASSES
from .lexicon import ABBREVIATIONS
from .mixture import SpellingShares
from .names import BLANK, GLUED, HYPHEN, Glue, Names, Words, shortened
from .streams import Bools, Floats, Ints, below
from .words import COINED, NOTHING, known

#: What was done to a name, as bits (the last three are done by the module writing).
ABBREVIATED, REORDERED, DROPPED, JOINED, SUFFIX, TYPO, TRUNCATED, INVERTED = (
    1 << i for i in range(8)
)

_OTHER_DESIGNATORS = np.array([CLASSES.index(c) for c in ("inc", "llc", "corp", "none")], np.int8)


def respelled(
    rng: np.random.Generator, names: Names, shares: SpellingShares, times: float | Floats = 1.0
) -> tuple[Names, Ints]:
    """The names as somebody else would enter them, and what was done to each (bits).

    ``times`` multiplies the shares: one number, or one for each name.
    """
    n = len(names)

    def some(share: float) -> Bools:
        return np.asarray(rng.random(n) < share * times)

    words, glue, legal = names.words.copy(), names.glue.copy(), names.designator.copy()
    done = _abbreviate(rng, words, some(shares.abbreviation.value))
    done |= _exchange_ampersand(words, some(shares.ampersand.value))
    done |= _drop(rng, words, glue, some(shares.dropped_word.value))
    done |= _reorder(rng, words, glue, some(shares.reordered.value))
    done |= _join(rng, words, glue, some(shares.joined.value))
    dropped = some(shares.designator_dropped.value) & (legal > 0)
    changed = some(shares.designator_changed.value) & ~dropped & (legal > 0)
    other = _OTHER_DESIGNATORS[below(rng, n, len(_OTHER_DESIGNATORS))]
    done[dropped | (changed & (other != legal))] |= SUFFIX
    legal[changed] = other[changed]
    legal[dropped] = 0
    return Names(words, glue, legal), done


@functools.cache
def _short_forms() -> Words:
    """Short forms (up to three, repeated) of every known word; 0 where there is none."""
    vocabulary = known()
    table = np.zeros((len(vocabulary.text), 3), dtype=np.int64)
    for word, shorts in ABBREVIATIONS.items():
        codes = [vocabulary.code[s] for s in shorts]
        table[vocabulary.code[word]] = [codes[i % len(codes)] for i in range(3)]
    return table


def _bits(n: int, rows: Ints, bit: int) -> Ints:
    done = np.zeros(n, dtype=np.int64)
    done[rows] = bit
    return done


def _abbreviate(rng: np.random.Generator, words: Words, mask: Bools) -> Ints:
    """Shortens three in four of the words that have a short form."""
    table = _short_forms()
    rows = np.flatnonzero(mask)
    cells = words[rows]
    choice = below(rng, len(rows), 3)[:, None]
    short = table[np.where(cells < len(table), cells, 0), choice]
    short[rng.random(short.shape) < 0.25] = NOTHING
    words[rows] = np.where(short != NOTHING, short, cells)
    return _bits(len(words), rows[(short != NOTHING).any(axis=1)], ABBREVIATED)


def _exchange_ampersand(words: Words, mask: Bools) -> Ints:
    code = known().code
    one, two = words == code["&"], words == code["and"]
    rows = mask & (one | two).any(axis=1)
    words[one & rows[:, None]] = code["and"]
    words[two & rows[:, None]] = code["&"]
    return _bits(len(words), np.flatnonzero(rows), ABBREVIATED)


def _drop(rng: np.random.Generator, words: Words, glue: Glue, mask: Bools) -> Ints:
    """Loses a word, mostly the last, of names of three words, or of two if the first is coined."""
    length = (words != NOTHING).sum(axis=1)
    able = mask & ((length >= 3) | ((length == 2) & (words[:, 0] >= COINED)))
    rows = np.flatnonzero(able)
    last = length[rows] - 1
    at = np.where(rng.random(len(rows)) < 0.7, last, below(rng, len(rows), last + 1))
    at[length[rows] == 2] = 1
    words[rows, at] = NOTHING
    words[rows], glue[rows] = shortened(words[rows], glue[rows])
    return _bits(len(words), rows, DROPPED)


def _reorder(rng: np.random.Generator, words: Words, glue: Glue, mask: Bools) -> Ints:
    """Swaps two neighbouring words."""
    length = (words != NOTHING).sum(axis=1)
    rows = np.flatnonzero(mask & (length >= 2) & (glue == BLANK).all(axis=1))
    at = below(rng, len(rows), length[rows] - 1)
    first, second = words[rows, at].copy(), words[rows, at + 1].copy()
    words[rows, at], words[rows, at + 1] = second, first
    return _bits(len(words), rows[first != second], REORDERED)


def _join(rng: np.random.Generator, words: Words, glue: Glue, mask: Bools) -> Ints:
    """Writes two words as one, or one as two, or with a hyphen."""
    length = (words != NOTHING).sum(axis=1)
    rows = np.flatnonzero(mask & (length >= 2))
    at = np.ones(len(rows), dtype=np.int64)
    inner = (glue[rows] != BLANK).any(axis=1)
    at[inner] = (glue[rows[inner]] != BLANK).argmax(axis=1)
    other = np.where(rng.random(len(rows)) < 0.7, GLUED, HYPHEN)
    glue[rows, at] = np.where(glue[rows, at] == BLANK, other, BLANK)
    return _bits(len(words), rows, JOINED)
