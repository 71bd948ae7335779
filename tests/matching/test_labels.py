"""Labels by identifier: nobody is called wrong whom nothing contradicts."""

from __future__ import annotations

import numpy as np
import pytest
from tests.matching.linked import firms, links

from proofbook.matching.labels import maybe_right


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


def test_another_query_s_firm_contradicts_nothing() -> None:
    two = links([0, 1], [0, 1], features={"name equal": 3, "city": 0})
    found = maybe_right(two, np.array([True, False]), firms([0, 0], [7, 8], [0, 0]))
    assert found[1]


def test_a_misspelt_name_at_the_place_may_be_right() -> None:
    pair = links([0, 0], [0, 1], features={"city": 1, "letters": [0.93, 0.92]})
    found = maybe_right(pair, np.zeros(2, np.bool_), firms([0, 0], [7, 8], [0, 0]))
    assert found.tolist() == [True, False]
