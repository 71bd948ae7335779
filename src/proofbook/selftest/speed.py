"""Faults of speed and memory, planted into samples with the noise of a busy machine."""

from __future__ import annotations

from functools import partial

import numpy as np

from proofbook.measure.compare import MEMORY, Limits, State
from proofbook.measure.compare import TIME as TIMES
from proofbook.measure.contest import contest
from proofbook.measure.witness import Reading
from proofbook.quality.outcomes import Outcomes
from proofbook.quality.paired import rate_changes
from proofbook.selftest.fault import Fault


def _contest(factor: float, limits: Limits, *states: State) -> str | None:
    """A contest of two sides that are now and then disturbed, the second one worse by a factor."""
    random = np.random.default_rng(11)

    def side(worse: float) -> Reading:
        disturbed = random.choice([1.0, 1.0, 1.4, 2.0]) if limits is TIMES else 1.0
        return Reading(100 * worse * float(disturbed * random.uniform(1.0, 1.01)))

    found = contest(lambda: side(1.0), lambda: side(factor), limits).comparison
    return f"{found.state}: {found.why}" if found.state in states else None


def _crowded(factor: float, *states: State) -> str | None:
    """A contest on a machine where most of the time is waiting for a core."""
    random = np.random.default_rng(12)

    def side(worse: float) -> Reading:
        own = worse * float(random.uniform(1.0, 1.1))
        return Reading(own * float(random.uniform(1.0, 9.0)), own, own)

    found = contest(lambda: side(1.0), lambda: side(factor)).comparison
    return f"{found.state}: {found.why}" if found.state in states else None


def _hidden() -> str | None:
    """One kind of award loses 6 points while others gain as much."""
    kinds = ["u", "n"] * 500
    before = Outcomes(kinds, (["a", "a", "", ""] * 250))
    now = Outcomes(kinds, list(before.recipients))
    lost = [i for i, k in enumerate(kinds) if k == "n" and now.recipients[i]][:30]
    gained = [i for i, k in enumerate(kinds) if k == "u" and not now.recipients[i]][:30]
    for at in lost:
        now.recipients[at] = ""
    for at in gained:
        now.recipients[at] = "a"
    whole, *parts = rate_changes(before, now)
    failed = [part for part in parts if part.state == "fail"]
    if whole.state != "pass" or not failed:
        return None
    return f"{failed[0].group}: {failed[0].drop_pp:.1f} pp lost"


FAULTS = [
    Fault("speed", "40 % slower on a noisy machine", partial(_contest, 1.4, TIMES, "fail")),
    Fault("speed", "noise alone is no failure",
          partial(_contest, 1.0, TIMES, "pass", "unresolved")),
    Fault("speed", "40 % slower where all wait for a core", partial(_crowded, 1.4, "fail")),
    Fault("speed", "waiting for a core is no failure", partial(_crowded, 1.0, "pass")),
    Fault("speed", "60 % more memory", partial(_contest, 1.6, MEMORY, "fail")),
    Fault("match", "one kind of award loses what the total hides", _hidden),
]  # fmt: skip
