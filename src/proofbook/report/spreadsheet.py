"""CSV for spreadsheets: rows that show why a gate did not pass, with nothing a sheet would run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from proofbook.report.views import key_columns_first
from proofbook.report.words import is_number, visible
from proofbook.suite.result import RunResult

FAILING_ROWS = "failing_rows.csv"

#: A cell that begins so is a formula for one spreadsheet or another (the last four are the
#: full-width forms of the first).
_FORMULA = ("=", "+", "-", "@", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV (RFC 4180, UTF-8) in which no text is a formula: such a one starts with a quote.

    Control and direction characters are made visible; a number stays a number.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_cell(column) for column in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None or is_number(value):
        return value
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    text = visible(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text[:1] == "\t" else text


def failing_rows(result: RunResult) -> str:
    """The example rows of every gate that did not pass, as CSV; the gate stands before its rows."""
    shown = [g for g in result.gates if g.state != "pass" and g.examples]
    columns = key_columns_first(key for g in shown for row in g.examples for key in row)
    head = ["gate", "state", "size"]
    rows = [
        [gate.metric, gate.state, gate.size, *(row.get(column) for column in columns)]
        for gate in shown
        for row in gate.examples
    ]
    return csv_text([*head, *columns], rows)
