"""All contestants on one world, in turn, each in a fresh process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import polars as pl

from peers import quality
from peers.contestants import TOOLS, Contestant, Inputs, questions_of
from peers.process import Cost, measured
from peers.quality import Quality

#: Who could not end with all questions is measured on one in so many, as far as the budget goes.
SHARES = (64, 32, 16, 8, 4)
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
    """The shared preparation and every outcome.

    ``open_awards`` are those that no identifier settles, ``known`` of them have a recipient, and
    their distinct names with places are ``questions``.
    """

    open_awards: int
    known: int
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
                    costs[one.name].append(_once(inputs, one, 1, budget))
                except RuntimeError as error:
                    failed[one.name] = str(error)
    outcomes: list[Outcome] = []
    for one in contestants:
        try:
            if one.name not in failed:
                outcomes.append(_outcome(inputs, one, costs[one.name], budget))
        except RuntimeError as error:
            failed[one.name] = str(error)
        if one.name in failed:
            outcomes.append(Outcome(one.name, one.whole, None, failed=failed[one.name]))
    questions = pl.scan_parquet(questions_of(inputs)).select(pl.len()).collect().item()
    asked = inputs.asked()
    known = quality.known(asked, inputs.truth()).height
    return Contest(asked.height, known, questions, preparation, outcomes)


def _outcome(inputs: Inputs, one: Contestant, costs: Sequence[Cost], budget: float) -> Outcome:
    """What came of a contestant's runs; RuntimeError where nothing did."""
    if not costs[-1].ended:
        return _by_share(inputs, one, budget)
    qualities = one.judge(inputs, inputs.asked(), _answers(inputs, one, 1))
    return Outcome(one.name, one.whole, _medians(costs), len(costs), qualities=qualities)


def _once(inputs: Inputs, one: Contestant, part: int, budget: float) -> Cost:
    """What one question in ``part`` costs; they are numbered by name, so these are of all kinds."""
    file = questions_of(inputs)
    if part > 1:
        file = inputs.prepared / f"questions, one in {part}.parquet"
        questions = pl.read_parquet(questions_of(inputs))
        questions.filter(pl.col("question") % part == 0).write_parquet(file)
    command = one.command(inputs, file, _answers(inputs, one, part))
    return measured(command, _ENVIRONMENT, budget)


def _answers(inputs: Inputs, one: Contestant, part: int) -> Path:
    return inputs.prepared / f"answers of {one.name}, one in {part}.parquet"


def _by_share(inputs: Inputs, one: Contestant, budget: float) -> Outcome:
    """A contestant that did not end: measured on growing shares, judged on the largest that ended.

    The larger it is, the less an error of measurement is multiplied.
    """
    over = f"did not end within {budget:.0f} s"
    if one.whole:
        raise RuntimeError(over)
    costs: dict[int, Cost] = {}
    for part in SHARES:
        if len(costs) > 1 and _at(costs, 1 / part).seconds > budget:
            break
        cost = _once(inputs, one, part, budget)
        if not cost.ended:
            break
        costs[part] = cost
    if len(costs) < 2:
        raise RuntimeError(f"{over}, nor did two shares")
    part = min(costs)
    asked = inputs.asked().filter(pl.col("question") % part == 0)
    qualities = one.judge(inputs, asked, _answers(inputs, one, part))
    return Outcome(one.name, one.whole, _at(costs, 1.0), share=1 / part, qualities=qualities)


def _at(costs: dict[int, Cost], share: float) -> Cost:
    """The cost at a share, from the smallest and the largest that were measured."""
    small, large = max(costs), min(costs)
    return extrapolated(costs[small], costs[large], 1 / small, 1 / large, share)


def extrapolated(
    small: Cost, large: Cost, small_share: float, large_share: float, share: float
) -> Cost:
    """The cost of a larger share: what two shares have in common once, the rest in proportion.

    Times lie on a straight line through both measurements, never falling; memory is the larger.
    """
    steps = (share - large_share) / (large_share - small_share)
    return Cost(
        seconds=large.seconds + max(large.seconds - small.seconds, 0.0) * steps,
        cpu_seconds=large.cpu_seconds + max(large.cpu_seconds - small.cpu_seconds, 0.0) * steps,
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
