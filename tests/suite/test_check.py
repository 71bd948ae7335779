"""The gates on an enriched file: each breach is found, and what the file lacks is never a pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from proofbook.enrichment import enrich, write_enriched
from proofbook.errors import InputError, UsageError
from proofbook.params import Settings
from proofbook.sources import read_awards
from proofbook.suite.against import Against, load_against
from proofbook.suite.baselines import Baseline, Circumstances
from proofbook.suite.check import Check, check, refuse_doubled
from proofbook.suite.inputs import InputPaths, cached_world
from proofbook.suite.result import Metric


@pytest.fixture(scope="module")
def paths() -> InputPaths:
    return cached_world(300, 1500, 7)


@pytest.fixture(scope="module")
def good(paths: InputPaths) -> pa.Table:
    return enrich(paths.awards, paths.recipients).table


def states(found: Check) -> dict[str, str]:
    return {g.metric: g.state for g in found.gates}


def changed(table: pa.Table, column: str, change: Callable[[int, Any], Any]) -> pa.Table:
    at = table.column_names.index(column)
    values = [change(row, value) for row, value in enumerate(table[column].to_pylist())]
    return table.set_column(
        at, table.schema.field(at), pa.array(values, table.schema.field(at).type)
    )


def test_a_sound_file_passes(good: pa.Table, paths: InputPaths) -> None:
    awards = read_awards(paths.awards).table
    found = states(check(good, Settings(), awards=awards, against=Against("itself", table=good)))
    found.pop("fuzzy_precision_estimate_rate")  # too few awards for a narrow interval
    assert set(found.values()) == {"pass"}
    assert "match_rate_none_drop_pp" in found


def test_truth_of_no_award_names_its_file_and_the_remedy(good: pa.Table) -> None:
    none = pa.table(
        {"award_row": pa.array([], pa.int64()), "recipient_hash": pa.array([], "string")}
    )
    with pytest.raises(InputError, match=r"t\.csv: does not fit .* no award\. Remedy: give"):
        check(good, Settings(), truth=none, truth_file="t.csv")


def test_a_doubled_award_is_refused_where_rates_are_counted(good: pa.Table) -> None:
    refuse_doubled(good, "e.parquet")
    twice = pa.concat_tables([good.slice(0, 10), good.slice(7, 1), good.slice(10)])
    words = r"e\.parquet, row 10 .*award_row'.*\(got 7\)\. Remedy: keep one row per award"
    with pytest.raises(InputError, match=words):
        refuse_doubled(twice, "e.parquet")


def test_lost_doubled_and_personal_are_found(good: pa.Table) -> None:
    twice = pa.concat_tables([good.slice(0, 1), good])
    assert states(check(twice, Settings()))["conservation_breaches"] == "fail"
    personal = good.append_column("Contact Email", pa.array(["a@b.org"] * good.num_rows))
    found = check(personal, Settings())
    assert states(found)["personal_columns"] == "fail"
    gate = next(g for g in found.gates if g.metric == "personal_columns")
    assert gate.count == 1
    assert gate.examples


def test_a_loss_at_the_end_is_seen_with_the_awards(good: pa.Table, paths: InputPaths) -> None:
    short = good.slice(0, good.num_rows - 3)
    assert states(check(short, Settings()))["conservation_breaches"] == "pass"
    awards = read_awards(paths.awards).table
    assert states(check(short, Settings(), awards=awards))["conservation_breaches"] == "fail"


def test_lost_matches_are_shown_award_by_award(good: pa.Table) -> None:
    accepted = [h is not None for h in good["recipient_hash"].to_pylist()]
    victims = [row for row, yes in enumerate(accepted) if yes][:30]
    worse = changed(good, "match_method", lambda r, v: "unmatched" if r in victims else v)
    for column in [c for c in good.column_names if c.startswith("recipient_")]:
        worse = changed(worse, column, lambda r, v: None if r in victims else v)
    found = check(worse, Settings(), against=Against("good", table=good))
    gate = next(g for g in found.gates if g.metric == "match_rate_drop_pp")
    assert (gate.state, gate.count) == ("fail", 30)
    assert [e["award_row"] for e in gate.examples] == victims[:10]
    assert (found.changes[0].lost, found.changes[0].examples) == (30, {"lost": victims[:10]})


def test_an_award_that_went_to_another_recipient_is_shown(good: pa.Table) -> None:
    victims = [row for row, h in enumerate(good["recipient_hash"].to_pylist()) if h][:2]
    other = changed(good, "recipient_hash", lambda r, h: "other" if r in victims else h)
    found = check(other, Settings(), against=Against("good", table=good))
    assert states(found)["match_rate_drop_pp"] == "pass"
    assert found.changes[0].examples == {"changed": victims}
    assert "0 gained, 0 lost, 2 to another recipient" in found.changes[0].sentence


def test_a_broken_table_is_not_compared_and_says_so(good: pa.Table) -> None:
    twice = pa.concat_tables([good.slice(0, 1), good])
    found = check(twice, Settings(), against=Against("good", table=good))
    assert "match_rate_drop_pp" not in states(found)
    assert found.skipped.startswith("Not compared with")
    assert check(twice, Settings()).skipped == ""
    assert check(good, Settings(), against=Against("good", table=good)).skipped == ""


def test_a_file_without_probabilities_warns(good: pa.Table) -> None:
    bare = changed(good, "match_probability", lambda row, value: None)
    found = check(bare, Settings())
    gate = next(g for g in found.gates if g.metric == "fuzzy_precision_estimate_rate")
    assert (gate.state, gate.severity) == ("missing", "warn")


def _baseline(n: int, rate: float) -> Baseline:
    metric = Metric("match_rate", rate, low=rate - 0.01, high=rate + 0.01, n=n)
    where = Circumstances("m", ["all"], {}, {})
    return Baseline("main", "r", "2026", "Ann", None, where, [metric])


def test_a_promoted_baseline(good: pa.Table) -> None:
    found = check(good, Settings(), against=Against("main", baseline=_baseline(300, 0.99)))
    assert states(found)["match_rate_drop_pp"] == "fail"
    with pytest.raises(UsageError, match="is of 301 awards, this file has 300"):
        check(good, Settings(), against=Against("main", baseline=_baseline(301, 0.9)))


def test_truth_and_tables_of_other_awards(good: pa.Table) -> None:
    truth = pa.table({"award_row": [999], "recipient_hash": ["x"]})
    with pytest.raises(UsageError, match="the truth: does not fit"):
        check(good, Settings(), truth=truth)
    with pytest.raises(UsageError, match="of the same awards"):
        check(good, Settings(), against=Against("other", table=good.slice(0, 10)))


def test_what_a_baseline_may_be(good: pa.Table, tmp_path: Path) -> None:
    write_enriched(good, tmp_path / "e.parquet")
    assert load_against(str(tmp_path / "e.parquet"), tmp_path, None).table is not None
    with pytest.raises(UsageError, match="no baseline 'main'"):
        load_against("main", tmp_path, None)
