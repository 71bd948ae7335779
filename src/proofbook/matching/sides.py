"""Side: one of the two sides to be linked, its names and places as arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from proofbook.matching.hashing import hash_words
from proofbook.matching.names import NameTable, concatenate, tabulate
from proofbook.matching.places import clean_city, clean_state, clean_zip5
from proofbook.matching.vocabulary import Vocabulary

_STEP = 1 << 19


@dataclass(frozen=True)
class Places:
    """State, city, ZIP code and street as numbers that depend on the text alone; 0 = unknown."""

    state: NDArray[np.int32]
    city: NDArray[np.uint64]
    zip5: NDArray[np.int32]
    street: NDArray[np.uint64]

    def take(self, rows: NDArray[np.integer[Any]]) -> Places:
        """The places of some rows."""
        return Places(*(getattr(self, f.name)[rows] for f in fields(self)))


@dataclass(frozen=True)
class Side:
    """Names, the place of each, and a number from the content of each owner to break ties."""

    names: NameTable
    places: Places
    identity: NDArray[np.uint64]


def read_places(state: pl.Series, city: pl.Series, zip5: pl.Series, street: pl.Series) -> Places:
    """Places of raw state, city and ZIP columns and of clean streets."""
    return Places(
        state=_once(state, lambda s: clean_state(s).str.to_integer(base=36), np.int32),
        city=_once(city, lambda s: pl.Series(text_numbers(clean_city(s))), np.uint64),
        zip5=_once(zip5, lambda s: clean_zip5(s).cast(pl.Int32), np.int32),
        street=numbers(street),
    )


def text_numbers(text: pl.Series) -> NDArray[np.uint64]:
    """A 64-bit number per text, equal for equal texts; 0 for null and empty ones."""
    return _once(text, lambda s: pl.Series(hash_words(_arrow(s.fill_null("")))), np.uint64)


def _once(
    raw: pl.Series, clean: Callable[[pl.Series], pl.Series], dtype: type[np.generic]
) -> NDArray[Any]:
    """The cleaned numbers of a column, each distinct value cleaned once; null becomes 0."""
    coded = _arrow(raw.cast(pl.String).fill_null("")).dictionary_encode()
    values = clean(pl.Series(pl.from_arrow(coded.dictionary)))
    numbers = values.fill_null(0).to_numpy().astype(dtype)
    return numbers[coded.indices.to_numpy()] if len(raw) else np.zeros(0, dtype)


def _arrow(text: pl.Series) -> pa.Array:
    return text.to_arrow(compat_level=pl.CompatLevel.oldest())


def text_of(table: pa.Table, name: str) -> pl.Series:
    """A column as text; null where the table has none of that name."""
    if name not in table.column_names:
        return pl.Series(name, [None] * table.num_rows, dtype=pl.String)
    return pl.Series(pl.from_arrow(table.column(name))).cast(pl.String)


def numbers(text: pl.Series) -> NDArray[np.uint64]:
    """A number per text, 0 for null; only ever compared for equality."""
    hashed = pl.select(pl.when(text.is_not_null()).then(text.hash()).otherwise(0)).to_series()
    return hashed.cast(pl.UInt64).to_numpy()


def read_names(
    texts: pl.Series, owner: NDArray[np.int32], kind: int, vocabulary: Vocabulary
) -> NameTable:
    """The NameTable of many raw names, in steps that bound the memory."""
    return concatenate(
        tabulate(texts.slice(i, _STEP), owner[i : i + _STEP], kind, vocabulary)
        for i in range(0, max(len(texts), 1), _STEP)
    )
