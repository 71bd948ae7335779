"""Units: ranges that cover, the plain engine, and shards that are prepared in halves."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from proofbook.matching.shards import HALVES, prepare_shard
from proofbook.matching.units import AtOnce, Work, carry_out, even_ranges
from proofbook.sources.recipients import open_recipients
from proofbook.sources.synthetic import make_world


@pytest.mark.parametrize(
    ("rows", "number", "expected"),
    [
        (10, 1, [(0, 10)]),
        (10, 3, [(0, 3), (3, 6), (6, 10)]),
        (2, 2, [(0, 1), (1, 2)]),
        (5, 0, [(0, 5)]),
        (0, 0, [(0, 0)]),
    ],
)
def test_ranges_cover_the_rows(rows: int, number: int, expected: list[tuple[int, int]]) -> None:
    assert even_ranges(rows, number) == expected


def test_the_plain_engine_keeps_a_result_until_it_is_released() -> None:
    engine = AtOnce(4)
    assert engine.shards(9, 1.0) == [(0, 3), (3, 6), (6, 9)]
    one = engine.submit("a", 0, (0, 3), lambda n: {"x": np.arange(n)}, 3)
    two = engine.submit("b", 0, (0, 3), lambda a, k: {"x": a["x"] * k}, one, 2)
    assert engine.gather(two)["x"].tolist() == [0, 2, 4]
    engine.release(one)
    with pytest.raises(KeyError):
        engine.gather(one)


@pytest.mark.parametrize("halvings", [1, 2])
def test_a_shard_is_the_same_in_halves_and_in_another_process(
    halvings: int, tmp_path: Path
) -> None:
    pq.write_table(make_world(50, 9_000, 3).recipients, tmp_path / "r.parquet")
    opened = open_recipients(tmp_path / "r.parquet")
    sent = pickle.dumps(opened)
    assert len(sent) < 1_000  # the path, not the rows
    whole = prepare_shard(opened, 100, 8_900)
    args = pickle.loads(sent), 100, 8_900
    parts, forced = carry_out(Work(prepare_shard, args, HALVES, halvings))
    assert forced == 0
    assert list(parts) == list(whole)
    for name, array in whole.items():
        np.testing.assert_array_equal(parts[name], array, err_msg=name)
        assert parts[name].dtype == array.dtype, name
