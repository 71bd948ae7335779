"""Columns and array types come from pg_dump's own statements, whatever the names."""

from __future__ import annotations

import doctest

import pytest

from proofbook.sources.archives import statements
from proofbook.sources.archives.statements import array_columns, copy_columns


def test_the_examples_hold() -> None:
    result = doctest.testmod(statements)
    assert result.attempted > 1
    assert result.failed == 0


@pytest.mark.parametrize(
    ("statement", "columns"),
    [
        ("COPY rpt.t (a, b) FROM stdin;\n", ["a", "b"]),
        ('COPY rpt.t (b, "A", "x ""y"", (z)") FROM stdin;', ["b", "A", 'x "y", (z)']),
        ('COPY "s(x)"."t, u" (é_1) FROM stdin;', ["é_1"]),
        ("COPY rpt.t  FROM stdin;\n", []),
    ],
)  # fmt: skip
def test_columns_of_copy(statement: str, columns: list[str]) -> None:
    assert copy_columns(statement) == columns


@pytest.mark.parametrize(
    ("column", "is_array"),
    [
        ("a text[]", True),
        ("a text", False),
        ("a text[] NOT NULL", True),
        ("a text[] DEFAULT '{}'::text[] NOT NULL", True),
        ("a text DEFAULT ('{}'::text[])[1]", False),
        ("a text DEFAULT 'x, y text[]'", False),
        ("a text DEFAULT E'it''s (\\\\ ,'", False),
        ("a text DEFAULT $$a, (b$$", False),
        ('a text[] COLLATE pg_catalog."C"', True),
        ("a numeric(9,2)[]", True),
        ("a timestamp(3) without time zone[]", True),
        ("a public.my_type[]", True),
        ("a box[]", False),
        ("a pg_catalog.box[]", False),
        ("a int GENERATED ALWAYS AS ((b[1] + 2)) STORED", False),
    ],
)
def test_array_types(column: str, is_array: bool) -> None:
    definition = f"CREATE TABLE s.t (\n    b text[],\n    {column},\n    z text[]\n);\n"
    assert array_columns(definition) == ({"a", "b", "z"} if is_array else {"b", "z"})


def test_what_is_no_column() -> None:
    definition = """CREATE TABLE s.t (
        a integer,
        "CHECK" text[],
        CONSTRAINT c CHECK ((cardinality(x) > 0)),
        PRIMARY KEY (a)
    )
    PARTITION BY RANGE (a);"""
    assert array_columns(definition) == {"CHECK"}
    assert array_columns("CREATE TABLE t OF my_type;") == set()
    assert array_columns("") == set()
