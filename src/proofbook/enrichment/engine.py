"""The engine: units in order on a backend, with checkpoints, retries, memory and stops heeded."""

from __future__ import annotations

import errno
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from proofbook.enrichment import limits
from proofbook.enrichment.arrayfile import writing
from proofbook.enrichment.backends import Backend, Ended, Threads, is_local
from proofbook.enrichment.checkpoints import Checkpoints
from proofbook.enrichment.interrupts import Stop
from proofbook.enrichment.progress import Progress
from proofbook.enrichment.results import Results
from proofbook.enrichment.retry import LostWorker, RetryPolicy, transient
from proofbook.errors import ChunkError, OutputError, ProofbookError
from proofbook.matching.units import (
    SHARD,
    Arrays,
    Function,
    Handle,
    Key,
    Range,
    Split,
    Work,
    even_ranges,
)
from proofbook.measure.memory import give_back

#: The fewest rows of a chunk that pressure reduces it to.
FLOOR = 10_000

#: From this share of the memory limit on, memory is short; chunks are planned to stay below it.
PRESSURE = 0.80

#: Of what is free below that, a chunk is planned to need this share: plans are estimates.
_PLANNED = 0.5

#: Bytes that the program itself needs, before any row.
_BASE = 250_000_000

#: Errors of the place that results are written to.
_NOT_WRITTEN = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES}

#: Seconds between two looks at whether a stop was asked for.
_POLL_S = 0.2


@dataclass(eq=False)
class _Unit:
    """A unit and how far it is."""

    handle: Handle
    rows: int
    place: str
    function: Function
    args: tuple[Any, ...]
    keep: bool
    split: Split | None
    inputs: list[_Unit]
    halvings: int  # to be added to those of the engine
    wanted: bool = False
    ended: bool = False
    released: bool = False
    users: int = 0  # units to come that take its result
    failures: int = 0
    not_before: float = 0.0

    @property
    def key(self) -> Key:
        return self.handle.key


@dataclass
class Memory:
    """The memory limit in bytes, if there is one, and what the process tree holds."""

    limit: int | None = None
    used: Callable[[], int] = field(default=limits.tree_memory)

    def short(self) -> bool:
        """Whether so much is held that something must be done about it."""
        return self.limit is not None and self.used() > PRESSURE * self.limit


class UnitEngine:
    """Runs units (see `units.Engine`): each at most once at a time, and in the end exactly once."""

    def __init__(
        self,
        backend: Backend,
        results: Results,
        progress: Progress,
        stop: Stop,
        *,
        checkpoints: Checkpoints | None = None,
        memory: Memory | None = None,
        retry: RetryPolicy | None = None,
        chunk_size: int | None = None,
        chunk_time_limit_s: float | None = None,
    ) -> None:
        self._backend, self._results, self._progress, self._stop = backend, results, progress, stop
        self._checkpoints, self._memory = checkpoints, memory or Memory()
        self._retry, self._limit_s = retry or RetryPolicy(), chunk_time_limit_s
        self._chunk = self._most = chunk_size or SHARD  # of the last plan, and of any
        self._floor = min(FLOOR, self._chunk)
        self._plans = self._halvings = self._planned_at = 0
        self._units: dict[Key, _Unit] = {}
        self._waiting: list[_Unit] = []
        self._running: dict[Key, _Unit] = {}
        progress.state.final_chunk_size = self._chunk

    # --- what enrichment calls ------------------------------------------------------------------

    @property
    def progress(self) -> Progress:
        """What is told about the run."""
        return self._progress

    @property
    def scratch(self) -> Path:
        """A folder for what need not outlive the run."""
        return self._results.scratch

    @property
    def elsewhere(self) -> bool:
        """Whether units run in other processes."""
        return not isinstance(self._backend, Threads)

    @property
    def limited(self) -> bool:
        """Whether there is a memory limit."""
        return self._memory.limit is not None

    def tight(self, rows: int, bytes_per_row: float) -> bool:
        """Whether work on so many rows, in chunks of full size, may come near the memory limit."""
        if self._memory.limit is None:
            return False
        at_once = min(rows, self._most * self._backend.slots)
        need = max(self._memory.used(), _BASE) + at_once * bytes_per_row / _PLANNED
        return need > PRESSURE * self._memory.limit

    # --- what matching calls --------------------------------------------------------------------

    def shards(self, rows: int, bytes_per_row: float) -> list[Range]:
        """Ranges of nearly equal size that cover the rows; the same again in a resumed run."""
        call, self._plans = self._plans, self._plans + 1
        ranges = None if self._checkpoints is None else self._checkpoints.planned(call, rows)
        if ranges is None:
            ranges = self._plan(rows, bytes_per_row)
            if self._checkpoints is not None:
                self._checkpoints.plan(rows, ranges)
        elif (most := max(last - first for first, last in ranges)) > self._chunk:
            self._progress.tell(f"chunks stay as planned before the stop: {most:,} rows")
        self._planned_at = self._halvings
        self._chunk = max((stop - start for start, stop in ranges), default=self._chunk)
        self._progress.state.final_chunk_size = self._chunk
        return ranges

    def _plan(self, rows: int, bytes_per_row: float) -> list[Range]:
        chunk = self._most
        if self._memory.limit is not None:
            free = PRESSURE * self._memory.limit - max(self._memory.used(), _BASE)
            fits = int(_PLANNED * free / self._backend.slots / bytes_per_row)
            chunk = max(self._floor, min(chunk, fits))
        slots = self._backend.slots
        number = max(-(-rows // chunk), min(slots, rows // self._floor))
        if number > slots:  # the last round of chunks, too, has work for every slot
            number += -number % slots
        return even_ranges(rows, number)

    def submit(
        self,
        stage: str,
        number: int,
        rows: Range,
        function: Function,
        *args: Any,
        keep: bool = True,
        split: Split | None = None,
    ) -> Handle:
        """A unit to be run; here it begins, as far as its arguments and the backend allow."""
        handle = Handle(stage, number)
        if handle.key in self._units:
            raise ValueError(f"unit {stage} {number} is submitted twice")
        inputs = [self._units[a.key] for a in args if isinstance(a, Handle)]
        for one in inputs:
            if one.released and not one.users:
                raise ValueError(f"unit {stage} {number} needs {one.handle}, which was released")
        count, place = rows[1] - rows[0], f"rows {rows[0]:,} to {rows[1]:,}"
        for one in inputs:
            one.users += 1
        unit = _Unit(handle, count, place, function, args, keep, split, inputs, -self._planned_at)
        self._units[unit.key] = unit
        self._progress.submitted()
        if keep and self._results.found(unit.key, count):
            self._close(unit, resumed=True)
        elif keep:
            self._want(unit)
        self._advance(0)
        return handle

    def gather(self, handle: Handle) -> Arrays:
        """The result of a unit, waited for."""
        unit = self._units[handle.key]
        self._want(unit)
        while True:
            while not unit.ended:
                self._advance(_POLL_S)
            self._advance(0)  # a stop is heeded, and nobody idles while the caller works on it
            if not unit.ended:  # lost just now
                continue
            try:
                return self._backend.fetch(self._results.get(unit.key))
            except LostWorker as error:
                self._undo(unit)
                self._fail(unit, error)

    def release(self, handle: Handle) -> None:
        """The result is not needed again, except by units that are submitted already."""
        unit = self._units[handle.key]
        unit.released = True
        self._drop(unit)

    def kept(self, stage: str, number: int, rows: int, make: Callable[[], Arrays]) -> Arrays:
        """What the caller makes by itself of so many rows; not made again in a resumed run."""
        if self._checkpoints is None:
            return make()
        key = (stage, number)
        if not self._results.found(key, rows):
            made = make()
            with writing(self._checkpoints.folder):
                self._results.put(key, rows, made, keep=True)
            self._progress.checkpointed()
            self._stop.check()
        return self._backend.fetch(self._results.get(key))

    # --- one step -------------------------------------------------------------------------------

    def _want(self, unit: _Unit) -> None:
        """Puts a unit into the queue, behind the units that it needs and that are not done."""
        if unit.wanted or unit.ended:
            return
        unit.wanted = True
        for one in unit.inputs:
            self._want(one)
        self._waiting.append(unit)

    def _advance(self, wait_s: float) -> None:
        """Starts what can be started, takes what has ended, and waits for it at most so long."""
        while self._stop.signal is None and (unit := self._next()) is not None:
            self._start(unit)
            self._take(0)
        while self._stop.signal is not None and self._running:
            self._take(_POLL_S)
        self._stop.check()
        if wait_s:
            self._take(wait_s)

    def _next(self) -> _Unit | None:
        """The first unit in the queue that can be started, if the backend has room for it."""
        now = time.monotonic()
        if not self._waiting or len(self._running) >= self._backend.slots:
            return None
        for unit in self._waiting:
            if unit.not_before <= now and all(one.ended for one in unit.inputs):
                return unit
        return None

    def _start(self, unit: _Unit) -> None:
        self._waiting.remove(unit)
        self._running[unit.key] = unit
        self._stop.busy = True
        self._progress.started(unit.handle.stage)
        args = tuple(self._results.get(a.key) if isinstance(a, Handle) else a for a in unit.args)
        work = Work(unit.function, args, unit.split, self._halvings + unit.halvings)
        target = None
        if self._backend.writes or (unit.keep and self._checkpoints is not None):
            target = self._results.target(unit.key, unit.rows, keep=unit.keep)
        self._backend.start(unit.key, work, target, self._limit_s)

    def _take(self, wait_s: float) -> None:
        try:
            for ended in self._backend.ended(wait_s):
                unit = self._running.pop(ended.key)
                if ended.error is None:
                    self._finish(unit, ended)
                else:
                    self._fail(unit, ended.error)
        finally:
            self._stop.busy = bool(self._running)

    # --- how a unit ends ------------------------------------------------------------------------

    def _finish(self, unit: _Unit, ended: Ended) -> None:
        value = ended.value
        try:
            if unit.keep and self._checkpoints is not None and not is_local(value):
                value = self._backend.fetch(value)
            self._results.put(unit.key, unit.rows, value, keep=unit.keep)
        except (OSError, LostWorker) as error:
            self._fail(unit, error)
            return
        self._progress.state.chunk_size_reductions += ended.halved
        if unit.keep and self._checkpoints is not None:
            self._progress.checkpointed()
        self._close(unit)
        if self._memory.short():
            self._relieve()

    def _close(self, unit: _Unit, *, resumed: bool = False) -> None:
        unit.ended = True
        self._progress.done(unit.handle.stage, unit.rows, resumed=resumed)
        if is_local(self._results.get(unit.key)):
            self._let_go(unit)
        self._drop(unit)

    def _let_go(self, unit: _Unit) -> None:
        """Forgets what a unit was made from: it will not be made again."""
        inputs, unit.inputs, unit.args = unit.inputs, [], ()
        for one in inputs:
            one.users -= 1
            self._drop(one)

    def _drop(self, unit: _Unit) -> None:
        """Forgets a result that nobody needs any more, be it made or to be made."""
        if unit.released and not unit.users and (unit.ended or not unit.wanted):
            self._results.drop(unit.key)
            self._let_go(unit)

    def _undo(self, unit: _Unit) -> None:
        """Takes back that a unit has ended: its result was lost."""
        unit.ended = False
        self._results.drop(unit.key)
        self._progress.undone(unit.handle.stage, unit.rows)

    def _fail(self, unit: _Unit, error: BaseException) -> None:
        unit.failures += 1
        name = f"chunk {unit.handle.stage} {unit.handle.number} ({unit.place})"
        words = f"{name}: {type(error).__name__}: {error}"
        self._progress.failed(words)
        if isinstance(error, ProofbookError):
            self._progress.tell(f"{name} failed")
            raise error
        if isinstance(error, MemoryError):
            self._relieve()
        if not transient(error) or unit.failures >= self._retry.attempts:
            raise _fatal(error, words, unit.failures) from error
        if isinstance(error, (MemoryError, LostWorker)):
            unit.halvings += 1  # it may have needed too much
        pause = self._retry.pause(unit.failures, random.random())
        unit.not_before = time.monotonic() + pause
        self._progress.tell(
            f"{words}; try {unit.failures + 1} of {self._retry.attempts} in {pause:.1f} s"
        )
        self._queue_again(unit)

    def _queue_again(self, unit: _Unit) -> None:
        """Puts a unit at the head of the queue, behind those of its inputs that are lost."""
        self._waiting.insert(0, unit)
        for one in unit.inputs:
            if one.ended and self._backend.lost(self._results.get(one.key)):
                self._undo(one)
                self._queue_again(one)

    def _relieve(self) -> None:
        """Gives memory back: results go to files, and chunks to come are done in smaller pieces."""
        state = self._progress.state
        spilled = self._results.spill()
        pa.default_memory_pool().release_unused()
        give_back()
        reduced = self._memory.short() and self._chunk // 2 >= self._floor
        if reduced:
            self._halvings += 1
            self._chunk //= 2
            self._most = max(self._floor, self._most // 2)
            state.final_chunk_size = self._chunk
        if spilled or reduced or not state.memory_pressure_warnings:
            self._progress.tell(
                f"memory is short: {spilled} results went to disk, chunks have {self._chunk:,} rows"
            )
        state.memory_pressure_warnings += 1
        state.chunks_spilled += spilled
        state.chunk_size_reductions += reduced


def _fatal(error: BaseException, words: str, failures: int) -> ProofbookError:
    if isinstance(error, OSError) and error.errno in _NOT_WRITTEN:
        return OutputError(f"{words}. Remedy: free some disk space, or choose another place")
    tries = f", {failures} times" if failures > 1 else ""
    return ChunkError(f"{words}{tries}")
