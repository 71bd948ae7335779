"""Backends: where units are carried out. This process is the default; others have own modules.

A backend starts units and says which have ended. It knows nothing of checkpoints, retries or
order: that is the engine's.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Protocol, TypeAlias

from proofbook.enrichment.arrayfile import read_arrays
from proofbook.enrichment.checkpoints import Target
from proofbook.enrichment.retry import TimeLimit
from proofbook.enrichment.units import Arrays, Key, Work, carry_out

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

    #: Whether results are written to files by the backend itself.
    writes: bool

    @property
    def slots(self) -> int:
        """How many units may be under way."""

    def start(self, key: Key, work: Work, target: Target | None, limit_s: float | None) -> None:
        """Starts a unit whose arguments hold values; after ``limit_s`` seconds it is stopped.

        ``target`` is where a backend that ``writes`` puts the result.
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


class InProcess:
    """Carries out one unit at a time in this process; it has ended when ``start`` returns."""

    writes, slots = False, 1

    def __init__(self) -> None:
        self._ended: list[Ended] = []

    def start(
        self,
        key: Key,
        work: Work,
        target: Target | None,  # noqa: ARG002 - as every backend
        limit_s: float | None,
    ) -> None:
        """Carries out a unit; a time limit is noticed when native code returns (see signal)."""
        args = tuple(at_hand(a) if isinstance(a, Path) else a for a in work.args)
        try:
            with _alarm(limit_s):
                arrays, halved = carry_out(Work(work.function, args, work.split, work.halvings))
        except Exception as error:
            self._ended.append(Ended(key, error=error))
        else:
            self._ended.append(Ended(key, arrays, halved=halved))

    def ended(self, wait_s: float) -> list[Ended]:
        """The unit that ended, if there is one."""
        if not self._ended:
            time.sleep(wait_s)
        found, self._ended = self._ended, []
        return found

    def fetch(self, value: Value) -> Arrays:
        """A result as arrays."""
        return at_hand(value)

    def lost(self, value: Value) -> bool:  # noqa: ARG002 - as every backend
        """Nothing is ever lost here."""
        return False

    def close(self) -> None:
        """Nothing runs any more."""


@contextmanager
def _alarm(limit_s: float | None) -> Iterator[None]:
    """Raises TimeLimit in a block that takes longer, in the main thread; elsewhere after it."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TimeLimit(f"exceeded its time limit of {limit_s:g} s (run.chunk_time_limit_s)")

    if limit_s is None:
        yield
        return
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):
        began = time.monotonic()
        yield
        if time.monotonic() - began > limit_s:
            ring(0, None)
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
