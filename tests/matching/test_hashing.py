"""Numbers of words depend on the words alone, and what is built on arrays of numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.matching.hashing import (
    distinct,
    find_in,
    group_starts,
    hash_words,
    letter_hashes,
    powers,
    prefix_hashes,
    ranges,
    rank_in_group,
)

WORDS = st.lists(st.text("ABCDEFG01", max_size=9), max_size=12)
NUMBERS = st.lists(st.integers(0, 9), max_size=30)


def hashes(words: list[str]) -> np.ndarray:
    return hash_words(pa.array(words, pa.string()))


@given(WORDS)
def test_the_hash_of_a_word_is_its_own_wherever_it_stands(words: list[str]) -> None:
    together = hashes(words)
    assert together.tolist() == [hashes([w])[0] for w in words]
    part = hash_words(pa.array(["XX", *words], pa.string())[1:])
    assert part.tolist() == together.tolist()
    assert len(set(together.tolist())) == len(set(words))


@given(st.text("ABCD", max_size=6), st.text("ABCD", max_size=6))
def test_the_hash_of_joined_words_follows_from_theirs(one: str, other: str) -> None:
    found = hashes([one, other, one + other])
    assert found[:1] * powers(len(other) + 1)[-1:] + found[1:2] == found[2:]


@given(WORDS)
def test_prefixes_are_hashes_of_the_first_letters(words: list[str]) -> None:
    table = prefix_hashes(pa.array(words, pa.string()), 4)
    for word, row in zip(words, table, strict=True):
        assert row.tolist() == hashes([word[:n] for n in range(5)]).tolist()


@given(st.permutations("ABBCD"), st.text("ABCD", min_size=1, max_size=5))
def test_letters_count_in_any_order(order: list[str], other: str) -> None:
    one, two, three = letter_hashes(pa.array(["ABBCD", "".join(order), other])).tolist()
    assert one == two
    assert (one == three) == (sorted(other) == sorted(order))


@given(NUMBERS, NUMBERS)
def test_what_is_found_stands_where_it_is_said_to_stand(held: list[int], asked: list[int]) -> None:
    ordered = distinct(np.array(held, np.int64))
    assert ordered.tolist() == sorted(set(held))
    for value, at in zip(asked, find_in(ordered, np.array(asked, np.int64)), strict=True):
        assert (at >= 0) == (value in held)
        assert at < 0 or ordered[at] == value


@pytest.mark.parametrize(
    ("starts", "counts", "expected"),
    [([], [], []), ([5], [0], []), ([5, 1], [2, 3], [5, 6, 1, 2, 3]),
     ([4, 9, 0], [1, 0, 2], [4, 0, 1])],
)  # fmt: skip
def test_ranges_follow_each_other(starts: list, counts: list, expected: list) -> None:
    found = ranges(np.array(starts, np.int64), np.array(counts, np.int64))
    assert found.tolist() == expected


@given(NUMBERS)
def test_ranks_begin_anew_in_every_group(values: list[int]) -> None:
    group = np.array(values, np.int64)
    expected = []
    for i, value in enumerate(values):
        expected.append(expected[-1] + 1 if i and values[i - 1] == value else 0)
    assert rank_in_group(group).tolist() == expected
    assert group_starts(group).tolist() == [i for i, rank in enumerate(expected) if rank == 0]
