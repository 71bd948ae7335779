"""Faults of an enriched table: broken laws, wrong joins, candidates taken for matches."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from proofbook.enrichment import enrich, write_enriched
from proofbook.errors import InputError
from proofbook.matching.identifiers import clean_duns
from proofbook.matching.schema import (
    ACCEPTED_METHODS,
    CANDIDATE,
    JOINED_RECIPIENT_COLUMNS,
    NAME_EXACT,
    NAME_FUZZY,
    UNMATCHED,
)
from proofbook.measure.statistics import Interval
from proofbook.params import Settings
from proofbook.quality import laws
from proofbook.quality.clerical import questions
from proofbook.quality.judged import links
from proofbook.quality.rates import match_rates
from proofbook.quality.reviewed import reviewed
from proofbook.quality.verdicts import NONE, UNSURE
from proofbook.selftest.fault import Fault, raised
from proofbook.sources import read_awards, read_enriched, read_recipients, read_truth
from proofbook.suite.against import Against
from proofbook.suite.check import check
from proofbook.suite.inputs import cached_world
from proofbook.suite.layers import from_nested

#: The world in which faults are planted: seconds to make, with matches of every kind.
AWARDS, RECIPIENTS, SEED = 600, 3000, 7


@cache
def _world() -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
    """Awards, recipients, truth, and the sound enriched table."""
    paths = cached_world(AWARDS, RECIPIENTS, SEED)
    assert paths.truth is not None
    awards, recipients = read_awards(paths.awards).table, read_recipients(paths.recipients).table
    return awards, recipients, read_truth(paths.truth, AWARDS), enrich(awards, recipients).table


def _changed(column: str, rows: Sequence[int], value: Any) -> pa.Table:
    return _set(_world()[3], column, rows, lambda _: value)


def _set(
    table: pa.Table, column: str, rows: Sequence[int], value: Callable[[int], Any]
) -> pa.Table:
    at = table.column_names.index(column)
    field = table.schema.field(at).with_nullable(True)
    values = table[column].to_pylist()
    for row in rows:
        values[row] = value(row)
    return table.set_column(at, field, pa.array(values, field.type))


def _rows(*methods: str) -> list[int]:
    words = _world()[3]["match_method"].to_pylist()
    return [row for row, word in enumerate(words) if word in methods]


def _found(metric: str, table: pa.Table, *, against: bool = False, **gates: Any) -> str | None:
    """What the gate on a metric says of a table, if it does not pass; and that it passes without
    the fault."""
    awards, _, truth, sound = _world()
    settings = from_nested({"gates": gates}, "selftest") if gates else Settings()
    states = {}
    for name, of in (("sound", sound), ("faulty", table)):
        beside = Against("the sound table", table=sound) if against else None
        for gate in check(of, settings, awards=awards, truth=truth, against=beside).gates:
            if gate.metric == metric:
                states[name] = gate
    if states["sound"].state not in ("pass", "warn"):
        return None
    return states["faulty"].message if states["faulty"].state == "fail" else None


def _conservation(table: pa.Table) -> str | None:
    return _found("conservation_breaches", table)


def _lost() -> str | None:
    sound = _world()[3]
    return _conservation(pa.concat_tables([sound.slice(0, 10), sound.slice(11)]))


def _doubled() -> str | None:
    sound = _world()[3]
    return _conservation(pa.concat_tables([sound.slice(0, 10), sound.slice(9)]))


def _out_of_order() -> str | None:
    order = [1, 0, *range(2, AWARDS)]
    return _conservation(_world()[3].take(order))


def _nobody() -> str | None:
    return _conservation(_changed("recipient_hash", _rows(*ACCEPTED_METHODS)[:1], None))


def _joined_candidate() -> str | None:
    row = _rows(CANDIDATE, UNMATCHED)[:1]
    return _conservation(_changed("recipient_name", row, "Somebody Inc"))


def _impossible() -> str | None:
    row = _rows(*ACCEPTED_METHODS)[:1]
    return _conservation(_changed("match_probability", row, float("nan")))


def _award_changed() -> str | None:
    return _conservation(_changed("Company", [3], "Another Company"))


def _personal_column() -> str | None:
    awards, _, _, sound = _world()
    return _found("personal_columns", sound.append_column("PI Email", awards["PI Email"]))


def _personal_value() -> str | None:
    awards = _world()[0]
    values = awards["Contact Email"].to_pylist()
    row = next(row for row, value in enumerate(values) if "@" in value)
    return _found("personal_columns", _changed("City", [row], f"write to {values[row]}"))


def _not_deterministic() -> str | None:
    sound = _world()[3]
    breaches = laws.determinism(sound, _changed("match_score", [5], 12.5))
    return breaches[0].rule if breaches and not laws.determinism(sound, sound) else None


def _joined_with_others(*methods: str) -> pa.Table:
    """Every fourth award of these methods joined with the recipient of another."""
    sound = _world()[3]
    rows = _rows(*methods)[::4]
    hashes = sound["recipient_hash"].to_pylist()
    others = dict(zip(rows, [hashes[row] for row in [*rows[1:], rows[0]]], strict=True))
    return _set(sound, "recipient_hash", rows, lambda row: others[row])


def _wrong_joins() -> str | None:
    wrong = _joined_with_others(*ACCEPTED_METHODS)
    return _found("precision_rate", wrong, precision_rate={"fail": 0.85})


def _seen_by_people() -> str | None:
    """Reviewers who know the truth see it in the sample; of the sound table they see none."""
    known = links(_world()[2]).group_by("award_row").agg("recipient_hash")
    right = dict(known.iter_rows())

    def verdict(question: dict[str, Any]) -> str:
        of = right.get(question["award_rows"][0], [])
        numbers = [n for n, c in enumerate(question["candidates"], 1) if c["recipient_hash"] in of]
        return str(numbers[0]) if numbers else NONE if of else UNSURE

    def seen(table: pa.Table) -> Interval:
        asked = questions(table)
        said = {q["question"]: verdict(q) for q in asked.iter_rows(named=True)}
        return reviewed(asked, said).precision.links

    sound, wrong = seen(_world()[3]), seen(_joined_with_others(NAME_EXACT, NAME_FUZZY))
    if not (sound.high or 0) > 0.95 > (wrong.high or 0) > 0:
        return None
    return f"precision of links by name {wrong.value:.1%}, where it was {sound.value:.1%}"


def _candidates_as_matches() -> str | None:
    """Every candidate joined, as if "has a recipient" were a match; the rate must not rise."""
    sound, rows = _world()[3], _rows(CANDIDATE)
    offered = sound["candidates"].to_pylist()
    table = sound
    for column, part in (("recipient_hash", "recipient_hash"), ("recipient_name", "name")):
        table = _set(table, column, rows, {row: offered[row][0][part] for row in rows}.__getitem__)
    then, now = (match_rates(of).overall.value for of in (sound, table))
    return _conservation(table) if then == now else None


def _without(rows: Sequence[int]) -> pa.Table:
    table = _changed("match_method", rows, UNMATCHED)
    for column in JOINED_RECIPIENT_COLUMNS:
        table = _set(table, column, rows, lambda _: None)
    return table


def _lost_matches() -> str | None:
    rows = _rows(*ACCEPTED_METHODS)[: AWARDS // 20]  # 5.0 points, the bound itself
    return _found("match_rate_drop_pp", _without(rows), against=True)


def _low_rate() -> str | None:
    return _found("match_rate", _without(_rows(*ACCEPTED_METHODS)[:200]))


def _float_duns() -> str | None:
    """Without its point the text has nine digits, which are another firm's."""
    read = clean_duns(pl.Series(["78269681.0"])).row(0)
    return None if read[0] == "782696810" else f"read as {read[0]} ({read[1]})"


def _unknown_method() -> str | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "enriched.parquet"
        write_enriched(_changed("match_method", [0], "guessed"), path)
        return raised(InputError, lambda: read_enriched(path))


FAULTS = [
    Fault("law", "an award is lost", _lost),
    Fault("law", "an award is doubled", _doubled),
    Fault("law", "awards are out of order", _out_of_order),
    Fault("law", "a match is accepted without a recipient", _nobody),
    Fault("law", "a recipient is joined without being accepted", _joined_candidate),
    Fault("law", "a probability is not a number", _impossible),
    Fault("law", "a value of the award file is changed", _award_changed),
    Fault("law", "two runs give different tables", _not_deterministic),
    Fault("law", "a personal column gets out", _personal_column),
    Fault("law", "a personal value gets out in another column", _personal_value),
    Fault("match", "every fourth match is joined with another firm", _wrong_joins),
    Fault("match", "every fourth match by name is joined with another firm", _seen_by_people),
    Fault("match", "candidates are counted as matches", _candidates_as_matches),
    Fault("match", "5.0 points of the matches are lost", _lost_matches),
    Fault("match", "a third of the matches is lost", _low_rate),
    Fault("input", "a DUNS comes as 78269681.0", _float_duns),
    Fault("input", "a table uses a method that is none", _unknown_method),
]
