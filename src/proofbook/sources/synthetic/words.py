"""Words as numbers: every 64-bit code stands for one word, known or coined.

A name is an array of codes; its text is made only at the end. Codes below ``len(known())`` are
words of the lexicon, higher ranges are computed from their number: hundreds of thousands of coined
words ("Nanoratek"), family names, acronyms ("EIC", "SI2") and plain numbers need no table.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from . import lexicon
from .places import gazetteer_table
from .streams import Floats, Ints, below, ranked, zipf

NOTHING = 0
COINED, SURNAME, ACRONYM, NUMBER = (kind << 44 for kind in (1, 2, 3, 4))
_LETTERS = np.frombuffer(b"ACSETRIMDPBLGNVHFKWOXUYJQZ", dtype=np.uint8)


@dataclass(frozen=True)
class Vocabulary:
    """The known words, the code ranges of their classes, and the laws they are drawn from."""

    text: pa.Array
    code: dict[str, int]
    classes: dict[str, Ints]
    laws: dict[str, Floats]
    city_words: Ints  # the word of every place of the gazetteer


@functools.cache
def known() -> Vocabulary:
    """The lexicon as a table of words; code 0 is the empty word."""
    groups: dict[str, tuple[str, ...]] = {
        "kind": lexicon.KINDS,
        "field": lexicon.FIELDS,
        "adjective": lexicon.ADJECTIVES,
        "brand": lexicon.BRANDS,
        "trade": lexicon.TRADES,
        "cause": lexicon.CAUSES,
        "body": lexicon.BODIES,
        "saint": lexicon.SAINTS,
        "faith": lexicon.FAITHS,
        "surname": lexicon.SURNAMES,
        "given": lexicon.GIVEN,
        "initial": tuple("JRMADCSLEKTWBGPHNFVIOYZXUQ"),
        "numeral": ("II", "III", "IV", "2", "3", "21"),
        "small": lexicon.SMALL_WORDS,
        "city": tuple(gazetteer_table().city.to_pylist()),
        "state": tuple(gazetteer_table().state_name.to_pylist()),
        "short": tuple(s for every in lexicon.ABBREVIATIONS.values() for s in every),
        "plural": tuple(word for pair in lexicon.PLURALS for word in pair),
    }
    code: dict[str, int] = {"": NOTHING}
    for group in groups.values():
        for word in group:
            code.setdefault(word, len(code))
    classes = {
        name: np.array([code[w] for w in dict.fromkeys(group)], dtype=np.int64)
        for name, group in groups.items()
    }
    exponents = {
        "kind": 1.05,
        "field": 0.65,
        "adjective": 0.7,
        "brand": 0.5,
        "surname": 0.7,
        "given": 0.6,
    }
    laws = {n: zipf(len(c), exponents.get(n, 0.9)) for n, c in classes.items()}
    cities = np.array([code[c] for c in gazetteer_table().city.to_pylist()], dtype=np.int64)
    return Vocabulary(pa.array(list(code), pa.string()), code, classes, laws, cities)


def draw(rng: np.random.Generator, name: str, n: int) -> Ints:
    """``n`` codes of a class of :func:`known`, or of "coined", "family" or "acronym" words."""
    if name == "coined":
        return COINED + _heavy(rng, n, fresh=0.31, popular=250_000)
    if name == "family":  # family names: the widespread ones and a long tail
        tail = SURNAME + _heavy(rng, n, fresh=0.15, popular=150_000)
        return np.where(rng.random(n) < 0.5, _draw_known(rng, "surname", n), tail)
    if name == "acronym":
        return ACRONYM + below(rng, n, 2**40)
    return _draw_known(rng, name, n)


def _draw_known(rng: np.random.Generator, name: str, n: int) -> Ints:
    vocabulary = known()
    if name == "city":
        return vocabulary.city_words[ranked(rng, n, gazetteer_table().people)]
    return vocabulary.classes[name][ranked(rng, n, vocabulary.laws[name])]


def _heavy(rng: np.random.Generator, n: int, *, fresh: float, popular: int) -> Ints:
    """Numbers of which a share ``fresh`` is practically unique; the others follow a power law.

    The popular ones are the square of a uniform number, so that the density falls with the square
    root of the rank: flatter than Zipf's law, whose head the known words already are.
    """
    u = rng.random(n)
    often = np.asarray(u * u * popular, dtype=np.int64)
    return np.where(rng.random(n) < fresh, popular + below(rng, n, 2**38), often)


def texts(codes: Ints) -> pa.Array:
    """The text of every code; the empty word is null."""
    vocabulary = known()
    size = len(vocabulary.text)
    made = codes >= COINED
    dictionary, index = vocabulary.text, codes
    if made.any():
        unique, inverse = np.unique(codes[made], return_inverse=True)
        dictionary = pa.concat_arrays([vocabulary.text, _made(unique)])
        index = codes.copy()
        index[made] = size + inverse
    return dictionary.take(pa.array(index, mask=codes == NOTHING))


def _made(codes: Ints) -> pa.Array:
    """The text of computed codes, in ascending order of their ranges."""
    bounds = np.searchsorted(codes, [COINED, SURNAME, ACRONYM, NUMBER, NUMBER << 1])
    makers = (_coined, _surname, _acronym, _number)
    parts = [
        make(codes[low:high] - base)
        for make, base, low, high in zip(
            makers, (COINED, SURNAME, ACRONYM, NUMBER), bounds[:-1], bounds[1:], strict=True
        )
        if high > low
    ]
    return pa.concat_arrays(parts)


def scramble(numbers: Ints) -> NDArray[np.uint64]:
    """Sixty-four well mixed bits of every number (the finaliser of SplitMix64)."""
    x = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)))


def _digits(bits: NDArray[np.uint64], *sizes: int) -> list[Ints]:
    """Independent positions below ``sizes``, taken from the bits like digits of a number."""
    found = []
    for size in sizes:
        found.append((bits % np.uint64(size)).astype(np.int64))
        bits = bits // np.uint64(size)
    return found


@functools.cache
def _parts() -> dict[str, pa.Array]:
    syllables = [o + v for o in lexicon.ONSETS for v in lexicon.VOWELS]
    return {
        "roots": pa.array(lexicon.ROOTS, pa.string()),
        "ends": pa.array(lexicon.ENDINGS, pa.string()),
        "syllables": pa.array(syllables, pa.string()),
        "codas": pa.array(lexicon.CODAS, pa.string()),
        "name_ends": pa.array(lexicon.NAME_ENDS, pa.string()),
    }


def _join(*columns: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*columns, "", null_handling="skip")


def _masked(column: pa.Array, index: Ints, keep: NDArray[np.bool_]) -> pa.Array:
    return column.take(pa.array(index, mask=~keep))


def _coined(numbers: Ints) -> pa.Array:
    p = _parts()
    shape, root, first, second, end, coda = _digits(
        scramble(numbers),
        100,
        len(p["roots"]),
        len(p["syllables"]),
        len(p["syllables"]),
        len(p["ends"]),
        len(p["codas"]),
    )
    word = _join(
        _masked(p["roots"], root, shape < 55),
        _masked(p["syllables"], first, shape >= 12),
        _masked(p["syllables"], second, (shape >= 75)),
        _masked(p["codas"], coda, shape >= 90),
        _masked(p["ends"], end, shape < 90),
    )
    return pc.utf8_capitalize(word)


def _surname(numbers: Ints) -> pa.Array:
    p = _parts()
    shape, first, coda, second, end = _digits(
        scramble(numbers),
        100,
        len(p["syllables"]),
        len(p["codas"]),
        len(p["syllables"]),
        len(p["name_ends"]),
    )
    word = _join(
        p["syllables"].take(pa.array(first)),
        p["codas"].take(pa.array(coda)),
        _masked(p["syllables"], second, shape >= 70),
        p["name_ends"].take(pa.array(end)),
    )
    return pc.utf8_capitalize(word)


def _acronym(numbers: Ints) -> pa.Array:
    """Two to four letters, now and then with a digit at the end or the beginning."""
    shape, a, b, c, d, digit = _digits(scramble(numbers), 100, 26, 26, 26, 26, 9)
    columns = [_LETTERS[x] for x in (a, b, c, d)]
    blank = np.uint8(32)
    figure = (digit + 49).astype(np.uint8)
    cells = np.stack(
        [
            np.where((shape >= 92), figure, blank),
            columns[0],
            columns[1],
            np.where((shape >= 18) & (shape < 80) | (shape >= 92), columns[2], blank),
            np.where((shape >= 62) & (shape < 72), columns[3], blank),
            np.where((shape >= 80) & (shape < 92) | (shape < 6), figure, blank),
        ],
        axis=1,
    )
    return pc.replace_substring(fixed_texts(cells.astype(np.uint8)), " ", "")


def _number(numbers: Ints) -> pa.Array:
    return pc.cast(pa.array(numbers), pa.string())


def fixed_texts(cells: NDArray[np.uint8]) -> pa.Array:
    """A string array from a matrix of ASCII codes: one string of equal length per row."""
    rows, width = cells.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    data = np.ascontiguousarray(cells)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))
