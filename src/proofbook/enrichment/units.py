"""Units of work: pure functions over arrays, and what an engine that runs them promises.

An enrichment is a small graph of units. A unit is named by its stage and its number in it, works
on some rows, and gives arrays that depend on its arguments only: never on the engine that runs it,
on when, or on how often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

#: What units take and give; strings are bytes (uint8) with offsets (int64).
Arrays: TypeAlias = Mapping[str, NDArray[Any]]
Function: TypeAlias = Callable[..., Arrays]
Key: TypeAlias = tuple[str, int]


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
    """Runs units, in this process or elsewhere; results come back read-only."""

    def begin(self, records: int) -> None:
        """How many records the run is about: the awards, in whose number progress is told."""

    def expect(self, stage: str, rows: int, share: float) -> None:
        """A stage to come: all rows that its units work on, and its share of the time."""

    def shards(self, rows: int, bytes_per_row: float) -> list[tuple[int, int]]:
        """Ranges that cover the rows in order, of a size that suits the memory there is.

        ``bytes_per_row`` is what a unit holds per row while it works.
        """

    def submit(
        self,
        stage: str,
        number: int,
        rows: int | tuple[int, int],
        function: Function,
        *args: Any,
        keep: bool = True,
        split: Split | None = None,
    ) -> Handle:
        """A unit to be run: ``function(*args)``, with arrays in the place of handles.

        ``rows`` is how many rows it works on, or their range (for messages). A kept result is
        not computed again in a resumed run. One that is not kept is cheap to compute, and is
        computed only when a unit that must run needs it, or when it is gathered.
        """

    def gather(self, handle: Handle) -> Arrays:
        """The result of a unit, waited for."""

    def release(self, handle: Handle) -> None:
        """The result is not needed again, except by units that are submitted already."""


@dataclass(frozen=True)
class Work:
    """What is to be carried out, wherever; ``halvings`` halves it so many times from the start."""

    function: Function
    args: tuple[Any, ...]
    split: Split | None = None
    halvings: int = 0


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
