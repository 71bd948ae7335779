"""Nothing secret is in any face of a run."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from proofbook.report.bundle import write_bundle
from proofbook.report.index import render_run
from proofbook.report.pages import render_notebooks
from proofbook.report.secrets import MASK, hider, masked
from proofbook.suite.files import write_text
from proofbook.suite.result import Parameter, RunResult

TOKEN, PASSWORD = 'hush-"hush"-<é>', "letmein"
ADDRESS = f"s3://me:{PASSWORD}@host/awards.csv"


@pytest.fixture
def secretive(passed: RunResult) -> RunResult:
    """A run with a token, and an address with a password wherever text can be."""
    said = f"read {ADDRESS} with {TOKEN}"
    return replace(
        passed,
        parameters=[
            Parameter("report.token", TOKEN, "--set"),
            Parameter("data.awards", ADDRESS, "x"),
        ],
        verdict=said,
        gates=[
            replace(g, message=said, rerun=said, examples=[{"path": said}]) for g in passed.gates
        ],
        alerts=[replace(a, message=said) for a in passed.alerts],
        notebooks=[replace(n, reason=said) for n in passed.notebooks[:1]],
        provenance=replace(passed.provenance, command=f"proofbook run --set report.token={TOKEN}"),
        tables=[],
    )


def _secrets(text: str) -> list[str]:
    forms = [PASSWORD, "hush-", json.dumps(TOKEN)[1:-1]]
    return [form for form in forms if form in text]


def test_every_file_of_a_report_and_of_its_bundle(secretive: RunResult, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    notebook = {
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [{"cell_type": "code", "source": f"awards = {json.dumps(ADDRESS)}; {TOKEN}",
                   "metadata": {}, "execution_count": 1, "outputs": []}],
    }  # fmt: skip
    write_text(folder / "notebooks" / "01_profiling.ipynb", json.dumps(notebook))
    write_text(folder / "logs" / "01_profiling.log", f"{ADDRESS} {TOKEN}")
    render_run(secretive, folder)
    render_notebooks(secretive, folder)
    for path in folder.rglob("*.*"):
        if path.suffix not in (".ipynb", ".log"):
            assert _secrets(path.read_text(encoding="utf-8", errors="replace")) == [], path
    with zipfile.ZipFile(write_bundle(secretive, folder)) as archive:
        for name in archive.namelist():
            assert _secrets(archive.read(name).decode("utf-8", "replace")) == [], name
        assert MASK in archive.read("run/notebooks/01_profiling.ipynb").decode()


def test_what_is_no_secret_stays(passed: RunResult) -> None:
    plain = replace(passed, parameters=[p for p in passed.parameters if p.key != "report.token"])
    assert masked(plain) == plain
    assert hider(plain)("see https://example.org/a@b") == "see https://example.org/a@b"


def test_a_short_secret_is_masked_where_it_stands_only(passed: RunResult) -> None:
    run = replace(passed, parameters=[Parameter("x.password", "run", "--set")])
    assert masked(run).parameters[0].value == MASK
    assert masked(run).provenance.command == passed.provenance.command
