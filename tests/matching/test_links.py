"""Firms among candidates, and how far each one's rivals are behind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matching.linked import firms, links

from proofbook.matching.links import ALONE, KEPT, clusters, rivalry, strongest

SAME = {"uei": [0] * 4, "duns": [0] * 4, "parent": [0] * 4}


def groups(numbers: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(numbers == n).tolist()) for n in set(numbers.tolist())}


@pytest.mark.parametrize(
    ("known", "columns", "expected"),
    [
        ({}, {}, [{0}, {1}, {2}, {3}]),
        ({"uei": [5, 5, 0, 0]}, {}, [{0, 1}, {2}, {3}]),
        ({"duns": [0, 5, 0, 5]}, {}, [{1, 3}, {0}, {2}]),
        ({"uei": [5, 5, 0, 0], "duns": [0, 6, 6, 0]}, {}, [{0, 1, 2}, {3}]),
        ({"uei": [5, 0, 0, 0], "duns": [0, 5, 0, 0]}, {}, [{0}, {1}, {2}, {3}]),
        # one name in one state, or with one parent
        ({}, {"key": [9, 9, 9, 8], "state": [1, 1, 2, 1]}, [{0, 1}, {2}, {3}]),
        ({"parent": [4, 0, 4, 4]}, {"key": [9, 9, 9, 8], "state": [1, 2, 3, 4]},
         [{0, 2}, {1}, {3}]),
        # one address, where all bear the query's name but for spelling
        ({}, {"address": [5, 5, 5, 0], "features": {"letters": [1, 0.95, 0.6, 1]}},
         [{0, 1}, {2}, {3}]),
        # without a state: of the strongest of its name
        ({}, {"key": [9, 9, 9, 8], "state": [1, 2, 0, 0], "score": [60, 90, 99, 99]},
         [{1, 2}, {0}, {3}]),
        ({}, {"key": [9, 9, 9, 8], "score": [60, 90, 99, 99]}, [{0, 1, 2}, {3}]),
    ],
)  # fmt: skip
def test_what_makes_one_firm(known: dict, columns: dict, expected: list[set[int]]) -> None:
    found = clusters(links([0] * 4, [0, 1, 2, 3], **columns), firms(**{**SAME, **known}))
    assert groups(found) == set(map(frozenset, expected))


def test_two_queries_have_nothing_in_common() -> None:
    found = clusters(links([0, 1], [0, 0], key=[9, 9], state=[1, 1]), firms([5], [6], [7]))
    assert groups(found) == {frozenset({0}), frozenset({1})}


def test_no_links_no_firms() -> None:
    assert len(clusters(links([], []), firms([], [], []))) == 0
    assert rivalry(links([], []), np.zeros(0, np.int64), np.zeros(0)).shape == (0, 3)


NUMBER = st.integers(0, 2)
LINK = st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(1, 2), NUMBER)


@given(
    st.lists(LINK, max_size=10, unique_by=lambda t: t[:2]).map(sorted),
    st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=6, max_size=6),
)
def test_clusters_are_connected_components(rows: list[tuple], ids: list[tuple]) -> None:
    uei, duns, parent = (list(c) for c in zip(*ids, strict=True))
    query, recipient, key, state = ([r[i] for r in rows] for i in range(4))
    found = clusters(links(query, recipient, key=key, state=state), firms(uei, duns, parent))
    n = len(rows)
    label = list(range(n))

    def join(a: int, b: int) -> None:
        old, new = label[a], label[b]
        label[:] = [new if x == old else x for x in label]

    for a in range(n):
        for b in range(a):
            if query[a] != query[b]:
                continue
            one, two = recipient[a], recipient[b]
            same_name = key[a] == key[b]
            if (
                (uei[one] == uei[two] != 0)
                or (duns[one] == duns[two] != 0)
                or (same_name and state[a] == state[b] != 0)
                or (same_name and parent[one] == parent[two] != 0)
            ):
                join(a, b)
        if state[a] == 0:
            name = [b for b in range(n) if (query[b], key[b]) == (query[a], key[a])]
            join(a, min(name, key=lambda b: (state[b] == 0, recipient[b])))  # scores are equal
    assert groups(found) == groups(np.array(label, dtype=int))


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-80, 80)),
        min_size=1,
        max_size=12,
    ).map(sorted)
)
def test_the_gap_is_to_the_best_of_another_firm(rows: list[tuple]) -> None:
    query, firm, strength = (np.array([r[i] for r in rows]) for i in range(3))
    firm = query * 10 + firm
    power = strength / 8
    found = rivalry(links(query.tolist(), list(range(len(rows)))), firm, power)
    for row in range(len(rows)):
        mine = query == query[row]
        others = power[mine & (firm != firm[row])]
        gap = power[row] - others.max() if len(others) else ALONE
        assert found[row, 0] == np.float32(power[row])
        assert found[row, 1] == np.float32(np.clip(gap, -ALONE, ALONE))
        if power[row] == power[mine & (firm == firm[row])].max():  # the best of its firm
            best = {f: power[firm == f].max() for f in set(firm[mine].tolist())}
            near = [f for f in best if f != firm[row] and best[f] > power[mine].max() - 2]
            assert found[row, 2] == len(near)


def test_each_recipient_stands_once_by_its_best_name() -> None:
    alias = links([0, 0], [5, 6], kind=[2, 0], score=[99, 50], key=[1, 2], identity=[1, 2])
    legal = links([0, 1], [5, 5], kind=[0, 0], score=[98, 98], key=[3, 3], identity=[1, 1])
    found = strongest([alias, legal])
    assert found.query.tolist() == [0, 0, 1]
    assert found.recipient.tolist() == [5, 6, 5]
    assert found.score.tolist() == [99, 50, 98]


def test_the_place_weighs_in_the_choice_of_the_name() -> None:
    away = links([0], [5], score=[99], features={"ZIP": 0, "city": 0, "state": 0})
    here = links([0], [5], score=[95], features={"ZIP": 1, "city": 1, "state": 1})
    assert strongest([away, here]).score.tolist() == [95]


def test_only_the_strongest_are_kept_unless_all_are_asked_for() -> None:
    n = KEPT + 9
    many = links([0] * n, list(range(n)), score=np.arange(n), identity=np.arange(n))
    assert sorted(strongest([many]).score.tolist()) == list(range(9, n))
    assert len(strongest([many], kept=None)) == n
    again = strongest([many.take(np.arange(n)[::-1])])
    assert again.recipient.tolist() == strongest([many]).recipient.tolist()
