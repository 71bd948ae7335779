"""One verdict on speed, memory and quality of a benchmark against another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from proofbook.bench.process import Sample
from proofbook.bench.record import BenchRecord, Point, least, own
from proofbook.measure.compare import MEMORY, TIME, Comparison, Limits, compare
from proofbook.measure.statistics import difference
from proofbook.quality.metrics import DEFINITIONS
from proofbook.quality.outcomes import Outcomes
from proofbook.quality.paired import FAIL_PP, RateChange, rate_changes
from proofbook.suite.gates import TOLERANCE

VerdictState = Literal["pass", "warn", "fail", "unresolved", "no_baseline"]

#: From the worst to the best: what several findings amount to.
ORDER: tuple[VerdictState, ...] = ("fail", "unresolved", "warn", "no_baseline", "pass")

#: Rules of a broken law that are told; where rows are out of order, every column differs.
MOST_RULES = 4

#: More repeats than this are none that anybody makes.
MOST_MORE = 1000

#: By how much a count may differ for no reason of the work: the measuring itself reads a little.
SLACK = {"bytes_read": 65_536}

#: The aspect of the law that every table must keep, whatever it is compared with.
CONSERVATION = "conservation"

Comparisons = Mapping[str, Comparison]


@dataclass(frozen=True)
class Finding:
    """One thing compared at one size: its state, and a sentence that says what was found."""

    size: str
    aspect: str
    state: VerdictState
    message: str
    before: float | None = None
    now: float | None = None
    low: float | None = None
    high: float | None = None
    more: int | None = None
    examples: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """The worst state of all findings, in one sentence, and the findings, worst first."""

    state: VerdictState
    sentence: str
    findings: list[Finding]

    @property
    def exit_code(self) -> int:
        """1 for a failure, else 0."""
        return int(self.state == "fail")

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain JSON values."""
        return asdict(self)


def judge(
    before: BenchRecord,
    now: BenchRecord,
    *,
    times: Comparisons | None = None,
    peaks: Comparisons | None = None,
) -> Verdict:
    """The verdict on ``now``; ``times`` and ``peaks`` are comparisons made side by side.

    Without them the samples of the two records are compared, which needs one class of machine and
    equal parameters; times are then set in relation to the calibration workload of each record.
    """
    found: list[Finding] = []
    side_by_side = times is not None
    for point in now.points:
        base = before.point(point.size)
        found += _laws(point, now)
        if base is not None:
            found += _laws(base, before, "the baseline, ")
        reason = _other_work(base, point, before, now)
        if base is None or reason:
            found.append(_absent(point.size, "everything", reason))
            continue
        slower = [] if side_by_side else _other_circumstances(before, now)
        time = None
        if slower:
            found.append(_absent(point.size, "time and memory", "; ".join(slower)))
        else:
            time = (times or {}).get(point.size) or time_between(before, now, base, point)
            peak = (peaks or {}).get(point.size) or compare(
                base.peaks(), point.peaks(), MEMORY, paired=False
            )
            found += [_cost(point.size, time, TIME), _cost(point.size, peak, MEMORY)]
        found += _quality(base, point, time)
        found += _counters(base, point)
    return _verdict(found)


def unlawful(record: BenchRecord) -> Verdict | None:
    """The verdict on a record that nothing is compared with: a failure if it breaks a law."""
    found = [finding for point in record.points for finding in _laws(point, record)]
    return _verdict(found) if found else None


def time_between(before: BenchRecord, now: BenchRecord, base: Point, point: Point) -> Comparison:
    """Times of two records, in relation to the calibration workload beside each."""
    mood = min(before.calibration) / min(now.calibration)
    return times(base, point.samples, mood)


def times(base: Point, samples: Sequence[Sample], mood: float) -> Comparison:
    """Times of a point of a record and samples of another time, on the same class of machine."""
    return compare(
        base.blocks(),
        [s.seconds for s in least(samples)],
        TIME,
        paired=False,
        mood=mood,
        also=(base.own(), own(samples)),
    )


def _other_work(base: Point | None, point: Point, before: BenchRecord, now: BenchRecord) -> str:
    """Why a point has nothing comparable in the baseline; empty when it has."""
    if base is None:
        sizes = ", ".join(p.size for p in before.points) or "none"
        return f"the baseline has no size {point.size} (it has {sizes})"
    if base.data != point.data:
        return f"its data differ: {base.data} with seed {before.seed}, here {point.data}" + (
            f" with seed {now.seed}"
        )
    return ""


def _other_circumstances(before: BenchRecord, now: BenchRecord) -> list[str]:
    """Why times and memory of two records cannot be compared."""
    found = []
    if before.machine_class != now.machine_class:
        found.append(f"it was measured on {before.machine_class}, this is {now.machine_class}")
    if before.calibration_version != now.calibration_version:
        found.append("its calibration workload is another version")
    keys = {*before.parameters, *now.parameters}
    other = sorted(k for k in keys if before.parameters.get(k) != now.parameters.get(k))
    if other and before.enricher == now.enricher:
        told = (f"{k} was {before.parameters.get(k)}, is {now.parameters.get(k)}" for k in other)
        found.append(f"its parameters differ: {', '.join(told)}")
    return found


def _absent(size: str, aspect: str, reason: str) -> Finding:
    return Finding(size, aspect, "no_baseline", f"{aspect} not compared: {reason}")


def _laws(point: Point, record: BenchRecord, whose: str = "") -> list[Finding]:
    if not point.breaches:
        return []
    told = "; ".join(point.broken[:MOST_RULES]) or (
        "lost, doubled, out of order or at odds with their method"
    )
    if len(point.broken) > MOST_RULES:
        told += f"; and {len(point.broken) - MOST_RULES} more rules"
    words = (
        f"{whose}{record.enricher} breaks conservation (one well-formed row per award, in input "
        f"order) in {point.breaches:,} row{'s' * (point.breaches != 1)}: {told}"
    )
    return [Finding(point.size, CONSERVATION, "fail", words, now=point.breaches)]


def _cost(size: str, found: Comparison, limits: Limits) -> Finding:
    words = f"{limits.what} {found.before:.4g} to {found.now:.4g} {limits.unit}: {found.why}"
    if found.more is not None:
        words += (
            f"; about {found.more:,} more repeats would decide"
            if found.more <= MOST_MORE
            else "; repeats do not help, a quieter machine would"
        )
    return Finding(
        size, limits.what, found.state, words, found.before, found.now, found.low, found.high,
        found.more,
    )  # fmt: skip


def _quality(base: Point, point: Point, time: Comparison | None) -> list[Finding]:
    faster = time is not None and time.high < 1
    if base.outcomes and point.outcomes:
        then, here = (Outcomes.decode(p.outcomes) for p in (base, point))
        found = [_rate(point.size, change, faster) for change in rate_changes(then, here)]
    else:
        found = _unpaired(base, point, "match_rate", faster)
    return found + _unpaired(base, point, "precision_rate", False)


def _rate(size: str, change: RateChange, faster: bool) -> Finding:
    state: VerdictState = change.state
    words = change.sentence
    if state == "warn" and faster:
        state, words = "fail", f"{words}; faster, but it matched less"
    if change.more is not None:
        words += f"; too few awards to say, about {change.more} more would decide"
    return Finding(
        size, f"match rate of {change.group}", state, words, change.before / change.n,
        change.now / change.n, change.low, change.high, change.more, change.examples,
    )  # fmt: skip


def _unpaired(base: Point, point: Point, name: str, faster: bool) -> list[Finding]:
    """A rate of two tables whose awards cannot be paired, by Newcombe's interval."""
    if name not in base.quality or name not in point.quality:
        return []
    drop = difference(base.quality[name], point.quality[name])
    if drop.value is None or drop.low is None or drop.high is None:
        return []
    value, significant = 100 * drop.value, drop.low > 0
    state: VerdictState = "pass"
    if significant:
        state = "fail" if faster or value >= FAIL_PP - TOLERANCE else "warn"
    elif value >= FAIL_PP - TOLERANCE:
        state = "unresolved"
    what = DEFINITIONS[name].title.lower()
    words = f"{what} changed by {0 - value:+.1f} pp (95 % interval of the drop " + (
        f"{100 * drop.low:.1f} to {100 * drop.high:.1f} pp)"
    )
    return [
        Finding(
            point.size, what, state, words, base.quality[name].value, point.quality[name].value,
            100 * drop.low, 100 * drop.high,
        )
    ]  # fmt: skip


def _counters(base: Point, point: Point) -> list[Finding]:
    """Deterministic counts, compared exactly: more work warns, and from the limit of time fails."""
    found = []
    for name in sorted({*base.counters} & {*point.counters}):
        was, is_ = base.counters[name], point.counters[name]
        if abs(is_ - was) <= SLACK.get(name, 0):
            continue
        growth = 100 * (is_ / was - 1) if was else float("inf")
        state: VerdictState = "pass"
        if growth > 0:
            state = "fail" if growth > TIME.fail_pct else "warn"
        words = f"{name}: {was:,} to {is_:,}, whatever the machine"
        found.append(Finding(point.size, name, state, words, was, is_))
    return found


def _verdict(found: Sequence[Finding]) -> Verdict:
    worst_first = sorted(found, key=lambda f: ORDER.index(f.state))
    if not worst_first:
        return Verdict("no_baseline", "Nothing was compared.", [])
    state = worst_first[0].state
    told = [f"{f.size}: {f.message}" for f in worst_first if f.state == state]
    words = {
        "fail": "A law is broken" if worst_first[0].aspect == CONSERVATION else "Regression",
        "unresolved": "Unresolved",
        "warn": "Passed with warnings",
        "no_baseline": "No comparable baseline",
    }
    if state == "pass":
        return Verdict("pass", "No regression.", worst_first)
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return Verdict(state, f"{words[state]}. {told[0]}{more}", worst_first)
