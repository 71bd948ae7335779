"""Awards as questions: each asked once, with the street that most of its awards give."""

from __future__ import annotations

import polars as pl
import pytest
from tests.matching.conftest import awards

from proofbook.matching.prepare import prepare_awards
from proofbook.matching.sides import numbers
from proofbook.matching.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("streets", "expected"),
    [
        (["1 Elm St", "2 Oak St", "2 Oak Street"], "2OAK"),
        (["2 Oak St", "1 Elm St"], "1ELM"),  # as frequent: by content
        (["", "", "1 Elm St"], "1ELM"),
        (["", "Elm St"], None),
    ],
)
def test_a_question_has_the_most_frequent_street(streets: list[str], expected: str | None) -> None:
    rows = [{"Company": "Acme", "City": "York", "Address1": street} for street in streets]
    for given in (rows, rows[::-1]):
        made = prepare_awards(awards([*given, {"Company": "Zeta"}]), Vocabulary())
        assert made.rows["query"].to_list() == [0] * len(rows) + [1]
        assert made.queries.places.street.tolist() == [
            *numbers(pl.Series([expected], dtype=pl.String)),
            0,
        ]
