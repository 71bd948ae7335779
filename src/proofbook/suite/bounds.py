"""Bounds that can be held: a gate's bound must be a value that its metric can take."""

from __future__ import annotations

import math
from collections.abc import Mapping

from proofbook.errors import ParameterError
from proofbook.params import Settings
from proofbook.quality.metrics import DEFINITIONS

#: The least and the most that a metric of a unit can be, and those in words.
RANGES = {
    "rate": (0.0, 1.0, "a rate from 0 to 1"),
    "pp": (0.0, 100.0, "points from 0 to 100"),
    "s": (0.0, math.inf, "seconds from 0 on"),
    "rows": (0.0, math.inf, "rows from 0 on"),
}


def check_bounds(settings: Settings, where: Mapping[str, str]) -> None:
    """Refuses a bound that always fails or never does, such as a match rate of 75.

    ``where`` is the place of every key that was set. Raises ParameterError.
    """
    for metric, bounds in settings.gates.items():
        unit = DEFINITIONS[metric].unit
        low, high, words = RANGES.get(unit, (-math.inf, math.inf, ""))
        for name, bound in (("warn", bounds.warn), ("fail", bounds.fail)):
            if bound is None or low <= bound <= high:
                continue
            key = f"gates.{metric}.{name}"
            percent = unit == "rate" and 1 < bound <= 100
            hint = f"; {bound:g} % is {bound / 100:g}" if percent else ""
            raise ParameterError(
                f"{where.get(key, 'default')}: {key}: must be {words} (got {bound:g}){hint}"
            )
