"""Measuring with real processes: fresh ones, their answers, and enrichers that misbehave."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from proofbook.bench import measuring
from proofbook.bench import words as words_of
from proofbook.bench.judge import SLACK, judge, unlawful
from proofbook.bench.process import Sample, Worker, side
from proofbook.errors import UsageError
from proofbook.measure.contest import Effort
from proofbook.measure.witness import Reading

ROOT = Path(__file__).parents[2]
SMALL = ["60x300"]


def test_a_benchmark_of_a_function_and_of_the_engine_agree(
    enrichers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = measuring.measure(side("theirs:good"), SMALL, repeats=1)
    ours = measuring.measure(side("local"), SMALL, repeats=1)
    point = theirs.points[0]
    assert (point.awards, point.recipients, point.breaches) == (60, 300, 0)
    assert measuring.RUNS <= len(point.samples) <= measuring.MOST_RUNS
    assert {s.process for s in point.samples} == {1}
    assert 0 < point.samples[0].start_mb < point.samples[0].peak_mb
    assert point.outcomes == ours.points[0].outcomes != ""
    assert point.quality["match_rate"].n == 60
    assert 0 < point.quality["precision_rate"].low <= 1  # type: ignore[operator]
    files = measuring.world(SMALL[0], 7)
    there = sum(path.stat().st_size for path in (files.awards, files.recipients))
    assert point.counters["bytes_read"] > there
    slack = SLACK["bytes_read"]
    assert point.counters["bytes_read"] == pytest.approx(
        ours.points[0].counters["bytes_read"], abs=slack
    )
    assert ours.points[0].counters["awards"] == 60
    assert unlawful(theirs) is None
    assert theirs.calibration
    assert theirs.scaling is None
    states = {f.aspect: f.state for f in judge(ours, theirs).findings}
    assert states["match rate of all awards"] == "pass"
    assert states["time"] == "unresolved"


class Told:
    """A worker that tells samples made up beforehand."""

    def __init__(self, *samples: Sample) -> None:
        self.samples = list(samples)

    def run(self) -> Sample:
        return self.samples.pop(0)


def test_a_repeat_is_the_least_of_its_runs_in_every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "BLOCK_S", 0.0)
    bench = measuring._Bench(side("local"), 7)
    runs = (
        Sample(0.30, 0.24, 1.0, 1.0, waited=0.05),
        Sample(0.40, 0.20, 1.0, 1.0, waited=0.19),
        Sample(0.50, 0.22, 1.0, 1.0, waited=0.20),
    )
    found = bench.block(Told(*runs), "1x1")  # type: ignore[arg-type]
    assert found == Reading(0.30, pytest.approx(0.21), 0.20)  # type: ignore[arg-type]
    assert bench.samples["1x1"] == list(runs)
    older = [Sample(0.3, 0.2, 1.0, 1.0)] * 3
    assert bench.block(Told(*older), "1x1") == Reading(0.3, None, 0.2)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("peaks", "now", "state", "fresh"),
    [
        ([300.0] * 4, 310.0, "pass", 0),
        ([460.0] * 4, 460.0, "fail", 4),
        ([460.0] * 4, 300.0, "unresolved", 4),
        ([460.0] * 2, 460.0, "fail", 8),  # too few to say: two new sets
    ],
)
def test_a_larger_peak_is_confirmed_by_one_set_of_fresh_processes(
    monkeypatch: pytest.MonkeyPatch, peaks: list[float], now: float, state: str, fresh: int
) -> None:
    benches = measuring._Bench(side("local"), 7), measuring._Bench(side("local"), 7)
    for bench, found in zip(benches, ([300.0] * len(peaks), peaks), strict=True):
        bench.samples["1x1"] = [Sample(1.0, 1.0, mb, 1.0, at) for at, mb in enumerate(found)]
        peak = now if bench is benches[1] else 300.0
        sample = Sample(1.0, 1.0, peak, 1.0, process=9)
        monkeypatch.setattr(bench, "worker", lambda size: nullcontext())
        monkeypatch.setattr(
            bench, "run", lambda worker, size, s=sample, b=bench: b.samples[size].append(s) or s
        )
    found = measuring._peak_contest(benches, "1x1")
    assert found.state == state
    assert found.why.count("confirmed") == (state == "fail")
    assert len(benches[0].samples["1x1"]) - len(peaks) == fresh


@pytest.mark.slow
def test_a_duel_takes_turns_and_reads_an_older_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "PEAKS", Effort(least=4, most=4))
    found = measuring.duel(side(str(ROOT)), side("local"), SMALL, repeats=5, seconds=30)
    assert found.before.commit == found.now.commit
    assert set(found.times) == set(found.peaks) == set(SMALL)
    assert found.times["60x300"].n >= 5
    samples = found.before.points[0].samples
    assert len({s.process for s in samples}) >= 2
    assert found.before.points[0].outcomes == found.now.points[0].outcomes


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("theirs:nothing", "returned NoneType"),
        ("theirs:broken", "RuntimeError: no luck"),
        ("theirs:absent", "has no attribute 'absent'"),
        ("theirs:gone", "ended its process: exit code 9"),
        ("theirs:misnamed", r"theirs:misnamed, its table, header: has no column 'award_row'"),
    ],
)
def test_an_enricher_that_misbehaves_is_named(enrichers: Path, spec: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        measuring.measure(side(spec), SMALL, repeats=1)
    assert spec in str(error.value)


@pytest.mark.parametrize(
    ("spec", "breaches", "told"),
    [
        ("theirs:loses", 1, ["award lost: 1 row, such as award_row 0"]),
        (
            "theirs:doubles",
            3,
            ["award doubled: 2 rows, such as award_row 4", "out of order: 1 row"],
        ),
        ("theirs:invents", 2, ["award lost: 1 row, such as award_row 59", "award_row 777"]),
        ("theirs:reorders", None, ["out of order: 1 row, such as award_row 0", " more rules"]),
    ],
)
def test_an_enricher_that_breaks_a_law_is_no_pass(
    enrichers: Path, spec: str, breaches: int | None, told: list[str]
) -> None:
    found = measuring.measure(side(spec), SMALL, repeats=1)
    verdict = unlawful(found)
    assert verdict is not None
    assert verdict.exit_code == 1
    assert verdict.findings[0].aspect == "conservation"
    assert verdict.findings[0].now == (breaches or found.points[0].breaches)
    for words in ("A law is broken. 60x300: ", f"{spec} breaks conservation", *told):
        assert words in verdict.sentence
    assert verdict.sentence in words_of.report(found, verdict)


def test_a_worker_leaves_no_process(enrichers: Path) -> None:
    paths = measuring.world(SMALL[0], 7)
    with Worker(side("theirs:good"), paths, paths) as worker:
        process = worker._process
        assert process.poll() is None
    assert process.poll() is not None


@pytest.mark.parametrize("text", ["locl", "a-b:c", "/nowhere"])
def test_no_enricher(text: str) -> None:
    with pytest.raises(UsageError, match="is no enricher"):
        side(text)


@pytest.mark.parametrize("size", ["all", "10", "x"])
def test_no_size(size: str) -> None:
    with pytest.raises(UsageError, match="is no size"):
        measuring.world(size, 7)


def test_the_worker_finds_its_side_first(enrichers: Path, tmp_path: Path) -> None:
    """A checkout's own package is what is measured, not the one that measures."""
    package = tmp_path / "old" / "src" / "proofbook"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('the old package')")
    paths = measuring.world(SMALL[0], 7)
    with pytest.raises(UsageError, match="the old package"):
        Worker(side(str(tmp_path / "old")), paths, paths)
    assert "proofbook" in sys.modules
