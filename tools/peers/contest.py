"""All contestants on one world, in turn, each in a fresh process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import polars as pl

from peers.contestants import TOOLS, Contestant, Inputs, questions_of
from peers.process import Cost, measured
from peers.quality import Quality

#: Of the questions, what one is measured on that could not end with all of them: one in so many.
SHARES = (64, 32)
_ENVIRONMENT = {"PYTHONPATH": str(TOOLS)}


@dataclass(frozen=True)
class Outcome:
    """What one contestant took and reached.

    ``cost`` holds medians over ``repeats``. ``share`` is 1, or that part of the questions on which
    a contestant was judged that all of them would have kept longer than the budget: its times are
    then extrapolated, its memory is that of the share. ``failed`` says why there is no cost.
    """

    name: str
    whole: bool
    cost: Cost | None
    repeats: int = 1
    share: float = 1.0
    qualities: dict[str, Quality] = field(default_factory=dict)
    failed: str = ""


@dataclass(frozen=True)
class Contest:
    """The shared preparation and every outcome, on ``open_awards`` that no identifier settles."""

    open_awards: int
    questions: int
    preparation: Cost
    outcomes: list[Outcome]


def hold(
    inputs: Inputs,
    contestants: Sequence[Contestant],
    budget: float,
    repeats: int,
    tell: Callable[[str], None],
) -> Contest:
    """Prepare once, then measure the contestants in turn, ``repeats`` times over."""
    tell("preparation")
    prepare = [sys.executable, "-m", "peers.prepare", str(inputs.world), str(inputs.prepared)]
    preparation = measured(prepare, _ENVIRONMENT, float("inf"))
    costs: dict[str, list[Cost]] = {one.name: [] for one in contestants}
    failed: dict[str, str] = {}
    for turn in range(repeats):
        for one in contestants:
            # Who failed, or did not end within the budget, would do so again.
            if one.name not in failed and all(cost.ended for cost in costs[one.name]):
                tell(f"{one.name}, {turn + 1} of {repeats}")
                try:
                    costs[one.name].append(_once(inputs, one, questions_of(inputs), budget))
                except RuntimeError as error:
                    failed[one.name] = str(error)
    outcomes = []
    for one in contestants:
        if one.name in failed:
            outcomes.append(Outcome(one.name, one.whole, None, failed=failed[one.name]))
        elif not costs[one.name][-1].ended:
            tell(f"{one.name}, a share")
            outcomes.append(_by_share(inputs, one, budget))
        else:
            qualities = one.judge(inputs, inputs.asked(), _answers(inputs, one))
            cost = _medians(costs[one.name])
            outcomes.append(Outcome(one.name, one.whole, cost, repeats, qualities=qualities))
    questions = pl.scan_parquet(questions_of(inputs)).select(pl.len()).collect().item()
    return Contest(inputs.asked().height, questions, preparation, outcomes)


def _once(inputs: Inputs, one: Contestant, questions: Path, budget: float) -> Cost:
    return measured(
        one.command(inputs, questions, _answers(inputs, one)),
        _ENVIRONMENT,
        budget,
    )


def _answers(inputs: Inputs, one: Contestant) -> Path:
    return inputs.prepared / f"answers {one.name}.parquet"


def _by_share(inputs: Inputs, one: Contestant, budget: float) -> Outcome:
    """A contestant that did not end: measured on two shares of the questions, if they end."""
    over = f"did not end within {budget:.0f} s"
    if one.whole:
        return Outcome(one.name, one.whole, None, failed=over)
    costs = []
    for part in SHARES:
        file = inputs.prepared / f"one in {part}.parquet"
        questions = pl.read_parquet(questions_of(inputs))
        questions.filter(pl.col("question") % part == 0).write_parquet(file)
        costs.append(_once(inputs, one, file, budget))
        if not costs[-1].ended:
            return Outcome(one.name, one.whole, None, failed=f"{over}, nor did one in {part}")
    asked = inputs.asked().filter(pl.col("question") % SHARES[-1] == 0)
    qualities = one.judge(inputs, asked, _answers(inputs, one))
    cost = extrapolated(costs[0], costs[1], 1 / SHARES[0], 1 / SHARES[1])
    return Outcome(one.name, one.whole, cost, share=1 / SHARES[-1], qualities=qualities)


def extrapolated(small: Cost, large: Cost, small_share: float, large_share: float) -> Cost:
    """The cost of all questions: what two shares have in common once, the rest in proportion.

    Times lie on a straight line through both measurements, never falling; memory is the larger.
    """

    def at_all(low: float, high: float) -> float:
        return high + max(high - low, 0.0) * (1 - large_share) / (large_share - small_share)

    return Cost(
        seconds=at_all(small.seconds, large.seconds),
        cpu_seconds=at_all(small.cpu_seconds, large.cpu_seconds),
        peak_mb=max(small.peak_mb, large.peak_mb),
        ended=False,
    )


def _medians(costs: Sequence[Cost]) -> Cost:
    return Cost(
        seconds=median(c.seconds for c in costs),
        cpu_seconds=median(c.cpu_seconds for c in costs),
        peak_mb=median(c.peak_mb for c in costs),
        ended=True,
    )


def machine() -> str:
    """Cores and the load of the last minute, in words."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores{load}"
