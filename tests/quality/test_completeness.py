"""Completeness counts values, not words for nothing."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from proofbook.quality.completeness import (
    GATED,
    completeness,
    gated_completeness,
    incomplete_rows,
)
from proofbook.sources import read_awards
from proofbook.sources.columns import NULL_WORDS

AWARDS = pa.table(
    {
        "Company": ["A", "B", " ", "D"],
        "Agency Tracking Number": ["T1", "", "N/A", "T4"],
        "Contract": ["C1", "C2", "", ""],
        "Award Amount": ["1", "2", "3", "NULL"],
        "Program": ["SBIR", None, "STTR", "SBIR"],
        "PI Name": ["Ann", "Bob", "", ""],
    }
)


def test_every_column_in_order() -> None:
    frame = completeness(AWARDS)
    assert list(frame["column"]) == AWARDS.column_names
    assert list(frame["present"]) == [3, 2, 2, 3, 3, 2]
    assert list(frame["rate"]) == [0.75, 0.5, 0.5, 0.75, 0.75, 0.5]


@pytest.mark.parametrize("word", sorted(NULL_WORDS))
def test_words_for_nothing(word: str) -> None:
    for text in (word, word.lower(), f" {word} ", word.title()):
        assert completeness(pa.table({"x": [text, "value"]}))["present"][0] == 1


@pytest.mark.parametrize("text", ["0", "-", "None of them", "NANO", "x"])
def test_what_is_a_value(text: str) -> None:
    assert completeness(pa.table({"x": [text]}))["rate"][0] == 1.0


def test_gated_rates() -> None:
    assert gated_completeness(AWARDS) == {
        "completeness_award_id_rate": 0.75,
        "completeness_company_rate": 0.75,
        "completeness_amount_rate": 0.75,
        "completeness_award_date_rate": 0.0,  # the column is missing
        "completeness_program_rate": 0.75,
    }


def test_no_awards_are_not_complete() -> None:
    empty = AWARDS.slice(0, 0)
    assert set(gated_completeness(empty).values()) == {0.0}
    assert set(completeness(empty)["rate"]) == {0.0}


@pytest.mark.parametrize(
    ("metric", "rows", "value"),
    [
        ("completeness_award_id_rate", [2], "Agency Tracking Number: N/A; Contract: "),
        ("completeness_amount_rate", [3], "NULL"),
        ("completeness_award_date_rate", [0, 1], ""),
    ],
)
def test_rows_that_are_incomplete(metric: str, rows: list[int], value: str) -> None:
    examples = incomplete_rows(AWARDS, metric, 2)
    assert list(examples["award_row"]) == rows
    assert examples["value"][0] == value


def test_a_null_is_shown_like_nothing() -> None:
    program = incomplete_rows(AWARDS, "completeness_program_rate")
    assert program[["award_row", "value"]].to_dict("records") == [{"award_row": 1, "value": ""}]
    ids = pa.table({"Contract": [None, "C"], "Company": [None, "B"]})
    examples = incomplete_rows(ids, "completeness_award_id_rate")
    assert examples["value"][0] == "Agency Tracking Number: ; Contract: "


@pytest.mark.real
def test_the_real_awards(real_data: Path) -> None:
    rates = gated_completeness(read_awards(real_data / "sbir_awards.csv.gz").table)
    assert list(rates) == list(GATED)
    assert rates["completeness_award_id_rate"] == 1.0
    assert rates["completeness_award_date_rate"] == pytest.approx(4599 / 4947)
