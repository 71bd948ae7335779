"""Explanations of an enriched table: why an award got its recipient, by the run's own evidence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from proofbook.enrichment.enrich import Input, awards_of, recipients_of
from proofbook.enrichment.operation import Operation, operate
from proofbook.enrichment.table import COLUMNS_READ, JUDGE
from proofbook.errors import InputError, ParameterError
from proofbook.matching import explain as evidence
from proofbook.matching.explain import Explanation
from proofbook.matching.judge import Judge, from_text
from proofbook.sources import read_enriched

#: Probabilities that differ by more than this are not of the same inputs.
_ROUNDING = 1e-6


def explain(
    enriched: str | Path | pa.Table,
    recipients: Input,
    rows: Sequence[int],
    awards: Input | None = None,
) -> list[Explanation]:
    """Why the awards in some rows (0-based) of an enriched table got their recipients, or none.

    ``recipients`` are those of the run. ``awards`` are needed only where the enriched table was
    written without the columns that matching reads. All awards are needed, not only those
    explained: they lend each other names. InputError where the table says nothing about its run,
    and where the inputs are not those that it was made from.
    """
    source = enriched if isinstance(enriched, (str, Path)) else "enriched"
    table, told = _read(enriched)
    for row in rows:
        if not 0 <= row < table.num_rows:
            raise ParameterError(
                f"row {row}: the enriched table has rows 0 to {table.num_rows - 1}"
            )
    judge = _judge(source, told)
    ours = awards_of(awards) if awards is not None else _awards(source, table, told)
    if ours.num_rows != table.num_rows:
        raise InputError(
            awards if isinstance(awards, (str, Path)) else "awards",
            f"has {ours.num_rows} awards, the enriched table {table.num_rows}",
            remedy="give the awards that the table was made from",
        )
    with operate(Operation()) as engine:
        found = evidence.explain(ours, recipients_of(recipients, engine), judge, rows, engine)
    for explanation in found:
        _check(source, table, explanation)
    return found


def _read(enriched: str | Path | pa.Table) -> tuple[pa.Table, dict[bytes, bytes]]:
    """The table, and what it says about its run."""
    if isinstance(enriched, pa.Table):
        return enriched, enriched.schema.metadata or {}
    return read_enriched(enriched), pq.read_schema(enriched).metadata or {}


def _judge(source: str | Path, told: dict[bytes, bytes]) -> Judge:
    if JUDGE not in told:
        raise InputError(
            source,
            "does not say how it was decided: another pipeline wrote it, or the scorer "
            "token_set_ratio decided, which weighs no evidence",
            remedy="enrich the awards again with the scorer evidence",
        )
    try:
        return from_text(told[JUDGE].decode())
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            source,
            f"was decided by a model that this version does not have ({error})",
            remedy="explain it with the version that wrote it, or enrich the awards again",
        ) from error


def _awards(source: str | Path, table: pa.Table, told: dict[bytes, bytes]) -> pa.Table:
    """The award columns of the enriched table, if all that matching read are there."""
    read = told[COLUMNS_READ].decode().split(",")
    missing = [name for name in read if name not in table.column_names]
    if missing:
        raise InputError(
            source,
            f"was written without {', '.join(missing)}, which matching read",
            remedy="give the awards too (--awards FILE)",
        )
    return table.select(read)


def _check(source: str | Path, table: pa.Table, found: Explanation) -> None:
    row = found.award_row
    probability = table["match_probability"][row].as_py()
    joined = table["recipient_hash"][row].as_py()
    if abs(found.probability - probability) > _ROUNDING or found.joined != joined:
        raise InputError(
            source,
            f"was not made from these inputs: they give the probability {found.probability:.6f} "
            f"where the table has {probability:.6f}",
            place=f"row {row}",
            remedy="give the recipients and awards of the run that wrote it, unchanged",
        )
