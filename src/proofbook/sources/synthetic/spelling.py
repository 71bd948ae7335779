"""How names are written: abbreviations, lost words, slips, designators, case and cut ends."""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from . import designators, typos
from .lexicon import ABBREVIATIONS
from .mixture import SpellingShares
from .names import BLANK, GLUED, HYPHEN, SLOTS, Names, compacted
from .streams import Bools, Ints, below, chance
from .words import COINED, NOTHING, known, texts

#: What was done to a name, as bits.
ABBREVIATED, TYPO, REORDERED, DROPPED, JOINED, SUFFIX, TRUNCATED, ACCENTED = (
    1 << i for i in range(8)
)


@functools.cache
def _short_forms() -> NDArray[np.int64]:
    """Short forms (up to three, repeated) of every known word; 0 where there is none."""
    vocabulary = known()
    table = np.zeros((len(vocabulary.text), 3), dtype=np.int64)
    for word, shorts in ABBREVIATIONS.items():
        if word in vocabulary.code:
            codes = [vocabulary.code[s] for s in shorts]
            table[vocabulary.code[word]] = [codes[i % len(codes)] for i in range(3)]
    ampersand, word_and = vocabulary.code["&"], vocabulary.code["and"]
    table[ampersand], table[word_and] = word_and, ampersand
    return table


def respelled(rng: np.random.Generator, names: Names, shares: SpellingShares) -> tuple[Names, Ints]:
    """The names as somebody else would enter them, and what was done to each (bits)."""
    n = len(names)
    words, glue, legal = names.words.copy(), names.glue.copy(), names.designator.copy()
    done = np.zeros(n, dtype=np.int64)
    done |= _abbreviate(rng, words, chance(rng, n, shares.abbreviation.value))
    done |= _drop(rng, words, glue, chance(rng, n, shares.dropped_word.value))
    done |= _reorder(rng, words, glue, chance(rng, n, shares.reordered.value))
    done |= _join(rng, words, glue, chance(rng, n, shares.joined.value))
    drop = chance(rng, n, shares.designator_dropped.value) & (legal > 0)
    change = chance(rng, n, shares.designator_changed.value) & ~drop
    legal[drop] = 0
    other = np.array([1, 2, 3, 0], dtype=np.int8)[below(rng, n, 4)]
    done |= np.where(drop | (change & (other != legal)), SUFFIX, 0)
    legal[change] = other[change]
    return Names(words, glue, legal), done


def _abbreviate(rng: np.random.Generator, words: NDArray[np.int64], mask: Bools) -> Ints:
    table = _short_forms()
    rows = np.flatnonzero(mask)
    cells = words[rows]
    choice = below(rng, len(rows), 3)[:, None]
    known_words = np.where(cells < len(table), cells, 0)
    short = table[known_words, choice]
    short[rng.random(short.shape) < 0.25] = NOTHING
    words[rows] = np.where(short != NOTHING, short, cells)
    done = np.zeros(len(words), dtype=np.int64)
    done[rows[(short != NOTHING).any(axis=1)]] = ABBREVIATED
    return done


def _drop(
    rng: np.random.Generator, words: NDArray[np.int64], glue: NDArray[np.uint8], mask: Bools
) -> Ints:
    """Takes a word out of names of three words or more, or the last of two if the first is coined."""
    length = (words != NOTHING).sum(axis=1)
    able = mask & ((length >= 3) | ((length == 2) & (words[:, 0] >= COINED)))
    rows = np.flatnonzero(able)
    last = length[rows] - 1
    at = np.where(rng.random(len(rows)) < 0.7, last, below(rng, len(rows), last + 1))
    at[length[rows] == 2] = 1
    words[rows, at] = NOTHING
    words[rows], glue[rows] = compacted(words[rows], glue[rows])
    glue[rows, 0] = BLANK
    done = np.zeros(len(words), dtype=np.int64)
    done[rows] = DROPPED
    return done


def _reorder(
    rng: np.random.Generator, words: NDArray[np.int64], glue: NDArray[np.uint8], mask: Bools
) -> Ints:
    """Swaps two neighbouring words, or moves the first to the end."""
    length = (words != NOTHING).sum(axis=1)
    rows = np.flatnonzero(mask & (length >= 2) & (glue == BLANK).all(axis=1))
    at = below(rng, len(rows), length[rows] - 1)
    first, second = words[rows, at].copy(), words[rows, at + 1].copy()
    words[rows, at], words[rows, at + 1] = second, first
    done = np.zeros(len(words), dtype=np.int64)
    done[rows[first != second]] = REORDERED
    return done


def _join(
    rng: np.random.Generator, words: NDArray[np.int64], glue: NDArray[np.uint8], mask: Bools
) -> Ints:
    """Writes two words as one, or one as two, or with a hyphen."""
    length = (words != NOTHING).sum(axis=1)
    rows = np.flatnonzero(mask & (length >= 2))
    at = np.ones(len(rows), dtype=np.int64)
    inner = (glue[rows] != BLANK).any(axis=1)
    at[inner] = (glue[rows[inner]] != BLANK).argmax(axis=1)
    now = glue[rows, at]
    other = np.where(rng.random(len(rows)) < 0.7, GLUED, HYPHEN)
    glue[rows, at] = np.where(now == BLANK, other, BLANK)
    done = np.zeros(len(words), dtype=np.int64)
    done[rows] = JOINED
    return done


def core_texts(names: Names) -> pa.Array:
    """The names without designators, in mixed case; "" for a name without words."""
    before = pa.array([" ", "", "-"], pa.string())
    columns = [texts(names.words[:, 0])]
    for slot in range(1, SLOTS):
        absent = names.words[:, slot] == NOTHING
        if absent.all():
            break
        columns.append(before.take(pa.array(names.glue[:, slot], mask=absent)))
        columns.append(texts(names.words[:, slot]))
    return pc.binary_join_element_wise(*columns, "", null_handling="skip")


def written(
    rng: np.random.Generator, names: Names, shares: SpellingShares
) -> tuple[pa.Array, Ints]:
    """The names as they stand in a file, with their slips, and what was done to each (bits)."""
    n = len(names)
    core = core_texts(names)
    wrong = chance(rng, n, shares.typo.value)
    core = typos.apply(core, wrong, typos.slip, rng)
    spaced = chance(rng, n, shares.spaced_initials.value)
    core = typos.apply(core, spaced, typos.spaced_initials, rng)
    accented = chance(rng, n, shares.accent.value)
    core = typos.apply(core, accented, typos.accent, rng)
    legal = designators.spelling_texts(designators.draw_spellings(rng, names.designator))
    text = pc.binary_join_element_wise(core, legal, "")
    case = rng.random(n)
    upper = case < shares.upper_case.value
    lower = case > 1.0 - shares.lower_case.value
    text = pc.if_else(pa.array(upper), pc.utf8_upper(text), text)
    if lower.any():
        text = pc.if_else(pa.array(lower), pc.utf8_lower(text), text)
    done = np.where(wrong, TYPO, 0) | np.where(accented, ACCENTED, 0)
    return text, done


def finished(rng: np.random.Generator, text: pa.Array, shares: SpellingShares) -> tuple[pa.Array, Ints]:
    """The texts with what storing adds to them: entities, blanks, cut ends."""
    n = len(text)
    text = _where(rng, shares.entity.value, text, pc.replace_substring(text, "&", "&amp;"))
    double = chance(rng, n, shares.double_blank.value)
    if double.any():
        doubled = pc.replace_substring(text, " ", "  ", max_replacements=1)
        text = pc.if_else(pa.array(double), doubled, text)
    length = pc.utf8_length(text).to_numpy(zero_copy_only=False)
    limit = np.array(shares.cut_lengths)[below(rng, n, len(shares.cut_lengths))]
    cut = chance(rng, n, shares.truncated.value) & (length > limit)
    for size in sorted(set(shares.cut_lengths)):
        here = cut & (limit == size)
        if here.any():
            text = pc.if_else(pa.array(here), pc.utf8_slice_codeunits(text, 0, size), text)
    blank = chance(rng, n, shares.trailing_blank.value)
    if blank.any():
        text = pc.if_else(pa.array(blank), pc.binary_join_element_wise(text, "", " "), text)
    return text, np.where(cut, TRUNCATED, 0)


def _where(rng: np.random.Generator, share: float, text: pa.Array, other: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(chance(rng, len(text), share)), other, text)
