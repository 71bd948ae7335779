"""This run and the run of its baseline, award by award, where the tables of both are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from proofbook.errors import UsageError
from proofbook.quality.outcomes import outcomes
from proofbook.quality.paired import RateChange, rate_changes
from proofbook.quality.regression import DROPS, Change
from proofbook.suite.baselines import Baseline

#: The drop that tells of a group of awards, by the group's letter.
DROP_OF = dict(zip(("", "u", "d", "n"), DROPS, strict=True))


def paired(
    baseline: Baseline | None, run_folder: Path | None, size: str, awards: Path
) -> list[RateChange]:
    """The match rates then and now over the same awards; empty where they cannot be paired.

    That takes the run of the baseline beside this one, on equal data, and in both each award once.
    """
    from proofbook.sources import read_awards  # noqa: PLC0415 - only where there is a pair

    if baseline is None or run_folder is None or baseline.quality_differences:
        return []
    then, now = (
        folder / "enriched" / f"{size}.parquet"
        for folder in (run_folder.parent / baseline.run_id, run_folder)
    )
    if not (then.is_file() and now.is_file()):
        return []
    ours = read_awards(awards).table
    try:
        return rate_changes(*(outcomes(pq.read_table(path), ours) for path in (then, now)))
    except (UsageError, ValueError, KeyError, OSError):  # a table of another time, or damaged
        return []


def by_award(found: Sequence[Change], pairs: Sequence[RateChange]) -> list[Change]:
    """The changes, those of match rates with the paired interval where there is one."""
    drops = {DROP_OF[pair.letter]: pair for pair in pairs}
    return [
        replace(change, value=pair.drop_pp, low=pair.low, high=pair.high)
        if (pair := drops.get(change.metric)) and change.value is not None
        else change
        for change in found
    ]


def table(pairs: Sequence[RateChange]) -> pd.DataFrame:
    """``[awards, n, then, now, gained, lost, changed, drop_pp, low, high]``, all awards first."""
    rows = [
        (p.group, p.n, p.before, p.now, p.gained, p.lost, p.changed, p.drop_pp, p.low, p.high)
        for p in pairs
    ]
    columns = ["awards", "n", "then", "now", "gained", "lost", "changed", "drop_pp", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def evidence(
    pairs: Sequence[RateChange], awards: Path
) -> dict[str, tuple[pd.DataFrame, int, float]]:
    """By the metric of each drop: awards that changed, with their keys, how many were lost, and
    which share.

    The frames are ``[change, award_row, Company, City, State]``; at most ten awards of each change.
    """
    from proofbook.sources import read_awards  # noqa: PLC0415 - only where something changed

    moved = [pair for pair in pairs if pair.examples]
    ours = read_awards(awards).table if moved else None
    found = {}
    for pair in moved:
        chosen = [(word, row) for word, rows in pair.examples.items() for row in rows]
        frame = pd.DataFrame(chosen, columns=["change", "award_row"])
        for column in ("Company", "City", "State"):
            if ours is not None and column in ours.column_names:
                frame[column] = ours[column].take(frame["award_row"].to_list()).to_pylist()
        found[DROP_OF[pair.letter]] = frame, pair.lost, pair.lost / pair.n
    return found


def say(pairs: Sequence[RateChange]) -> str:
    """What changed award by award, in one sentence."""
    if not pairs:
        return (
            "The awards cannot be compared one by one: the enriched table of the baseline's run "
            "is not beside this run, or is of other awards."
        )
    whole = pairs[0]
    return (
        f"Of {whole.n:,} awards {whole.gained:,} gained a recipient, {whole.lost:,} lost theirs, "
        f"and {whole.changed:,} got another one."
    )
