"""Names of organisations as arrays of word codes, drawn from patterns of name kinds."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .designators import CLASSES
from .streams import Bools, Ints, below, weighted
from .words import NOTHING, NUMBER, draw, known

#: A name has at most this many words before its legal designator.
SLOTS = 7
BLANK, GLUED, HYPHEN = 0, 1, 2

_LETTER_CLASS = {
    "A": "adjective",
    "B": "brand",
    "C": "coined",
    "F": "field",
    "G": "given",
    "I": "initial",
    "K": "kind",
    "M": "numeral",
    "S": "family",
    "T": "trade",
    "U": "cause",
    "V": "body",
    "W": "saint",
    "X": "acronym",
    "Y": "faith",
    "Z": "state",
}

#: Patterns of every kind of name, with weights. A letter draws a word of its class (above),
#: P is the firm's own city, or now and then another, Q its own city always, N a number; a word in lower
#: case or quotes stands for itself. "+" joins without a blank, "-" with a hyphen.
PATTERNS: dict[str, dict[str, float]] = {
    "coined": {"C K": 36, "C F": 17, "C": 21, "C F K": 13, "C B": 2, "C A K": 2, "C M": 1, "A C": 2},
    "descriptive": {
        "A F K": 34,
        "A F": 12,
        "F K": 16,
        "A K": 10,
        "F F K": 9,
        "F & F K": 6,
        "A F F K": 5,
        "A A K": 3,
        "F and F K": 2,
        "B F": 3,
    },
    "brand": {
        "B K": 24,
        "B B K": 17,
        "B+B K": 14,
        "B F K": 12,
        "B F": 10,
        "B+F": 7,
        "B B": 5,
        "B+B": 5,
        "B-B K": 2,
        "F+B": 4,
    },
    "person": {
        "S K": 24,
        "S F K": 16,
        "S F": 12,
        "S S K": 10,
        "S & S": 6,
        "S-S K": 5,
        "G S K": 6,
        "G I S K": 7,
        "S S": 5,
        "I I S K": 4,
        "S & S K": 5,
    },
    "place": {"P F K": 30, "P K": 25, "P F": 20, "Z F K": 15, "Z K": 10},
    "acronym": {"X K": 42, "X F K": 16, "X": 14, "X F": 14, "I I I K": 8, "I & I K": 6},
    "business": {
        "S T": 16,
        "B T": 13,
        "P T": 9,
        "C T": 16,
        "B B T": 8,
        "A T": 6,
        "S T T": 6,
        "S & S T": 4,
        "S & Sons T": 3,
        "G S T": 4,
        "S Brothers T": 2,
        "X T": 7,
        "T & T": 3,
        "P T T": 4,
        "C": 5,
        "C T T": 4,
        "B+B T": 3,
        "A T T": 4,
        
        "C C T": 2,
    },
    "natural": {"G I S": 40, "G S": 45, "G I I S": 5, "G S S": 10},
    "farm": {
        "S Farms": 34,
        "S Ranch": 14,
        "S Family Farm": 10,
        "G S Farm": 10,
        "B B Ranch": 8,
        "S & S Farms": 8,
        "S Brothers Farms": 8,
        "B Farms": 8,
    },
    "nonprofit": {
        "P U V": 22,
        "U V of Q": 14,
        "B U V": 9,
        "Z U V": 9,
        "Friends of the P U": 6,
        "C V": 12,
        "American U V": 5,
        "S Family V": 8,
        "American Legion Post N": 5,
        "Rotary V of Q": 3,
        "VFW Post N": 2,
        "U & U V": 5,
    },
    "church": {"First Y Church of Q": 22, "Saint W Church": 16, "P Y Church": 22, "Y Church": 10,
               "B Y Church": 14, "Church of God of Q": 8, "Mount B Y Church": 8},
    "school": {
        "P Public Schools": 18,
        "P School District": 18,
        "P Independent School District": 12,
        "Board of Education of Q": 6,
        "P Elementary School": 12,
        "B B Elementary School PTA": 6,
        "P High School": 10,
        "Saint W School": 9,
        "S Middle School": 9,
    },
    "town": {
        "City of Q": 26,
        "Town of Q": 20,
        "County of Q": 8,
        "Village of Q": 8,
        "Q Township": 8,
        "Q Fire Department": 10,
        "Q Water District": 7,
        "Q Housing Authority": 7,
        "Housing Authority of the City of Q": 6,
    },
    "university": {
        "University of Z": 10,
        "Z State University": 8,
        "P University": 16,
        "S University": 14,
        "P Community College": 22,
        "Regents of the University of Z": 3,
        "Saint W College": 10,
        "P Technical Institute": 10,
        "Trustees of the S College": 7,
    },
    "practice": {
        "P Dental Group": 16,
        "S Dental": 8,
        "G S MD": 16,
        "G I S DDS": 10,
        "P Family Health Center": 12,
        "P Medical Clinic": 12,
        "Saint W Hospital": 8,
        "P Memorial Hospital": 9,
        "B B Health": 9,
    },
    "property": {
        "N S Street": 20,
        "N B Avenue": 14,
        "N B B Owner": 14,
        "S Realty": 14,
        "P Housing": 14,
        "S Family Trust": 12,
        "B Acquisition": 12,
    },
}


@dataclass(frozen=True)
class Names:
    """Names as words: codes left-aligned in ``SLOTS`` columns, what stands before each word
    (blank, nothing, hyphen), and the class of the legal designator (0: none)."""

    words: NDArray[np.int64]
    glue: NDArray[np.uint8]
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
    kinds: Mapping[str, float],
    place: Ints,
    designators: Mapping[str, Mapping[str, float]],
) -> Names:
    """A name for every row, of a kind drawn from ``kinds``, for a firm at ``place``.

    ``designators`` gives the weights of designator classes by kind ("*" for all other kinds).
    """
    n = len(place)
    words = np.zeros((n, SLOTS), dtype=np.int64)
    glue = np.zeros((n, SLOTS), dtype=np.uint8)
    designator = np.zeros(n, dtype=np.int8)
    pairs = [(k, p, kinds[k] * w / sum(PATTERNS[k].values())) for k in kinds for p, w in PATTERNS[k].items()]
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
        weights = designators.get(kind, designators["*"])
        classes = np.array([CLASSES.index(c) for c in weights], dtype=np.int8)
        designator[rows] = classes[weighted(rng, len(rows), list(weights.values()))]
    return Names(words, glue, designator)


def _words(rng: np.random.Generator, token: str, place: Ints) -> Ints:
    vocabulary, n = known(), len(place)
    if token in _LETTER_CLASS:
        return draw(rng, _LETTER_CLASS[token], n)
    if token in ("P", "Q"):
        own = vocabulary.city_words[place]
        return own if token == "Q" else np.where(rng.random(n) < 0.7, own, draw(rng, "city", n))
    if token == "N":
        return NUMBER + 1 + below(rng, n, 999)
    return np.full(n, vocabulary.code[token], dtype=np.int64)


def compacted(words: NDArray[np.int64], glue: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Words moved to the left over the empty slots."""
    order = np.argsort(words == NOTHING, axis=1, kind="stable")
    return np.take_along_axis(words, order, axis=1), np.take_along_axis(glue, order, axis=1)
