"""Importing Jupyter's libraries at half the price."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: Builds a grammar of internationalised addresses when it is imported: 0.8 s, once in every
#: process that reads a notebook. jsonschema offers a check by it that no notebook schema uses.
_GRAMMAR = "rfc3987_syntax"


@contextmanager
def light_imports() -> Iterator[None]:
    """Lets jsonschema be imported without its optional grammar of addresses.

    jsonschema takes its absence for "not installed"; other importers find it again afterwards.
    """
    if _GRAMMAR in sys.modules:
        yield
        return
    sys.modules[_GRAMMAR] = None  # type: ignore[assignment] # Python's way to say: not there
    try:
        yield
    finally:
        del sys.modules[_GRAMMAR]
