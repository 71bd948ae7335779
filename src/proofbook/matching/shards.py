"""Shards: some recipients at a time, ready to be searched, and as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from proofbook.matching.hashing import ranges
from proofbook.matching.identifiers import clean_duns, clean_uei
from proofbook.matching.names import (
    ALTERNATE,
    LEGAL,
    PARENT,
    NameTable,
    by_owner,
    concatenate,
    select,
)
from proofbook.matching.places import clean_street
from proofbook.matching.sides import Places, Side, numbers, read_names, read_places, text_of
from proofbook.matching.units import Arrays, Split
from proofbook.matching.vocabulary import Vocabulary
from proofbook.sources.recipients import Recipients

#: Bytes that a recipient takes while its shard is prepared or searched, counted on full lists.
BYTES_PER_ROW = 700.0
#: Fewer recipients than these are not halved for want of memory.
_LEAST = 2_000
_NAME_COLUMNS = ["legal_business_name", "alternate_names", "parent_legal_business_name"]


@dataclass(frozen=True)
class Firms:
    """What tells recipients of one firm: numbers per recipient, 0 = unknown."""

    uei: NDArray[np.uint64]
    duns: NDArray[np.uint64]
    parent: NDArray[np.uint64]

    def take(self, rows: NDArray[np.generic]) -> Firms:
        """The recipients at some rows."""
        return Firms(*(getattr(self, f.name)[rows] for f in fields(self)))


@dataclass(frozen=True)
class Shard:
    """Some recipients: their rows in the whole list, rising, names and places, identifiers.

    Owners of names are positions in ``row``.
    """

    row: NDArray[np.int64]
    side: Side
    firms: Firms
    vocabulary: Vocabulary

    def __len__(self) -> int:
        return len(self.row)

    def positions(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where recipients stand that are given by their rows in the whole list, all held."""
        return np.searchsorted(self.row, rows)

    def take(self, recipients: NDArray[np.int64]) -> Shard:
        """Some of the recipients, given by rising positions, with all their names."""
        names = self.side.names
        first = np.searchsorted(names.owner, recipients)
        counts = np.searchsorted(names.owner, recipients, "right") - first
        rows = ranges(first, counts)
        owner = np.repeat(np.arange(len(recipients), dtype=np.int32), counts)
        table = replace(select(names, rows), owner=owner)
        side = Side(table, self.side.places.take(rows), self.side.identity[recipients])
        return Shard(self.row[recipients], side, self.firms.take(recipients), self.vocabulary)


def read_shard(
    recipients: Recipients, first: int, last: int, vocabulary: Vocabulary | None = None
) -> Shard:
    """The recipients in rows ``first`` to ``last`` (exclusive) of recipient_lookup's columns."""
    vocabulary = Vocabulary() if vocabulary is None else vocabulary
    names = _all_names(recipients.read(_NAME_COLUMNS, first, last), vocabulary)
    table = recipients.read(["state", "city", "zip5", "address_line_1"], first, last)
    street = clean_street(text_of(table, "address_line_1"))
    state, city, zip5 = (text_of(table, c) for c in ("state", "city", "zip5"))
    places = read_places(state, city, zip5, street)
    table = recipients.read(["uei", "duns", "parent_uei"], first, last)
    firms = Firms(
        uei=numbers(clean_uei(text_of(table, "uei"))["value"]),
        duns=numbers(clean_duns(text_of(table, "duns"))["value"]),
        parent=numbers(clean_uei(text_of(table, "parent_uei"))["value"]),
    )
    table = recipients.read(["recipient_hash"], first, last)
    identity = text_of(table, "recipient_hash").hash().to_numpy()
    side = Side(names, places.take(names.owner), identity)
    return Shard(np.arange(first, last), side, firms, vocabulary)


def prepare_shard(recipients: Recipients, first: int, last: int) -> Arrays:
    """A unit: ``read_shard`` as arrays."""
    return to_arrays(read_shard(recipients, first, last))


def _cut(
    recipients: Recipients, first: int, last: int
) -> tuple[tuple[Recipients, int, int], tuple[Recipients, int, int]] | None:
    middle = (first + last) // 2
    if last - first < _LEAST:
        return None
    return (recipients, first, middle), (recipients, middle, last)


def _join(one: Arrays, two: Arrays) -> Arrays:
    return to_arrays(together([one, two], Vocabulary()))


#: How a shard is prepared in halves.
HALVES = Split(_cut, _join)


def _all_names(table: pa.Table, vocabulary: Vocabulary) -> NameTable:
    """Legal, alternate and parents' names of some recipients, ordered by recipient."""
    legal = text_of(table, "legal_business_name")
    owner = np.arange(len(legal), dtype=np.int32)
    parts = [read_names(legal, owner, LEGAL, vocabulary)]
    lists = pl.Series(pl.from_arrow(table.column("alternate_names")))
    frame = pl.DataFrame({"owner": owner, "name": lists}).filter(pl.col("name").list.len() > 0)
    frame = frame.explode("name").drop_nulls().unique(maintain_order=True)
    parts.append(_further(frame, ALTERNATE, vocabulary))
    parent = text_of(table, "parent_legal_business_name")
    frame = pl.DataFrame({"owner": owner, "name": parent, "legal": legal}).drop_nulls()
    plain = pl.col("name", "legal").str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    frame = frame.filter(frame.select(plain).select(pl.col("name") != pl.col("legal")).to_series())
    parts.append(_further(frame, PARENT, vocabulary))
    return by_owner(concatenate(parts))


def _further(frame: pl.DataFrame, kind: int, vocabulary: Vocabulary) -> NameTable:
    return read_names(frame["name"], frame["owner"].to_numpy(), kind, vocabulary)


_NAME_FIELDS = ("kind", "words", "joined", "sorted", "literal", "designator")
_PLACE_FIELDS = tuple(f.name for f in fields(Places))
_FIRM_FIELDS = tuple(f.name for f in fields(Firms))


def to_arrays(shard: Shard) -> Arrays:
    """A shard as arrays: places once per recipient, words with their letters, the used ones."""
    names, places = shard.side.names, shard.side.places
    used = np.zeros(len(shard.vocabulary), np.bool_)
    used[names.words] = True
    codes = np.flatnonzero(used)
    # In the order of their hashes: what is looked up in order is found quickly.
    codes = codes[np.argsort(shard.vocabulary.hashes[codes])]
    number = np.zeros(len(used), np.int32)
    number[codes] = np.arange(len(codes), dtype=np.int32)
    held = np.searchsorted(names.owner, np.arange(len(shard)))
    text = shard.vocabulary.texts(codes).cast(pa.string())
    letters = text.buffers()[2]
    return {
        "row": shard.row,
        "names": np.diff(np.append(held, len(names))).astype(np.int32),
        "counts": names.counts.astype(np.int16),
        **{f: getattr(names, f) for f in _NAME_FIELDS},
        "words": number[names.words],
        **{f: getattr(places, f)[held] for f in _PLACE_FIELDS},
        **{f: getattr(shard.firms, f) for f in _FIRM_FIELDS},
        "identity": shard.side.identity,
        "hashes": shard.vocabulary.hashes[codes],
        "letters": np.frombuffer(letters, np.uint8) if letters else np.zeros(0, np.uint8),
        "ends": np.frombuffer(text.buffers()[1], np.int32)[: len(text) + 1]
        if len(text)
        else np.zeros(1, np.int32),
    }


def words_of(arrays: Arrays) -> pa.Array:
    """The words of a shard's arrays, by their number."""
    ends = pa.py_buffer(np.ascontiguousarray(arrays["ends"]))
    letters = pa.py_buffer(np.ascontiguousarray(arrays["letters"]))
    return pa.StringArray.from_buffers(len(arrays["ends"]) - 1, ends, letters)


def from_arrays(arrays: Arrays, vocabulary: Vocabulary | None = None) -> Shard:
    """The shard that ``to_arrays`` made, its words added to a vocabulary where one is given."""
    words = arrays["words"]
    if vocabulary is None:
        vocabulary = Vocabulary.known(words_of(arrays), arrays["hashes"])
    else:
        words = vocabulary.codes(words_of(arrays))[words]
    owner = np.repeat(np.arange(len(arrays["row"]), dtype=np.int32), arrays["names"])
    offsets = np.concatenate([[0], np.cumsum(arrays["counts"], dtype=np.int64)])
    parts = {f: arrays[f] for f in _NAME_FIELDS} | {"words": words}
    names = NameTable(owner=owner, offsets=offsets, **parts)
    places = Places(*(arrays[f] for f in _PLACE_FIELDS)).take(owner)
    firms = Firms(*(arrays[f] for f in _FIRM_FIELDS))
    return Shard(arrays["row"], Side(names, places, arrays["identity"]), firms, vocabulary)


def together(parts: Sequence[Arrays], vocabulary: Vocabulary) -> Shard:
    """Several shards as one under a common vocabulary; a recipient that is in two comes once."""
    shards = [from_arrays(part, vocabulary) for part in parts]
    row = np.concatenate([s.row for s in shards])
    order = np.argsort(row, kind="stable")
    order = order[np.append(True, np.diff(row[order]) != 0)] if len(row) else order
    base = np.cumsum([0, *(len(s) for s in shards)])
    names = concatenate(
        replace(s.side.names, owner=s.side.names.owner + np.int32(b))
        for s, b in zip(shards, base[:-1], strict=True)
    )
    whole = Shard(
        row,
        Side(
            names,
            Places(*_joined([s.side.places for s in shards], _PLACE_FIELDS)),
            np.concatenate([s.side.identity for s in shards]),
        ),
        Firms(*_joined([s.firms for s in shards], _FIRM_FIELDS)),
        vocabulary,
    )
    return whole.take(order)


def _joined(parts: Sequence[Any], columns: Sequence[str]) -> list[NDArray[Any]]:
    return [np.concatenate([getattr(p, c) for p in parts]) for c in columns]
