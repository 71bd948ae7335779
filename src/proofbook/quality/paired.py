"""Match rates compared award by award: gained, lost and changed matches, with an exact test."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

from proofbook.measure.compare import State
from proofbook.measure.statistics import CONFIDENCE
from proofbook.quality.outcomes import LETTERS, Outcomes
from proofbook.suite.gate_defaults import DEFAULTS
from proofbook.suite.gates import TOLERANCE

#: A drop of so many points fails (DESIGN.md, "Gates"); the bound itself is a failure.
FAIL_PP = float(DEFAULTS["match_rate_drop_pp"].fail or 0)

#: A drop is significant below this p-value of the exact test.
SIGNIFICANT = 0.05

MOST_EXAMPLES = 10
ALL = "all awards"
NAMES = {letter: f"awards with {name}" for name, letter in LETTERS.items()} | {
    LETTERS["none"]: "awards without an identifier"
}


@dataclass(frozen=True)
class RateChange:
    """A match rate then and now over the same ``n`` awards.

    ``drop_pp`` is then less now in points, with its 95 % interval; ``p_value`` that of McNemar's
    exact one-sided test that more were lost than gained. ``examples`` are award rows, at most
    ten of each kind. ``letter`` is that of the group in `Outcomes`, empty for all awards.
    """

    group: str
    letter: str
    n: int
    before: int
    now: int
    gained: int
    lost: int
    changed: int
    drop_pp: float
    low: float
    high: float
    p_value: float
    state: State
    more: int | None = None
    examples: dict[str, list[int]] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What changed, in words."""
        return (
            f"match rate of {self.group}: {self.before} to {self.now} of {self.n} "
            f"({0 - self.drop_pp:+.1f} pp; {self.gained} gained, {self.lost} lost, "
            f"{self.changed} to another recipient)"
        )


def example_lines(examples: Mapping[str, Sequence[int]]) -> list[str]:
    """The rows of examples as a line for each kind.

    >>> example_lines({"lost": [3, 17]})
    ['lost: award rows 3, 17']
    """
    return [f"{kind}: award rows {', '.join(map(str, rows))}" for kind, rows in examples.items()]


def rate_changes(before: Outcomes, now: Outcomes) -> list[RateChange]:
    """The change over all awards, then by the kind of identifier; ValueError for other awards."""
    if before.groups != now.groups:
        raise ValueError("the outcomes are of different awards")
    rows = range(len(now.groups))
    found = [_change(ALL, "", list(rows), before, now)]
    for letter, name in NAMES.items():
        members = [row for row in rows if now.groups[row] == letter]
        if members:
            found.append(_change(name, letter, members, before, now))
    return found


def _change(
    group: str, letter: str, rows: Sequence[int], before: Outcomes, now: Outcomes
) -> RateChange:
    pairs = [(row, before.recipients[row], now.recipients[row]) for row in rows]
    lost = [row for row, was, is_ in pairs if was and not is_]
    gained = [row for row, was, is_ in pairs if is_ and not was]
    changed = [row for row, was, is_ in pairs if was and is_ and was != is_]
    drop = 100 * (len(lost) - len(gained)) / len(rows)
    low, high = interval_pp(len(lost), len(gained), len(rows))
    p_value = mcnemar(len(lost), len(gained))
    state, more = _state(drop, p_value, len(lost), len(gained), len(rows))
    return RateChange(
        group,
        letter,
        len(rows),
        sum(bool(was) for _, was, _ in pairs),
        sum(bool(is_) for _, _, is_ in pairs),
        len(gained),
        len(lost),
        len(changed),
        drop,
        low,
        high,
        p_value,
        state,
        more,
        {
            name: found[:MOST_EXAMPLES]
            for name, found in (("lost", lost), ("gained", gained), ("changed", changed))
            if found
        },
    )


def mcnemar(lost: int, gained: int) -> float:
    """The exact one-sided p-value that as many as ``lost`` of the changes are losses by chance.

    >>> round(mcnemar(5, 0), 5)
    0.03125
    """
    from scipy import stats  # noqa: PLC0415 - slow to import

    if lost + gained == 0:
        return 1.0
    return float(stats.binom.sf(lost - 1, lost + gained, 0.5))


def interval_pp(lost: int, gained: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a paired difference in points (Wald with Bonett and Price's +2)."""
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    a, b = (lost + 1) / (n + 2), (gained + 1) / (n + 2)
    half = z * math.sqrt(max(a + b - (a - b) ** 2, 0) / (n + 2))
    return 100 * (a - b - half), 100 * (a - b + half)


def _state(drop: float, p_value: float, lost: int, gained: int, n: int) -> tuple[State, int | None]:
    """Fail: at the bound and significant. Warn: significant. Unresolved: too few awards to say."""
    if p_value < SIGNIFICANT:
        return ("fail" if drop >= FAIL_PP - TOLERANCE else "warn"), None
    if drop < FAIL_PP - TOLERANCE:
        return "pass", None
    scale = 1
    while mcnemar(lost * scale, gained * scale) >= SIGNIFICANT and scale < 100:
        scale += 1
    return "unresolved", n * (scale - 1)
