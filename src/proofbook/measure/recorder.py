"""Time and true peak memory of named blocks: ``with recorder.stage("candidates", rows=n): ...``."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from proofbook.measure import memory

_MB = 1e6


@dataclass(frozen=True)
class StageRecord:
    """What one block took, the whole process tree (threads and child processes) counted.

    ``wall_s`` and ``cpu_s`` are seconds; ``start_mb``, ``peak_mb`` and ``end_mb`` are resident
    memory at entry, at the worst moment inside, and at exit, in MB of 1e6 bytes. ``depth`` is 0
    for an outermost block. ``failed`` marks a block that raised. ``waited_s``: seconds in which
    threads of this process were ready to run and had no core, as far as the system tells; not more
    than leaves time for what the CPU did, and above all for what it did in the thread of the block.
    """

    name: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    start_mb: float
    end_mb: float
    rows: int | None
    depth: int
    failed: bool
    waited_s: float = 0.0

    @property
    def own_peak_mb(self) -> float:
        """The memory the block itself came to need: peak less what was there at entry, MB."""
        return self.peak_mb - self.start_mb

    @property
    def kept_mb(self) -> float:
        """The memory still held after the block that was not held before it, MB; may be < 0."""
        return self.end_mb - self.start_mb


@dataclass
class Stage:
    """The open block: set ``rows`` once it is known how many rows it worked on."""

    name: str
    rows: int | None


class Recorder:
    """Keeps a StageRecord of every block measured with it; any number may be used side by side.

    >>> recorder = Recorder()
    >>> with recorder.stage("sum", rows=3):
    ...     _ = sum([1, 2, 3])
    >>> [(s.name, s.rows, s.failed) for s in recorder.stages]
    [('sum', 3, False)]
    """

    def __init__(self) -> None:
        self._records: dict[int, StageRecord] = {}
        self._order = itertools.count()
        self._local = threading.local()

    @property
    def stages(self) -> list[StageRecord]:
        """The records of the blocks that ended, in the order in which they began."""
        return [self._records[place] for place in sorted(self._records)]

    @contextmanager
    def stage(self, name: str, rows: int | None = None) -> Iterator[Stage]:
        """Measure a block, or as a decorator every call of a function; blocks may be nested."""
        stage = Stage(name, rows)
        place = next(self._order)
        depth = getattr(self._local, "depth", 0)
        self._local.depth = depth + 1
        failed = True
        block = memory.WATCH.open()
        waited, cpu = memory.waited_seconds(), memory.tree_cpu_seconds()
        own_cpu = time.thread_time()
        wall = time.perf_counter()
        try:
            yield stage
            failed = False
        finally:
            wall = time.perf_counter() - wall
            own_cpu = time.thread_time() - own_cpu
            cpu = memory.tree_cpu_seconds() - cpu
            waited = memory.waited_seconds() - waited
            end = memory.WATCH.close(block)
            self._local.depth = depth
            self._records[place] = StageRecord(
                name=name,
                wall_s=wall,
                cpu_s=max(cpu, 0.0),
                peak_mb=block.peak / _MB,
                start_mb=block.start / _MB,
                end_mb=end / _MB,
                rows=stage.rows,
                depth=depth,
                failed=failed,
                waited_s=max(min(waited, wall - max(cpu / memory.cores(), own_cpu)), 0.0),
            )
