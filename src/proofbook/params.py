"""Parameters: their sections, types, ranges and defaults; where they come from is suite.layers."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from proofbook.errors import did_you_mean
from proofbook.matching.settings import MatchSettings
from proofbook.suite.gate_defaults import DEFAULTS
from proofbook.suite.gates import Gate, adjusted
from proofbook.suite.result import Severity

if TYPE_CHECKING:
    from proofbook.enrichment.operation import Operation

SIZE = re.compile(r"^(?P<awards>[1-9]\d*)x(?P<recipients>[1-9]\d*)$")
MEMORY = re.compile(r"^(?P<number>\d+(\.\d+)?) ?(?P<unit>[KMGT]?I?B)$", re.IGNORECASE)
NOTEBOOKS = ("01_profiling", "02_enrichment", "03_quality", "04_regression", "05_readiness")


class Section(BaseModel):
    """A section of the parameters: strict types, no unknown keys, only finite numbers."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Data(Section):
    """What is enriched: three paths, or (empty) the synthetic world of this size and seed."""

    awards: str = Field("", description="award file; empty: the synthetic world")
    recipients: str = Field("", description="recipient file; empty: the synthetic world")
    truth: str = Field("", description="known links; empty: unknown, or those of the world")
    n_awards: int = Field(1000, ge=1, description="awards of the synthetic world")
    n_recipients: int = Field(5000, ge=1, description="recipients of the synthetic world")
    seed: int = Field(7, ge=0, description="seed of the synthetic world")


class Run(Section):
    """How the suite is run."""

    engine: Literal["local", "dask"] = Field(
        "local", description="where chunks are worked on: this machine, or a Dask cluster"
    )
    scheduler: str = Field(
        "", description="address of the Dask scheduler; empty: a cluster of this machine"
    )
    workers: int = Field(
        0, ge=0, le=256, description="worker processes; 0: none (local), one per core (dask)"
    )
    chunk_size: int | None = Field(
        None, ge=1, description="rows worked on at a time; null: what suits the memory"
    )
    chunk_time_limit_s: float | None = Field(
        None, gt=0, description="seconds a chunk may take; null: any"
    )
    retry_attempts: int = Field(4, ge=1, le=20, description="tries of a chunk; 1: none again")
    retry_backoff: Literal["fixed", "linear", "exponential"] = Field(
        "exponential", description="how the pause before the next try of a chunk grows"
    )
    retry_base_s: float = Field(0.5, ge=0, description="seconds of the first pause")
    retry_cap_s: float = Field(30, ge=0, description="seconds of the longest pause")
    retry_jitter: float = Field(
        0.5, ge=0, le=1, description="share of a pause that is left to chance"
    )
    memory_limit: str = Field(
        "2GB", description="memory a notebook should stay under; chunks are planned for it"
    )
    time_limit_s: float = Field(1800, gt=0, description="seconds a notebook may take")
    retries: int = Field(0, ge=0, le=5, description="new tries when a kernel dies or times out")
    jobs: int = Field(1, ge=1, le=64, description="independent notebooks run side by side")
    baseline: str = Field("main", description="baseline this run is judged against")
    outputs: str = Field("", description="folder of the runs; empty: outputs of the project")

    @field_validator("memory_limit")
    @classmethod
    def _is_memory(cls, text: str) -> str:
        if not MEMORY.match(text):
            raise ValueError("must be a number with a unit, such as '2GB' or '512MB'")
        return text

    @property
    def memory_limit_bytes(self) -> int:
        """The memory limit in bytes; kB, MB and GB are powers of 1000, KiB and so on of 1024."""
        found = MEMORY.match(self.memory_limit.upper())
        assert found is not None
        base = 1024 if "I" in found["unit"] else 1000
        return int(float(found["number"]) * base ** "BKMGT".index(found["unit"][0]))

    @property
    def operation(self) -> Operation:
        """How an enrichment is run by these parameters."""
        from proofbook.enrichment.operation import Operation  # noqa: PLC0415 - --help stays quick
        from proofbook.enrichment.retry import RetryPolicy  # noqa: PLC0415

        retry = RetryPolicy(
            self.retry_attempts,
            self.retry_backoff,
            self.retry_base_s,
            self.retry_cap_s,
            self.retry_jitter,
        )
        return Operation(
            engine=self.engine,
            scheduler=self.scheduler,
            workers=self.workers,
            chunk_size=self.chunk_size,
            memory_limit=self.memory_limit_bytes,
            chunk_time_limit_s=self.chunk_time_limit_s,
            retry=retry,
        )


class Bounds(Section):
    """The bounds of one gate; a bound of null is off."""

    warn: float | None = None
    fail: float | None = None
    severity: Severity = "error"
    blocks: list[str] = Field(default_factory=list)

    @field_validator("blocks")
    @classmethod
    def _are_notebooks(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in NOTEBOOKS:
                raise ValueError(f"knows no notebook {name!r}{did_you_mean(name, NOTEBOOKS)}")
        return names


class Report(Section):
    """What is rendered."""

    notebooks: bool = Field(True, description="also an HTML page for every notebook")
    prometheus: str = Field(
        "", description="also write metrics.prom to this file, for a collector of text files"
    )


def _default_gates() -> dict[str, Bounds]:
    return {
        name: Bounds(warn=g.warn, fail=g.fail, severity=g.severity, blocks=list(g.blocks))
        for name, g in DEFAULTS.items()
    }


class Settings(Section):
    """Every parameter of a run."""

    data: Data = Field(default_factory=Data)
    sizes: list[str] = Field(
        default_factory=list,
        description="AWARDSxRECIPIENTS, or 'all'; empty: all of the files given, or the synthetic "
        "world at half its size and at its size",
    )
    match: MatchSettings = Field(default_factory=MatchSettings)
    run: Run = Field(default_factory=Run)
    gates: dict[str, Bounds] = Field(default_factory=_default_gates)
    report: Report = Field(default_factory=Report)

    @field_validator("sizes")
    @classmethod
    def _are_sizes(cls, sizes: list[str]) -> list[str]:
        for size in sizes:
            if size != "all" and not SIZE.match(size):
                raise ValueError(f"{size!r} is no size; write AWARDSxRECIPIENTS, such as 1000x5000")
        if len(set(sizes)) != len(sizes):
            raise ValueError("a size is given twice")
        return sizes

    @property
    def synthetic(self) -> bool:
        """Whether the inputs are the synthetic world."""
        return not self.data.awards

    @property
    def has_truth(self) -> bool:
        """Whether links are known, by which accuracy is judged."""
        return self.synthetic or bool(self.data.truth)

    def effective_sizes(self) -> list[str]:
        """The sizes that are enriched, smallest first."""
        if self.sizes:
            return sorted(self.sizes, key=size_key)
        if not self.synthetic:
            return ["all"]
        awards, recipients = self.data.n_awards, self.data.n_recipients
        half = f"{max(1, awards // 2)}x{max(1, recipients // 2)}"
        return list(dict.fromkeys([half, f"{awards}x{recipients}"]))

    def gate(self, metric: str) -> Gate:
        """The gate on a metric, with the bounds of these parameters."""
        bounds = self.gates.get(metric)
        gate = DEFAULTS[metric]
        return gate if bounds is None else adjusted(gate, bounds.model_dump())


def parse_size(size: str) -> tuple[int, int] | None:
    """Awards and recipients of a size such as ``1000x5000``; None for ``all``."""
    found = SIZE.match(size)
    return (int(found["awards"]), int(found["recipients"])) if found else None


def size_key(size: str) -> tuple[float, float]:
    """Sorts sizes from small to large; ``all`` is the largest."""
    return parse_size(size) or (math.inf, math.inf)
