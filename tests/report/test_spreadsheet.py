"""CSV that a spreadsheet can open without running anything."""

from __future__ import annotations

import csv
import io

import pytest

from proofbook.report.spreadsheet import csv_text, failing_rows
from proofbook.suite.result import RunResult

from .conftest import MADE


def _read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=cmd()", "'=cmd()"),
        ("+1", "'+1"),
        ("-1+2", "'-1+2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1+1", "'  =1+1"),
        ("\t=1+1", "'\t=1+1"),
        ("＝1+1", "'＝1+1"),
        ("\r=1", "␍=1"),
        ("\x1b[31mred\u202e", "␛[31mred[U+202E]"),
        ('a "quoted", b', 'a "quoted", b'),
        ("two\nlines", "two\nlines"),
        (-1.5, "-1.5"),
        (12, "12"),
        (None, ""),
        (True, "True"),
        (["=a"], '["=a"]'),
    ],
)
def test_a_cell(value: object, written: str) -> None:
    assert _read(csv_text(["x"], [[value]])) == [["x"], [written]]


def test_a_heading_is_no_formula() -> None:
    assert csv_text(["=x"], []) == "'=x\r\n"


def test_rows_of_gates_that_did_not_pass_keys_first(failed: RunResult) -> None:
    head, first, *rest = _read(failing_rows(failed))
    assert head == ["gate", "state", "size", "award_row", "Company", "State", "UEI"]
    assert first == ["match_rate", "fail", "1000x5000", "0", "Company 0", "CA", ""]
    shown = [g for g in failed.gates if g.state != "pass"]
    assert len(rest) + 1 == sum(len(g.examples) for g in shown)


def test_every_kind_of_run(kind: str) -> None:
    rows = _read(failing_rows(MADE[kind]()))
    assert len({len(row) for row in rows}) == 1
    assert not any(cell.lstrip().startswith(("=", "@")) for row in rows for cell in row)
