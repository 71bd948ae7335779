"""The published schema of run.json: real records follow it, others do not."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from proofbook.report.schema import run_schema

from .conftest import MADE


def _faults(record: Any) -> list[str]:
    checker = jsonschema.Draft202012Validator(run_schema())
    return [f"{list(e.path)}: {e.message}" for e in checker.iter_errors(record)]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(run_schema())


def test_every_kind_of_run_follows_it(kind: str) -> None:
    assert _faults(json.loads(MADE[kind]().to_json())) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("status",), "fine"),
        (("schema_version",), 2),
        (("gates", 0, "state"), "green"),
        (("gates", 0, "colour"), "green"),
        (("metrics", 0, "value"), [1]),
        (("provenance", "inputs", 0, "bytes"), "many"),
        (("alerts", 0, "severity"), "loud"),
    ],
)
def test_what_does_not(path: tuple[Any, ...], value: Any) -> None:
    record = json.loads(MADE["passed"]().to_json())
    part = record
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    assert len(_faults(record)) == 1


def test_a_field_that_is_left_out() -> None:
    record = json.loads(MADE["passed"]().to_json())
    del record["gates"][0]["rerun"]
    assert "'rerun' is a required property" in _faults(record)[0]
