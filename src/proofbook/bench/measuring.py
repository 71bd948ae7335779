"""Measuring: one enricher over sizes in turn, or two of them side by side."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from proofbook.bench.calibration import VERSION, calibrate
from proofbook.bench.process import Sample, Side, Worker
from proofbook.bench.record import BenchRecord, Point, least, peaks
from proofbook.errors import InputError, UsageError
from proofbook.measure.compare import MEMORY, TIME, Comparison, compare, confirmed
from proofbook.measure.contest import Contest, Effort, contest, unconfirmed
from proofbook.measure.witness import Reading
from proofbook.params import parse_size
from proofbook.quality import accuracy, laws, rates
from proofbook.quality.outcomes import outcomes
from proofbook.sources import read_awards, read_enriched, read_truth
from proofbook.suite import provenance
from proofbook.suite.inputs import PACKAGE, InputPaths, cached_world

Tell = Callable[[str], None]

#: Whether the samples by size, and the runs of the calibration workload, are enough.
Enough = Callable[[Mapping[str, list[Sample]], list[float]], bool]

#: Three sizes for a curve; all of it takes about two minutes.
SIZES = ("250x5000", "500x10000", "1000x20000")

#: The world that a process warms up on.
WARM = (50, 250)

#: Runs in one fresh process, at least; the least of them is one repeat. Short work is run until
#: ``BLOCK_S`` have passed, but not oftener than ``MOST_RUNS``: a disturbance is as long as it is.
RUNS, MOST_RUNS, BLOCK_S = 3, 12, 0.25

#: Repeats of a size, and seconds after which no further ones are begun.
LEAST, MOST, SECONDS = 8, 40, 90.0

#: Repeats are enough when the interval of the least time is as narrow as this.
NARROW = 0.05

#: Pairs that share one pair of processes before fresh ones are started.
PAIRS_PER_PROCESS = 3

#: Of a contest at one size: pairs at least and at most.
PAIRS = Effort(least=10, most=40)
PEAKS = Effort(least=4, most=8)


@dataclass(frozen=True)
class Duel:
    """Two sides measured in turn at every size: their records, and the comparisons by size."""

    before: BenchRecord
    now: BenchRecord
    times: dict[str, Comparison]
    peaks: dict[str, Comparison]


@dataclass
class _Bench:
    """One side at work: its samples by size, and its results."""

    side: Side
    seed: int
    started: str = field(default_factory=provenance.now)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    kept: dict[str, tuple[Path, dict[str, int]]] = field(default_factory=dict)
    processes: int = 0

    def worker(self, size: str) -> Worker:
        self.processes += 1
        warm = cached_world(*WARM, self.seed)
        return Worker(self.side, world(size, self.seed), warm, self.processes)

    def run(self, worker: Worker, size: str) -> Sample:
        sample = worker.run()
        self.samples.setdefault(size, []).append(sample)
        return sample

    def block(self, worker: Worker, size: str, runs: int = RUNS) -> Reading:
        """The least times of so many runs, and of more where the work is short."""
        begun, found = time.monotonic(), list[Sample]()
        while len(found) < runs or (len(found) < MOST_RUNS and time.monotonic() - begun < BLOCK_S):
            found.append(self.run(worker, size))
        return Reading(
            min(s.seconds for s in found),
            min((s.own_seconds for s in found if s.own_seconds is not None), default=None),
            min(s.cpu_seconds for s in found),
        )

    def keep(self, worker: Worker, size: str, folder: Path) -> None:
        if size not in self.kept:
            path, counters = worker.keep(folder / f"{id(self)}-{size}.parquet")
            try:
                read_enriched(path)
            except InputError as error:  # at once, not after minutes of measuring
                place = f", {error.place}" if error.place else ""
                got = "" if error.value is None else f" (got {error.value!r})"
                raise UsageError(
                    f"enricher {self.side.name}, its table{place}: {error.problem}{got}. "
                    f"Remedy: {error.remedy}"
                ) from None
            self.kept[size] = path, counters

    def record(self, sizes: Sequence[str], calibration: list[float]) -> BenchRecord:
        machine = provenance.machine()
        commit, dirty = provenance.commit(self.side.root or PACKAGE)
        return BenchRecord(
            enricher=self.side.enricher,
            parameters=self.side.parameters,
            seed=self.seed,
            commit=commit,
            dirty=dirty,
            versions=provenance.versions(),
            machine=machine,
            machine_class=provenance.machine_class(machine),
            started=self.started,
            finished=provenance.now(),
            calibration=calibration,
            calibration_version=VERSION,
            points=[point(size, self.seed, self.samples[size], *self.kept[size]) for size in sizes],
        )


def world(size: str, seed: int) -> InputPaths:
    """The synthetic world of a size; UsageError for a text that is no size."""
    counts = parse_size(size)
    if counts is None:
        raise UsageError(f"--sizes: {size!r} is no size; write AWARDSxRECIPIENTS, as in 1000x20000")
    return cached_world(*counts, seed)


def measure(
    side: Side,
    sizes: Sequence[str],
    *,
    repeats: int | None = None,
    seed: int = 7,
    seconds: float = SECONDS,
    enough: Enough | None = None,
    tell: Tell = lambda _: None,
) -> BenchRecord:
    """Benchmarks one enricher: sizes in turn, every repeat in a fresh process.

    Without ``repeats`` there are as many as it takes until they are ``enough``, within limits.
    """
    bench, calibration = _Bench(side, seed), calibrate()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="proofbook-bench-") as folder:
        for number in range(1, (repeats or MOST) + 1):
            for size in sizes:
                with bench.worker(size) as worker:
                    least = bench.block(worker, size).value
                    bench.keep(worker, size, Path(folder))
                tell(f"repeat {number}, {size}: {least:.3f} s")
            calibration += calibrate()
            late = time.monotonic() - begun > seconds
            done = number >= LEAST and (enough or _narrow)(bench.samples, calibration)
            if repeats is None and (done or (late and number > 1)):
                break
        return bench.record(sizes, calibration)


def duel(
    before: Side,
    now: Side,
    sizes: Sequence[str],
    *,
    repeats: int | None = None,
    seed: int = 7,
    seconds: float = SECONDS,
    tell: Tell = lambda _: None,
) -> Duel:
    """Benchmarks two sides, in turn and side by side, and compares their times and peaks.

    Without ``repeats`` there are as many pairs as it takes to decide, within limits.
    """
    benches = (_Bench(before, seed), _Bench(now, seed))
    calibration, times, peaks = calibrate(), {}, {}
    least, most = (repeats, repeats) if repeats else (PAIRS.least, PAIRS.most)
    effort = Effort(least, most, seconds / len(sizes) / 2)  # half of it for a re-run
    with tempfile.TemporaryDirectory(prefix="proofbook-bench-") as folder:
        for size in sizes:
            found = _time_contest(benches, size, effort, Path(folder))
            times[size] = found.comparison
            peaks[size] = _peak_contest(benches, size)
            calibration += calibrate()
            tell(f"{size}: {len(found.before)} pairs, time {times[size].why}")
        records = [bench.record(sizes, calibration) for bench in benches]
    return Duel(records[0], records[1], times, peaks)


def _time_contest(
    benches: tuple[_Bench, _Bench], size: str, effort: Effort, folder: Path
) -> Contest:
    """Times of both sides in turn; a pair of processes serves a few pairs of blocks."""
    with ExitStack() as stack:
        serving: dict[int, tuple[Worker, int]] = {}

        def block(index: int) -> Reading:
            worker, served = serving.get(index, (None, PAIRS_PER_PROCESS))
            if worker is None or served >= PAIRS_PER_PROCESS:
                if worker is not None:
                    worker.close()
                worker, served = stack.enter_context(benches[index].worker(size)), 0
            serving[index] = (worker, served + 1)
            least = benches[index].block(worker, size, RUNS - 1)
            benches[index].keep(worker, size, folder)
            return least

        return contest(lambda: block(0), lambda: block(1), TIME, effort)


def _peak_contest(benches: tuple[_Bench, _Bench], size: str) -> Comparison:
    """Peaks of the processes there were; a warning or failure is confirmed by fresh ones."""
    before, now = (peaks(bench.samples[size]) for bench in benches)
    first = compare(before, now, MEMORY, paired=False)
    if first.state == "pass":
        return first

    def peak(index: int) -> Reading:
        with benches[index].worker(size) as worker:
            return Reading(benches[index].run(worker, size).peak_mb)

    sides = (lambda: peak(0)), (lambda: peak(1))
    if first.state == "unresolved":
        return contest(*sides, MEMORY, PEAKS).comparison
    return confirmed(first, unconfirmed(*sides, MEMORY, PEAKS).comparison)


def point(
    size: str, seed: int, samples: list[Sample], result: Path, counters: dict[str, int]
) -> Point:
    """One size of a record: the samples with the quality of the result kept in a file."""
    paths = world(size, seed)
    awards, enriched = read_awards(paths.awards).table, read_enriched(result)
    broken = laws.conservation(awards, enriched)
    breaches = laws.total(broken)
    quality = rates.match_rates(enriched).measures()
    quality |= rates.identifier_measures(rates.rates_by(enriched, "identifier"))
    codes = ""
    if breaches == 0:
        assert paths.truth is not None
        truth = read_truth(paths.truth, enriched.num_rows)
        quality |= accuracy.evaluate(enriched, truth).measures()
        codes = outcomes(enriched, awards).encode()
    counts = parse_size(size) or (0, 0)
    return Point(
        "synthetic world", size, *counts, _fingerprint(paths), samples, quality, breaches,
        counters, codes, [breach.sentence for breach in broken],
    )  # fmt: skip


def _fingerprint(paths: InputPaths) -> str:
    digest = hashlib.sha256()
    for path in (paths.awards, paths.recipients, paths.truth):
        assert path is not None
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _narrow(samples: Mapping[str, list[Sample]], _: list[float]) -> bool:
    """Whether, at every size, the second least time is close to the least: its interval."""
    for of_size in samples.values():
        first, *others = sorted(s.seconds for s in least(of_size))
        if not others or others[0] / first - 1 > NARROW:
            return False
    return True
