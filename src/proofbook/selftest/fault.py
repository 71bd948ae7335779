"""What a fault is, and how it is told whether it was caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

#: Plants a fault; how it was caught in words, or None when nothing noticed.
Plant = Callable[[], str | None]


@dataclass(frozen=True)
class Fault:
    """A known fault: its area, what it is, and the function that plants it."""

    area: str
    title: str
    plant: Plant


def raised(kind: type[Exception], action: Callable[[], object]) -> str | None:
    """The first line of the error of that kind which the action raises, else None."""
    try:
        action()
    except kind as error:
        return str(error).splitlines()[0][:160]
    return None
