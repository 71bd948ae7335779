"""alternate_names: other names of a recipient, in the shapes in which they are written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from proofbook.errors import InputError

NAME_LIST = pa.list_(pa.string())

#: An element of a PostgreSQL array literal: in quotes with backslash escapes, or bare.
_ELEMENT = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}]*))\s*(,|$)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

#: A semicolon that does not end an HTML entity such as ``&amp;``.
_SEMICOLON = re.compile(r"(&(?:#\w+|\w+);)|;")


def parse_names(text: str) -> list[str] | None:
    """The names in a text: PostgreSQL array, JSON list, or separated by ``|``, else by ``;``.

    Returns None when the text begins as an array or list and is not one. Null elements and
    blank names are left out.

    >>> parse_names('{"A, Inc.",B}'), parse_names('["A", "B"]'), parse_names("A &amp; B; C")
    (['A, Inc.', 'B'], ['A', 'B'], ['A &amp; B', 'C'])
    """
    if text.startswith("[") and text.endswith("]"):
        names = _json_list(text)
    elif text.startswith("{") and text.endswith("}"):
        names = _array_literal(text[1:-1])
    elif text.startswith(("{", "[")):
        names = None
    elif "|" in text:
        names = text.split("|")
    else:
        names = _SEMICOLON.sub(lambda m: m[1] or "\n", text).split("\n") if ";" in text else [text]
    return None if names is None else [name for raw in names if (name := raw.strip())]


def _json_list(text: str) -> list[str] | None:
    try:
        values = json.loads(text)
    except ValueError:
        return None
    if not all(isinstance(value, str) or value is None for value in values):
        return None
    return [value for value in values if value is not None]


def _array_literal(inside: str) -> list[str] | None:
    if not inside:
        return []
    names, at = [], 0
    while True:
        element = _ELEMENT.match(inside, at)
        if element is None:
            return None
        quoted, bare, end = element.groups()
        if quoted is not None:
            names.append(_ESCAPED.sub(r"\1", quoted))
        elif bare.upper().strip() != "NULL":
            names.append(bare)
        at = element.end()
        if not end:
            return names


def name_lists(path: Path, column: pa.ChunkedArray, first: int = 0) -> pa.ChunkedArray:
    """alternate_names as ``list<string>``; null where there is nothing.

    ``first`` is the row of the file that comes first. Raises InputError naming the row for a text
    that begins as a list and is not one, and for a column that holds neither lists nor text.
    """
    kind = column.type
    if kind == NAME_LIST:
        return column
    if pa.types.is_null(kind):
        return pa.chunked_array([pa.nulls(len(column), NAME_LIST)])
    if pa.types.is_dictionary(kind):
        return name_lists(path, column.cast(kind.value_type), first)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _parsed(path, column.cast(pa.string()), first)
    try:
        return column.cast(NAME_LIST)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(
            path,
            "holds neither lists of names nor text",
            place="column 'alternate_names'",
            value=str(kind),
            remedy="write it as a list of strings",
        ) from error


def _parsed(path: Path, column: pa.ChunkedArray, row: int) -> pa.ChunkedArray:
    nothing = pc.is_in(column, pa.array(["", "{}", "[]", r"\N"]))
    column = pc.if_else(nothing, pa.scalar(None, pa.string()), column)
    chunks = []
    for chunk in column.chunks:
        names = [None if text is None else parse_names(text.strip()) for text in chunk.to_pylist()]
        array = pa.array(names, NAME_LIST)
        if array.null_count > chunk.null_count:
            bad = next(i for i, t in enumerate(chunk) if t.is_valid and names[i] is None)
            raise InputError(
                path,
                "holds a list of names that cannot be read",
                place=f"row {row + bad} (0-based), column 'alternate_names'",
                value=chunk[bad].as_py()[:80],
                remedy='write {"A","B"}, ["A", "B"] or A|B',
            )
        chunks.append(array)
        row += len(chunk)
    return pa.chunked_array(chunks, NAME_LIST)
