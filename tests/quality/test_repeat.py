"""Work done again shows an engine that depends on how the work is cut, and times it well."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from proofbook.enrichment import Operation
from proofbook.matching import MatchSettings
from proofbook.measure import StageRecord
from proofbook.quality import repeat

AWARDS = pa.table({"Company": [f"Firm {i}" for i in range(5)]})


def engine(result):
    def enrich(awards, recipients, settings, *, chunk_size):
        return SimpleNamespace(table=pa.table({"x": result(awards, settings.threads, chunk_size)}))

    return enrich


@pytest.mark.parametrize(
    "result",
    [
        lambda awards, threads, chunk: [threads] * awards.num_rows,
        lambda awards, threads, chunk: [min(chunk, 10_000)] * awards.num_rows,
    ],
    ids=["threads", "chunks"],
)
def test_an_engine_that_depends_on_threads_or_chunks_is_caught(monkeypatch, result):
    monkeypatch.setattr(repeat, "enrich", engine(result))
    (breach,) = repeat.enriched_again(AWARDS, AWARDS)
    assert (breach.rule, breach.count) == ("rows differ", 5)


def test_an_engine_that_does_not_is_not(monkeypatch):
    monkeypatch.setattr(repeat, "enrich", engine(lambda awards, t, c: list(range(len(awards)))))
    assert repeat.enriched_again(AWARDS, AWARDS) == []


def test_only_a_part_is_done_again(monkeypatch):
    seen = []
    monkeypatch.setattr(repeat, "AWARDS", 2)
    monkeypatch.setattr(
        repeat, "enrich", engine(lambda awards, t, c: seen.append(len(awards)) or [1])
    )
    repeat.enriched_again(AWARDS, AWARDS)
    assert seen == [2, 2]


def clock(monkeypatch, seconds, results=None):
    """An engine whose runs take these seconds and give these results."""
    runs = []

    def enrich(awards, recipients, settings=None, *, engine=None, recorder=None):
        if recorder is not None:
            runs.append(len(runs))
        value = (results or [0] * 9)[runs[-1]] if runs else 0
        return SimpleNamespace(table=pa.table({"x": [value]}))

    def run(awards, recipients, settings, operation):
        result = enrich(awards, recipients, settings, recorder=object())
        stage = StageRecord("e", seconds[runs[-1]], 1.0, 100.0 + runs[-1], 9.0, 9.0, 1, 0, False)
        return result, [stage]

    monkeypatch.setattr(repeat, "enrich", enrich)
    monkeypatch.setattr(repeat, "_run", run)
    return lambda: repeat.timed_enrichment(Path("a"), Path("r"), MatchSettings(), Operation())


def test_short_work_is_timed_until_the_budget_or_the_number_of_runs(monkeypatch):
    assert clock(monkeypatch, [0.3, 0.2, 0.4, 0.3, 0.3, 9])().seconds == [0.3, 0.2, 0.4, 0.3, 0.3]
    assert clock(monkeypatch, [2.5, 2.0, 9])().seconds == [2.5, 2.0]
    assert clock(monkeypatch, [30.0, 9])().seconds == [30.0]


def test_the_stages_are_of_the_fastest_run_and_the_peak_of_the_first(monkeypatch):
    timed = clock(monkeypatch, [1.0, 0.5, 2.0, 2.0])()
    assert timed.stages[0].wall_s == 0.5
    assert timed.peak_mb == 100.0
    assert timed.breaches == []


def test_a_run_that_comes_out_otherwise_is_a_breach(monkeypatch):
    timed = clock(monkeypatch, [1.0, 1.0, 9.0], results=[1, 1, 2])()
    assert [(b.rule, b.count) for b in timed.breaches] == [("rows differ", 1)]
    assert timed.result.table["x"].to_pylist() == [1]


def test_a_real_run_is_measured_with_its_stages(tmp_path):
    (tmp_path / "a.csv").write_text("Company,State\nAcme Systems Inc,MA\n")
    (tmp_path / "r.csv").write_text("legal_business_name,state\nAcme Systems,MA\n")
    timed = repeat.timed_enrichment(
        tmp_path / "a.csv", tmp_path / "r.csv", MatchSettings(), Operation()
    )
    assert timed.stages[0].name == "enrichment"
    assert len(timed.stages) > 3
    assert len(timed.runs) == repeat.MOST_RUNS
    assert timed.result.table.num_rows == 1
    assert timed.breaches == []
