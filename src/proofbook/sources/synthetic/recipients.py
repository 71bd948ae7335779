"""Recipient rows: those of award firms, their parents and twins, and the many that have no award."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import addresses
from .firms import ABSENT_WITH_TWIN, IDENTIFIERS, WITH_ALIAS, Firms
from .identifiers import duns_texts, recipient_hashes, uei_texts
from .mixture import Mixture
from .names import Names, concat, draw_names
from .places import Places, draw_places, move
from .spelling import finished, respelled, written
from .streams import Bools, Ints, chance, shuffled, stream, weighted
from .twins import twin_names, twin_places

BLOCK = 200_000
#: Serial numbers of identifiers: eight for each entity. 0 is the main row's, 1 to 5 are those of
#: further rows, 6 and 7 are known to awards only.
PER_ENTITY = 8
AWARD_ONLY = 7
#: Entities of distractors begin here; below are award firms, parents, twins and successors.
FIRST_DISTRACTOR = 1 << 20

SCHEMA = pa.schema(
    [
        pa.field("recipient_hash", pa.string()),
        pa.field("legal_business_name", pa.string()),
        pa.field("duns", pa.string()),
        pa.field("uei", pa.string()),
        pa.field("parent_duns", pa.string()),
        pa.field("parent_uei", pa.string()),
        pa.field("parent_legal_business_name", pa.string()),
        pa.field("address_line_1", pa.string()),
        pa.field("address_line_2", pa.string()),
        pa.field("city", pa.string()),
        pa.field("state", pa.string()),
        pa.field("zip5", pa.string()),
        pa.field("zip4", pa.string()),
        pa.field("country_code", pa.string()),
        pa.field("alternate_names", pa.list_(pa.string())),
        pa.field("source", pa.string()),
    ]
)


@dataclass(frozen=True)
class Rows:
    """Recipient rows before they are written: numbers only."""

    entity: Ints
    names: Names
    trade: Names
    trade_in_name: Bools  # "LEGAL DBA TRADE"
    trade_in_aliases: Bools
    alias: Names
    has_alias: Bools
    places: Places
    uei: Ints  # serial numbers, -1 for none
    duns: Ints
    parent: Names
    parent_entity: Ints  # -1 for none

    def __len__(self) -> int:
        return len(self.entity)

    def take(self, rows: Ints | Bools) -> Rows:
        """Some of the rows."""
        return Rows(
            self.entity[rows], self.names.take(rows), self.trade.take(rows),
            self.trade_in_name[rows], self.trade_in_aliases[rows], self.alias.take(rows),
            self.has_alias[rows], self.places.take(rows), self.uei[rows], self.duns[rows],
            self.parent.take(rows), self.parent_entity[rows],
        )


def concat_rows(parts: list[Rows]) -> Rows:
    """Several groups of rows after one another."""
    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(p, name) for p in parts])

    def places(name: str) -> Ints:
        return np.concatenate([getattr(p.places, name) for p in parts])

    return Rows(
        joined("entity"), concat([p.names for p in parts]), concat([p.trade for p in parts]),
        joined("trade_in_name"), joined("trade_in_aliases"), concat([p.alias for p in parts]),
        joined("has_alias"), Places(places("place"), places("zip5"), places("zip4"), places("street")),
        joined("uei"), joined("duns"), concat([p.parent for p in parts]), joined("parent_entity"),
    )


def award_firm_rows(firms: Firms, n_recipients: int, seed: int, mixture: Mixture) -> Rows:
    """All rows that belong to award firms, their parents, twins and successors, the needed first.

    Main rows come first, then parents, then twins of absent firms, other twins, further rows and
    successors; they are cut at six in ten recipients (but never below the main rows).
    """
    shares = mixture.firms
    n = len(firms)
    present = np.flatnonzero(firms.present)
    rng = stream(seed, "recipients.main")
    kind = firms.identifiers[present]
    uei = np.where(np.isin(kind, [0, 1, 4]), present * PER_ENTITY, -1)
    duns = np.where(np.isin(kind, [0, 2]), present * PER_ENTITY, -1)
    other = kind == IDENTIFIERS.index("other")
    duns = np.where(other & (rng.random(len(kind)) < 0.5), present * PER_ENTITY + 5, duns)
    # a third of the firms with both have them in two rows, one by each
    split = (kind == 0) & (rng.random(len(kind)) < 0.33)
    main = _of_firms(rng, firms, present, uei, np.where(split, -1, duns))

    by_duns = present[split]
    rng = stream(seed, "recipients.split")
    split_rows = _of_firms(rng, firms, by_duns, np.full(len(by_duns), -1), duns[split])

    used = np.unique(firms.parent[firms.parent >= 0])
    parents = _plain(
        n + used, firms.parents.take(used), firms.parent_places.take(used),
        (n + used) * PER_ENTITY, (n + used) * PER_ENTITY,
    )
    base = n + len(firms.parents)

    rng = stream(seed, "recipients.twins")
    tempted = np.flatnonzero(firms.status == ABSENT_WITH_TWIN)
    some = np.flatnonzero(firms.present & chance(rng, n, shares.twins.value))
    again = some[chance(rng, len(some), shares.twins.value)]
    sources = np.concatenate([tempted, some, again])
    names, kinds = twin_names(rng, firms.legal.take(sources), shares.twin_kinds.value)
    places = twin_places(rng, firms.now.take(sources), kinds)
    entity = base + np.arange(len(sources))
    has = weighted(rng, len(sources), list(mixture.recipients.identifiers.value.values()))
    serial = entity * PER_ENTITY
    twins = _plain(entity, names, places, np.where(has <= 1, serial, -1), np.where((has == 0) | (has == 2), serial, -1))
    base += len(sources)

    rng = stream(seed, "recipients.extra")
    more = present[chance(rng, len(present), shares.extra_rows.value)]
    most = more[chance(rng, len(more), shares.extra_rows.value)]
    extras = []
    for slot, which in ((1, more), (2, most)):
        choice = rng.random(len(which))
        serial = which * PER_ENTITY
        with_uei = choice < 0.55
        with_duns = (choice > 0.40) & (choice < 0.9)
        shared = with_uei & with_duns & (firms.identifiers[which] == 0)
        extra = _of_firms(
            rng, firms, which,
            np.where(with_uei, serial + slot, -1),
            np.where(with_duns, np.where(shared, serial, serial + slot), -1),
        )
        away = chance(rng, len(which), mixture.recipients.extra_row_moved.value)
        elsewhere = move(rng, extra.places, same_state=0.4).where(away, extra.places)
        extras.append(_replaced(extra, places=elsewhere))

    rng = stream(seed, "recipients.successors")
    holders = present[np.isin(firms.identifiers[present], [0, 2])]
    sold = holders[chance(rng, len(holders), shares.successor.value * 4)]
    entity = base + np.arange(len(sold))
    places = draw_places(rng, len(sold), award_firms=True)
    heirs = _plain(
        entity, draw_names(rng, shares.name_kinds.value, places.place, {"*": shares.designators.value}),
        places, entity * PER_ENTITY, sold * PER_ENTITY,
    )
    rows = concat_rows([main, split_rows, parents, twins, *extras, heirs])
    limit = max(len(main) + len(split_rows), int(0.6 * n_recipients))
    return rows.take(np.arange(min(limit, len(rows), n_recipients)))


def _of_firms(rng: np.random.Generator, firms: Firms, which: Ints, uei: Ints, duns: Ints) -> Rows:
    """Rows of award firms under their legal names."""
    how = rng.random(len(which))
    trade = firms.has_trade[which]
    parent = firms.parent[which]
    return Rows(
        entity=which,
        names=firms.legal.take(which),
        trade=firms.trade.take(which),
        trade_in_name=trade & (how < 0.4),
        trade_in_aliases=trade & (how >= 0.4) & (how < 0.9),
        alias=firms.old.take(which),
        has_alias=firms.renamed[which] == WITH_ALIAS,
        places=firms.now.take(which),
        uei=uei,
        duns=duns,
        parent=firms.parents.take(np.maximum(parent, 0)),
        parent_entity=np.where(parent >= 0, len(firms) + parent, -1),
    )


def _plain(entity: Ints, names: Names, places: Places, uei: Ints, duns: Ints) -> Rows:
    no = np.zeros(len(entity), dtype=bool)
    return Rows(entity, names, names, no, no, names, no, places, uei, duns, names, np.full(len(entity), -1))


def _replaced(rows: Rows, *, places: Places) -> Rows:
    from dataclasses import replace

    return replace(rows, places=places)


def distractor_rows(n: int, seed: int, block: int, mixture: Mixture) -> Rows:
    """``n`` rows of recipients without any award; some entities have several rows."""
    shares = mixture.recipients
    rng = stream(seed, "distractors", block)
    first = FIRST_DISTRACTOR + block * BLOCK
    extra = chance(rng, n, shares.extra_row.value)
    extra[:1] = False
    owner = np.cumsum(~extra) - 1
    starts = np.flatnonzero(~extra)
    occurrence = np.minimum(np.arange(n) - starts[owner], 5)
    places = draw_places(rng, len(starts), award_firms=False)
    names = draw_names(rng, shares.name_kinds.value, places.place, shares.designators)
    places = places.take(owner)
    away = extra & chance(rng, n, shares.extra_row_moved.value)
    if away.any():
        places = move(rng, places, same_state=0.4).where(away, places)
    entity = first + owner
    has = weighted(rng, n, list(shares.identifiers.value.values()))
    serial = entity * PER_ENTITY + occurrence
    shared = extra & (has == 0) & chance(rng, n, shares.shared_duns.value)
    uei = np.where(has <= 1, serial, -1)
    duns = np.where((has == 0) | (has == 2), np.where(shared, entity * PER_ENTITY, serial), -1)
    lineage = rng.random(n)
    own = (lineage < shares.self_parent.value) & (uei >= 0)
    group = lineage > 1.0 - shares.other_parent.value
    head = (rng.random(n) * len(starts)).astype(np.int64)
    parent_entity = np.where(group, first + head, np.where(own, entity, -1))
    parent = names.take(np.where(group, head, owner))
    legal = names.take(owner)
    trading = chance(rng, n, shares.trade_name.value)
    known_as = chance(rng, n, shares.alias.value)
    other = names.take((rng.random(n) * len(starts)).astype(np.int64))
    fresh = draw_names(
        rng, {"coined": 3.0, "brand": 2.0, "business": 3.0}, places.place[trading], {"*": {"none": 1.0}}
    )
    trade = legal.take(np.arange(n))
    trade.words[trading], trade.glue[trading] = fresh.words, fresh.glue
    trade.designator[trading] = 0
    return Rows(
        entity, legal, trade, trading & (lineage < 0.6), trading & (lineage >= 0.6), other, known_as,
        places, uei, duns, parent, parent_entity,
    )


class Hashes:
    """Gives every row its recipient_hash, and name-only rows of equal names different ones."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __call__(self, table: dict[str, pa.Array]) -> pa.Array:
        """The hashes of a block of rows; blocks must come in their order."""
        keys = pc.coalesce(
            pc.binary_join_element_wise("UEI-", table["uei"], ""),
            pc.binary_join_element_wise("DUNS-", table["duns"], ""),
            pc.binary_join_element_wise("NAME-", pc.utf8_upper(table["legal_business_name"]), ""),
        )
        nameless = pc.and_(pc.is_null(table["uei"]), pc.is_null(table["duns"]))
        rows = np.flatnonzero(nameless.to_numpy(zero_copy_only=False))
        if not len(rows):
            return recipient_hashes(keys)
        index = pa.array(rows)
        parts = [table[c].take(index).to_pylist() for c in ("city", "state", "zip5")]
        unique = []
        for key, *place in zip(keys.take(index).to_pylist(), *parts, strict=True):
            name = key
            if name in self._seen:
                name = key + "|" + "|".join(p or "" for p in place)
            number = 1
            while name in self._seen:
                number += 1
                name = f"{key}|{number}"
            self._seen.add(name)
            unique.append(name)
        order = np.arange(len(keys))
        order[rows] = len(keys) + np.arange(len(rows))
        return recipient_hashes(pa.concat_arrays([keys, pa.array(unique, pa.string())]).take(pa.array(order)))


@dataclass(frozen=True)
class Written:
    """Rows as text, with what was done to each name (bits of the module spelling)."""

    columns: dict[str, pa.Array]
    done: Ints


def write_rows(rows: Rows, rng: np.random.Generator, seed: int, mixture: Mixture, hashes: Hashes) -> Written:
    """The rows as columns of text."""
    shares, spelling = mixture.recipients, mixture.recipient_names
    n = len(rows)
    entered, done = respelled(rng, rows.names, spelling)
    name, slips = written(rng, entered, spelling)
    trade, _ = written(rng, rows.trade.take(rows.trade_in_name), spelling)
    name = _with_trade(name, trade, rows.trade_in_name)
    name, cut = finished(rng, name, spelling)
    own_parent = rows.parent_entity == rows.entity
    parent_text, _ = written(rng, rows.parent.take(~own_parent & (rows.parent_entity >= 0)), spelling)
    parents = _scattered(parent_text, ~own_parent & (rows.parent_entity >= 0))
    parents = pc.if_else(pa.array(own_parent), name, parents)
    parent_serial = np.where(rows.parent_entity >= 0, rows.parent_entity * PER_ENTITY, -1)
    parent_serial = np.where(own_parent, rows.uei, parent_serial)
    parent_duns = np.where(own_parent, rows.duns, np.where(rng.random(n) < 0.6, parent_serial, -1))
    line1, line2 = addresses.streets(rng, rows.places)
    bare = chance(rng, n, shares.no_street.value)
    no_zip = chance(rng, n, shares.no_zip.value)
    no_zip4 = no_zip | chance(rng, n, shares.no_zip4.value)
    no_city, no_state = chance(rng, n, shares.no_city.value), chance(rng, n, shares.no_state.value)
    capital = chance(rng, n, spelling.upper_case.value)
    upper = pa.array(capital)
    null = pa.scalar(None, pa.string())

    def cased(text: pa.Array) -> pa.Array:
        return pc.if_else(upper, pc.utf8_upper(text), text)

    sources = pa.array(list(shares.source.value), pa.string())
    columns = {
        "legal_business_name": name,
        "duns": duns_texts(rows.duns, seed),
        "uei": uei_texts(rows.uei, seed),
        "parent_duns": duns_texts(parent_duns, seed),
        "parent_uei": uei_texts(parent_serial, seed),
        "parent_legal_business_name": parents,
        "address_line_1": pc.if_else(pa.array(bare), null, cased(line1)),
        "address_line_2": pc.if_else(pa.array(bare), null, cased(line2)),
        "city": cased(addresses.cities(rows.places, no_city)),
        "state": addresses.states(rows.places, no_state),
        "zip5": addresses.padded(rows.places.zip5, 5, no_zip),
        "zip4": addresses.padded(rows.places.zip4, 4, no_zip4),
        "country_code": pa.array(["USA"] * 1).take(pa.array(np.zeros(n, dtype=np.int64))),
        "alternate_names": _aliases(rng, rows, mixture),
        "source": sources.take(pa.array(weighted(rng, n, list(shares.source.value.values())))),
    }
    columns["recipient_hash"] = hashes(columns)
    return Written({f.name: columns[f.name] for f in SCHEMA}, done | slips | cut)


def _with_trade(name: pa.Array, trade: pa.Array, mask: Bools) -> pa.Array:
    full = _scattered(trade, mask)
    return pc.coalesce(pc.binary_join_element_wise(name, full, " DBA "), name)


def _scattered(values: pa.Array, mask: Bools) -> pa.Array:
    """``values`` at the places where ``mask`` is true, null elsewhere."""
    position = np.cumsum(mask) - 1
    if not len(values):
        return pa.nulls(len(mask), pa.string())
    return values.take(pa.array(np.maximum(position, 0), mask=~mask))


def _aliases(rng: np.random.Generator, rows: Rows, mixture: Mixture) -> pa.Array:
    """The lists of other names: former names, names in trade."""
    spelling = mixture.recipient_names
    former, _ = written(rng, rows.alias.take(rows.has_alias), spelling)
    trade, _ = written(rng, rows.trade.take(rows.trade_in_aliases), spelling)
    at = np.concatenate([np.flatnonzero(rows.has_alias), np.flatnonzero(rows.trade_in_aliases)])
    order = np.argsort(at, kind="stable")
    values = pa.concat_arrays([former, trade]).take(pa.array(order))
    counts = rows.has_alias.astype(np.int32) + rows.trade_in_aliases.astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def blocks(
    special: dict[str, pa.Array], n_recipients: int, seed: int, mixture: Mixture, hashes: Hashes
) -> Iterator[pa.Table]:
    """All recipients in blocks of at most BLOCK rows, the special ones mixed among the others."""
    table = pa.table(special, schema=SCHEMA)
    n_blocks = -(-n_recipients // BLOCK)
    order = shuffled(stream(seed, "recipients.order"), len(table))
    for block in range(n_blocks):
        size = min(BLOCK, n_recipients - block * BLOCK)
        low = len(table) * (block * BLOCK) // n_recipients
        high = len(table) * (block * BLOCK + size) // n_recipients
        mine = table.take(pa.array(order[low:high]))
        n = size - len(mine)
        if n:
            rows = distractor_rows(n, seed, block, mixture)
            rng = stream(seed, "distractors.text", block)
            others = write_rows(rows, rng, seed, mixture, hashes)
            mine = pa.concat_tables([mine, pa.table(others.columns, schema=SCHEMA)])
        mixed = shuffled(stream(seed, "recipients.shuffle", block), size)
        yield mine.combine_chunks().take(pa.array(mixed))
