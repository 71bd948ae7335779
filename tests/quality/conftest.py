"""Small enriched tables and truths, written row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from proofbook.matching.schema import ACCEPTED_METHODS, ENRICHED_SCHEMA

TEXT = ("Company", "City", "State", "Zip", "Phase", "Agency", "Award Year", "Award Amount",
        "Number Employees", "UEI", "Duns", "Contact Name")  # fmt: skip


def enriched_row(number: int, method: str, recipient: str | None = None, **values: Any) -> dict:
    accepted = method in ACCEPTED_METHODS
    recipient = (recipient or f"r{number}") if accepted else recipient
    candidates = [
        {"recipient_hash": h, "name": h.upper(), "score": 80.0, "probability": p}
        for h, p in values.pop("candidates", ())
    ]
    row = {
        "Company": f"Firm {number}",
        "City": "Boston",
        "State": "MA",
        "award_row": number,
        "match_method": method,
        "match_score": 100.0 if accepted else None,
        "match_probability": 0.99 if accepted else None,
        "match_flags": [],
        "recipient_hash": recipient,
        "recipient_name": recipient and recipient.upper(),
        "candidates": candidates,
    }
    return {**{name.name: None for name in ENRICHED_SCHEMA}, **row, **values}


def enriched_table(*rows: tuple | str) -> pa.Table:
    """``enriched_table((method, recipient, {column: value}), ...)``: one award per tuple."""
    made = []
    for number, row in enumerate(rows):
        parts = (row,) if isinstance(row, str) else row
        values = parts[-1] if isinstance(parts[-1], dict) else {}
        method, *recipient = (p for p in parts if not isinstance(p, dict))
        made.append(enriched_row(number, method, *recipient, **dict(values)))
    present = [c for c in TEXT if any(c in row for row in made)]
    schema = pa.schema([*(pa.field(c, pa.string()) for c in present), *ENRICHED_SCHEMA])
    schema = pa.schema([f.with_nullable(True) for f in schema])  # breaches must be writable
    return pa.Table.from_pylist(made, schema=schema)


@pytest.fixture(scope="session")
def enriched() -> Callable[..., pa.Table]:
    """Makes a table of awards, see ``enriched_table``."""
    return enriched_table


@pytest.fixture(scope="session")
def truth() -> Callable[..., pa.Table]:
    """``truth((award_row, recipient or None), (award_row, recipient, kind), ...)``."""

    def make(*rows: tuple) -> pa.Table:
        return pa.table(
            {
                "award_row": pa.array([r[0] for r in rows], pa.int64()),
                "recipient_hash": pa.array([r[1] for r in rows], pa.string()),
                "kind": pa.array([r[2] if len(r) > 2 else None for r in rows], pa.string()),
            }
        )

    return make
