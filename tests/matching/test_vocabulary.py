"""Words are numbered once, classified by what they are, and known by their hash."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matching.conftest import table_of

from proofbook.matching.frequencies import count_names
from proofbook.matching.hashing import hash_words
from proofbook.matching.lexicon import canonical
from proofbook.matching.vocabulary import Vocabulary

WORDS = st.lists(st.text("ABEINSTUY1", min_size=1, max_size=6), max_size=20)


@given(WORDS, WORDS)
def test_a_word_keeps_its_number(first: list[str], then: list[str]) -> None:
    vocabulary = Vocabulary()
    before = vocabulary.codes(pa.array(first, pa.string())).tolist()
    vocabulary.canon  # noqa: B018 - canonical words are added
    vocabulary.codes(pa.array(then, pa.string()))
    assert vocabulary.codes(pa.array(first, pa.string())).tolist() == before
    assert vocabulary.texts(np.array(before, np.int32)).to_pylist() == first
    assert len(set(vocabulary.words.to_pylist())) == len(vocabulary) == len(vocabulary.hashes)
    assert vocabulary.hashes.tolist() == hash_words(vocabulary.words).tolist()


@given(WORDS)
def test_the_canonical_word_of_every_code(words: list[str]) -> None:
    vocabulary = Vocabulary()
    codes = vocabulary.codes(pa.array(words, pa.string()))
    spelled = vocabulary.texts(vocabulary.canon[codes]).to_pylist()
    assert spelled == canonical(pl.Series(words, dtype=pl.String)).to_list()
    assert len(vocabulary.canon) == len(vocabulary)


@pytest.mark.parametrize(
    ("word", "stop", "family", "numeric"),
    [("OF", True, 0, False), ("INC", False, 1, False), ("CORPORATION", False, 1, False),
     ("LLC", False, 2, False), ("X1", False, 0, True), ("LABS", False, 0, False)],
)  # fmt: skip
def test_what_a_word_is(word: str, stop: bool, family: int, numeric: bool) -> None:
    vocabulary = Vocabulary()
    (code,) = vocabulary.codes(pa.array([word]))
    found = (vocabulary.stop[code], vocabulary.designator[code], vocabulary.numeric[code])
    assert found == (stop, family, numeric)
    assert vocabulary.lengths[code] == len(word)


def test_what_is_known_of_old_words_is_known_of_new_ones_too() -> None:
    vocabulary = Vocabulary()
    vocabulary.codes(pa.array(["ALPHA"]))
    assert vocabulary.lengths.tolist() == [5]
    vocabulary.codes(pa.array(["ALPHA", "BE"]))
    assert vocabulary.lengths.tolist() == [5, 2]


def test_words_whose_hashes_are_known_are_not_hashed_again() -> None:
    words = pa.array(["BETA", "ALPHA"])
    vocabulary = Vocabulary.known(words, hash_words(words))
    assert vocabulary.codes(pa.array(["ALPHA", "GAMMA", "BETA"])).tolist() == [1, 2, 0]


def test_frequencies_of_words_and_names() -> None:
    vocabulary = Vocabulary()
    table = table_of(["ALPHA ONE", "ALPHA TWO", "ALPHA ONE", "ZETA"], vocabulary)
    found = count_names(table, vocabulary)
    assert found.names == 4
    assert found.namesakes(table.joined).tolist() == [2, 1, 2, 1]
    assert found.namesakes(np.array([12345], np.uint64)).tolist() == [1]
    idf = dict(zip(vocabulary.words.to_pylist(), found.idf.tolist(), strict=True))
    assert idf["ALPHA"] == pytest.approx(np.log(5 / 4))
    assert idf["ZETA"] == pytest.approx(np.log(5 / 2))
    assert found.rarity.max() <= 1
    vocabulary.codes(pa.array(["UNSEEN"]))
    assert count_names(table, vocabulary).idf[-1] == pytest.approx(np.log(5))
