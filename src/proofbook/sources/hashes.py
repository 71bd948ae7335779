"""recipient_hash: USAspending's key of a recipient, made where a file has none."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_BATCH = 1 << 18
_NUMBERED = r"\|\d+$"
#: The columns that make a key.
HASHED_COLUMNS = ("uei", "duns", "legal_business_name", "city", "state", "zip5", "zip4")


def recipient_hashes(recipients: pa.Table) -> pa.Array:
    """The key of every row: md5 of the upper-cased ``uei-…``, else ``duns-…``, else ``name-…``.

    Written as a UUID, as in USAspending's ``recipient_lookup``. A key is made unique in three
    steps. The first row with a key has it plain. A further row that has only a name adds its
    place, ``|city|state|zip`` (the ZIP as 99999 or 99999-9999). Rows that are still equal to an
    earlier one add their number among the equal ones, ``|2``, ``|3``, …, in the order of the
    file. Expects the columns ``uei``, ``duns``, ``legal_business_name``, ``city``, ``state``,
    ``zip5`` and ``zip4``, null if absent.
    """
    keys = _keys(recipients)
    further = keys["named"] & ~keys["plain"].is_first_distinct()
    chosen = keys.select(pl.when(further).then("place").otherwise("plain")).to_series()
    return _md5(_numbered(chosen))


def hashes_in_parts(parts: Callable[[], Iterable[pa.Table]]) -> Iterator[pa.Array]:
    """``recipient_hashes`` of a table that is given in parts, at every call of ``parts`` again.

    Held at a time are a few numbers per row, and the rows whose key another row may have.
    """
    plain, place, numbered = [], [], []
    for part in parts():
        keys = _keys(part)
        plain.append(keys["plain"].hash().to_numpy())
        place.append(keys["place"].hash().to_numpy() * keys["named"].to_numpy())
        numbered.append(keys["plain"].str.contains(_NUMBERED).to_numpy())
    shared = _shared(np.concatenate(plain), np.concatenate(place)) | np.concatenate(numbered)
    edges = np.cumsum([0, *map(len, plain)])
    masks = [pa.array(shared[a:b]) for a, b in itertools.pairwise(edges)]
    rows = [part.filter(mask) for part, mask in zip(parts(), masks, strict=True)]
    exact, given = recipient_hashes(pa.concat_tables(rows)), 0
    for part, mask in zip(parts(), masks, strict=True):
        count = mask.true_count
        hashes = _md5(_keys(part)["plain"])
        yield pc.replace_with_mask(hashes, mask, exact.slice(given, count))
        given += count


def _shared(plain: NDArray[np.uint64], place: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Rows that may have a key of another row; ``place`` is 0 where a row is known by no name.

    Equal keys have equal numbers, so that no such row is missed.
    """
    repeated = np.isin(plain, _repeats(plain)) & (place > 0)
    twice = _repeats(np.concatenate([plain, place[repeated]]))
    found: NDArray[np.bool_] = np.isin(plain, twice) | (repeated & np.isin(place, twice))
    return found


def _repeats(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    ordered = np.sort(numbers)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def plain_hashes(recipients: pa.Table) -> pa.Array:
    """The key that the identifiers or the name of each row give; the same for equal recipients.

    Null where a row has none of ``uei``, ``duns`` and ``legal_business_name``.
    """
    frame = _frame(recipients, ("uei", "duns", "legal_business_name"))
    keys = frame.select(key=_plain_key()).to_series()
    nothing = frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    return pc.if_else(nothing.to_arrow(), pa.scalar(None, pa.string()), _md5(keys))


def _frame(recipients: pa.Table, columns: Iterable[str]) -> pl.DataFrame:
    return pl.DataFrame({c: pl.Series(pl.from_arrow(recipients.column(c))) for c in columns})


def _keys(recipients: pa.Table) -> pl.DataFrame:
    """The plain key of each row, the one with its place, and whether it has only a name."""
    return _frame(recipients, HASHED_COLUMNS).select(
        plain=_plain_key(),
        place=pl.concat_str(
            [_plain_key(), *(pl.col(c).fill_null("") for c in ("city", "state")), _zip()],
            separator="|",
        ).str.to_uppercase(),
        named=pl.col("uei").is_null() & pl.col("duns").is_null(),
    )


def _plain_key() -> pl.Expr:
    return pl.coalesce(
        pl.lit("uei-") + pl.col("uei"),
        pl.lit("duns-") + pl.col("duns"),
        pl.lit("name-") + pl.col("legal_business_name").fill_null(""),
    ).str.to_uppercase()


def _zip() -> pl.Expr:
    return pl.concat_str("zip5", pl.lit("-") + pl.col("zip4"), ignore_nulls=True)


def _numbered(keys: pl.Series) -> pl.Series:
    repeats = (~keys.is_first_distinct()).arg_true()
    if not len(repeats):
        return keys
    seen: Counter[str] = Counter()
    taken = set(keys.filter(keys.str.contains(_NUMBERED)))  # a name may end like that by itself
    numbered = []
    for key in keys.gather(repeats).to_list():
        seen[key] += 1
        while (new := f"{key}|{seen[key] + 1}") in taken:
            seen[key] += 1
        taken.add(new)
        numbered.append(new)
    return keys.clone().scatter(repeats, numbered)


def _md5(keys: pl.Series) -> pa.Array:
    parts = []
    for start in range(0, max(1, len(keys)), _BATCH):
        batch = keys.slice(start, _BATCH).to_list()
        digests = [hashlib.md5(k.encode(), usedforsecurity=False).hexdigest() for k in batch]
        parts.append(pa.array(map(_as_uuid, digests), pa.string()))
    return pa.concat_arrays(parts)


def _as_uuid(digest: str) -> str:
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"
