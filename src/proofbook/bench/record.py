"""The record of a benchmark: raw samples and quality per size, and all that makes it comparable."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from proofbook.bench.process import Sample
from proofbook.errors import UsageError
from proofbook.measure.statistics import Exponent, Interval, fit_exponent
from proofbook.quality.outcomes import Outcomes
from proofbook.suite.files import typed, write_text

RECORD_SCHEMA = 1


def least(samples: Sequence[Sample]) -> list[Sample]:
    """The fastest run of every process, in the order of the processes."""
    found: dict[int, Sample] = {}
    for s in samples:
        if s.process not in found or s.seconds < found[s.process].seconds:
            found[s.process] = s
    return list(found.values())


def own(samples: Sequence[Sample]) -> list[float]:
    """The least time without waiting of every process, seconds; with it where it is not known."""
    found: dict[int, float] = {}
    for s in samples:
        known = s.seconds if s.own_seconds is None else s.own_seconds
        found[s.process] = min(known, found.get(s.process, known))
    return list(found.values())


def peaks(samples: Sequence[Sample]) -> list[float]:
    """The highest peak of every process, MB."""
    found: dict[int, float] = {}
    for s in samples:
        found[s.process] = max(s.peak_mb, found.get(s.process, 0.0))
    return list(found.values())


@dataclass(frozen=True)
class Point:
    """One workload at one size: its samples in the order taken, and what came out.

    ``data`` is the fingerprint of the input files; ``quality`` are rates by the names of their
    metrics; ``breaches`` are rows that break conservation; ``counters`` are the same on every
    machine; ``outcomes`` is `Outcomes.encode`, empty where awards cannot be paired; ``broken``
    tells of every rule of conservation that is broken, with an example.
    """

    workload: str
    size: str
    awards: int
    recipients: int
    data: str
    samples: list[Sample]
    quality: dict[str, Interval]
    breaches: int
    counters: dict[str, int]
    outcomes: str = ""
    broken: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The least time of all samples: what a noisy machine disturbs least."""
        return min(s.seconds for s in self.samples)

    @property
    def peak_mb(self) -> float:
        """The highest peak of all samples, MB."""
        return max(s.peak_mb for s in self.samples)

    @property
    def awards_per_second(self) -> float:
        """Throughput at the least time."""
        return self.awards / self.seconds

    def peaks(self) -> list[float]:
        """The peak of every process, MB."""
        return peaks(self.samples)

    def blocks(self) -> list[float]:
        """The least time of every process: one repeat each."""
        return [s.seconds for s in least(self.samples)]

    def own(self) -> list[float]:
        """The least time of every process, without the waiting for a core."""
        return own(self.samples)


@dataclass(frozen=True)
class BenchRecord:
    """A benchmark of one enricher. ``calibration`` are seconds of the calibration workload,
    measured beside it; ``scaling`` the power with which time grows with the awards.
    """

    enricher: str
    parameters: dict[str, Any]
    seed: int
    commit: str | None
    dirty: bool | None
    versions: dict[str, str]
    machine: dict[str, Any]
    machine_class: str
    started: str
    finished: str
    calibration: list[float]
    calibration_version: int
    points: list[Point] = field(default_factory=list)
    schema: int = RECORD_SCHEMA

    @property
    def scaling(self) -> Exponent | None:
        """The fitted exponent over the repeats of all sizes; None below two sizes."""
        pairs = [(p.awards, seconds) for p in self.points for seconds in p.blocks()]
        return fit_exponent(*zip(*pairs, strict=True)) if pairs else None

    def point(self, size: str) -> Point | None:
        """The point of a size, or None."""
        return next((p for p in self.points if p.size == size), None)

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values, with the figures derived from the samples."""
        raw = asdict(self)
        for point, values in zip(self.points, raw["points"], strict=True):
            values["derived"] = {
                "repeats": len(point.blocks()),
                "seconds": point.seconds,
                "peak_mb": point.peak_mb,
                "awards_per_second": point.awards_per_second,
                "calibrated": point.seconds / min(self.calibration),
            }
        fit = self.scaling
        return raw | {"scaling": asdict(fit) if fit else None}


def save(record: BenchRecord, path: Path) -> None:
    """Writes a record in one step."""
    text = json.dumps(record.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n", "free some space, or name another file with --save")


def load(path: Path) -> BenchRecord:
    """The record kept in a file; UsageError when it is not one of this schema."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        schema = raw["schema"]
        if schema == RECORD_SCHEMA:
            return _sound(typed(BenchRecord, raw))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path}: is no record of a benchmark ({error}); make one with proofbook bench --save"
        ) from None
    raise UsageError(f"{path}: has schema {schema}, not {RECORD_SCHEMA}; run the benchmark again")


def _sound(record: BenchRecord) -> BenchRecord:
    """The record, if there is something to compare; ValueError if not."""
    if not record.calibration or min(record.calibration) <= 0:
        raise ValueError("no positive times of the calibration workload")
    for point in record.points:
        times = [s.seconds for s in point.samples] + [s.peak_mb for s in point.samples]
        if not times or min(times) <= 0 or point.awards < 1:
            raise ValueError(f"{point.size}: a point without positive times, memory and awards")
        for name, rate in point.quality.items():
            if not all(0 <= end <= 1 for end in (rate.value, rate.low, rate.high) if end):
                raise ValueError(f"{point.size}: {name} is no rate from 0 to 1")
        if point.outcomes:
            Outcomes.decode(point.outcomes)
    return record
