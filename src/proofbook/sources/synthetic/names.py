"""Names of organisations as arrays of word codes, drawn from the patterns of their kind."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .designators import CLASSES
from .mixture import Designators, NameKind
from .patterns import LETTERS, PATTERNS
from .streams import Bools, Ints, below, weighted
from .words import NOTHING, NUMBER, draw, known

#: A name has at most this many words before its legal designator.
SLOTS = 7
BLANK, GLUED, HYPHEN = 0, 1, 2

Words = NDArray[np.int64]
Glue = NDArray[np.uint8]


@dataclass(frozen=True)
class Names:
    """Names as words: codes left-aligned in ``SLOTS`` columns, what stands before each word
    (blank, nothing, hyphen), and the class of the legal designator (0: none)."""

    words: Words
    glue: Glue
    designator: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.words)

    def take(self, rows: Ints | Bools) -> Names:
        """The names of some rows, as a copy."""
        return Names(self.words[rows], self.glue[rows], self.designator[rows])

    def where(self, mask: Bools, other: Names) -> Names:
        """These names where ``mask`` is true, else those of ``other``."""
        column = mask[:, None]
        return Names(
            np.where(column, self.words, other.words),
            np.where(column, self.glue, other.glue),
            np.where(mask, self.designator, other.designator),
        )

    def lengths(self) -> Ints:
        """The number of words of every name."""
        return np.asarray((self.words != NOTHING).sum(axis=1))


def concat(parts: list[Names]) -> Names:
    """Several arrays of names after one another."""
    return Names(
        np.concatenate([p.words for p in parts]),
        np.concatenate([p.glue for p in parts]),
        np.concatenate([p.designator for p in parts]),
    )


@functools.cache
def _parsed(pattern: str) -> tuple[tuple[str, int], ...]:
    """The tokens of a pattern with what stands before each."""
    marks = {"+": GLUED, "-": HYPHEN}
    tokens: list[tuple[str, int]] = []
    for part in pattern.split(" "):
        glue = BLANK
        token = ""
        for sign in part:
            if sign in marks and token:
                tokens.append((token, glue))
                token, glue = "", marks[sign]
            else:
                token += sign
        tokens.append((token, glue))
    return tuple(tokens)


def draw_names(
    rng: np.random.Generator,
    kinds: Mapping[str, float] | Mapping[NameKind, float],
    place: Ints,
    designators: Designators | None,
) -> Names:
    """A name for every row, of a kind drawn from ``kinds``, for a firm at ``place``.

    ``designators`` gives the weights of legal designators by kind of name; None: no designators.
    """
    n = len(place)
    words = np.zeros((n, SLOTS), dtype=np.int64)
    glue = np.zeros((n, SLOTS), dtype=np.uint8)
    designator = np.zeros(n, dtype=np.int8)
    pairs = [
        (kind, pattern, share * weight / sum(PATTERNS[kind].values()))
        for kind, share in kinds.items()
        for pattern, weight in PATTERNS[kind].items()
    ]
    by_kind = designators.by_kind() if designators else {"*": {"none": 1.0}}
    chosen = weighted(rng, n, [w for _, _, w in pairs])
    order = np.argsort(chosen, kind="stable")
    bounds = np.searchsorted(chosen[order], np.arange(len(pairs) + 1))
    for number, (kind, pattern, _) in enumerate(pairs):
        rows = order[bounds[number] : bounds[number + 1]]
        if not len(rows):
            continue
        for slot, (token, mark) in enumerate(_parsed(pattern)):
            words[rows, slot] = _words(rng, token, place[rows])
            glue[rows, slot] = mark
        forms = by_kind.get(kind, by_kind["*"])
        classes = np.array([CLASSES.index(c) for c in forms], dtype=np.int8)
        designator[rows] = classes[weighted(rng, len(rows), list(forms.values()))]
    return Names(words, glue, designator)


def _words(rng: np.random.Generator, token: str, place: Ints) -> Ints:
    vocabulary, n = known(), len(place)
    if token in LETTERS:
        return draw(rng, LETTERS[token], n)
    if token in ("P", "Q"):
        own = vocabulary.city_words[place]
        return own if token == "Q" else np.where(rng.random(n) < 0.7, own, draw(rng, "city", n))
    if token == "N":
        return NUMBER + 1 + below(rng, n, 999)
    return np.full(n, vocabulary.code[token], dtype=np.int64)


def shortened(words: Words, glue: Glue) -> tuple[Words, Glue]:
    """Names that lost a word, moved to the left, without a connecting word at either end."""
    vocabulary = known()
    links = [vocabulary.code[w] for w in ("&", "and", "of", "the")]
    words, glue = _compacted(words, glue)
    rows = np.arange(len(words))
    for _ in range(2):
        length = (words != NOTHING).sum(axis=1)
        for at in (np.maximum(length - 1, 0), np.zeros(len(words), dtype=np.int64)):
            loose = (length > 1) & np.isin(words[rows, at], links)
            words[rows[loose], at[loose]] = NOTHING
        words, glue = _compacted(words, glue)
    return words, glue


def _compacted(words: Words, glue: Glue) -> tuple[Words, Glue]:
    order = np.argsort(words == NOTHING, axis=1, kind="stable")
    words, glue = np.take_along_axis(words, order, axis=1), np.take_along_axis(glue, order, axis=1)
    glue[:, 0] = BLANK
    return words, glue
