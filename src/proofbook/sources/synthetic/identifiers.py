"""Identifiers: valid UEIs and DUNS numbers from serial numbers, and the defects they suffer."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .streams import Ints
from .words import fixed_texts, scramble

#: A UEI has no letter O or I (they look like figures) and does not begin with a zero.
#: The first and the fourth sign are letters here, so that nine figures never stand in a row
#: (rules of the Unique Entity ID as GSA published them).
UEI_SIGNS = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", dtype=np.uint8)
_MASK60 = np.int64((1 << 60) - 1)


def uei_texts(serials: Ints, seed: int) -> pa.Array:
    """A valid UEI for every serial number (null below 0); different numbers never share one."""
    cells = uei_cells(np.maximum(serials, 0), seed)
    return _null_below_zero(fixed_texts(cells), serials)


def uei_cells(serials: Ints, seed: int) -> NDArray[np.uint8]:
    """The twelve signs of every UEI as ASCII codes."""
    salt = int(scramble(np.array([seed], dtype=np.int64))[0]) & int(_MASK60)
    x = _mixed(serials ^ np.int64(salt))
    cells = np.empty((len(serials), 12), dtype=np.uint8)
    for position in (11, 10, 9, 8, 7, 6, 5, 4, 2, 1):
        cells[:, position] = UEI_SIGNS[x % 34]
        x //= 34
    cells[:, 3] = UEI_SIGNS[10 + x % 24]
    cells[:, 0] = UEI_SIGNS[10 + x // 24]  # at most 559 // 24 = 23
    return cells


def duns_texts(serials: Ints, seed: int) -> pa.Array:
    """A DUNS number of nine figures for every serial number (null below 0), four in ten with a
    leading zero, as in the real world; different numbers never share one."""
    numbers = duns_numbers(np.maximum(serials, 0), seed)
    cells = np.empty((len(serials), 9), dtype=np.uint8)
    for position in range(8, -1, -1):
        cells[:, position] = 48 + numbers % 10
        numbers = numbers // 10
    return _null_below_zero(fixed_texts(cells), serials)


def duns_numbers(serials: Ints, seed: int) -> Ints:
    """The DUNS of every serial number as a whole number; a bijection in two ranges."""
    salt = int(scramble(np.array([seed + 1], dtype=np.int64))[0] % np.uint64(10**8))
    group, place = serials // 10, serials % 10
    low = ((group * 4 + place) * 3_141_593 + salt) % (10**8)
    high = 10**8 + ((group * 6 + place - 4) * 2_718_281 + salt) % (9 * 10**8)
    return np.where(place < 4, low, high)


def recipient_hashes(keys: pa.Array) -> pa.Array:
    """USAspending's recipient_hash of every key such as "UEI-…": its MD5, written as a UUID.

    The digest needs one call per row: there is no MD5 for whole columns.
    """
    md5 = hashlib.md5
    digests = b"".join([md5(k, usedforsecurity=False).digest() for k in _bytes(keys)])
    raw = np.frombuffer(digests, dtype=np.uint8).reshape(-1, 16)
    figures = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    hexa = np.stack([figures[raw >> 4], figures[raw & 15]], axis=2).reshape(-1, 32)
    dash = np.full((len(raw), 1), ord("-"), dtype=np.uint8)
    parts = (hexa[:, :8], hexa[:, 8:12], hexa[:, 12:16], hexa[:, 16:20], hexa[:, 20:])
    cells = [part for pair in zip(parts, [dash] * 5, strict=True) for part in pair][:-1]
    return fixed_texts(np.concatenate(cells, axis=1))


def _bytes(keys: pa.Array) -> list[bytes]:
    return keys.cast(pa.binary()).to_pylist()  # type: ignore[no-any-return]


def _mixed(x: Ints) -> Ints:
    """A bijection of the numbers below 2 ** 60 that leaves no visible order."""
    for odd, shift in ((0x2545F4914F6CDD1D, 31), (0x9E3779B97F4A7C15, 29)):
        y = x.astype(np.uint64) * np.uint64(odd)
        x = (y & np.uint64(_MASK60)).astype(np.int64)
        x ^= x >> shift
    return x


def _null_below_zero(values: pa.Array, serials: Ints) -> pa.Array:
    missing = serials < 0
    if not missing.any():
        return values
    return values.take(pa.array(np.arange(len(serials)), mask=missing))
