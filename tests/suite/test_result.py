"""The record of a run: read back as it was written, and refused when it is not one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.suite.runs import made_run, write_run

from proofbook.errors import InputError
from proofbook.suite.result import CellError, GateOutcome, NotebookOutcome, RunResult, load_run


def whole() -> RunResult:
    error = CellError(3, "ValueError", "no", "trace")
    books = [NotebookOutcome("01_profiling", "01_profiling", "failed", error=error)]
    gate = GateOutcome(
        "match_rate", "fail", "error", 0.5, None, 0.7, "higher", "02", examples=[{"award_row": 3}]
    )
    made = made_run(0, {"match_rate": 0.5})
    return RunResult(**{**vars(made), "notebooks": books, "gates": [gate]})


def test_a_record_comes_back_as_it_was() -> None:
    run = whole()
    again = RunResult.from_json(run.to_json())
    assert again == run
    assert again.to_json() == run.to_json()


def set_to(value: Any, *keys: str | int) -> Callable[[dict[str, Any]], None]:
    def change(raw: dict[str, Any]) -> None:
        place: Any = raw
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value

    return change


DAMAGED = {
    "a state that is none": (set_to("fine", "gates", 0, "state"), "gates.0.state: Input should be"),
    "a word for a list": (set_to("none", "gates"), "gates: Input should be"),
    "a number for a record": (set_to([7], "metrics"), "metrics.0: "),
    "a number as text": (set_to("1", "exit_code"), "exit_code: Input should be a valid integer"),
    "no provenance": (lambda raw: raw.pop("provenance"), "provenance: Field required"),
    "NaN": (set_to(float("nan"), "metrics", 0, "value"), "not JSON compliant"),
    "another schema": (set_to(2, "schema_version"), "schema_version 2, not 1"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_record_of_another_shape_names_the_place(name: str, tmp_path: Path) -> None:
    change, words = DAMAGED[name]
    folder = write_run(tmp_path, whole())
    raw = json.loads((folder / "run.json").read_text())
    change(raw)
    (folder / "run.json").write_text(json.dumps(raw))
    with pytest.raises(InputError) as refused:
        load_run(folder)
    said = str(refused.value)
    assert said.startswith(f"{folder / 'run.json'}: is no record of a run: ")
    assert words in said
    assert said.endswith("Remedy: restore it from a copy, or run the suite again: proofbook run")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"7", b"{}", b"\xff\xfe", b"[" * 100_000, None]
)
def test_what_is_no_record_at_all(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(InputError, match=r"run\.json: is no record of a run: "):
        load_run(tmp_path)
