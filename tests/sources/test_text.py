"""Any column becomes text without damage."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.errors import InputError
from proofbook.sources.text import text_column


def as_text(values: list[Any], kind: pa.DataType | None = None) -> list[str | None]:
    column = text_column(Path("x.parquet"), "x", pa.chunked_array([pa.array(values, kind)]))
    assert column.type == pa.string()
    return list(column.to_pylist())


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        (["a ", None, ""], pa.string(), ["a ", None, ""]),
        (["a", None], pa.large_string(), ["a", None]),
        (["a", None], pa.string_view(), ["a", None]),
        (["a", "b", "a"], pa.dictionary(pa.int8(), pa.large_string()), ["a", "b", "a"]),
        ([b"a"], pa.binary(), ["a"]),
        ([78269681, None], pa.int64(), ["78269681", None]),
        ([78269681.0, None], pa.float64(), ["78269681", None]),
        ([1234567890123.0, 1.5, float("nan")], pa.float64(), ["1234567890123", "1.5", None]),
        (["78269681.0"], pa.string(), ["78269681.0"]),
        ([Decimal("150000.00")], pa.decimal128(10, 2), ["150000.00"]),
        ([True, None], pa.bool_(), ["true", None]),
        ([date(2019, 4, 5)], pa.date32(), ["2019-04-05"]),
        ([datetime(2019, 4, 5), None], pa.timestamp("us"), ["2019-04-05", None]),
        ([None, None], pa.timestamp("s"), [None, None]),
        ([datetime(2019, 4, 5, 6)], pa.timestamp("s"), ["2019-04-05 06:00:00"]),
        ([None, None], pa.null(), [None, None]),
    ],
)
def test_types(values: list[Any], kind: pa.DataType, text: list[str | None]) -> None:
    assert as_text(values, kind) == text


@given(st.lists(st.integers(0, 10**15), min_size=1))
def test_whole_numbers_keep_their_digits(values: list[int]) -> None:
    digits = [str(value) for value in values]
    assert as_text(values, pa.int64()) == digits
    assert as_text([float(value) for value in values], pa.float64()) == digits


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.struct([("a", pa.string())])])
def test_what_has_no_text(kind: pa.DataType) -> None:
    with pytest.raises(InputError, match=r"x.parquet, column 'x': cannot be read as text"):
        as_text([None], kind)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(InputError, match="cannot be read as text"):
        as_text([b"\xff"], pa.binary())
