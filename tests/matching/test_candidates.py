"""Candidates: exactly the heaviest names that a brute force finds, in any order and any shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.matching.conftest import awards, recipients, side_of

from proofbook.matching import candidates
from proofbook.matching.candidates import KEPT, Pairs, find
from proofbook.matching.frequencies import Frequencies, count_names
from proofbook.matching.keys import FAMILIES, Prefixes, keys
from proofbook.matching.names import select, texts
from proofbook.matching.prepare import prepare_awards
from proofbook.matching.search import search_list, survey_list
from proofbook.matching.sides import Side
from proofbook.matching.similar_words import similar_words
from proofbook.matching.units import AtOnce
from proofbook.matching.vocabulary import Vocabulary
from proofbook.sources.recipients import open_recipients


class Sides(NamedTuple):
    ours: Side
    theirs: Side
    frequencies: Frequencies


def sides(ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]]) -> Sides:
    vocabulary = Vocabulary()
    held = side_of(theirs, vocabulary)
    asked = prepare_awards(awards(ours), vocabulary).queries
    return Sides(asked, held, count_names(held.names, vocabulary))


def weights(pairs: Pairs) -> dict[int, dict[int, int]]:
    """Weight by query name and recipient name."""
    found: dict[int, dict[int, int]] = {}
    for query, name, weight in zip(pairs.query, pairs.name, pairs.weight, strict=True):
        found.setdefault(int(query), {})[int(name)] = int(weight)
    return found


def of_names(key: np.ndarray, name: np.ndarray) -> dict[int, list[int]]:
    """The keys of each name that has any."""
    found: dict[int, list[int]] = {}
    for k, n in zip(key.tolist(), name.tolist(), strict=True):
        found.setdefault(n, []).append(k)
    return found


def brute_force(ours: Side, theirs: Side, frequencies: Frequencies) -> dict:
    """Weights of all pairs, by the definition: rarity of shared words, near words, and keys."""
    idf, vocabulary = frequencies.idf, frequencies.vocabulary
    words_of = [
        texts(theirs.names, np.array([i]), vocabulary)[0].split() for i in range(len(theirs.names))
    ]
    held = [set(words) for words in words_of]
    spelled = vocabulary.words.to_pylist()
    code = {word: i for i, word in enumerate(spelled)}
    every = np.arange(len(vocabulary))
    near: dict[str, set[str]] = {}
    for a, b in zip(*similar_words(vocabulary.words, every, every), strict=True):
        near.setdefault(spelled[a], set()).add(spelled[b])
    df = Counter(word for words in words_of for word in words)
    prefixes = Prefixes(vocabulary)
    bears = {f: [of_names(*keys(f, side, idf, prefixes, vocabulary)) for side in (ours, theirs)]
             for f in FAMILIES}  # fmt: skip
    found: dict[int, dict[int, int]] = {}
    for query in range(len(ours.names)):
        words = texts(ours.names, np.array([query]), vocabulary)[0].split()
        equal = any(
            bears[f][0].get(query, []) in bears[f][1].values() for f in ("joined", "sorted")
        )
        for name, there in enumerate(held):
            weight = sum(int(idf[code[w]] * 64) for w in words if w in there)
            if not equal:
                for word in words:
                    for other in near.get(word, set()) & there:
                        if min(df[word], df[other]) <= candidates.RARE_WORD:
                            weight += int(np.float32(0.8 * idf[code[word]]) * 64)
            for family, (mine, his) in bears.items():
                for key in mine.get(query, []):
                    if key in his.get(name, []):
                        weight += int(candidates._KEY_WEIGHTS[family] * 64)
            if weight > 0:
                found.setdefault(query, {})[name] = weight
    return found


WORDS = ("ALPHA", "ALPHAS", "ALPHB", "BETA", "PHOTON", "PHOTONX", "RADAR", "LABS", "XY", "Q", "7")
NAME = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
PLACE = st.sampled_from(
    [
        ("MA", "02139", "CAMBRIDGE", "1 Main St"),
        ("TX", "78701", "AUSTIN", "1 Main St"),
        ("TX", "", "AUSTIN", "1 Main St"),
        ("", "", "", ""),
    ]
)
ASKED = st.tuples(NAME, PLACE).map(
    lambda t: {
        "Company": t[0],
        **dict(zip(("State", "Zip", "City", "Address1"), t[1], strict=True)),
    }
)
HELD = st.tuples(NAME, PLACE).map(
    lambda t: {
        "legal_business_name": t[0],
        **{
            k: v or None
            for k, v in zip(("state", "zip5", "city", "address_line_1"), t[1], strict=True)
        },
    }
)


@settings(max_examples=60)
@given(st.lists(ASKED, min_size=1, max_size=5), st.lists(HELD, min_size=1, max_size=40))
def test_it_finds_what_brute_force_finds(ours: list[dict], theirs: list[dict]) -> None:
    parts = sides(ours, theirs)
    found, expected = weights(find(*parts)), brute_force(*parts)
    assert set(found) == set(expected)
    for query, names in found.items():
        every = expected[query]
        peak = max(every.values())
        heaviest = sorted((w for w in every.values() if 4 * w >= peak), reverse=True)[:KEPT]
        assert sorted(names.values(), reverse=True) == heaviest
        assert all(every[name] == weight for name, weight in names.items())


def content(parts: Sides, pairs: Pairs) -> set[tuple]:
    """Pairs in words instead of numbers."""
    theirs = parts.theirs
    return {
        (q, int(theirs.identity[theirs.names.owner[n]]), int(theirs.names.literal[n]), int(w))
        for q, n, w in zip(pairs.query.tolist(), pairs.name, pairs.weight, strict=True)
    }


CROWD = [
    {
        "recipient_hash": f"h{i}",
        "legal_business_name": f"ALPHA {('RADAR', 'SONAR', 'LIDAR')[i % 3]} {i % 7}",
        "alternate_names": [f"ALPHA PHOTONICS {end}" for end in ("UK", "US", "EU", "FR", "DE")],
        "state": ("MA", "TX")[i % 2],
    }
    for i in range(300)
]
ASKS = [{"Company": "Alpha Radar", "State": "MA"}, {"Company": "Alpha Sonar 3"},
        {"Company": "Alpha Photonic"}, {"Company": "Lidars"}]  # fmt: skip


def test_equally_heavy_names_are_chosen_by_content() -> None:
    """Hundreds of names tie, several of one recipient among them."""
    plain = sides(ASKS, CROWD)
    expected = content(plain, find(*plain))
    random = np.random.default_rng(2)
    for _ in range(4):
        shuffled = sides(ASKS, [CROWD[i] for i in random.permutation(len(CROWD))])
        assert content(shuffled, find(*shuffled)) == expected


@pytest.mark.parametrize("shard", [1, 7, 100, 299, 300, 10**9])
def test_shards_do_not_matter(shard: int, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = sides(ASKS, CROWD)
    expected = content(parts, find(*parts))
    monkeypatch.setattr(candidates, "_BATCH", 1 + shard % 3)
    vocabulary = Vocabulary()
    ours = prepare_awards(awards(ASKS), vocabulary)
    nobody = {"uei": np.zeros(0, np.uint64), "duns": np.zeros(0, np.uint64)}
    listing = survey_list(
        open_recipients(recipients(CROWD)), ours.queries, nobody, vocabulary, AtOnce(shard)
    )
    open_names = ~(listing.own | listing.any_order)
    held, pairs = search_list(listing, ours.queries, open_names, [])
    assert content(Sides(ours.queries, held.side, listing.frequencies), pairs) == expected
    assert len(held) <= len(CROWD)


def test_every_query_is_answered_as_if_it_were_alone() -> None:
    parts = sides(ASKS, CROWD)
    together = content(parts, find(*parts))
    for row in range(len(parts.ours.names)):
        one = Side(
            select(parts.ours.names, np.array([row])),
            parts.ours.places.take(np.array([row])),
            parts.ours.identity,
        )
        alone = content(parts, find(one, *parts[1:]))
        assert {(row, *rest) for _, *rest in alone} == {p for p in together if p[0] == row}


def test_a_misspelt_word_is_found_where_nothing_is_equal() -> None:
    filler = [{"legal_business_name": f"OTHER FIRM{i:03}"} for i in range(50)]
    parts = sides([{"Company": "Acme Photnics"}], [{"legal_business_name": "ACME PHOTONICS"},
                                                   *filler])  # fmt: skip
    assert weights(find(*parts))[0].keys() == {0}


def test_a_common_word_alone_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token in more names than the limit brings nothing; its rarer neighbours still do."""
    monkeypatch.setattr(candidates, "POSTINGS_PER_TOKEN", 20)
    theirs = [
        {"legal_business_name": f"{'COMMON' if i else 'RARE COMMON'} X{i}"} for i in range(60)
    ]
    assert weights(find(*sides([{"Company": "Common Zzz"}], theirs))) == {}
    assert weights(find(*sides([{"Company": "Rare Common"}], theirs)))[0].keys() == {0}


def test_a_common_word_finds_names_of_its_city(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left of a name whose rare word is badly garbled."""
    monkeypatch.setattr(candidates, "POSTINGS_PER_TOKEN", 20)
    theirs = [
        {"legal_business_name": f"FIRM{i} COMMON", "city": "SALEM" if i else "YORK"}
        for i in range(60)
    ]
    ours = {"Company": "Xirmo Common", "City": "York"}
    assert weights(find(*sides([ours], theirs)))[0].keys() == {0}


@pytest.mark.parametrize(
    ("city", "zip5", "street", "found"),
    [
        ("YORK", "17401", "9 W. Elm Street", True),
        (None, "17401", "9 WEST ELM", True),
        ("YORK", None, "9 ELM ST", True),
        ("YORK", "17401", "8 ELM ST", False),
        ("SALEM", "01970", "9 ELM ST", False),
    ],
)
def test_another_name_at_the_address_is_found(
    city: str | None, zip5: str | None, street: str, found: bool
) -> None:
    """A firm that was renamed."""
    filler = [{"legal_business_name": f"OTHER FIRM{i:03}"} for i in range(50)]
    there = {"legal_business_name": "ZETA", "city": city, "zip5": zip5, "address_line_1": street}
    ours = {"Company": "Acme", "City": "York", "Zip": "17401-2233", "Address1": "9 Elm Str."}
    assert bool(weights(find(*sides([ours], [there, *filler])))) == found


@pytest.mark.parametrize("company", ["Drone Alaska", "Alaskadrone", "Lasakadrone", "Dornealaska"])
def test_swapped_letters_and_words_run_together_are_found(company: str) -> None:
    filler = [{"legal_business_name": f"OTHER FIRM{i:03}"} for i in range(50)]
    parts = sides([{"Company": company}], [{"legal_business_name": "ALASKA DRONE"}, *filler])
    assert weights(find(*parts))[0].keys() == {0}


def test_reading_stops_at_the_budget_rarest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "POSTINGS_PER_QUERY", 10)
    theirs = [{"legal_business_name": f"FREQUENT X{i}" if i else "SELDOM"} for i in range(30)]
    found = weights(find(*sides([{"Company": "Frequent Seldom"}], theirs)))
    assert found[0].keys() == {0}


def test_nothing_is_found_for_nothing() -> None:
    assert len(find(*sides([{"Company": ""}], [{"legal_business_name": "ACME"}]))) == 0
    place = {"Zip": "17401", "Address1": "9 Elm St"}
    there = {"legal_business_name": "ACME", "zip5": "17401", "address_line_1": "9 ELM ST"}
    assert len(find(*sides([{"Company": "", **place}], [there]))) == 0
    assert len(find(*sides([{"Company": "Acme"}], [{"legal_business_name": ""}]))) == 0


def test_rarity_falls_with_frequency() -> None:
    parts = sides([], [{"legal_business_name": n} for n in ("ALPHA ONE", "ALPHA TWO", "ALPHA")])
    known = parts.frequencies
    by_word = dict(zip(known.vocabulary.words.to_pylist(), known.idf.tolist(), strict=True))
    assert by_word["ALPHA"] == pytest.approx(0)
    assert by_word["ONE"] == pytest.approx(np.log(4 / 2))
