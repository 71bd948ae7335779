"""How often the comparison of benchmarks is right, measured on this machine as it is.

    python tools/verdict_figures.py time --slower 0 --comparisons 200
    python tools/verdict_figures.py time --slower 25 --comparisons 100
    python tools/verdict_figures.py memory --larger 50 --comparisons 100

Every comparison is a contest with the default settings: fresh measurements of both sides in turn,
and a confirming re-run. The workload is real: names are weighed by token_set_ratio, the least
of three runs is one sample; a slow-down is planted by that many more names. Memory: a block
allocates and frees; more is planted as a share of the whole peak. One JSON document is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter

import numpy as np
from rapidfuzz import fuzz

from proofbook.measure import Recorder
from proofbook.measure.compare import MEMORY, TIME
from proofbook.measure.contest import Contest, Effort, Measure, contest
from proofbook.measure.witness import Reading

_NAMES = [f"ADVANCED SYSTEMS {i * 7919 % 9973} LABORATORIES LLC" for i in range(10_000)]


def names_side(count: int) -> Measure:
    """Seconds to weigh that many names against one: the least of three runs."""

    def measure() -> Reading:
        recorder = Recorder()
        for _ in range(3):
            with recorder.stage("names"):
                for name in _NAMES[:count]:
                    fuzz.token_set_ratio("SYSTEM ADVANCES LABS INC", name)
        return Reading(
            min(s.wall_s for s in recorder.stages),
            min(s.wall_s - s.waited_s for s in recorder.stages),
            min(s.cpu_s for s in recorder.stages),
        )

    return measure


def block_side(megabytes: float) -> Measure:
    """Peak MB of the process while a block of that size is allocated, filled and freed."""

    def measure() -> Reading:
        recorder = Recorder()
        with recorder.stage("block"):
            np.ones(int(megabytes * 1e6 / 8))
        return Reading(recorder.stages[0].peak_mb)

    return measure


def time_contest(slower: float) -> Contest:
    """One contest of times, the second side slower by that many percent."""
    count = 4000
    return contest(names_side(count), names_side(round(count * (1 + slower / 100))), TIME)


def memory_contest(larger: float) -> Contest:
    """One contest of peaks, the second side larger by that many percent."""
    peak = block_side(100)().value
    more = 100 + peak * larger / 100
    return contest(block_side(100), block_side(more), MEMORY, Effort(least=4, most=8))


def main() -> None:
    """Carries out the comparisons and prints how they ended."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=["time", "memory"])
    parser.add_argument("--slower", type=float, default=0.0, help="planted, percent")
    parser.add_argument("--larger", type=float, default=0.0, help="planted, percent")
    parser.add_argument("--comparisons", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end the series then")
    given = parser.parse_args()
    memory_contest(0)  # loads scipy, which would change what the first peaks are a share of
    states: Counter[str] = Counter()
    pairs, ratios, started = [], [], time.monotonic()
    for _ in range(given.comparisons):
        if time.monotonic() - started > given.seconds:
            break
        found = time_contest(given.slower) if given.what == "time" else memory_contest(given.larger)
        states[found.comparison.state] += 1
        pairs.append(len(found.before))
        ratios.append(found.comparison.ratio)
    print(
        json.dumps(
            {
                "what": given.what,
                "planted_pct": given.slower or given.larger,
                "comparisons": len(pairs),
                "states": dict(states),
                "pairs_median": float(np.median(pairs)),
                "pairs_most": max(pairs),
                "ratio_low": float(np.percentile(ratios, 2.5)),
                "ratio_high": float(np.percentile(ratios, 97.5)),
                "seconds": round(time.monotonic() - started, 1),
                "load": [round(load, 1) for load in os.getloadavg()],
            }
        )
    )


if __name__ == "__main__":
    main()
