"""What changed between two runs, award by award: matches that were lost, changed and gained."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from proofbook.matching.schema import ACCEPTED_METHODS
from proofbook.quality import frames
from proofbook.quality.paired import interval_pp, mcnemar
from proofbook.suite.baselines import circumstances
from proofbook.suite.result import RunResult, load_run

Kind = Literal["lost", "changed", "gained"]

_SHOWN = ("Company", "City", "State", "Agency", "Phase", "Award Year")


@dataclass(frozen=True)
class Match:
    """What an award got in one run: its method, the recipient's name, and the probability."""

    method: str
    recipient: str | None
    probability: float | None


@dataclass(frozen=True)
class AwardChange:
    """An award whose match was lost, changed or gained; ``about`` are columns to know it by."""

    kind: Kind
    award_row: int
    about: dict[str, str | None]
    was: Match
    now: Match


@dataclass(frozen=True)
class RunDiff:
    """Two runs, and the awards that got another recipient in the later one.

    ``why`` says why awards are not compared one by one; then there are no ``awards``.
    ``drop_pp`` is the loss of the match rate in points with its 95 % interval, ``p_value`` that of
    McNemar's exact test that more were lost than gained by chance. ``other_method`` have the same
    recipient by another method.
    """

    was: RunResult
    now: RunResult
    size: str = ""
    awards: int = 0
    why: str = ""
    changes: list[AwardChange] = field(default_factory=list)
    other_method: int = 0
    drop_pp: float = 0.0
    low: float = 0.0
    high: float = 0.0
    p_value: float = 1.0

    def of(self, kind: Kind) -> list[AwardChange]:
        """The changes of that kind, in the order of the awards."""
        return [change for change in self.changes if change.kind == kind]


def diff(was: Path, now: Path) -> RunDiff:
    """What changed from the run in the folder ``was`` to the run in the folder ``now``.

    Awards are compared at the largest size, if both runs read the same ones and have kept their
    enriched tables.
    """
    before, after = load_run(was), load_run(now)
    sizes = [circumstances(run).sizes[-1] for run in (before, after)]
    digests = [_award_file(run) for run in (before, after)]
    if sizes[0] != sizes[1]:
        return RunDiff(before, after, why=f"the largest size was {sizes[0]}, now it is {sizes[1]}")
    if digests[0] != digests[1] or None in digests:
        return RunDiff(before, after, sizes[1], why="the award files differ")
    tables = []
    for folder, run in ((was, before), (now, after)):
        kept = folder / "enriched" / f"{sizes[1]}.parquet"
        if not kept.is_file():
            why = f"run {run.run_id} has no enriched table of {sizes[1]}"
            return RunDiff(before, after, sizes[1], why=why)
        tables.append(pq.read_table(kept))
    return _compared(before, after, sizes[1], tables[0], tables[1])


def _award_file(run: RunResult) -> str | None:
    return next((i.sha256 for i in run.provenance.inputs if i.role == "awards"), None)


def _compared(
    before: RunResult, after: RunResult, size: str, was: pa.Table, now: pa.Table
) -> RunDiff:
    rows = [table["award_row"].to_pylist() for table in (was, now)]
    if rows[0] != rows[1]:
        return RunDiff(before, after, size, why="the enriched tables hold other award rows")
    pairs = pl.concat(
        [_matches(was, "was"), _matches(now, "now"), _about(now)], how="horizontal"
    ).with_columns(
        kind=pl.when(pl.col("was").is_not_null() & pl.col("now").is_null())
        .then(pl.lit("lost"))
        .when(pl.col("was").is_null() & pl.col("now").is_not_null())
        .then(pl.lit("gained"))
        .when(pl.col("was") != pl.col("now"))
        .then(pl.lit("changed"))
    )
    found = [_change(row) for row in pairs.drop_nulls("kind").iter_rows(named=True)]
    same = (pl.col("was") == pl.col("now")) & (pl.col("was_method") != pl.col("now_method"))
    lost, gained = (sum(c.kind == kind for c in found) for kind in ("lost", "gained"))
    low, high = interval_pp(lost, gained, len(pairs)) if len(pairs) else (0.0, 0.0)
    return RunDiff(
        before,
        after,
        size,
        len(pairs),
        changes=found,
        other_method=pairs.filter(same).height,
        drop_pp=100 * (lost - gained) / max(len(pairs), 1),
        low=low,
        high=high,
        p_value=mcnemar(lost, gained),
    )


def _matches(table: pa.Table, side: str) -> pl.DataFrame:
    """``[side, side_method, side_name, side_probability]``; side is null where nothing is joined.

    A recipient without a hash is known by its name.
    """
    columns = ("match_method", "match_probability", "recipient_hash", "recipient_name")
    joined = pl.coalesce("recipient_hash", "recipient_name", pl.lit(""))
    return frames.select(table, *columns).select(
        pl.when(pl.col("match_method").is_in(list(ACCEPTED_METHODS))).then(joined).alias(side),
        pl.col("match_method").alias(f"{side}_method"),
        pl.col("recipient_name").alias(f"{side}_name"),
        pl.col("match_probability").alias(f"{side}_probability"),
    )


def _about(table: pa.Table) -> pl.DataFrame:
    return frames.select(table, "award_row").with_columns(
        frames.raw(table, name).alias(name) for name in _SHOWN
    )


def _change(row: dict[str, object]) -> AwardChange:
    matches = [
        Match(row[f"{side}_method"], row[f"{side}_name"], row[f"{side}_probability"])  # type: ignore[arg-type]
        for side in ("was", "now")
    ]
    about = {name: row[name] for name in _SHOWN}
    return AwardChange(row["kind"], row["award_row"], about, *matches)  # type: ignore[arg-type]
