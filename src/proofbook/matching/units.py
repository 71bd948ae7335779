"""Units: pure functions over arrays that an engine may run anywhere, and the plain engine."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

#: The only kind of value that a unit gives, and besides plain values the only one it takes.
Arrays = Mapping[str, NDArray[Any]]
#: A result as its engine keeps it: in memory, in a file, or on another machine.
Handle = Any


#: Recipients that are worked on at a time where nothing else bounds them.
SHARD = 1 << 19


class Engine(Protocol):
    """What runs units, once each, in any place; it never changes what they give."""

    def shards(self, rows: int, bytes_per_row: float) -> list[tuple[int, int]]:
        """Row ranges that recipients are cut into, first row and row behind the last."""

    def submit(
        self, stage: str, number: int, rows: int, function: Callable[..., Arrays], *args: Any
    ) -> Handle:
        """Have ``function(*args)`` computed; handles among ``args`` become their results."""

    def gather(self, handle: Handle) -> Arrays:
        """The result of a unit."""

    def release(self, handle: Handle) -> None:
        """The result of a unit is not needed any more."""


@dataclass
class Queued:
    """A unit that a thread runs; without its future once it was released."""

    future: Future[Arrays] | None


class Threads:
    """Runs units on threads of this process and keeps their results in memory."""

    def __init__(self, threads: int = 0, shard: int = SHARD) -> None:
        """``threads`` 0 means one per core; ``shard`` recipients are worked on at a time."""
        self._pool = ThreadPoolExecutor(threads or len(os.sched_getaffinity(0)))
        self._shard = shard

    def shards(self, rows: int, bytes_per_row: float) -> list[tuple[int, int]]:  # noqa: ARG002
        """Equal ranges of at most the shard's rows."""
        return even_ranges(rows, self._shard)

    def submit(
        self,
        stage: str,  # noqa: ARG002
        number: int,  # noqa: ARG002
        rows: int,  # noqa: ARG002
        function: Callable[..., Arrays],
        *args: Any,
    ) -> Queued:
        """Queue the unit; those that it waits for were queued before it, so it cannot starve."""

        def run() -> Arrays:
            return function(*(self.gather(a) if isinstance(a, Queued) else a for a in args))

        return Queued(self._pool.submit(run))

    def gather(self, handle: Queued) -> Arrays:
        """The result, as soon as it is there."""
        if handle.future is None:
            raise ValueError("the result of this unit was released")
        return handle.future.result()

    def release(self, handle: Queued) -> None:
        """Drop the result."""
        handle.future = None


def even_ranges(rows: int, most: int) -> list[tuple[int, int]]:
    """As few ranges as possible of at most ``most`` rows, all about equally long."""
    count = max(1, -(-rows // most))
    edges = [rows * i // count for i in range(count + 1)]
    return list(itertools.pairwise(edges))
