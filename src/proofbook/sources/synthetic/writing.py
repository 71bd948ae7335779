"""Names as text: the words joined, with slips of the pen, designators, case, blanks, cut ends."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import designators, typos
from .mixture import SpellingShares
from .names import SLOTS, Names
from .spelling import INVERTED, JOINED, TRUNCATED, TYPO
from .streams import Bools, Floats, Ints, below, chance
from .words import ACRONYM, NOTHING, NUMBER, SURNAME, known, texts


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
    rng: np.random.Generator,
    names: Names,
    shares: SpellingShares,
    times: float | Floats = 1.0,
) -> tuple[pa.Array, Ints]:
    """The names as somebody typed them, and what was done to each (bits); ``times`` multiplies
    the share of slips."""
    n = len(names)
    core = core_texts(names)
    slipped = np.asarray(rng.random(n) < shares.typo.value * times)
    acronym = (names.words[:, 0] >= ACRONYM) & (names.words[:, 0] < NUMBER)
    spaced = acronym & chance(rng, n, shares.spaced_initials.value)
    inverted = _persons(names) & chance(rng, n, shares.surname_first.value)
    core = typos.apply(rng, core, slipped, typos.slip)
    twice = slipped & chance(rng, n, shares.second_typo.value)
    core = typos.apply(rng, core, twice, typos.slip)
    core = typos.apply(rng, core, spaced, typos.spaced_initials)
    core = typos.apply(rng, core, inverted, typos.surname_first)
    core = typos.apply(rng, core, chance(rng, n, shares.accent.value), typos.accent)
    legal = designators.spelling_texts(designators.draw_spellings(rng, names.designator))
    text = pc.binary_join_element_wise(core, legal, "")
    case = rng.random(n)
    text = pc.if_else(pa.array(case < shares.upper_case.value), pc.utf8_upper(text), text)
    lower = case > 1.0 - shares.lower_case.value
    if lower.any():
        text = pc.if_else(pa.array(lower), pc.utf8_lower(text), text)
    done = slipped * np.int64(TYPO) | inverted * np.int64(INVERTED) | spaced * np.int64(JOINED)
    return text, done


def finished(
    rng: np.random.Generator, text: pa.Array, shares: SpellingShares
) -> tuple[pa.Array, Ints]:
    """The texts with what storing does to them: entities, blanks, cut ends; and the bits of it."""
    n = len(text)
    coded = chance(rng, n, shares.entity.value)
    text = pc.if_else(pa.array(coded), pc.replace_substring(text, "&", "&amp;"), text)
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
    return text, cut * np.int64(TRUNCATED)


def spread(values: pa.Array, mask: Bools) -> pa.Array:
    """``values`` at the places where ``mask`` is true, null elsewhere."""
    if not len(values):
        return pa.nulls(len(mask), pa.string())
    position = np.maximum(np.cumsum(mask) - 1, 0)
    return values.take(pa.array(position, mask=~mask))


def _persons(names: Names) -> Bools:
    """Names of persons: a given name, a family name, at most one initial, no designator."""
    vocabulary = known()
    given = np.zeros(len(vocabulary.text), dtype=bool)
    given[vocabulary.classes["given"]] = True
    family = np.zeros(len(vocabulary.text), dtype=bool)
    family[vocabulary.classes["surname"]] = True
    length = names.lengths()
    first, last = names.words[:, 0], names.words[np.arange(len(names)), np.maximum(length - 1, 0)]
    coined = (last >= SURNAME) & (last < ACRONYM)
    small = last < len(family)
    known_family = np.where(small, family[np.where(small, last, 0)], coined)
    known_given = (first < len(given)) & given[np.where(first < len(given), first, 0)]
    is_person = (names.designator == 0) & known_given & known_family
    return np.asarray(is_person & ((length == 2) | (length == 3)))
