"""Words one edit apart: every one of them, and no other."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.matching.similar_words import SHORTEST, similar_words


def pairs(words: list[str], wanted: list[int], others: list[int] | None = None) -> set[tuple]:
    every = range(len(words)) if others is None else others
    left, right = similar_words(
        pa.array(words, pa.string()), np.array(wanted, np.int32), np.array(every, np.int32)
    )
    return set(zip(left.tolist(), right.tolist(), strict=True))


def deletions(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def one_edit(a: str, b: str) -> bool:
    """The definition: at most one letter of each deleted, and they are the same."""
    return min(len(a), len(b)) >= SHORTEST and bool(deletions(a) & deletions(b))


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("PHOTONIC", "PHOTONICS"),
        ("PHOTONIC", "POTONIC"),
        ("PHOTONIC", "PHHOTONIC"),
        ("PHOTONIC", "PHOTANIC"),
        ("PHOTONIC", "PHOTNOIC"),
        ("PHOTONIC", "XHOTONIC"),
        ("PHOTONIC", "PHOTONIX"),
        ("PHOTONIC", "HOTONIC"),
        ("AAAAA", "AAAAAA"),
        ("ABABAB", "BABABA"),
    ],
)
def test_a_slip_of_the_pen(word: str, other: str) -> None:
    assert pairs([word, other], [0]) == {(0, 1)}
    assert pairs([word, other], [0, 1]) == {(0, 1), (1, 0)}


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("PHOTONIC", "PHOTO"),
        ("PHOTONIC", "PHTNIC"),
        ("PHOTONIC", "ELECTRON"),
        ("PHOTONIC", "CINOTOHP"),
        ("CUBE", "CUBES"),  # too short to tell a slip from another word
        ("CUBE", "CUBA"),
        ("RADAR", "RADIO"),
    ],
)
def test_another_word(word: str, other: str) -> None:
    assert pairs([word, other], [0, 1]) == set()


WORDS = st.lists(st.text("ABC", min_size=3, max_size=8), min_size=1, max_size=25, unique=True)


@given(WORDS, st.data())
def test_it_finds_what_the_definition_finds(words: list[str], data: st.DataObject) -> None:
    indices = st.lists(st.integers(0, len(words) - 1), unique=True)
    wanted, others = sorted(data.draw(indices)), sorted(data.draw(indices))
    among = {*wanted, *others}
    expected = {(i, j) for i in wanted for j in among if i != j and one_edit(words[i], words[j])}
    found = pairs(words, wanted, others)
    assert {(i, j) for i, j in found if j in others} == {(i, j) for i, j in expected if j in others}
    assert found <= expected


@given(st.text("ABCDEFGHIJ", min_size=6, max_size=14), st.data())
def test_every_edit_of_a_word_is_found(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("ABCXYZ"))
    edited = data.draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            ]
        )
    )
    if edited != word:
        assert pairs([word, "UNRELATED", edited], [0]) == {(0, 2)}


def test_nothing_is_like_nothing() -> None:
    assert pairs([], []) == set()
    assert pairs(["PHOTONIC"], [], [0]) == set()
    assert pairs(["PHOTONIC", "PHOTONICS"], [0], []) == set()


def test_a_word_of_one_letter_many_times_costs_little() -> None:
    assert pairs(["A" * 50_000, "A" * 49_999, "PHOTONIC"], [0]) == {(0, 1)}
