"""Nothing secret is in any face of a run."""

from __future__ import annotations

import json
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from proofbook.report.bundle import write_bundle
from proofbook.report.index import render_run
from proofbook.report.pages import render_notebooks
from proofbook.report.secrets import MASK, hide, masked
from proofbook.suite.files import write_text
from proofbook.suite.result import Parameter, RunResult

TOKEN, PASSWORD = "hush-<é>", "letmein"
ADDRESS = f"s3://me:{PASSWORD}@host/awards.csv"
COMMAND = f"proofbook run --set report.token={TOKEN} --set 'report.api_key={TOKEN} b'"


@pytest.fixture
def secretive(passed: RunResult) -> RunResult:
    """A run with a token, and an address with a password wherever text can be."""
    said = f"read {ADDRESS}; again: {COMMAND}"
    return replace(
        passed,
        parameters=[Parameter("report.token", TOKEN, "x"), Parameter("data.awards", ADDRESS, "x")],
        verdict=said,
        gates=[replace(g, message=said, rerun=said, examples=[{"x": said}]) for g in passed.gates],
        alerts=[replace(a, message=said) for a in passed.alerts],
        notebooks=[replace(n, reason=said) for n in passed.notebooks[:1]],
        provenance=replace(passed.provenance, command=COMMAND),
        tables=[],
    )


def _secrets(text: str) -> list[str]:
    return [form for form in (PASSWORD, "hush-") if form in text]


def test_every_file_of_a_report_and_of_its_bundle(secretive: RunResult, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    notebook = {
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [{"cell_type": "code", "source": f"awards = {ADDRESS!r}  # {COMMAND}",
                   "metadata": {}, "execution_count": 1, "outputs": []}],
    }  # fmt: skip
    write_text(folder / "notebooks" / "01_profiling.ipynb", json.dumps(notebook))
    write_text(folder / "logs" / "01_profiling.log", f"{ADDRESS} {COMMAND}")
    render_run(secretive, folder)
    render_notebooks(secretive, folder)
    for path in folder.rglob("*.*"):
        if path.suffix not in (".ipynb", ".log"):
            assert _secrets(path.read_text(encoding="utf-8", errors="replace")) == [], path
    with zipfile.ZipFile(write_bundle(secretive, folder)) as archive:
        for name in archive.namelist():
            assert _secrets(archive.read(name).decode("utf-8", "replace")) == [], name
        assert MASK in archive.read("run/notebooks/01_profiling.ipynb").decode()


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a@b:c",
        "token = row.split()",
        "a.tokens=5",
        "match.token_set=1",
        "x:y@z",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert hide(text) == text


def test_a_record_without_secrets_is_the_same(passed: RunResult) -> None:
    plain = replace(passed, parameters=[p for p in passed.parameters if p.key != "report.token"])
    assert masked(plain) == plain


@pytest.mark.parametrize("piece", ["y", "y.", "token=", "a.token=", "://", "a:", "' "])
def test_a_long_text_takes_no_time(piece: str) -> None:
    started = time.process_time()
    hide(piece * 20_000)
    assert time.process_time() - started < 2
