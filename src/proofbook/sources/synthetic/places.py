"""Places: a fixed table of cities and towns with states and ZIP codes, and draws from it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from . import gazetteer
from .streams import Bools, Floats, Ints, below, ranked, stream

#: Small towns made up for each state, besides the larger cities.
TOWNS_PER_STATE = 75


@dataclass(frozen=True)
class Gazetteer:
    """All places: names, states, first three ZIP digits, number of ZIP codes, cumulated weights."""

    city: pa.Array
    state: pa.Array
    state_name: pa.Array
    state_of: Ints
    zip3: Ints
    zips: Ints
    people: Floats
    award_firms: Floats

    def __len__(self) -> int:
        return len(self.state_of)


@dataclass(frozen=True)
class Places:
    """Where rows are: place (position in the gazetteer), ZIP, ZIP+4 and street, as numbers."""

    place: Ints
    zip5: Ints
    zip4: Ints
    street: Ints  # one number that stands for house number, street name, type and suite

    def take(self, rows: Ints | Bools) -> Places:
        """The places of some rows."""
        return Places(self.place[rows], self.zip5[rows], self.zip4[rows], self.street[rows])

    def where(self, mask: Bools, other: Places) -> Places:
        """These places where ``mask`` is true, else those of ``other``."""
        return Places(
            np.where(mask, self.place, other.place),
            np.where(mask, self.zip5, other.zip5),
            np.where(mask, self.zip4, other.zip4),
            np.where(mask, self.street, other.street),
        )


def concat_places(parts: list[Places]) -> Places:
    """Several groups of places after one another."""
    return Places(
        np.concatenate([p.place for p in parts]),
        np.concatenate([p.zip5 for p in parts]),
        np.concatenate([p.zip4 for p in parts]),
        np.concatenate([p.street for p in parts]),
    )


@functools.cache
def gazetteer_table() -> Gazetteer:
    """The table of places: the same in every world."""
    codes = [s[0] for s in gazetteer.STATES]
    rng = stream(0, "gazetteer")
    city, state, zip3, zips, people, firms = [], [], [], [], [], []
    rest = {code: [100.0, 100.0] for code in codes}
    of_state = {s[0]: s for s in gazetteer.STATES}
    for name, code, area, share_people, share_firms in gazetteer.CITIES:
        city.append(name)
        state.append(codes.index(code))
        zip3.append(int(area))
        zips.append(max(2, round(share_people * of_state[code][3] / 60)))
        people.append(share_people * of_state[code][3])
        firms.append(share_firms * of_state[code][4])
        rest[code][0] -= share_people
        rest[code][1] -= share_firms
    for position, (code, _, area, weight_people, weight_firms) in enumerate(gazetteer.STATES):
        if code == "DC":
            continue
        size = 1.0 / (np.arange(TOWNS_PER_STATE) + 3.0)
        size = size / size.sum()
        first = below(rng, TOWNS_PER_STATE, len(gazetteer.TOWN_FIRST))
        last = below(rng, TOWNS_PER_STATE, len(gazetteer.TOWN_LAST))
        offset = below(rng, TOWNS_PER_STATE, 8)
        known = {c for c, s in zip(city, state, strict=True) if s == position}
        for i in range(TOWNS_PER_STATE):
            name = gazetteer.TOWN_FIRST[first[i]] + gazetteer.TOWN_LAST[last[i]]
            if name in known:
                continue
            known.add(name)
            city.append(name)
            state.append(position)
            zip3.append(int(area) + int(offset[i]))
            zips.append(1 + int(size[i] * weight_people))
            people.append(max(rest[code][0], 5.0) * weight_people * size[i])
            firms.append(max(rest[code][1], 5.0) * weight_firms * size[i])
    state_of = np.array(state, dtype=np.int64)
    return Gazetteer(
        city=pa.array(city, pa.string()),
        state=pa.array(codes, pa.string()),
        state_name=pa.array([s[1] for s in gazetteer.STATES], pa.string()),
        state_of=state_of,
        zip3=np.array(zip3, dtype=np.int64),
        zips=np.array(zips, dtype=np.int64),
        people=_cumulated(people),
        award_firms=_cumulated(firms),
    )


def draw_places(rng: np.random.Generator, n: int, *, award_firms: bool) -> Places:
    """``n`` places, drawn as people live or as award firms settle."""
    table = gazetteer_table()
    return settle(rng, ranked(rng, n, table.award_firms if award_firms else table.people))


def settle(rng: np.random.Generator, place: Ints) -> Places:
    """A ZIP code, ZIP+4 and street for each of the given places."""
    table, n = gazetteer_table(), len(place)
    local = below(rng, n, table.zips[place])
    zip5 = table.zip3[place] * 100 + (place * 37 + local) % 100
    return Places(place, zip5, 1 + below(rng, n, 9998), below(rng, n, 2**40))


def move(rng: np.random.Generator, places: Places, same_state: float) -> Places:
    """Another place for each row: in the same state with probability ``same_state``."""
    table, n = gazetteer_table(), len(places.place)
    best = ranked(rng, n, table.award_firms)
    stay = rng.random(n) < same_state
    for _ in range(6):
        wrong = stay & (table.state_of[best] != table.state_of[places.place])
        if not wrong.any():
            break
        best[wrong] = ranked(rng, int(wrong.sum()), table.award_firms)
    wrong = stay & (table.state_of[best] != table.state_of[places.place])
    best[wrong] = places.place[wrong]
    return settle(rng, best)


def _cumulated(weights: list[float]) -> Floats:
    total = np.cumsum(np.array(weights))
    return np.asarray(total / total[-1])
