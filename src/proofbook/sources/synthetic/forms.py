"""Dates, sums and ZIP codes in the forms in which the award file holds them."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .addresses import figures, padded
from .lexicon import words
from .mixture import AmountForm, DateForm, Weights, ZipForm
from .numbers import around, chosen, constant
from .places import Places
from .streams import Bools, Ints

_MONTHS = words(
    """January February March April May June July August September October November December"""
)


def dates(
    rng: np.random.Generator, days: NDArray[np.datetime64[Any]], shares: Weights[DateForm]
) -> pa.Array:
    """Dates as 08-28-2018, 08/28/2018 and August 28, 2018."""
    months = days.astype("datetime64[M]")
    year = figures(days.astype("datetime64[Y]").astype(np.int64) + 1970)
    month = months.astype(np.int64) % 12
    day = padded((days - months.astype("datetime64[D]")).astype(np.int64) + 1, 2)
    number = padded(month + 1, 2)
    name = pa.array(_MONTHS, pa.string()).take(pa.array(month))
    forms = {
        "dashes": pc.binary_join_element_wise(number, day, year, "-"),
        "slashes": pc.binary_join_element_wise(number, day, year, "/"),
        "words": pc.binary_join_element_wise(
            pc.binary_join_element_wise(name, day, " "), year, ", "
        ),
    }
    return chosen(rng, forms, shares.row(get_args(DateForm)))


def amounts(rng: np.random.Generator, amount: Ints, shares: Weights[AmountForm]) -> pa.Array:
    """Sums of dollars as 149999, 149999.00 and 149,999."""
    plain = figures(amount)
    low, middle, high = amount % 1000, amount // 1000 % 1000, amount // 1_000_000
    null = np.full(len(amount), False)
    thousands = pc.if_else(pa.array(high > 0), padded(middle, 3), figures(middle))
    commas = pc.binary_join_element_wise(
        figures(high, null | (high == 0)), thousands, padded(low, 3), ",", null_handling="skip"
    )
    commas = pc.if_else(pa.array(amount < 1000), plain, commas)
    forms = {"plain": plain, "decimals": around(plain, "", ".00"), "commas": commas}
    return chosen(rng, forms, shares.row(get_args(AmountForm)))


def zips(rng: np.random.Generator, places: Places, shares: Weights[ZipForm]) -> pa.Array:
    """ZIP codes as 01801, 01801-1234, 01801-, 01801-Array, -, 1801, 018011234 and nothing."""
    n = len(places.place)
    zip5, zip4 = padded(places.zip5, 5), padded(places.zip4, 4)
    forms = {
        "zip5": zip5,
        "plus4": pc.binary_join_element_wise(zip5, zip4, "-"),
        "dash_end": around(zip5, "", "-"),
        "array": around(zip5, "", "-Array"),
        "dash": constant("-", n),
        "lost_zero": pc.utf8_ltrim(zip5, "0"),
        "nine": pc.binary_join_element_wise(zip5, zip4, ""),
        "empty": constant("", n),
    }
    return chosen(rng, forms, shares.row(get_args(ZipForm)))


def blanked(mask: Bools, text: pa.Array, instead: str = "") -> pa.Array:
    """The texts, with ``instead`` where ``mask`` is true."""
    return pc.if_else(pa.array(mask), instead, text)
