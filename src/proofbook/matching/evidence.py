"""Evidence: what speaks for and against a pair of names being the same firm, as numbers.

Every rarity is an inverse document frequency divided by that of a word seen once, so that 1 means
"unique here" in a list of any size. Unknown is NaN, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel, JaroWinkler

from proofbook.matching.frequencies import Frequencies
from proofbook.matching.hashing import distinct
from proofbook.matching.names import NameTable, texts
from proofbook.matching.sides import Side
from proofbook.matching.vocabulary import Vocabulary

#: Name of each piece of evidence and the direction in which it can only help (+1, -1, 0 = free).
FEATURES: dict[str, int] = {
    "name equal": 1,  # 3 as written, 2 after abbreviations, 1 in another order, 0 not
    "explained of award": 1,  # share of the award name's rarity found in the recipient's
    "explained of recipient": 1,
    "unexplained in award": -1,  # greatest rarity of a word without counterpart
    "unexplained in recipient": -1,
    "shared rarity": 1,  # sum of the rarities of shared words
    "letters": 1,  # edit similarity of the joined names
    "beginning": 1,  # Jaro-Winkler similarity of the joined names
    "first word": 1,
    "contained": 1,  # one joined name begins with the other (cut or shortened)
    "initials": 1,
    "numbers": 1,  # 1 equal numbers or none, 0 different
    "words apart": -1,
    "state": 1,
    "city": 1,
    "ZIP": 1,  # 1 equal, 0.5 same area (three digits), 0 different
    "designator": 1,
    "same name elsewhere": 0,  # ln(1 + recipients of this very name)
    "other name": -1,  # 0 legal name, 1 a former, trading or alternate one
    # 1 the same, 0 another or unknown: who is asked for by name alone has often moved, or is listed
    # without a street, and that must not count against it. The last: the shipped model was learned
    # without it.
    "street": 1,
}
#: Column of each feature.
AT: dict[str, int] = {name: column for column, name in enumerate(FEATURES)}
_WORDS = 8  # words compared per name; longer names are rare and alike in the first eight
_CHUNK = 1 << 16
_ALIKE = 0.75  # least similarity of two words taken for one: one slip in four letters


@dataclass(frozen=True)
class Evidence:
    """One row per pair of names: the features, and the name similarity 0-100."""

    features: NDArray[np.float32]
    score: NDArray[np.float64]


@dataclass(frozen=True)
class _Words:
    """Words of some names as a padded matrix (-1 = none), and the names' texts."""

    codes: NDArray[np.int32]
    joined: pl.Series
    initials: pl.Series  # of three or more words; "?" of fewer, which equals nothing
    position: NDArray[np.int64]  # of each name row in the matrix

    @classmethod
    def of(cls, names: NameTable, rows: NDArray[np.int64], vocabulary: Vocabulary) -> _Words:
        used = distinct(rows)
        codes = np.full((len(used), _WORDS), -1, np.int32)
        counts = names.counts[used]
        for column in range(_WORDS):
            has = counts > column
            codes[has, column] = names.words[names.offsets[used[has]] + column]
        position = np.zeros(len(names), np.int64)
        position[used] = np.arange(len(used))
        words = pl.col("words")
        first = words.str.split(" ").list.eval(pl.element().str.slice(0, 1)).list.join("")
        text = pl.DataFrame({"words": pl.Series(texts(names, used, vocabulary), dtype=pl.String)})
        text = text.select(
            joined=words.str.replace_all(" ", "", literal=True),
            initials=pl.when(words.str.count_matches(" ", literal=True) > 1)
            .then(first)
            .otherwise(pl.lit("?")),
        )
        return cls(codes, text["joined"], text["initials"], position)


def weigh(
    queries: Side,
    recipients: Side,
    query: NDArray[np.int64],
    name: NDArray[np.int64],
    frequencies: Frequencies,
) -> Evidence:
    """The evidence of pairs (row of a query name, row of a recipient name)."""
    vocabulary = frequencies.vocabulary
    left = _Words.of(queries.names, query, vocabulary)
    right = _Words.of(recipients.names, name, vocabulary)
    alike = _Alike(vocabulary)
    rarity = np.append(frequencies.rarity, np.float32(0))
    numeric = np.append(vocabulary.numeric, False)
    namesakes = frequencies.namesakes(recipients.names.joined[name])
    features = np.empty((len(query), len(FEATURES)), np.float32)
    for low in range(0, len(query), _CHUNK):
        part = slice(low, low + _CHUNK)
        q, n = query[part], name[part]
        columns = {
            **_word_evidence(left, right, q, n, rarity, numeric, alike),
            **_letter_evidence(left, right, q, n),
            **_place_evidence(queries, recipients, q, n),
            "name equal": _equality(queries.names, recipients.names, q, n),
            "designator": _designator(queries.names, recipients.names, q, n),
            "same name elsewhere": np.log1p(namesakes[part]),
            "other name": (recipients.names.kind[n] > 0) | (queries.names.kind[q] > 0),
        }
        for column, key in enumerate(FEATURES):
            features[part, column] = columns[key]
    return Evidence(features, similarity(features))


def similarity(features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Name similarity 0-100 of each row of features.

    100 for equal names, 98 for the same words in another order; else the mean of the letters'
    similarity and the rarity explained, or, for names that differ by a slip of the pen, three
    times the letters' dissimilarity below 100.
    """
    letters = features[:, AT["letters"]].astype(np.float64)
    words = (features[:, AT["explained of award"]] + features[:, AT["explained of recipient"]]) / 2
    mean = np.maximum((letters + words) / 2, 3 * letters - 2)
    equal = features[:, AT["name equal"]]
    score = np.where(equal >= 2, 100.0, np.where(equal == 1, 98.0, np.minimum(98.0, 100 * mean)))
    out: NDArray[np.float64] = np.asarray(np.round(score, 2), np.float64)
    return out


def agreement(features: NDArray[np.float32]) -> NDArray[np.int8]:
    """Whether names agree: 2 the same but for spelling, 1 they share what is rare, 0 neither."""
    equal, letters = features[:, AT["name equal"]], features[:, AT["letters"]]
    ours, theirs = features[:, AT["explained of award"]], features[:, AT["explained of recipient"]]
    same = (equal >= 1) | (np.minimum(ours, theirs) >= 0.75) | (letters >= 0.9)
    hint = np.maximum(features[:, AT["initials"]], features[:, AT["contained"]]) > 0
    related = (np.maximum(ours, theirs) >= 0.5) | (letters >= 0.8) | hint
    return np.where(same, 2, np.where(related, 1, 0)).astype(np.int8)


def same_address(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether both street and ZIP code are known to be the same."""
    out: NDArray[np.bool_] = (features[:, [AT["ZIP"], AT["street"]]] == 1).all(axis=1)
    return out


class _Alike:
    """Similarity of words, each distinct pair compared once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def of(self, left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.float32]:
        """1 - edits / letters where it reaches ``_ALIKE``; 0.9 where one word begins the other."""
        asked = (left.astype(np.int64) << 32) | right.astype(np.int64)
        packed = distinct(asked)
        a, b = (
            pl.Series(pl.from_arrow(self._vocabulary.texts(codes)))
            for codes in (packed >> 32, packed & 0xFFFFFFFF)
        )
        alike = process.cpdist(
            a.to_list(), b.to_list(), scorer=OSA.normalized_similarity, dtype=np.float32
        )
        alike = np.where(_begins(a, b, 3), np.maximum(alike, 0.9), alike)
        alike[alike < _ALIKE] = 0
        out: NDArray[np.float32] = alike[np.searchsorted(packed, asked)]
        return out


def _word_evidence(
    left: _Words,
    right: _Words,
    query: NDArray[np.int64],
    name: NDArray[np.int64],
    rarity: NDArray[np.float32],
    numeric: NDArray[np.bool_],
    alike: _Alike,
) -> dict[str, NDArray[np.generic]]:
    ours, theirs = left.codes[left.position[query]], right.codes[right.position[name]]
    here, there = ours >= 0, theirs >= 0
    same = (ours[:, :, None] == theirs[:, None, :]) & here[:, :, None]
    found, met = same.any(axis=2), same.any(axis=1)
    open_pairs = np.nonzero((here & ~found)[:, :, None] & (there & ~met)[:, None, :])
    credit_ours = found.astype(np.float32)
    credit_theirs = met.astype(np.float32)
    weight_ours, weight_theirs = rarity[ours], rarity[theirs]
    shared = np.where(found, weight_ours, np.float32(0))
    if len(open_pairs[0]):
        pair, i, j = open_pairs
        likeness = alike.of(ours[pair, i], theirs[pair, j])
        np.maximum.at(credit_ours, (pair, i), likeness)
        np.maximum.at(credit_theirs, (pair, j), likeness)
        # A misspelt word is always rare; what is shared is as rare as the word that was meant.
        meant = np.minimum(weight_ours[pair, i], weight_theirs[pair, j])
        np.maximum.at(shared, (pair, i), likeness * meant)
    numbers_ours = (numeric[ours] & ~found).any(axis=1)
    numbers_theirs = (numeric[theirs] & ~met).any(axis=1)
    return {
        "explained of award": _share(credit_ours, weight_ours),
        "explained of recipient": _share(credit_theirs, weight_theirs),
        "unexplained in award": ((1 - credit_ours) * weight_ours).max(axis=1),
        "unexplained in recipient": ((1 - credit_theirs) * weight_theirs).max(axis=1),
        "shared rarity": shared.sum(axis=1),
        "first word": np.where(same[:, 0, 0], 1.0, credit_ours[:, 0] * (credit_theirs[:, 0] > 0)),
        "numbers": ~(numbers_ours | numbers_theirs),
        "words apart": (here & (credit_ours == 0)).sum(axis=1)
        + (there & (credit_theirs == 0)).sum(axis=1),
    }


def _share(credit: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    total = weight.sum(axis=1)
    out: NDArray[np.float32] = (credit * weight).sum(axis=1) / np.maximum(total, 1e-6)
    return out


def _letter_evidence(
    left: _Words, right: _Words, query: NDArray[np.int64], name: NDArray[np.int64]
) -> dict[str, NDArray[np.generic]]:
    at, to = left.position[query], right.position[name]
    ours, theirs = left.joined.gather(at), right.joined.gather(to)
    initials = (left.initials.gather(at) == theirs) | (right.initials.gather(to) == ours)
    a, b = ours.to_list(), theirs.to_list()
    return {
        "letters": process.cpdist(a, b, scorer=Indel.normalized_similarity),
        "beginning": process.cpdist(a, b, scorer=JaroWinkler.normalized_similarity),
        "contained": _begins(ours, theirs, 8),
        "initials": initials.to_numpy(),
    }


def _begins(one: pl.Series, other: pl.Series, least: int) -> NDArray[np.bool_]:
    """Whether one of each two texts, of at least so many letters, begins the other."""
    a, b = pl.col("a"), pl.col("b")
    either = (a.str.len_bytes() >= least) & b.str.starts_with(a) | (
        b.str.len_bytes() >= least
    ) & a.str.starts_with(b)
    return pl.DataFrame({"a": one, "b": other}).select(either).to_series().to_numpy()


def _place_evidence(
    queries: Side, recipients: Side, query: NDArray[np.int64], name: NDArray[np.int64]
) -> dict[str, NDArray[np.generic]]:
    ours, theirs = queries.places.take(query), recipients.places.take(name)
    area = ours.zip5 // 100 == theirs.zip5 // 100
    zips = np.where(ours.zip5 == theirs.zip5, 1.0, np.where(area, 0.5, 0.0))
    unknown = (ours.zip5 == 0) | (theirs.zip5 == 0)
    return {
        "state": _same(ours.state, theirs.state),
        "city": _same(ours.city, theirs.city),
        "ZIP": np.where(unknown, np.nan, zips),
        "street": (ours.street == theirs.street) & (ours.street != 0),
    }


def _same(ours: NDArray[np.generic], theirs: NDArray[np.generic]) -> NDArray[np.float64]:
    """1 equal, 0 different, NaN where either is unknown (0)."""
    return np.where((ours == 0) | (theirs == 0), np.nan, (ours == theirs).astype(np.float64))


def _equality(
    queries: NameTable, names: NameTable, query: NDArray[np.int64], name: NDArray[np.int64]
) -> NDArray[np.int8]:
    filled = queries.joined[query] != 0
    return np.where(
        filled & (queries.literal[query] == names.literal[name]),
        3,
        np.where(
            filled & (queries.joined[query] == names.joined[name]),
            2,
            np.where(filled & (queries.sorted[query] == names.sorted[name]), 1, 0),
        ),
    ).astype(np.int8)


def _designator(
    queries: NameTable, names: NameTable, query: NDArray[np.int64], name: NDArray[np.int64]
) -> NDArray[np.float64]:
    return _same(queries.designator[query], names.designator[name])
