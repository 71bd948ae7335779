"""Slips of the pen and other changes inside single texts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from .lexicon import words
from .streams import Bools

#: The keys around every letter of an English keyboard.
NEIGHBOURS = dict(
    zip(
        "qwertyuiopasdfghjklzxcvbnm",
        words(
            """wa qes wrd etf ryg tuh yij uok ipl ol qsz adwx sfec dgrv fhtb gjyn hkum jli ko asx
            zcd xvf cbg vnh bmj nk"""
        ),
        strict=True,
    )
)
_ACCENTS = str.maketrans({"e": "é", "o": "ö", "a": "á", "u": "ü", "n": "ñ", "c": "ç", "i": "í"})


def apply(
    rng: np.random.Generator, texts: pa.Array, mask: Bools, change: Callable[[str, float], str]
) -> pa.Array:
    """The texts with ``change(text, u)`` made where ``mask`` is true; u is uniform in 0-1.

    A loop, but only over the few rows that are changed.
    """
    rows = np.flatnonzero(mask)
    if not len(rows):
        return texts
    draws = rng.random(len(rows)).tolist()
    old = texts.take(pa.array(rows)).to_pylist()
    new = [change(t, u) if t else t for t, u in zip(old, draws, strict=True)]
    index = np.arange(len(texts))
    index[rows] = len(texts) + np.arange(len(rows))
    return pa.concat_arrays([texts, pa.array(new, texts.type)]).take(pa.array(index))


def slip(text: str, u: float) -> str:
    """One slip inside a word of at least four letters; the text itself when there is none.

    Two letters swapped, one dropped, one doubled, a neighbouring key hit instead or besides.

    >>> slip("Photonics", 0.0)
    'Pohtonics'
    """
    starts = [i for i in range(1, len(text) - 2) if text[i - 1 : i + 3].isalpha()]
    if not starts:
        return text
    whole = int(u * 5 * len(starts) * 12)
    kind, rest = whole % 5, whole // 5
    at = starts[rest % len(starts)]
    letter = text[at]
    if kind == 0:
        return text[:at] + text[at + 1] + letter + text[at + 2 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + letter + text[at:]
    near = NEIGHBOURS.get(letter.lower(), "e")
    other = near[(rest // len(starts)) % len(near)]
    other = other.upper() if letter.isupper() else other
    return text[:at] + other + text[at + (kind == 3) :]


def accent(text: str, u: float) -> str:
    """One letter with an accent, if the text has one that can carry it.

    >>> accent("Rene", 0.9)
    'René'
    """
    spots = [i for i, c in enumerate(text) if c in "eoaunci"]
    if not spots:
        return text
    at = spots[int(u * len(spots))]
    return text[:at] + text[at].translate(_ACCENTS) + text[at + 1 :]


def spaced_initials(text: str, u: float) -> str:
    """A leading acronym with blanks, or points, between its letters.

    >>> spaced_initials("EIC Labs", 0.1)
    'E I C Labs'
    """
    head, _, tail = text.partition(" ")
    if not (2 <= len(head) <= 4 and head.isalpha() and head.isupper()):
        return text
    spaced = " ".join(head) if u < 0.6 else ".".join(head) + "."
    return f"{spaced} {tail}" if tail else spaced


def surname_first(text: str, u: float) -> str:  # noqa: ARG001  (one signature for all)
    """A person's name with the family name in front.

    >>> surname_first("Daniel H Wagner", 0.5)
    'Wagner, Daniel H'
    """
    rest, blank, family = text.rpartition(" ")
    return f"{family}, {rest}" if blank else text
