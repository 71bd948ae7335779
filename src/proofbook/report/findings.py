"""What a notebook's tables and figures say at these values, in a sentence or two of Markdown."""

from __future__ import annotations

import html
import re
from typing import Any

import pandas as pd

from proofbook.measure.statistics import Exponent, Interval, homogeneity
from proofbook.report.words import interval, number, one_line, quantity
from proofbook.suite.baselines import Baseline

#: Groups smaller than this say little about a rate; they are not named as highest or lowest.
SAID = 30

#: A difference this unlikely by chance is called one (chi-square test over such groups).
CHANCE = 0.01


def rate(value: Interval, *, interval_too: bool = True) -> str:
    """A rate in words with its 95 % interval, or that there is none."""
    if value.value is None:
        return "no rate (0 of 0)"
    ends = interval(value.low, value.high, "rate") if interval_too else ""
    return quantity(value.value, "rate") + (f" (95 % interval {ends})" if ends else "")


def data(text: object, width: int = 60) -> str:
    """Text that came from data, harmless in Markdown and HTML."""
    return re.sub(r"([\\`*_{}\[\]()#+|~$-])", r"\\\1", html.escape(one_line(text, width)))


def broken_rules(issues: pd.DataFrame) -> str:
    """Which rule most awards break: ``issues[rule, severity, count, rate, description]``."""
    broken = issues[issues["count"] > 0].sort_values("count", ascending=False, kind="stable")
    if broken.empty:
        return f"No award breaks any of the {len(issues)} rules."
    parts = []
    for severity in ("error", "warning"):
        of = broken[broken["severity"] == severity]
        if of.empty:
            parts.append(f"No {severity} occurs.")
        else:
            top = of.iloc[0]
            parts.append(
                f"The most frequent {severity} is *{data(top['description'])}*: "
                f"{number(top['count'])} awards, {quantity(top['rate'], 'rate')}."
            )
    return f"{len(broken)} of {len(issues)} rules are broken. {' '.join(parts)}"


def defects(found: pd.DataFrame) -> str:
    """What survived reading: ``found[defect, count, meaning]``, most frequent first."""
    if found.empty:
        return "Nothing in the file needed to be counted as a defect."
    top = found.iloc[0]
    return (
        f"{number(found['count'].sum())} defects of {len(found)} kinds were read as they are and "
        f"changed nothing; most frequent: {data(top['meaning'])} ({number(top['count'])})."
    )


def completeness(frame: pd.DataFrame) -> str:
    """The emptiest columns: ``frame[column, present, rate]``."""
    full = int((frame["rate"] == 1).sum())
    empty = int((frame["rate"] == 0).sum())
    rest = frame[frame["rate"].between(0, 1, inclusive="neither")]
    text = f"{full} of {len(frame)} columns are complete, {empty} are empty."
    if rest.empty:
        return text
    least = rest.sort_values("rate", kind="stable").iloc[0]
    return f"{text} Of the others *{data(least['column'])}* is the least complete, " + (
        f"with {quantity(least['rate'], 'rate')}."
    )


def identifiers(found: pd.DataFrame, none: float, conflicts: int) -> str:
    """What identifiers can do at best: ``found[identifier, n, found, rate]`` of the awards."""
    parts = [
        f"{quantity(row['rate'], 'rate')} of the {number(row['n'])} valid {row['identifier']} of "
        "awards are on a recipient"
        for row in found.to_dict("records")
        if row["n"]
    ]
    return (
        f"{quantity(none, 'rate')} of the awards have no valid identifier and can be matched by "
        f"name only. {'; '.join(parts) or 'No award has a valid identifier'}. "
        f"{number(conflicts)} awards carry a UEI and a DUNS of different recipients."
    )


def names(frame: pd.DataFrame) -> str:
    """How often a name repeats: ``frame[statistic, awards, recipients]``."""
    of = frame.set_index("statistic")
    ours, theirs = of["awards"], of["recipients"]
    return (
        f"{number(ours['rows'])} awards hold {number(ours['distinct names'])} names, "
        f"{number(_per(ours['rows'], ours['distinct names']))} awards to a name; "
        f"{number(theirs['rows'])} recipients hold {number(theirs['distinct names'])}, so "
        f"{number(theirs['rows'] - theirs['distinct names'])} recipients share theirs."
    )


def _top(frame: pd.DataFrame, column: str, *, least: bool = False) -> dict[str, Any]:
    """The row with the highest (or the least) value; the first of equals."""
    row = frame.sort_values(column, ascending=least, kind="stable").iloc[0]
    return {str(name): value for name, value in row.items()}


def _per(a: float, b: float) -> float:
    return a / b if b else 0.0


def methods(frame: pd.DataFrame, overall: Interval) -> str:
    """Who decided: ``frame[method, n, share]`` of all methods, and the match rate."""
    share = frame.set_index("method")["share"]
    by_identifier = share["uei-exact"] + share["duns-exact"]
    by_name = share["name-exact"] + share["name-fuzzy-auto"]
    return (
        f"{rate(overall)} of the awards have a recipient joined: {quantity(by_identifier, 'rate')} "
        f"by an identifier and {quantity(by_name, 'rate')} by name and place. "
        f"{quantity(share['name-fuzzy-candidate'], 'rate')} wait for review, with nothing joined."
    )


def model(about: dict[str, Any], recipients: int) -> str:
    """Which evidence model decided, learned from what, accepting from which probability."""
    if about.get("source") == "token_set_ratio":
        return (
            f"The old rule decided: a name is accepted from a token_set_ratio of "
            f"{number(100 * float(about['threshold']))} among {number(recipients)} recipients. Its "
            "probability is the ratio, and not calibrated."
        )
    learned = about.get("source") == "learned"
    source = (
        f"learned here, from {number(about.get('queries', 0))} awards that an identifier decided"
        if learned
        else "the one that is shipped; these awards have too few identifiers to learn from"
    )
    return (
        f"The evidence model is {source}. A name is accepted from a probability of "
        f"{number(float(about['threshold']))} among {number(recipients)} recipients."
    )


def stages(frame: pd.DataFrame) -> str:
    """Where time and memory go: ``frame[stage, seconds, peak_mb, own_mb]``."""
    slow, large = _top(frame, "seconds"), _top(frame, "own_mb")
    share = slow["seconds"] / frame["seconds"].sum()
    return (
        f"*{data(slow['stage'])}* takes longest, {quantity(slow['seconds'], 's')} "
        f"({quantity(share, 'rate')} of the time); *{data(large['stage'])}* needs the most memory "
        f"of its own, {quantity(large['own_mb'], 'MB')}."
    )


def breaches(law: str, count: int) -> str:
    """Whether a law holds."""
    return f"{law}: **{'holds' if not count else f'{number(count)} breaches'}**."


def groups(frame: pd.DataFrame, what: str) -> str:
    """Whether the match rate differs by group: ``frame[label, n, accepted, rate, low, high]``."""
    large = frame[frame["n"] >= SAID]
    if len(large) < 2:
        return f"Fewer than two groups by {what} hold {SAID} awards, too few to compare."
    best, worst = _top(large, "rate"), _top(large, "rate", least=True)
    text = (
        f"Highest: {data(best['label'])} with {quantity(best['rate'], 'rate')}; lowest: "
        f"{data(worst['label'])} with {quantity(worst['rate'], 'rate')}."
    )
    p = homogeneity(large["accepted"], large["n"])
    if p is not None and p < CHANCE:
        return f"{text} The groups differ by more than chance (p {_p(p)})."
    return f"{text} Chance alone may explain the differences (p {_p(p)})."


def _p(p: float | None) -> str:
    """A p-value in words: two decimals, three where it is small."""
    if p is None or p < 0.001:
        return "< 0.001"
    return f"= {number(p, 2 if p >= 0.1 else 3)}"


def estimate(whole: Interval, fuzzy: Interval, bound: float | None) -> str:
    """The estimated precision of what was accepted by name, and of similar names alone."""
    if whole.value is None or whole.low is None:
        return "Nothing was accepted by name, so there is no precision to estimate."
    need = ""
    if bound is not None:
        need = f" The lower end {'meets' if whole.low >= bound else 'misses'} the bound of "
        need += f"{quantity(bound, 'rate')}."
    return (
        f"Of what was accepted by name, {rate(whole)} should be right, over {number(whole.n)} "
        f"decisions; of the similar names alone {rate(fuzzy)}.{need}"
    )


def accuracy(precision: Interval, recall: Interval, absent: Interval) -> str:
    """What truth says of the whole table."""
    return (
        f"Of the accepted awards {rate(precision)} have the right recipient. Of the awards that "
        f"have one {rate(recall)} got it. Of the awards known to have none {rate(absent)} got one."
    )


def tiers(frame: pd.DataFrame) -> pd.DataFrame:
    """Accuracy by tier for people: the ends of an interval stand beside their rate."""
    shown = frame[["tier", "n", "tp", "fp", "fn"]].copy()
    for name in ("precision", "recall"):
        rows = zip(frame[name], frame[f"{name}_low"], frame[f"{name}_high"], strict=True)
        shown[name] = [_beside(*_known(row)) for row in rows]
    shown["f1"] = frame["f1"]
    return shown.rename(columns={"tp": "right", "fp": "wrong", "fn": "missed"})


def _beside(value: float | None, low: float | None, high: float | None) -> str:
    ends = interval(low, high, "rate")
    return quantity(value, "rate") + (f" ({ends})" if ends else "")


def _known(values: tuple[Any, Any, Any]) -> tuple[float | None, float | None, float | None]:
    value, low, high = (None if pd.isna(v) else float(v) for v in values)
    return value, low, high


def calibration(error: float | None, pairs: int) -> str:
    """Whether probabilities mean what they say."""
    if error is None:
        return "No pair could be held against truth."
    return (
        f"Over {number(pairs)} decisions the probability is {number(100 * error, 1)} points from "
        "the share that was right, on average over the bins."
    )


def threshold(curve: pd.DataFrame, used: float) -> str:
    """What the threshold in use gives: ``curve[threshold, precision, recall]``, rising."""
    above = curve[curve["threshold"] >= used]
    if above.empty:
        return "No pair of known truth lies at or above the threshold in use."
    at = above.iloc[0]
    return (
        f"At the threshold in use, {number(used)}, precision is "
        f"{quantity(at['precision'], 'rate')} and recall {quantity(at['recall'], 'rate')}, of the "
        "awards that no identifier decided."
    )


def near(histogram: pd.DataFrame, used: float, width: float = 0.1) -> str:
    """How much would change with the threshold: ``histogram[low, high, n]``."""
    middle = (histogram["low"] + histogram["high"]) / 2
    close = histogram.loc[(middle - used).abs() <= width, "n"].sum()
    whole = histogram["n"].sum()
    if not whole:
        return "Nothing was decided by name."
    return (
        f"{number(close)} of {number(whole)} awards that names decided lie within {number(width)} "
        f"of the threshold, {number(used)}."
    )


def baseline(found: Baseline | None) -> str:
    """Which baseline is compared with, and what cannot be."""
    if found is None:
        return (
            "There is no baseline, so nothing is said about a regression. Promote a run that you "
            "have reviewed: `proofbook baseline promote RUN --name main --reviewed-by WHO`."
        )
    text = (
        f"Baseline {data(found.name)}: run {data(found.run_id)}, promoted {data(found.promoted)}, "
        f"reviewed by {data(found.reviewed_by)}."
    )
    for what, reasons in (
        ("Time and memory are", found.speed_differences),
        ("Quality is", found.quality_differences),
    ):
        if reasons:
            text += f" {what} not compared: {data('; '.join(reasons), 400)}."
    return text


def compared(frame: pd.DataFrame) -> str:
    """What changed since the baseline: ``frame[metric, state]``."""
    if frame.empty:
        return "Nothing can be compared: there is no baseline of this machine and these inputs."
    counts = frame["state"].value_counts()
    words = [f"{number(counts.get(state, 0))} {state}" for state in ("better", "worse", "same")]
    return f"Of {len(frame)} metrics: {', '.join(words)}."


def growth(fit: Exponent | None, resolved: float) -> str:
    """How time grows with the awards; only sizes that took ``resolved`` seconds tell."""
    if fit is None:
        return (
            "How time grows is not said: that takes two sizes of different awards, each of at "
            f"least {quantity(resolved, 's')}."
        )
    power = f"Time grows with the awards to the power {number(fit.value)}"
    if fit.low is None or fit.high is None:
        return f"{power}; 1 is linear. Two sizes give no interval."
    return f"{power} (95 % interval {number(fit.low)} to {number(fit.high)}); 1 is linear."


def open_items(items: pd.DataFrame) -> str:
    """How the items of the checklist stand: ``items[state]``."""
    counts = items["state"].value_counts()
    parts = [f"{number(n)} {data(state)}" for state, n in counts.items()]
    return f"Of {number(len(items))} items: {', '.join(parts)}."


def ready(failures: int, warnings: int) -> str:
    """The conclusion of the checklist."""
    if failures:
        return f"**Not ready.** {number(failures)} items block, {number(warnings)} are to look at."
    if warnings:
        return f"**Ready, with {number(warnings)} items to look at.** Nothing blocks."
    return "**Ready.** Every item passes."
