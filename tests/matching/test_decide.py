"""Decisions: accept what is likely and unrivalled, never what is ambiguous."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matching.linked import links

from proofbook.matching.decide import ACCEPT, CLEAR, LEAVE, PEER, REVIEW, Decisions, decide


def decided(probability: list[float], firm: list[int], **columns: object) -> Decisions:
    """One query with these candidates."""
    n = len(probability)
    made = links([0] * n, list(range(n)), **columns)
    return decide(made, np.array(firm), np.array(probability), accept=0.8, review=0.3)


@pytest.mark.parametrize(
    ("probability", "firm", "verdict", "ambiguous"),
    [
        ([0.9], [0], ACCEPT, False),
        ([0.8], [0], ACCEPT, False),
        ([0.79], [0], REVIEW, False),
        ([0.3], [0], REVIEW, False),
        ([0.29], [0], LEAVE, False),
        ([0.9, 0.9], [0, 0], ACCEPT, False),  # two rows of one firm
        ([0.9, 0.9], [0, 1], REVIEW, True),
        ([0.9, 0.6], [0, 1], ACCEPT, False),  # odds 9 against 1.5
        ([0.9, 0.7], [0, 1], REVIEW, True),  # odds 9 against 2.3
        ([0.5, 0.4], [0, 1], REVIEW, True),
        ([0.2, 0.2], [0, 1], LEAVE, False),
        ([1.0, 1.0], [0, 1], REVIEW, True),
        ([1.0, 0.0], [0, 1], ACCEPT, False),
        ([1.0], [0], ACCEPT, False),
        ([0.0], [0], LEAVE, False),
    ],
)
def test_verdicts(probability: list[float], firm: list[int], verdict: int, ambiguous: bool) -> None:
    found = decided(probability, firm)
    assert found.verdict.tolist() == [verdict]
    assert found.ambiguous.tolist() == [ambiguous]
    assert found.probability.tolist() == [max(probability)]


def test_the_name_itself_stands_for_its_firm() -> None:
    """An alias may be a little likelier; the row that bears the name is the one to join."""
    legal = {"kind": [2, 0, 0], "features": {"name equal": [3, 2, 3]}}
    assert decided([0.95, 0.9, 0.9], [0, 0, 0], **legal).best.tolist() == [2]
    assert decided([0.95, 0.9, 0.5], [0, 0, 0], **legal).best.tolist() == [1]
    assert decided([0.95, 0.9, 0.9], [0, 1, 1], **legal).best.tolist() == [0]


def test_equal_candidates_are_told_by_their_content() -> None:
    for identity in ([5, 3, 4], [3, 5, 4], [4, 5, 3]):
        found = decided([0.9] * 3, [0] * 3, identity=identity)
        assert found.best.tolist() == [identity.index(3)]


def test_no_link_no_decision() -> None:
    none = decide(links([], []), np.zeros(0, int), np.zeros(0), accept=0.8, review=0.3)
    assert len(none.query) == len(none.best) == 0


PROBABILITY = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.3, 0.5, 0.8, 0.9, 1.0]))
ROWS = st.lists(
    st.tuples(st.integers(0, 3), PROBABILITY, st.integers(0, 2)), min_size=1, max_size=12
).map(sorted)


@given(ROWS, st.floats(0.5, 1), st.floats(0, 0.5))
def test_every_decision_keeps_the_rule(
    rows: list[tuple[int, float, int]], accept: float, review: float
) -> None:
    query, probability, firm = ([r[i] for r in rows] for i in range(3))
    made = links(query, list(range(len(rows))))
    firms = np.array(query) * 10 + np.array(firm)
    found = decide(made, firms, np.array(probability), accept=accept, review=review)
    assert found.query.tolist() == sorted(set(query))
    for row, q in enumerate(found.query.tolist()):
        mine = [i for i in range(len(rows)) if query[i] == q]
        p = max(probability[i] for i in mine)
        best = found.best[row]
        assert best in mine
        assert probability[best] >= PEER * p
        assert found.probability[row] == p
        leaders = {firms[i] for i in mine if probability[i] == p}
        rival = max((probability[i] for i in mine if firms[i] != firms[best]), default=0.0)
        if len(leaders) > 1 and p >= review and p > 0:
            assert found.ambiguous[row]
        if found.verdict[row] == ACCEPT:
            assert not found.ambiguous[row]
            assert p >= accept
            assert p * (1 - rival) >= CLEAR * rival * (1 - p)
        elif p >= accept:
            assert found.ambiguous[row]
        assert (found.verdict[row] == LEAVE) == (p < review)
