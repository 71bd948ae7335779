"""The gates on an enriched file of any pipeline, without notebooks or a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa

from proofbook.errors import InputError
from proofbook.measure.statistics import Interval
from proofbook.params import Settings
from proofbook.quality import accuracy, examples, laws, privacy, rates
from proofbook.quality.metrics import DEFINITIONS
from proofbook.quality.paired import RateChange
from proofbook.quality.pairing import DROP_OF
from proofbook.suite.against import Against, changed, drops, refuse_nameless
from proofbook.suite.gate_defaults import DEFAULTS
from proofbook.suite.gates import Evidence, evaluate
from proofbook.suite.result import GateOutcome, Metric
from proofbook.suite.scraps import frame_table

ESTIMATE = "fuzzy_precision_estimate_rate"

#: What to do about a gate where there is no run to look into.
REMEDIES = {
    "conservation_breaches": "see the rows below; correct the pipeline that wrote the file, or the "
    "mapping file",
    "personal_columns": "leave them out of the file",
    "match_rate": "see the unmatched awards below, and whether the mapping knows every method",
    ESTIMATE: "review the least probable matches, or give --truth",
    "precision_rate": "see the wrong links below, and raise the threshold of what is accepted",
    "fuzzy_precision_rate": "see the wrong links below, and raise the threshold of what is "
    "accepted by name",
}

BROKEN = (
    "Not compared with the truth or the baseline: rows that are lost, doubled, out of order or at "
    "odds with their method are not the awards they claim to be"
)


@dataclass(frozen=True)
class Check:
    """What the gates found in a file, and the metrics that they judged.

    ``changes`` are those award by award, against another table; ``skipped`` tells why the file was
    not held against what was given; ``not_judged`` are the rules of conservation that ask for
    what the file does not have, each with the reason.
    """

    metrics: list[Metric]
    gates: list[GateOutcome]
    changes: list[RateChange] = field(default_factory=list)
    skipped: str = ""
    not_judged: dict[str, str] = field(default_factory=dict)


def check(
    enriched: pa.Table,
    settings: Settings,
    *,
    awards: pa.Table | None = None,
    truth: pa.Table | None = None,
    truth_file: str | Path = "the truth",
    against: Against | None = None,
    absent: Mapping[str, str] = MappingProxyType({}),
) -> Check:
    """The gates that an enriched table can be held against, with evidence for what fails.

    Without ``awards`` a loss at the end cannot be seen, and personal values are looked for in
    the table's own personal columns only. A table that breaks conservation is not compared with
    truth or a baseline: its rows are not the awards they claim to be. ``absent`` are the columns
    that the file does not have, see `proofbook.sources.EnrichedFile`. Raises UsageError for truth
    or a baseline of other awards, and where it does not tell the recipients to compare.
    """
    if truth is not None or (against is not None and against.table is not None):
        refuse_nameless(absent)
    found: dict[str, Interval] = {}
    evidence: dict[str, Evidence] = {}
    breaches = {
        "conservation_breaches": laws.conservation(
            enriched.num_rows if awards is None else awards, enriched, absent
        ),
        "personal_columns": privacy.personal_data(enriched, enriched if awards is None else awards),
    }
    for law, broken in breaches.items():
        total = laws.total(broken)
        found[law] = Interval(total, None, None, enriched.num_rows)
        evidence[law] = _evidence(law, laws.table(broken), total, enriched.num_rows)
    found |= rates.match_rates(enriched).measures()
    found |= rates.identifier_measures(rates.rates_by(enriched, "identifier"))
    missed = enriched.num_rows - rates.match_rates(enriched).accepted
    shown = examples.unmatched(enriched)
    evidence["match_rate"] = _evidence("match_rate", shown, missed, enriched.num_rows)
    notes = dict[str, str]()
    try:
        found[ESTIMATE] = rates.fuzzy_precision_estimate(enriched)
    except ValueError:  # a probability is null
        found[ESTIMATE] = Interval(None, None, None, 0)
        notes[ESTIMATE] = absent.get("match_probability", "an accepted award has no probability")
    whole = found["conservation_breaches"].value == 0  # else rows are not the awards they claim
    if truth is not None and whole:
        try:
            known = accuracy.evaluate(enriched, truth)
        except ValueError as error:
            raise unfit(truth_file, error) from None
        for name, rate in known.measures().items():
            wrong = accuracy.errors_of(known.errors, name)
            found[name] = rate
            evidence[name] = _evidence(name, wrong, len(wrong), rate.n)
    changes: list[RateChange] = []
    if against is not None and whole:
        if against.table is not None:
            changes = changed(against, enriched, enriched if awards is None else awards)
            found |= {DROP_OF[c.letter]: _drop(c) for c in changes}
            company = _column(enriched if awards is None else awards, "Company")
            evidence |= {DROP_OF[c.letter]: _lost(c, company) for c in changes}
        else:
            found |= drops(against, enriched, found)
    skipped = "" if whole or (truth is None and against is None) else BROKEN
    metrics = [_metric(name, value, notes.get(name, "")) for name, value in found.items()]
    judged = []
    for metric in metrics:
        if metric.name not in DEFAULTS or not settings.gate(metric.name).active:
            continue
        bound = settings.gate(metric.name)
        bound = replace(bound, remedy=REMEDIES.get(metric.name, bound.remedy))
        if metric.value is None and not bound.baseline:  # the file does not hold it: not passed,
            bound = replace(bound, severity="warn")  # but nothing that it could be held against
        judged.append(evaluate(bound, metric, evidence=evidence.get(metric.name)))
    not_judged = {rule: absent[column] for rule, column in laws.NEEDS.items() if column in absent}
    return Check(metrics, judged, changes, skipped, not_judged)


def unfit(truth_file: str | Path, error: ValueError) -> InputError:
    """The error that says why truth cannot judge an enriched table."""
    return InputError(
        truth_file,
        f"does not fit the enriched table: {error}",
        remedy="give the truth about the awards of this table",
    )


def refuse_doubled(enriched: pa.Table, file: str | Path) -> None:
    """InputError for a table that holds an award twice: counted twice, it would bend every rate."""
    rows = enriched["award_row"].to_pandas()
    twice = rows[rows.duplicated()]
    if len(twice):
        raise InputError(
            file,
            "holds an award twice",
            place=f"row {twice.index[0]} (0-based), column 'award_row'",
            value=int(twice.iloc[0]),
            remedy="keep one row per award; proofbook check shows all that are doubled",
        )


def _metric(name: str, found: Interval, note: str) -> Metric:
    definition = DEFINITIONS[name]
    return Metric(
        name,
        found.value,
        unit=definition.unit,
        direction=definition.direction,
        low=found.low,
        high=found.high,
        n=found.n,
        description=definition.description,
        note=note or ("0 of 0 is no rate" if found.value is None else ""),
    )


def _evidence(metric: str, frame: pd.DataFrame, count: int, n: int) -> Evidence:
    table = frame_table(metric, frame.head(20))
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return Evidence(rows, count, count / n if n else None)


def _drop(change: RateChange) -> Interval:
    return Interval(change.drop_pp, change.low, change.high, change.n)


def _lost(change: RateChange, company: list[Any]) -> Evidence:
    rows = change.examples.get("lost", [])
    frame = pd.DataFrame({"award_row": rows, "Company": [company[row] for row in rows]})
    return _evidence(DROP_OF[change.letter], frame, change.lost, change.n)


def _column(table: pa.Table, name: str) -> list[Any]:
    if name not in table.column_names:
        return [""] * table.num_rows
    values: list[Any] = table[name].to_pylist()
    return values
