"""Independent, reproducible streams of random numbers, and the few draws made from them.

Every part of a world draws from its own stream, so that a change in one part leaves all others as
they were. Only PCG64 and uniform numbers are used: they do not change between NumPy versions.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def stream(seed: int, part: str, block: int = 0) -> np.random.Generator:
    """The stream of one named part (and block) of the world with this seed."""
    key = np.random.SeedSequence([seed, zlib.crc32(part.encode()), block])
    return np.random.Generator(np.random.PCG64(key))


def below(rng: np.random.Generator, n: int, bound: int | Ints) -> Ints:
    """``n`` whole numbers from 0 to ``bound`` - 1 (a number, or one bound for each draw)."""
    return np.asarray(rng.random(n) * bound, dtype=np.int64)


def chance(rng: np.random.Generator, n: int, share: float | Floats) -> Bools:
    """``n`` truth values, each true with probability ``share``."""
    return np.asarray(rng.random(n) < share)


def weighted(rng: np.random.Generator, n: int, weights: Sequence[float] | Floats) -> Ints:
    """``n`` positions drawn in proportion to ``weights``."""
    total = np.cumsum(np.asarray(weights, dtype=np.float64))
    found = np.searchsorted(total, rng.random(n) * total[-1], side="right")
    return np.asarray(np.minimum(found, len(total) - 1), dtype=np.int64)


def zipf(size: int, exponent: float = 1.0, flat: float = 2.0) -> Floats:
    """Zipf-Mandelbrot weights 1 / (rank + flat) ** exponent of ``size`` ranks, cumulated to 1."""
    weights = 1.0 / (np.arange(1, size + 1) + flat) ** exponent
    total = np.cumsum(weights)
    return np.asarray(total / total[-1])


def ranked(rng: np.random.Generator, n: int, cumulated: Floats) -> Ints:
    """``n`` positions drawn from weights already cumulated to 1 (see :func:`zipf`)."""
    found = np.searchsorted(cumulated, rng.random(n), side="right")
    return np.minimum(found, len(cumulated) - 1).astype(np.int64)


def quota(rng: np.random.Generator, preference: Floats, count: int) -> Bools:
    """A mask of exactly ``count`` positions (or all), drawn in proportion to ``preference``.

    Weighted sampling without replacement after Efraimidis and Spirakis (2006): the largest
    values of u ** (1 / weight); positions of weight 0 are taken last.
    """
    count = min(max(count, 0), len(preference))
    keys = np.log(rng.random(len(preference)) + 1e-300) / np.maximum(preference, 1e-12)
    mask = np.zeros(len(preference), dtype=bool)
    mask[np.argsort(-keys, kind="stable")[:count]] = True
    return mask


def share_by_weight(
    rng: np.random.Generator, weights: Ints, open_to: Bools, target: float
) -> Bools:
    """A random set of items among ``open_to`` whose ``weights`` add up to about ``target``.

    Items are taken in random order as long as they still fit, so the sum misses the target by
    less than the smallest item that was left over.
    """
    chosen = np.zeros(len(weights), dtype=bool)
    order = np.argsort(rng.random(len(weights)), kind="stable")
    order = order[open_to[order]]
    left = round(target)
    running = np.cumsum(weights[order])
    whole = int(np.searchsorted(running, left, side="right"))
    chosen[order[:whole]] = True
    left -= int(running[whole - 1]) if whole else 0
    for item in order[whole : whole + 1000]:
        if left <= 0:
            break
        if weights[item] <= left:
            chosen[item] = True
            left -= int(weights[item])
    return chosen


def shuffled(rng: np.random.Generator, n: int) -> Ints:
    """The numbers 0 to n - 1 in random order."""
    return np.argsort(rng.random(n), kind="stable").astype(np.int64)
