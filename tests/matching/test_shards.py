"""Shards: the same recipients as arrays and back, in parts and together again, on any engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.matching.conftest import awards, recipients

from proofbook.errors import InputError
from proofbook.matching import match
from proofbook.matching.names import texts
from proofbook.matching.prepare import prepare_awards
from proofbook.matching.search import survey, survey_list
from proofbook.matching.shards import Shard, from_arrays, read_shard, to_arrays, together
from proofbook.matching.sides import numbers
from proofbook.matching.units import AtOnce
from proofbook.matching.vocabulary import Vocabulary
from proofbook.sources.recipients import open_recipients

ROWS: list[dict[str, Any]] = [
    {"legal_business_name": "ALPHA LABS INC", "uei": "ZQGGHHJH74DA", "state": "MA",
     "alternate_names": ["FIRST ALPHA", "BETA OPTICS DBA GAMMA"]},
    {"legal_business_name": "", "duns": "123456782"},
    {"legal_business_name": "DELTA (EAST) SYSTEMS", "parent_legal_business_name": "ALPHA LABS",
     "parent_uei": "ZQGGHHJH74DA", "city": "BOSTON", "zip5": "02139"},
    {"legal_business_name": "ALPHA LABS INC", "duns": "123456781", "state": "TX"},
]  # fmt: skip


def spelled(shard: Shard) -> list[tuple[Any, ...]]:
    """Everything that a shard says, in words and numbers, a tuple per name."""
    names, places = shard.side.names, shard.side.places
    words = texts(names, np.arange(len(names)), shard.vocabulary)
    return [
        (
            int(shard.row[o]), int(shard.side.identity[o]), int(shard.firms.uei[o]),
            int(shard.firms.duns[o]), int(shard.firms.parent[o]), words[i], int(names.kind[i]),
            int(names.joined[i]), int(names.sorted[i]), int(names.literal[i]),
            int(names.designator[i]), int(places.state[i]), int(places.city[i]),
            int(places.zip5[i]),
        )
        for i, o in enumerate(names.owner.tolist())
    ]  # fmt: skip


def whole() -> Shard:
    return read_shard(open_recipients(recipients(ROWS)), 0, len(ROWS))


def test_a_shard_is_the_same_after_it_was_arrays() -> None:
    shard = whole()
    arrays = to_arrays(shard)
    assert all(isinstance(values, np.ndarray) for values in arrays.values())
    assert spelled(from_arrays(arrays)) == spelled(shard)
    vocabulary = Vocabulary()
    vocabulary.codes(pa.array(["SOMETHING", "ALPHA"]))
    assert spelled(from_arrays(arrays, vocabulary)) == spelled(shard)


@given(st.permutations(range(4)), st.integers(0, 4))
def test_some_recipients_keep_all_their_names(order: list[int], count: int) -> None:
    every = spelled(whole())
    chosen = order[:count]
    found = spelled(whole().take(np.array(chosen, np.int64)))
    assert found == [row for i in chosen for row in every if row[0] == i]
    part = whole().take(np.array(chosen, np.int64))
    assert spelled(from_arrays(to_arrays(part))) == found


@given(st.lists(st.lists(st.integers(0, 3), max_size=4), max_size=4))
def test_parts_together_hold_everybody_once_in_order(parts: list[list[int]]) -> None:
    arrays = [to_arrays(whole().take(np.array(p, np.int64))) for p in map(sorted, map(set, parts))]
    found = together([to_arrays(whole().take(np.zeros(0, np.int64))), *arrays], Vocabulary())
    wanted = sorted({i for p in parts for i in p})
    assert found.row.tolist() == wanted
    assert spelled(found) == [row for row in spelled(whole()) if row[0] in wanted]
    assert found.positions(np.array(wanted, np.int64)).tolist() == list(range(len(wanted)))


def test_the_survey_of_a_shard() -> None:
    shard = whole()
    uei = numbers(pa_series(["ZQGGHHJH74DA"]))
    asked = {
        "uei": uei,
        "duns": np.zeros(0, np.uint64),
        "joined": np.sort(np.append(shard.side.names.joined[:1], np.uint64(7))),
        "sorted": np.array([7], np.uint64),
    }
    told = survey(to_arrays(shard), asked)
    assert told["named row"].tolist() == [0]
    assert told["known joined"].sum() == 1
    assert not told["known sorted"].any()
    assert told["frequency"].sum() == len(shard.side.names.words)


def pa_series(values: list[str]) -> Any:
    import polars as pl

    return pl.Series(values)


@pytest.mark.parametrize("shard", [1, 2, 3, 100])
def test_a_listing_tells_the_same_of_any_shards(shard: int) -> None:
    vocabulary = Vocabulary()
    ours = prepare_awards(
        awards([{"Company": "Alpha Labs"}, {"Company": "Labs Alpha"}, {"Company": "Zeta"}]),
        vocabulary,
    )
    asked = {c: numbers(pa_series([v])) for c, v in (("uei", "ZQGGHHJH74DA"),
                                                    ("duns", "123456781"))}  # fmt: skip
    found = survey_list(
        open_recipients(recipients(ROWS)), ours.queries, asked, vocabulary, AtOnce(shard)
    )
    assert found.frequencies.names == len(whole().side.names)
    by_word = dict(zip(vocabulary.words.to_pylist(), found.frequencies.words, strict=False))
    assert by_word["ALPHA"] == 4
    assert found.own.tolist() == [True, False, False]
    assert found.any_order.tolist() == [True, True, False]
    held = together(found.named, vocabulary)
    assert held.row.tolist() == [0, 3]


def test_one_hash_twice_is_told_wherever_the_two_stand(tmp_path: Path) -> None:
    rows = [{**row, "recipient_hash": "same" if i in (0, 3) else f"h{i}"}
            for i, row in enumerate(ROWS)]  # fmt: skip
    with pytest.raises(InputError, match="rows 0, 3"):
        open_recipients(recipients(rows))
    path = tmp_path / "recipients.parquet"
    pq.write_table(recipients(rows), path)
    for shard in (1, 2, 10):
        with pytest.raises(InputError, match="rows 0, 3"):
            match.match(awards([{"Company": "Alpha"}]), open_recipients(path), engine=AtOnce(shard))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.randoms(use_true_random=False))
def test_the_table_is_the_same_in_any_shards(size: int, random: Any) -> None:
    words = ("RADAR", "SONAR", "LIDAR", "OPTICS", "LABS", "FOODS")
    theirs = [
        {"legal_business_name": f"{random.choice(words)} {random.choice(words)} {i % 5}",
         "uei": f"ZQGGHHJH74{i:02}", "state": random.choice(("MA", "TX"))}
        for i in range(12)
    ]  # fmt: skip
    ours = [
        {"Company": f"{random.choice(words)} {random.choice(words)}", "State": "MA",
         "UEI": random.choice(("", f"ZQGGHHJH74{i:02}"))}
        for i in range(6)
    ]  # fmt: skip
    plain = match.match(awards(ours), recipients(theirs), engine=AtOnce(10**6))
    cut = match.match(awards(ours), recipients(theirs), engine=AtOnce(size))
    assert cut.table.equals(plain.table, null_equal=True)
    assert cut.counters == plain.counters


def test_a_released_result_is_gone() -> None:
    engine = AtOnce()
    handle = engine.submit("stage", 0, 1, lambda: {"x": np.arange(2)})
    assert engine.gather(handle)["x"].tolist() == [0, 1]
    engine.release(handle)
    with pytest.raises(KeyError):
        engine.gather(handle)


def test_a_unit_gets_the_results_of_others() -> None:
    engine = AtOnce()
    one = engine.submit("one", 0, 1, lambda: {"x": np.arange(3)})
    two = engine.submit("two", 0, 1, lambda a, b: {"y": a["x"] + b}, one, 10)
    assert engine.gather(two)["y"].tolist() == [10, 11, 12]
