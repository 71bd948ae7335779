"""Reading the frames that figures are drawn from: missing columns and values never raise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]


def floats(frame: pd.DataFrame, column: str) -> Numbers:
    """A column as float64; NaN where a value is absent, not a number or infinite."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(
        dtype="float64", na_value=np.nan
    )
    return np.where(np.isfinite(values), values, np.nan)


def texts(frame: pd.DataFrame, column: str) -> list[str]:
    """A column as strings; an absent value reads "(none)"."""
    if column not in frame:
        return [""] * len(frame)
    return ["(none)" if pd.isna(v) or str(v) == "" else str(v) for v in frame[column]]


def total(values: Numbers) -> int:
    """The sum of what is known, as a whole number."""
    return int(np.nansum(values)) if len(values) else 0


def spread(values: Numbers, low: Numbers, high: Numbers) -> Numbers:
    """Distances from the value down to ``low`` and up to ``high``, 0 where unknown (2 × n)."""
    return np.nan_to_num(np.vstack([values - low, high - values]), nan=0.0).clip(min=0.0)
