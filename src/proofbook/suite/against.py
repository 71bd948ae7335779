"""What an enriched file is held against: another table of the same awards, or a baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from proofbook.errors import UsageError
from proofbook.measure.statistics import Interval, difference
from proofbook.quality.outcomes import outcomes
from proofbook.quality.paired import RateChange, rate_changes
from proofbook.quality.regression import DROPS
from proofbook.suite.baselines import Baseline


@dataclass(frozen=True)
class Against:
    """What a file is held against: an enriched table of the same awards, or a promoted baseline."""

    name: str
    table: pa.Table | None = None
    baseline: Baseline | None = None


def load_against(text: str, folder: Path, mapping: Path | None) -> Against:
    """What ``--baseline`` names: an enriched file, or a baseline of the project's folder."""
    from proofbook.sources import read_enriched_file  # noqa: PLC0415
    from proofbook.suite import baselines  # noqa: PLC0415

    path = Path(text)
    if path.is_file() and path.suffix != ".json":
        file = read_enriched_file(path, mapping)
        refuse_nameless(file.absent)
        return Against(path.name, table=file.table)
    found = baselines.read(path) if path.is_file() else baselines.load(folder, text)
    return Against(found.name, baseline=found)


def refuse_nameless(absent: Mapping[str, str]) -> None:
    """UsageError for a file that does not tell which recipients it joined."""
    if "recipient_hash" in absent:
        raise UsageError(
            f"--truth and --baseline FILE compare recipients, but {absent['recipient_hash']}; name "
            "one under `columns` in the mapping file"
        )


def drops(against: Against, enriched: pa.Table, now: Mapping[str, Interval]) -> dict[str, Interval]:
    """What was lost against a baseline's rates."""
    assert against.baseline is not None
    found = {}
    for drop, rate in DROPS.items():
        metric = against.baseline.metric(rate)
        if metric is None or not isinstance(metric.value, int | float) or not metric.n:
            continue
        if rate == "match_rate" and metric.n != enriched.num_rows:
            raise UsageError(
                f"baseline {against.name!r} is of {metric.n:,} awards, this file has "
                f"{enriched.num_rows:,}: give the enriched table of the same awards instead"
            )
        before = Interval(float(metric.value), metric.low, metric.high, metric.n)
        found[drop] = _points(difference(before, now[rate]))
    return found


def changed(against: Against, enriched: pa.Table, awards: pa.Table) -> list[RateChange]:
    """What changed award by award against another table."""
    assert against.table is not None
    if against.table.num_rows != enriched.num_rows:
        raise UsageError(
            f"{against.name} has {against.table.num_rows:,} awards, this file "
            f"{enriched.num_rows:,}: give the enriched table of the same awards"
        )
    return rate_changes(outcomes(against.table, awards), outcomes(enriched, awards))


def _points(drop: Interval) -> Interval:
    if drop.value is None or drop.low is None or drop.high is None:
        return drop
    return Interval(100 * drop.value, 100 * drop.low, 100 * drop.high, drop.n)
