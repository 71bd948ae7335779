"""Scraps: what may be recorded, in which form, and what a reader refuses to believe."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from proofbook.errors import NotebookError
from proofbook.suite import scraps
from proofbook.suite.result import Metric

ACCEPTED: list[tuple[Any, Any]] = [
    (np.int64(3), 3),
    (np.float32(0.5), 0.5),
    (np.bool_(True), True),
    (Decimal("0.25"), 0.25),
    (np.str_("x"), "x"),
    (date(2026, 1, 2), "2026-01-02"),
    (datetime(2026, 1, 2, 3, 4), "2026-01-02T03:04:00"),
    (np.datetime64("2026-01-02"), "2026-01-02T00:00:00"),
    (pd.Timestamp("2026-01-02"), "2026-01-02T00:00:00"),
    (np.array([1, 2]), [1, 2]),
    (pd.Series([1.5]), [1.5]),
    ((1, 2), [1, 2]),
    ({"a": np.int8(1)}, {"a": 1}),
]


@pytest.mark.parametrize(("value", "expected"), ACCEPTED)
def test_values_become_plain(value: Any, expected: Any) -> None:
    found = scraps.plain(value, "x")
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "value",
    [float("nan"), np.nan, float("inf"), np.float64("-inf"), None, pd.NA, pd.NaT, [1.0, np.nan]],
)
def test_what_is_not_there_or_not_finite_is_refused_by_name(value: Any) -> None:
    with pytest.raises(ValueError, match="match_rate"):
        scraps.plain(value, "match_rate")


def test_none_is_accepted_where_it_is_declared() -> None:
    assert scraps.plain(None, "x", optional=True) is None
    assert scraps.plain(pd.NA, "x", optional=True) is None
    with pytest.raises(ValueError, match="x is nan"):
        scraps.plain(float("nan"), "x", optional=True)


def test_a_thing_without_plain_form_is_refused() -> None:
    with pytest.raises(TypeError, match="x is of type"):
        scraps.plain(Path("a"), "x")


def test_a_frame_becomes_rows_and_missing_cells_null() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, np.nan], "c": ["x", pd.NA]})
    found = scraps.frame_table("t", frame, caption="words")
    assert found.columns == ["a", "b", "c"]
    assert found.rows == [[1, 0.5, "x"], [2, None, None]]
    with pytest.raises(ValueError, match=r"t\.a is inf"):
        scraps.frame_table("t", pd.DataFrame({"a": [np.inf]}))


def executed(path: Path, name: str, payload: Any) -> Path:
    """A notebook whose output holds a scrap, in the form that scrapbook gives it."""
    scrap = {"name": name, "data": payload, "encoder": "json", "version": 1}
    output = new_output(
        "display_data",
        data={"application/scrapbook.scrap.json+json": scrap},
        metadata={"scrapbook": {"name": name, "data": True, "display": False}},
    )
    cell = new_code_cell("", outputs=[output], execution_count=1)
    nbformat.write(new_notebook(cells=[cell]), path)
    return path


GOOD = {
    "schema": scraps.SCRAP_SCHEMA,
    "run_id": "run-1",
    "notebook": "01_profiling",
    "kind": "metric",
    "data": {"name": "award_rows", "value": 3},
}


def test_a_scrap_of_this_run_is_read(tmp_path: Path) -> None:
    path = executed(tmp_path / "a#b {x}.ipynb", "award_rows", GOOD)
    found = scraps.read(path, run_id="run-1", notebook="01_profiling")
    assert found.metrics == [Metric("award_rows", 3)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"run_id": "run-0"}, "is stale: it is of 01_profiling in run run-0"),
        ({"notebook": "02_enrichment@1x5"}, "is stale: it is of 02_enrichment@1x5"),
        ({"schema": 99}, "has schema 99"),
        (None, "was not written by proofbook"),
    ],
)
def test_a_scrap_that_is_stale_or_foreign_is_refused(
    tmp_path: Path, change: dict[str, Any] | None, words: str
) -> None:
    payload = 0.9 if change is None else {**GOOD, **change}
    path = executed(tmp_path / "n.ipynb", "award_rows", payload)
    with pytest.raises(NotebookError, match=words):
        scraps.read(path, run_id="run-1", notebook="01_profiling")


def test_a_missing_notebook_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="the executed notebook is missing"):
        scraps.read(tmp_path / "n.ipynb", run_id="run-1", notebook="01_profiling")


def test_a_notebook_without_scraps_recorded_nothing(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 + 1")]), path)
    assert scraps.read(path, run_id="r", notebook="n") == scraps.Recording()


def test_outside_a_kernel_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    scraps.record("r", "n", scraps.Recording(metrics=[Metric("award_rows", 3)]))
    assert capsys.readouterr().out == ""


def test_one_module_imports_scrapbook() -> None:
    source = Path(scraps.__file__).parents[1]
    users = [p.name for p in source.rglob("*.py") if "import scrapbook" in p.read_text()]
    assert users == ["scraps.py"]
