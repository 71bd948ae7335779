"""Pairing with the run of the baseline: what changed award by award, or that none can be told."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.quality.test_regression import by_name

from proofbook.enrichment import enrich, write_enriched
from proofbook.quality import pairing
from proofbook.quality.regression import DROPS, Change
from proofbook.suite.baselines import Baseline, Circumstances
from proofbook.suite.inputs import cached_world

SIZE = "300x1500"


@pytest.fixture
def world():
    return cached_world(300, 1500, 7)


def made(quality=()):
    about = Circumstances("m", [SIZE], {}, {})
    return Baseline("main", "before", "2026", "w", None, about, [], list(quality), [])


@pytest.fixture
def runs(tmp_path, world):
    """Two run folders; the second lost the recipients of its first 15 accepted awards."""
    table = enrich(world.awards, world.recipients).table
    methods = table["match_method"].to_pylist()
    lost = [row for row, m in enumerate(methods) if m in ("uei-exact", "duns-exact")][:15]
    for row in lost:
        methods[row] = "unmatched"
    at = table.column_names.index("match_method")
    worse = table.set_column(at, table.schema.field(at), pa.array(methods, "string"))
    for name, of in (("before", table), ("now", worse)):
        (tmp_path / name / "enriched").mkdir(parents=True)
        write_enriched(of, tmp_path / name / "enriched" / f"{SIZE}.parquet")
    return tmp_path, lost


def test_lost_awards_are_named(runs, world):
    folder, lost = runs
    pairs = pairing.paired(made(), folder / "now", SIZE, world.awards)
    assert (pairs[0].n, pairs[0].lost, pairs[0].gained, pairs[0].drop_pp) == (300, 15, 0, 5.0)
    moved, count, rate = pairing.evidence(pairs, world.awards)["match_rate_drop_pp"]
    assert moved["award_row"].to_list() == lost[:10]
    assert set(moved["change"]) == {"lost"}
    assert moved["Company"].str.len().min() > 0
    assert (count, rate) == (15, 0.05)
    assert pairing.table(pairs)["awards"].to_list()[0] == "all awards"
    assert "15 lost theirs" in pairing.say(pairs)


def test_the_changes_take_the_paired_interval(runs, world):
    folder, _ = runs
    pairs = pairing.paired(made(), folder / "now", SIZE, world.awards)
    unpaired = [Change(name, 5.0, -1.0, 11.0, 0.8) for name in DROPS]
    absent = [Change(name, note="why not") for name in DROPS]
    found = by_name(pairing.by_award([*unpaired, Change("time_change_pct", 3.0)], pairs))
    drop = found["match_rate_drop_pp"]
    assert (drop.value, drop.baseline) == (5.0, 0.8)
    assert drop.low > 2  # where the unpaired interval holds zero
    assert found["time_change_pct"].value == 3.0
    assert pairing.by_award(absent, pairs) == absent


def test_where_it_cannot_be_told(runs, world):
    folder, _ = runs
    now = folder / "now"
    assert pairing.paired(None, now, SIZE, world.awards) == []
    assert pairing.paired(made(), None, SIZE, world.awards) == []
    assert pairing.paired(made(["other data"]), now, SIZE, world.awards) == []
    assert pairing.paired(made(), now, "9x9", world.awards) == []
    file = folder / "before" / "enriched" / f"{SIZE}.parquet"
    whole = pq.read_table(file)
    for damaged in (whole.slice(1), whole.drop_columns("recipient_hash")):
        pq.write_table(damaged, file)
        assert pairing.paired(made(), now, SIZE, world.awards) == []
    file.write_text("no table")
    assert pairing.paired(made(), now, SIZE, world.awards) == []
    assert pairing.evidence([], world.awards) == {}
    assert "cannot be compared one by one" in pairing.say([])
    assert pairing.table([]).empty
