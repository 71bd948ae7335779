"""Array literals become lists: against an encoder written from PostgreSQL's manual."""

from __future__ import annotations

import doctest

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.archives.test_copytext import ANY, NASTY, fault

from proofbook.errors import InputError
from proofbook.sources.archives import arraytext
from proofbook.sources.archives.arraytext import LIST, flattened, lists

Elements = list[str | None] | None


def literal(elements: Elements) -> str | None:
    """A list as PostgreSQL writes it: quotes only where they are needed."""
    return None if elements is None else "{" + ",".join(map(element, elements)) + "}"


def element(value: str | None) -> str:
    if value is None:
        return "NULL"
    special = set(value) & set('{},"\\ \t\n\r\v\f')
    if special or not value or value.upper() == "NULL":
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value


ELEMENTS = st.none() | st.sampled_from(["NULL", "null", "", "NUL", "NULLS"]) | NASTY | ANY
COLUMN = st.lists(st.none() | st.lists(ELEMENTS, max_size=5), max_size=10)


@settings(max_examples=300, deadline=None)
@given(COLUMN)
def test_everything_that_postgres_writes_comes_back(column: list[Elements]) -> None:
    result = lists(pa.array(map(literal, column), pa.string()), fault)
    result.validate(full=True)
    assert result.type == LIST
    assert result.to_pylist() == column


@settings(max_examples=100, deadline=None)
@given(COLUMN, st.data())
def test_a_slice_is_decoded_like_the_whole(column: list[Elements], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(column)))
    part = pa.array(map(literal, column), pa.string()).slice(start)
    assert lists(part, fault).to_pylist() == column[start:]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(ELEMENTS, min_size=1, max_size=3), min_size=1, max_size=3), COLUMN)
def test_dimensions_are_joined(rows: list[list[str | None]], others: list[Elements]) -> None:
    nested = "[2:3][0:1]={" + ",".join(str(literal(row)) for row in rows) + "}"
    column = pa.array([*map(literal, others), nested, None, nested], pa.string())
    flat = [value for row in rows for value in row]
    assert lists(column, fault).to_pylist() == [*others, flat, None, flat]


@pytest.mark.parametrize("literal", [
    "", "{", "}", "a", "{a", "a}", "{a,b", "{a}}", "{{a}", "{a}b", "b{a}", "{a,}", "{,a}", "{a,,b}",
    '{"a}', '{a"}', '{"a""}', "{a\\", "{a\\}", '{"a\\"}', "{}{}", "{a}{b}", "{{a},}", "{{a}{b}}",
    "[0:1]={", "[0:1]{a}", "{[0:1]={a}}x", "{},{}",
])  # fmt: skip
def test_what_is_no_array(literal: str) -> None:
    column = pa.array(['{"x,"}', None, "{}", literal, "{y}"], pa.string())
    with pytest.raises(InputError, match="row 3: has a value that is no array"):
        lists(column, fault)


def test_nothing_at_all() -> None:
    assert lists(pa.array([], pa.string()), fault).to_pylist() == []
    assert lists(pa.array([None, None], pa.string()), fault).to_pylist() == [None, None]
    assert flattened("") is None


def test_the_examples_hold() -> None:
    result = doctest.testmod(arraytext)
    assert result.attempted > 0
    assert result.failed == 0
