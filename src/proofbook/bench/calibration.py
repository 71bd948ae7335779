"""The calibration workload: a fixed piece of work beside every benchmark.

It does what enrichment does - strings, hashing, sorting, floating point - and never changes, so
that times taken on machines of one class, or on one machine in two moods, can be set in relation.
"""

from __future__ import annotations

import time

import numpy as np

#: Raised with every change of the work; times of two versions are not comparable.
VERSION = 1

_WORDS = [f"name {i * 7919 % 1009} systems {i % 977}" for i in range(4000)]


def work() -> float:
    """The work itself; its result only keeps it from being left out."""
    counts: dict[str, int] = {}
    for text in _WORDS:
        for word in text.upper().split():
            counts[word] = counts.get(word, 0) + 1
    values = np.arange(200_000, dtype=np.float64) * 0.61803398875 % 1
    return float(np.sort(values)[1000] + len(sorted(counts)))


def calibrate(runs: int = 5) -> list[float]:
    """Seconds of so many runs of the work."""
    found = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return found
