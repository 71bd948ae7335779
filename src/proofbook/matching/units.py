"""Units of work: pure functions over arrays, the engine that runs them, and a plain one.

A match is a small graph of units. A unit is named by its stage and its number in it, works on some
rows, and gives arrays that depend on its arguments only: never on the engine that runs it, on
when, or on how often.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

#: The only kind of value that a unit gives, and besides plain values the only one it takes.
Arrays: TypeAlias = Mapping[str, NDArray[Any]]
Function: TypeAlias = Callable[..., Arrays]
Key: TypeAlias = tuple[str, int]
#: The first row and the one behind the last.
Range: TypeAlias = tuple[int, int]

#: Recipients that are worked on at a time where nothing else bounds them.
SHARD = 1 << 19


@dataclass(frozen=True)
class Handle:
    """The result of a unit, there or to come."""

    stage: str
    number: int

    @property
    def key(self) -> Key:
        """What names the unit in its run."""
        return self.stage, self.number


@dataclass(frozen=True)
class Split:
    """How a unit is done in two halves, with the same result, where memory is short.

    ``cut`` takes the unit's arguments and gives those of the halves, or None when they would be
    too small to be worth it; ``join`` makes the result of both of them. Both are pure functions
    of a module.
    """

    cut: Callable[..., tuple[tuple[Any, ...], tuple[Any, ...]] | None]
    join: Callable[[Arrays, Arrays], Arrays]


class Engine(Protocol):
    """Runs units, in this process or elsewhere; it never changes what they give."""

    def shards(self, rows: int, bytes_per_row: float) -> list[Range]:
        """Ranges that cover the rows in order, of a size that suits the memory there is.

        ``bytes_per_row`` is what a unit holds per row while it works. No rows are one empty range.
        """

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
        """A unit to be run: ``function(*args)``, with arrays in the place of handles.

        ``rows`` is the range that it works on. A kept result is not computed again in a resumed
        run. One that is not kept is computed only when a unit that must run needs it, or when it
        is gathered.
        """

    def gather(self, handle: Handle) -> Arrays:
        """The result of a unit, waited for; read-only."""

    def release(self, handle: Handle) -> None:
        """The result is not needed again, except by units that are submitted already."""

    def kept(self, stage: str, number: int, rows: int, make: Callable[[], Arrays]) -> Arrays:
        """What the caller makes by itself of so many rows; not made again in a resumed run."""


@dataclass(frozen=True)
class Work:
    """What is to be carried out, wherever; ``halvings`` halves it so many times from the start."""

    function: Function
    args: tuple[Any, ...]
    split: Split | None = None
    halvings: int = 0


class AtOnce:
    """The plain engine: runs every unit where and when it is submitted."""

    def __init__(self, shard: int = SHARD) -> None:
        """``shard`` recipients are worked on at a time."""
        self._shard = shard
        self._results: dict[Key, Arrays] = {}

    def shards(self, rows: int, bytes_per_row: float) -> list[Range]:  # noqa: ARG002
        """Equal ranges of at most the shard's rows."""
        return even_ranges(rows, -(-rows // self._shard))

    def submit(
        self,
        stage: str,
        number: int,
        rows: Range,  # noqa: ARG002
        function: Function,
        *args: Any,
        keep: bool = True,  # noqa: ARG002
        split: Split | None = None,  # noqa: ARG002
    ) -> Handle:
        """Run the unit."""
        handle = Handle(stage, number)
        given = (self.gather(a) if isinstance(a, Handle) else a for a in args)
        self._results[handle.key] = function(*given)
        return handle

    def gather(self, handle: Handle) -> Arrays:
        """The result."""
        return self._results[handle.key]

    def release(self, handle: Handle) -> None:
        """Drop the result."""
        del self._results[handle.key]

    def kept(self, stage: str, number: int, rows: int, make: Callable[[], Arrays]) -> Arrays:  # noqa: ARG002
        """Make it."""
        return make()


def carry_out(work: Work) -> tuple[Arrays, int]:
    """The result of the work, and how many times it was halved because memory ran out.

    MemoryError when it cannot be halved (any more).
    """
    halves, forced = _halves(work) if work.halvings else None, 0
    if halves is None:
        try:
            return work.function(*work.args), 0
        except MemoryError:
            halves, forced = _halves(work), 1
            if halves is None:
                raise
    assert work.split is not None
    (first, some), (second, more) = carry_out(halves[0]), carry_out(halves[1])
    return work.split.join(first, second), forced + some + more


def _halves(work: Work) -> tuple[Work, Work] | None:
    args = None if work.split is None else work.split.cut(*work.args)
    if args is None:
        return None
    left = max(0, work.halvings - 1)
    first, second = (Work(work.function, half, work.split, left) for half in args)
    return first, second


def even_ranges(rows: int, number: int) -> list[Range]:
    """So many ranges that cover the rows, at least one, all about equally long."""
    number = max(1, number)
    edges = [rows * i // number for i in range(number + 1)]
    return list(itertools.pairwise(edges))
