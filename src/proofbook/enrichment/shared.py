"""Arrays given to many units: sent where the units run once, and gone when the caller lets go."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from proofbook.matching.units import Arrays

#: Less than this many bytes are simply sent with every unit.
SMALL = 1 << 16

Place = TypeVar("Place")


class Shared(Generic[Place]):
    """Remembers where the same arrays (the same objects, not equal ones) have been put."""

    def __init__(self, put: Callable[[Arrays], Place], drop: Callable[[Place], None]) -> None:
        self._put, self._drop = put, drop
        self._places: dict[tuple[Any, ...], Place] = {}

    def place(self, value: Any) -> Any:
        """Where the arrays are, put there when they are new; anything else as it is."""
        if not isinstance(value, Mapping) or sum(a.nbytes for a in value.values()) < SMALL:
            return value
        key = tuple((name, id(array)) for name, array in value.items())
        if key not in self._places:
            self._places[key] = self._put(value)
            for array in value.values():  # an id means nothing once its object is gone
                weakref.finalize(array, self._gone, key).atexit = False
        return self._places[key]

    def forget(self, lost: Callable[[Place], bool]) -> None:
        """Forgets places that have lost what was put there; it is put again when needed."""
        self._places = {key: place for key, place in self._places.items() if not lost(place)}

    def _gone(self, key: tuple[Any, ...]) -> None:
        place = self._places.pop(key, None)
        if place is not None:
            self._drop(place)
