"""The best partners by token_set_ratio are exactly those of a comparison of everything."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from proofbook.matching import token_sets
from proofbook.matching.token_sets import LEAST, partners


def brute_force(
    asked: list[str], names: list[str], tie: list[int], count: int
) -> list[tuple[int, int, float]]:
    rows = []
    for i, one in enumerate(asked):
        scores = [(n, fuzz.token_set_ratio(one, name)) for n, name in enumerate(names)]
        near = [(n, s) for n, s in scores if s >= LEAST]
        near.sort(key=lambda pair: (names[pair[0]] != one, -pair[1], tie[pair[0]]))
        rows += [(i, n, s) for n, s in near[:count]]
    return rows


def found(
    asked: list[str], names: list[str], tie: list[int], count: int
) -> list[tuple[int, int, float]]:
    best, _ = partners(
        pl.Series(asked, dtype=pl.String),
        pl.Series(names, dtype=pl.String),
        np.array(tie, np.uint64),
        count,
        workers=1,
    )
    return list(zip(best.asked.tolist(), best.name.tolist(), best.score.tolist(), strict=True))


# Tokens of several lengths, and near-equal ones, so that every kind of ratio decides somewhere.
TOKEN = st.one_of(
    st.sampled_from(["INC", "LLC", "SYSTEMS", "SYSTEM", "SYSTEMZ", "A", "AB", "É", "PHOTONICS"]),
    st.text("ABCXÉ1", min_size=1, max_size=9),
)
NAME = st.lists(TOKEN, min_size=1, max_size=5).map(" ".join)
NAMES = st.lists(NAME, min_size=1, max_size=30, unique=True)


@settings(max_examples=300)
@given(
    st.lists(NAME, min_size=1, max_size=5, unique=True), NAMES, st.integers(1, 4), st.integers(0, 9)
)
def test_it_is_the_same_as_brute_force(
    asked: list[str], names: list[str], count: int, seed: int
) -> None:
    tie = np.random.default_rng(seed).permutation(len(names)).tolist()
    assert found(asked, names, tie, count) == brute_force(asked, names, tie, count)


@settings(max_examples=50)
@given(st.lists(NAME, min_size=1, max_size=6, unique=True), NAMES)
def test_the_size_of_the_steps_does_not_matter(asked: list[str], names: list[str]) -> None:
    tie = list(range(len(names)))
    expected = found(asked, names, tie, 2)
    with pytest.MonkeyPatch.context() as patch:
        for name, size in (("_COMPARED", 1), ("_NAMES", 3), ("_ASKED", 2)):
            patch.setattr(token_sets, name, size)
        assert found(asked, names, tie, 2) == expected


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        ("ADVANCED SYSTEMS", "SYSTEMS", 100),  # the rule's fault: any part of a name is the name
        ("TEXAS", "UNIVERSITY OF TEXAS", 100),
        ("FIBERTEK INC", "FIBERTEC INC", 91.667),
        ("INC XFIBERTEK", "FIBERTEK INC", 96),  # shared tokens in front, whatever their order
        ("SYSTEMS AB", "SYSTEMS XYZ", 82.353),
        ("A INC", "B INC", 80),
    ],
)
def test_known_scores(one: str, other: str, score: float) -> None:
    ((_, _, got),) = found([one], [other], [0], 1)
    assert got == pytest.approx(score, abs=0.001)


def test_an_equal_name_comes_first_then_the_tie_decides() -> None:
    names = ["ACME LABS", "ACME", "LABS ACME", "ACME LABS INC", "OTHER"]
    rows = found(["ACME LABS INC"], names, [3, 2, 1, 9, 0], 3)
    assert [n for _, n, _ in rows] == [3, 2, 1]


def test_nothing_like_it() -> None:
    assert found(["ACME"], ["ZETA FOODS"], [0], 5) == []
    assert found(["ACME"], [], [], 5) == []
    assert found([], ["ACME"], [0], 5) == []


def test_few_pairs_are_compared_in_full() -> None:
    random = np.random.default_rng(0)
    words = ["".join(random.choice(list("ABCDEFGHIJKLMNOPRSTUVW"), 8)) for _ in range(300)]
    names = sorted({" ".join(random.choice(words, 3)) for _ in range(5_000)})
    asked = sorted({" ".join(random.choice(words, 3)) for _ in range(50)})
    tie = np.arange(len(names), dtype=np.uint64)
    best, compared = partners(pl.Series(asked), pl.Series(names), tie, 5)
    assert compared < len(asked) * len(names) / 10
    rows = zip(best.asked.tolist(), best.name.tolist(), best.score.tolist(), strict=True)
    assert list(rows) == brute_force(asked, names, tie.tolist(), 5)
