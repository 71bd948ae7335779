"""Lists of names are read from every shape in which they are written."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.errors import InputError
from proofbook.sources.alternates import NAME_LIST, name_lists, parse_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{}", []),
        ("{A}", ["A"]),
        ('{"A","B"}', ["A", "B"]),
        ('{"A, Inc.",B CO, C}', ["A, Inc.", "B CO", "C"]),
        (r'{"a \"b\" \\ c",NULL,"NULL"}', ['a "b" \\ c', "NULL"]),
        ('{"x}y","{z"}', ["x}y", "{z"]),
        ('["A", null, "B, C"]', ["A", "B, C"]),
        ("[]", []),
        ("A|B, Inc.| ", ["A", "B, Inc."]),
        ("A; B", ["A", "B"]),
        ("A &amp; B; C &#39; D", ["A &amp; B", "C &#39; D"]),
        ("A;B|C", ["A;B", "C"]),
        ("Acme, Inc.", ["Acme, Inc."]),
        ('{"A"', None),
        ('{"A" "B"}', None),
        ('{"A""B"}', None),
        ("{A,{B}}", None),
        ("[A]", None),
        ("[1]", None),
        ('{"A",}', ["A"]),
    ],
)
def test_shapes(text: str, names: list[str] | None) -> None:
    assert parse_names(text) == names


NAMES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda s: s == s.strip()),
    max_size=5,
)


@given(NAMES)
def test_round_trip(names: list[str]) -> None:
    def quoted(name: str) -> str:
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'

    assert parse_names("{" + ",".join(map(quoted, names)) + "}") == names
    assert parse_names(json.dumps(names)) == names


@given(st.text())
def test_any_text_is_a_list_or_refused(text: str) -> None:
    names = parse_names(text)
    assert names is None or all(name == name.strip() != "" for name in names)


@pytest.mark.parametrize(
    "array",
    [
        pa.array([["A", "B"], [], None], NAME_LIST),
        pa.array([["A", "B"], [], None], pa.large_list(pa.large_string())),
        pa.array([["A", "B"], [], None], pa.list_(pa.dictionary(pa.int8(), pa.string()))),
        pa.array(["A|B", "{}", None]),
        pa.array(['{"A","B"}', "", None], pa.large_string()),
        pa.array(['["A","B"]', "[]", r"\N"], pa.string_view()),
        pa.array(["A;B", None, None]).dictionary_encode(),
    ],
)
def test_columns(array: pa.Array) -> None:
    column = name_lists(Path("x"), pa.chunked_array([array.slice(0, 1), array.slice(1)]))
    assert column.type == NAME_LIST
    assert [names or [] for names in column.to_pylist()] == [["A", "B"], [], []]


def test_a_column_without_anything() -> None:
    assert name_lists(Path("x"), pa.chunked_array([pa.nulls(2)])).to_pylist() == [None, None]


def test_a_list_that_is_none_is_named() -> None:
    column = pa.chunked_array([["A"], ["B", "{C"]])
    with pytest.raises(InputError, match=r"row 2 \(0-based\), column 'alternate_names'.*'{C'"):
        name_lists(Path("x.csv"), column)


def test_neither_lists_nor_text() -> None:
    with pytest.raises(InputError, match=r"neither lists of names nor text \(got 'int64'\)"):
        name_lists(Path("x"), pa.chunked_array([[1, 2]]))
