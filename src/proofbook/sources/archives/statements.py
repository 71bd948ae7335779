"""What pg_dump's own statements say about a table: the order of its columns, and their types."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: A text, a quoted name, a dollar-quoted text, punctuation, a word, or blanks.
_TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | \$(\w*)\$.*?\$\1\$ | [(),] | [^\s'"(),]+ | \s+""",
    re.DOTALL | re.VERBOSE,
)

#: Words that end a column's type.
_AFTER_TYPE = {"COLLATE", "DEFAULT", "NOT", "NULL", "GENERATED", "CONSTRAINT", "CHECK"}

#: Words that begin an item which is no column; a column of such a name is in quotes.
_NO_COLUMN = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE", "LIKE"}


def copy_columns(statement: str) -> list[str]:
    """The columns of a COPY statement, in the order in which the data follow.

    >>> copy_columns('COPY rpt."Odd, name" (id, "a ""b"", c") FROM stdin;')
    ['id', 'a "b", c']
    """
    return [_unquoted(item[0]) for item in _items(statement)]


def array_columns(definition: str) -> set[str]:
    """The columns of a CREATE TABLE statement whose type is an array.

    ``box[]`` is not among them: its elements are not separated by commas.

    >>> sorted(array_columns("CREATE TABLE t (a text[], b numeric(9,2)[] NOT NULL, c text);"))
    ['a', 'b']
    """
    return {
        _unquoted(item[0])
        for item in _items(definition)
        if item[0] not in _NO_COLUMN and _is_array("".join(_type(item)))
    }


def _is_array(type_: str) -> bool:
    return type_.endswith("[]") and type_.rpartition(".")[2] != "box[]"


def _type(item: list[str]) -> Iterator[str]:
    for token in item[1:]:
        if token in _AFTER_TYPE:
            return
        yield token


def _items(statement: str) -> Iterator[list[str]]:
    """The items of the first parentheses in a statement, each as its tokens without blanks."""
    depth, item = 0, list[str]()
    for match in _TOKEN.finditer(statement):
        token = match[0]
        if token == ")":
            depth -= 1
        if depth == 0 and token == ")":
            break
        if depth == 1 and token == ",":
            yield item
            item = []
        elif depth and not token.isspace():
            item.append(token)
        if token == "(":
            depth += 1
    if item:
        yield item


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
