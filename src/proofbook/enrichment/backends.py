"""Backends: where units are carried out. Threads are the default; others have own modules.

A backend starts units and says which have ended. It knows nothing of checkpoints, retries or
order: that is the engine's.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeAlias

from proofbook.enrichment.arrayfile import read_arrays, write_arrays
from proofbook.enrichment.checkpoints import Target
from proofbook.enrichment.retry import TimeLimit
from proofbook.matching.units import Arrays, Key, Work, carry_out

#: Seconds until a unit without a time limit has taken too long.
NEVER = float("inf")

#: A result: arrays at hand, the path of a file of arrays, or what only the backend understands.
Value: TypeAlias = Any


@dataclass(frozen=True)
class Ended:
    """How a unit ended: with a value, or with an error; ``halved`` for want of memory so often."""

    key: Key
    value: Value | None = None
    error: BaseException | None = None
    halved: int = 0


class Backend(Protocol):
    """Carries out units, as many at a time as there are ``slots``."""

    #: Whether all results are to be written to files.
    writes: bool

    @property
    def slots(self) -> int:
        """How many units may be under way."""

    def start(self, key: Key, work: Work, target: Target | None, limit_s: float | None) -> None:
        """Starts a unit whose arguments hold values; after ``limit_s`` seconds it is stopped.

        ``target`` is where the result is written, if it is; a backend may leave that to the engine.
        """

    def ended(self, wait_s: float) -> list[Ended]:
        """The units that ended, waited for at most so long."""

    def fetch(self, value: Value) -> Arrays:
        """A result as arrays; LostWorker if it is lost."""

    def lost(self, value: Value) -> bool:
        """Whether a result that was there is there no more."""

    def close(self) -> None:
        """Stops what runs."""


def is_local(value: Value) -> bool:
    """Whether a value is here, and cannot be lost with a worker."""
    return isinstance(value, (Mapping, Path))


def at_hand(value: Value) -> Arrays:
    """A value that is at hand or in a file, as arrays."""
    arrays: Arrays = read_arrays(value, verify=False)[1] if isinstance(value, Path) else value
    return arrays


@dataclass(frozen=True)
class _Try:
    """A try of a unit that is under way, and when it has taken too long."""

    number: int
    limit_s: float
    deadline: float


class Threads:
    """Carries out units on threads of this process; native code runs side by side.

    A thread cannot be stopped: a unit that takes too long is given up, and its thread goes on.
    """

    writes = False

    def __init__(self, threads: int = 0) -> None:
        """``threads`` of 0 is one for each core."""
        self.slots = threads or os.cpu_count() or 1
        self._tries: dict[Key, _Try] = {}
        self._numbers = itertools.count()
        self._jobs: SimpleQueue[tuple[int, Key, Work, Target | None] | None] = SimpleQueue()
        self._ended: SimpleQueue[tuple[int, Ended]] = SimpleQueue()
        self._started = self._stuck = 0

    def start(self, key: Key, work: Work, target: Target | None, limit_s: float | None) -> None:
        """Gives the unit to a thread; not of a pool, which could not be left at the end."""
        limit = NEVER if limit_s is None else limit_s
        this = _Try(next(self._numbers), limit, time.monotonic() + limit)
        self._tries[key] = this
        if len(self._tries) + self._stuck > self._started:
            self._started += 1
            name = f"units-{self._started}"
            threading.Thread(target=self._serve, daemon=True, name=name).start()
        self._jobs.put((this.number, key, work, target))

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            number, key, work, target = job
            ended = _carried_out(key, work, target)
            del job, work  # let go of the arguments before they are said to be used
            self._ended.put((number, ended))
            del ended

    def ended(self, wait_s: float) -> list[Ended]:
        """The units that ended, those among them that took too long."""
        if not self._tries:
            time.sleep(wait_s)
            return []
        nearest = min(t.deadline for t in self._tries.values()) - time.monotonic()
        found = []
        with contextlib.suppress(Empty):
            number, ended = self._ended.get(timeout=max(0.0, min(wait_s, nearest)))
            while True:
                if ended.key in self._tries and self._tries[ended.key].number == number:
                    del self._tries[ended.key]  # otherwise it was given up
                    found.append(ended)
                number, ended = self._ended.get_nowait()
        for key, this in list(self._tries.items()):
            if time.monotonic() > this.deadline:
                del self._tries[key]
                self._stuck += 1  # for good, as far as anybody knows
                found.append(Ended(key, error=too_slow(this.limit_s)))
        return found

    def fetch(self, value: Value) -> Arrays:
        """A result as arrays."""
        return at_hand(value)

    def lost(self, value: Value) -> bool:  # noqa: ARG002 - as every backend
        """Nothing is ever lost here."""
        return False

    def close(self) -> None:
        """Ends the threads; one that is at work ends with it, or with the process."""
        for _ in range(self._started):
            self._jobs.put(None)


def _carried_out(key: Key, work: Work, target: Target | None) -> Ended:
    try:
        value, halved = written(work, target)
    except Exception as error:
        return Ended(key, error=error)
    return Ended(key, value, halved=halved)


def written(work: Work, target: Target | None) -> tuple[Arrays | Path, int]:
    """The result of a unit, as the file it was written to where there is a target for it.

    Also how many times it was halved for want of memory.
    """
    args = tuple(at_hand(a) if isinstance(a, Path) else a for a in work.args)
    arrays, halved = carry_out(Work(work.function, args, work.split, work.halvings))
    if target is None:
        return arrays, halved
    write_arrays(target.path, arrays, target.told, durable=target.durable)
    return target.path, halved


def too_slow(limit_s: float) -> TimeLimit:
    """The error of a unit that took longer than it may."""
    return TimeLimit(f"exceeded its time limit of {limit_s:g} s (run.chunk_time_limit_s)")
