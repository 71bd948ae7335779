"""The recipient table: rows written as text in the columns of USAspending's recipient lookup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from proofbook.sources.columns import RECIPIENT_COLUMNS

from . import addresses, typos
from .distractors import BLOCK, distractor_rows
from .gazetteer import COUNTRIES
from .identifiers import duns_texts, recipient_hashes, uei_texts
from .mixture import Mixture
from .rows import PER_ENTITY, Rows
from .spelling import respelled
from .streams import Bools, Ints, chance, shuffled, stream, weighted
from .writing import finished, spread, written

SCHEMA = pa.schema(
    [
        pa.field(name, pa.list_(pa.string()) if name == "alternate_names" else pa.string())
        for name in RECIPIENT_COLUMNS
    ]
)


@dataclass(frozen=True)
class Written:
    """Rows as a table, with what was done to each name (bits of the module spelling)."""

    table: pa.Table
    done: Ints


class Hashes:
    """Gives rows their recipient_hash; name-only rows of one name get different ones.

    It remembers the keys of name-only rows: blocks must come in their order.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __call__(self, columns: dict[str, pa.Array]) -> pa.Array:
        """The hashes of a block of rows."""
        name = pc.utf8_upper(columns["legal_business_name"])
        keys = pc.coalesce(
            pc.binary_join_element_wise("UEI-", columns["uei"], ""),
            pc.binary_join_element_wise("DUNS-", columns["duns"], ""),
            pc.binary_join_element_wise("NAME-", name, ""),
        )
        bare = pc.and_(pc.is_null(columns["uei"]), pc.is_null(columns["duns"]))
        rows = np.flatnonzero(bare.to_numpy(zero_copy_only=False))
        if len(rows):
            keys = self._distinct(keys, rows, [columns[c] for c in ("city", "state", "zip5")])
        return recipient_hashes(keys)

    def _distinct(self, keys: pa.Array, rows: Ints, place: list[pa.Array]) -> pa.Array:
        """A further place of the same name adds "|city|state|zip", a further row a number."""
        index = pa.array(rows)
        parts = [column.take(index).to_pylist() for column in place]
        new = []
        for name, *where in zip(keys.take(index).to_pylist(), *parts, strict=True):
            key = name
            if key in self._seen:
                key = "|".join([name, *(part or "" for part in where)])
            number = 1
            while key in self._seen:
                number += 1
                key = f"{name}|{number}"
            self._seen.add(key)
            new.append(key)
        order = np.arange(len(keys))
        order[rows] = len(keys) + np.arange(len(rows))
        return pa.concat_arrays([keys, pa.array(new, pa.string())]).take(pa.array(order))


def write_rows(
    rows: Rows, rng: np.random.Generator, seed: int, mixture: Mixture, hashes: Hashes
) -> Written:
    """The rows as text."""
    shares = mixture.recipients
    name, done = _names(rng, rows, mixture)
    own_parent = rows.parent_entity == rows.entity
    serial = np.where(rows.parent_entity >= 0, rows.parent_entity * PER_ENTITY, -1)
    serial = np.where(own_parent, rows.uei, serial)
    parent_duns = np.where(own_parent, rows.duns, np.where(rng.random(len(rows)) < 0.6, serial, -1))
    weights = list(shares.sources.value.values())
    sources = pa.array(list(shares.sources.value), pa.string())
    columns = {
        "legal_business_name": name,
        "duns": duns_texts(rows.duns, seed),
        "uei": uei_texts(rows.uei, seed),
        "parent_duns": duns_texts(parent_duns, seed),
        "parent_uei": uei_texts(serial, seed),
        "parent_legal_business_name": _parents(rng, rows, name, own_parent, mixture),
        **_addresses(rng, rows, mixture),
        "alternate_names": _aliases(rng, rows, mixture),
        "source": sources.take(pa.array(weighted(rng, len(rows), weights))),
    }
    columns["recipient_hash"] = hashes(columns)
    return Written(pa.table(columns).select(SCHEMA.names).cast(SCHEMA), done)


def _names(rng: np.random.Generator, rows: Rows, mixture: Mixture) -> tuple[pa.Array, Ints]:
    """Legal names, some followed by the name in trade or the former name."""
    shares = mixture.recipient_names
    entered, done = respelled(rng, rows.names, shares)
    name, slips = written(rng, entered, shares)
    for other, mask, link in (
        (rows.trade, rows.trade_in_name, " DBA "),
        (rows.former, rows.former_in_name, " FKA "),
    ):
        text, _ = written(rng, other.take(mask), shares)
        name = pc.coalesce(pc.binary_join_element_wise(name, spread(text, mask), link), name)
    name, cut = finished(rng, name, shares)
    return name, done | slips | cut


def _parents(
    rng: np.random.Generator, rows: Rows, name: pa.Array, own: Bools, mixture: Mixture
) -> pa.Array:
    """Names of parents: the row's own, as written, or another firm's."""
    other = ~own & (rows.parent_entity >= 0)
    text, _ = written(rng, rows.parent.take(other), mixture.recipient_names)
    return pc.if_else(pa.array(own), name, spread(text, other))


def _addresses(rng: np.random.Generator, rows: Rows, mixture: Mixture) -> dict[str, pa.Array]:
    """Streets, cities, states, ZIP codes and countries, with their gaps."""
    shares, n, null = mixture.recipients, len(rows), pa.scalar(None, pa.string())
    abroad = rows.country > 0
    line1, line2 = addresses.streets(rng, rows.places)
    bare = pa.array(chance(rng, n, shares.no_street.value))
    no_zip = chance(rng, n, shares.no_zip.value) | abroad
    no_zip4 = no_zip | chance(rng, n, shares.no_zip4.value)
    no_state = chance(rng, n, shares.no_state.value) | abroad
    upper = pa.array(chance(rng, n, mixture.recipient_names.upper_case.value))
    city = addresses.cities(rows.places, chance(rng, n, shares.short_city.value))
    city = typos.apply(rng, city, chance(rng, n, shares.city_typo.value), typos.slip)
    countries = pa.array([c[0] for c in COUNTRIES], pa.string())
    there = pa.array([c[1] for c in COUNTRIES], pa.string())
    city = pc.if_else(pa.array(abroad), there.take(pa.array(rows.country)), city)
    city = pc.if_else(pa.array(chance(rng, n, shares.no_city.value)), null, city)
    zip5 = addresses.padded(rows.places.zip5, 5, no_zip)
    lost = pa.array(chance(rng, n, shares.zip_lost_zero.value))

    def cased(text: pa.Array) -> pa.Array:
        return pc.if_else(upper, pc.utf8_upper(text), text)

    return {
        "address_line_1": pc.if_else(bare, null, cased(line1)),
        "address_line_2": pc.if_else(bare, null, cased(line2)),
        "city": cased(city),
        "state": addresses.states(rows.places, no_state),
        "zip5": pc.if_else(lost, pc.utf8_ltrim(zip5, "0"), zip5),
        "zip4": addresses.padded(rows.places.zip4, 4, no_zip4),
        "country_code": countries.take(pa.array(rows.country)),
    }


def _aliases(rng: np.random.Generator, rows: Rows, mixture: Mixture) -> pa.Array:
    """The lists of other names: former names, then names in trade."""
    shares = mixture.recipient_names
    former, _ = written(rng, rows.former.take(rows.former_in_aliases), shares)
    trade, _ = written(rng, rows.trade.take(rows.trade_in_aliases), shares)
    masks = (rows.former_in_aliases, rows.trade_in_aliases)
    order = np.argsort(np.concatenate([np.flatnonzero(m) for m in masks]), kind="stable")
    values = pa.concat_arrays([former, trade]).take(pa.array(order))
    counts = masks[0].astype(np.int32) + masks[1].astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def blocks(
    special: pa.Table, n_recipients: int, seed: int, mixture: Mixture, hashes: Hashes
) -> Iterator[pa.Table]:
    """All recipients in blocks of at most BLOCK rows, the special rows mixed among the others."""
    order = shuffled(stream(seed, "recipients.order"), len(special))
    for block, start in enumerate(range(0, n_recipients, BLOCK)):
        size = min(BLOCK, n_recipients - start)
        low = len(special) * start // n_recipients
        high = len(special) * (start + size) // n_recipients
        parts = [special.take(pa.array(order[low:high]))]
        if size > high - low:
            rows = distractor_rows(size - (high - low), seed, block, mixture)
            rng = stream(seed, "distractors.text", block)
            parts.append(write_rows(rows, rng, seed, mixture, hashes).table)
        mixed = shuffled(stream(seed, "recipients.shuffle", block), size)
        yield pa.concat_tables(parts).combine_chunks().take(pa.array(mixed))
