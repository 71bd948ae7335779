"""Labels by identifier: nobody is called wrong whom nothing contradicts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.matching.linked import firms, links

from proofbook.matching.evidence import AT
from proofbook.matching.labels import WITHOUT_STREET, labelled, maybe_right
from proofbook.matching.shards import Shard
from proofbook.matching.sides import Side


@pytest.mark.parametrize(
    ("name", "city", "uei", "duns", "expected"),
    [
        (3, 1, 0, 8, True),  # at the award's place, under another number
        (0, 1, 0, 0, False),  # at its place, but of another name
        (3, 0, 0, 0, True),  # elsewhere, and without any identifier
        (1, 0, 9, 0, True),  # elsewhere, with an identifier that the firm does not have
        (3, 0, 0, 8, False),  # elsewhere, with another one of the kind that the firm has
        (3, 0, 9, 8, False),
        (0, 0, 0, 0, False),
    ],
)
def test_who_may_be_the_firm_that_the_identifier_names(
    name: int, city: int, uei: int, duns: int, expected: bool
) -> None:
    """Recipient 0 is named by its DUNS, recipient 1 is asked about."""
    both = links([0, 0], [0, 1], features={"name equal": [3, name], "city": [1, city]})
    named = np.array([True, False])
    found = maybe_right(both, named, firms([0, uei], [7, duns], [0, 0]))
    assert found[1] == expected


@pytest.mark.parametrize(
    ("street", "zip5", "contained", "expected"),
    [(1, 1, 1, True), (0, 1, 1, False), (1, 0.5, 1, False), (1, 1, 0, False)],
)
def test_a_related_name_at_the_address_may_be_right(
    street: float, zip5: float, contained: float, expected: bool
) -> None:
    features = {"street": street, "ZIP": zip5, "contained": contained, "initials": 0}
    pair = links([0], [0], features=features)
    assert maybe_right(pair, np.zeros(1, np.bool_), firms([0], [7], [0])) == [expected]


def test_another_query_s_firm_contradicts_nothing() -> None:
    two = links([0, 1], [0, 1], features={"name equal": 3, "city": 0})
    found = maybe_right(two, np.array([True, False]), firms([0, 0], [7, 8], [0, 0]))
    assert found[1]


def test_a_misspelt_name_at_the_place_may_be_right() -> None:
    pair = links([0, 0], [0, 1], features={"city": 1, "letters": [0.93, 0.92]})
    found = maybe_right(pair, np.zeros(2, np.bool_), firms([0, 0], [7, 8], [0, 0]))
    assert found.tolist() == [True, False]


def test_most_queries_are_learned_from_without_their_street() -> None:
    n = 2_000
    number = np.arange(n)
    made = links([*number, *number], [0] * n + [1] * n, features={"street": 1})
    held = Shard(np.arange(2), None, firms([5, 6], [0, 0], [0, 0]), None)  # type: ignore[arg-type]
    asked = Side(None, None, number.astype(np.uint64) * 7)  # type: ignore[arg-type]
    sure = pl.DataFrame({"query": number, "hits": [[0]] * n})
    found, _, right, _ = labelled(made, sure, asked, held)
    seen = found.features[:, AT["street"]]
    assert set(seen) == {0, 1}
    of_query = {q: set(seen[found.query % n == q]) for q in number}
    assert all(len(values) == 1 for values in of_query.values())  # all of its candidates alike
    assert np.mean([values == {0} for values in of_query.values()]) == pytest.approx(
        WITHOUT_STREET, abs=0.03
    )
    assert 0.4 < right.mean() < 0.5  # hidden ones have a wrong one only
    again, *_ = labelled(made.take(np.arange(2 * n)[::-1]), sure, asked, held)
    assert np.array_equal(again.features[:, AT["street"]], seen)
