"""The gates on an enriched file: each breach is found, and what the file lacks is never a pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from proofbook.enrichment import enrich, write_enriched
from proofbook.errors import InputError, UsageError
from proofbook.params import Settings
from proofbook.sources import EnrichedFile, read_awards, read_enriched_file, read_truth
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


MAPPING = Path(__file__).resolve().parents[2] / "params" / "mappings" / "usaspending.yaml"
THEIR_WORDS = {"name-exact": "name-fuzzy-auto", "unmatched": "name-fuzzy-low"}


@pytest.fixture(scope="module")
def foreign(good: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> EnrichedFile:
    """The sound table as another pipeline writes it: no probability, candidates only scored."""
    words = [THEIR_WORDS.get(word, word) for word in good["match_method"].to_pylist()]
    columns = {name: good[name] for name in ("Company", "UEI", "Duns", "City", "State")}
    columns["_usaspending_match_method"] = pa.array(words)
    columns["_usaspending_match_score"] = good["match_score"]
    columns["usaspending_recipient_recipient_hash"] = good["recipient_hash"]
    columns["usaspending_recipient_legal_business_name"] = good["recipient_name"]
    path = tmp_path_factory.mktemp("foreign") / "theirs.csv"
    pyarrow.csv.write_csv(pa.table(columns), path)
    return read_enriched_file(path, MAPPING)


def test_what_another_pipeline_s_file_does_not_have_is_not_judged_and_said(
    foreign: EnrichedFile, good: pa.Table, paths: InputPaths
) -> None:
    awards, truth = read_awards(paths.awards).table, read_truth(paths.truth, 300)  # type: ignore[arg-type]
    against = Against("itself", table=foreign.table)
    found = check(foreign.table, Settings(), truth=truth, against=against, absent=foreign.absent)
    assert found.skipped == ""
    assert found.not_judged == {
        "for review without candidates": "the file puts no recipient beside any award for review",
        "accepted without a match_probability": "the file has no column "
        "'_usaspending_match_probability'",
    }
    judged = states(found)
    assert judged.pop("fuzzy_precision_estimate_rate") == "missing"
    assert {"precision_rate", "match_rate_drop_pp"} <= set(judged)
    assert "fail" not in judged.values()
    values = {m.name: m.value for m in found.metrics}
    ours = {m.name: m.value for m in check(good, Settings(), awards=awards, truth=truth).metrics}
    for metric in ("match_rate", "precision_rate", "recall_rate", "fuzzy_precision_rate"):
        assert values[metric] == ours[metric]


def test_another_pipeline_s_file_is_held_against_a_promoted_baseline(foreign: EnrichedFile) -> None:
    against = Against("main", baseline=_baseline(300, 0.99))
    found = check(foreign.table, Settings(), against=against, absent=foreign.absent)
    assert states(found)["match_rate_drop_pp"] == "fail"


def test_no_remedy_of_a_check_is_in_a_notebook(foreign: EnrichedFile, paths: InputPaths) -> None:
    truth = read_truth(paths.truth, 300)  # type: ignore[arg-type]
    nothing = changed(foreign.table, "match_method", lambda row, value: "unmatched")
    for table in (foreign.table, nothing, pa.concat_tables([nothing.slice(0, 1), nothing])):
        sound = table.num_rows == 300
        found = check(table, Settings(), truth=truth if sound else None, absent=foreign.absent)
        for gate in found.gates:
            for word in ("notebook", "0_", "01_", "02_", "03_", "04_", "send the failing rows"):
                assert word not in gate.message


def test_a_column_that_is_there_with_gaps_is_judged(good: pa.Table) -> None:
    bare = changed(good, "match_probability", lambda row, value: None if row % 7 else value)
    found = check(bare, Settings())
    assert states(found)["conservation_breaches"] == "fail"
    assert found.not_judged == {}


def test_recipients_that_no_column_tells_are_not_compared(
    foreign: EnrichedFile, paths: InputPaths, tmp_path: Path
) -> None:
    path = tmp_path / "nameless.parquet"
    pq.write_table(pa.table({"_usaspending_match_method": ["uei-exact"] * 300}), path)
    nameless = read_enriched_file(path, MAPPING)
    found = check(nameless.table, Settings(), absent=nameless.absent)
    assert states(found)["conservation_breaches"] == "pass"
    assert "accepted without a recipient" in found.not_judged
    truth = read_truth(paths.truth, 300)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no mapped column that tells a recipient; name one"):
        check(nameless.table, Settings(), truth=truth, absent=nameless.absent)
    with pytest.raises(UsageError, match="no mapped column that tells a recipient; name one"):
        load_against(str(path), tmp_path, MAPPING)


def test_links_that_are_wrong_fail_and_are_shown(good: pa.Table, paths: InputPaths) -> None:
    truth = read_truth(paths.truth, 300)  # type: ignore[arg-type]
    wrong = changed(good, "recipient_hash", lambda row, value: value and "other")
    found = {g.metric: g for g in check(wrong, Settings(), truth=truth).gates}
    for metric in ("precision_rate", "fuzzy_precision_rate"):
        gate = found[metric]
        assert (gate.state, gate.severity, gate.value, gate.rate) == ("fail", "error", 0.0, 1.0)
        assert "missed" not in {example["error"] for example in gate.examples}
    assert {e["method"] for e in found["fuzzy_precision_rate"].examples} <= {
        "name-exact", "name-fuzzy-auto"
    }  # fmt: skip
