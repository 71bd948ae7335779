"""One zip to send: every link of its report leads somewhere, no input data is in it."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import pytest

from proofbook.errors import OutputError
from proofbook.report.bundle import write_bundle
from proofbook.report.index import render_run
from proofbook.report.pages import render_notebooks
from proofbook.suite.files import write_text
from proofbook.suite.result import RunResult

EMPTY = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'


def _run(run: RunResult, folder: Path) -> Path:
    """The folder of a run as the suite leaves it, with inputs and enriched tables."""
    write_text(folder / "run.json", run.to_json())
    for book in run.notebooks:
        write_text(folder / str(book.notebook), EMPTY)
        write_text(folder / str(book.log), "log")
    write_text(folder / "inputs" / "awards.csv", "Company")
    write_text(folder / "enriched" / "all.parquet", "PAR1")
    render_notebooks(run, folder)
    render_run(run, folder)
    return folder


def test_links_lead_somewhere_and_the_data_stays(passed: RunResult, tmp_path: Path) -> None:
    target = write_bundle(passed, _run(passed, tmp_path / "the-run"))
    assert target == tmp_path / "the-run.zip"
    with zipfile.ZipFile(target) as archive:
        names = set(archive.namelist())
        pages = {n: archive.read(n).decode() for n in names if n.endswith(".html")}
    assert len(pages) == 1 + len(passed.notebooks)
    assert not any("/inputs/" in n or "/enriched/" in n for n in names)
    for name, html in pages.items():
        for address in re.findall(r'href="([^"#:]+)"', html):
            parts = list((PurePosixPath(name).parent / unquote(address)).parts)
            while ".." in parts:
                at = parts.index("..")
                del parts[at - 1 : at + 1]
            assert "/".join(parts) in names, f"{name}: {address}"


def test_same_run_same_bytes(passed: RunResult, tmp_path: Path) -> None:
    folder = _run(passed, tmp_path / "the-run")
    first = write_bundle(passed, folder).read_bytes()
    render_run(passed, folder)
    assert write_bundle(passed, folder).read_bytes() == first


def test_hostile_text_stays_text_in_the_zip(hostile: RunResult, tmp_path: Path) -> None:
    target = write_bundle(hostile, _run(hostile, tmp_path / "the-run"))
    with zipfile.ZipFile(target) as archive:
        names = [name for name in archive.namelist() if not name.endswith(".png")]
        parts = {name: archive.read(name).decode() for name in names}
    assert all(re.fullmatch(r"the-run/[\w@.-]+(/[\w@.-]+)?", name) for name in parts), list(parts)
    for name, text in parts.items():
        assert not set(text) & set("\x00\x07\x1b"), name
        if name.endswith(".html"):
            assert "<script" not in text
            assert "<img src=x" not in text
    assert json.loads(parts["the-run/run.json"])["run_id"] == hostile.run_id


def test_no_room(passed: RunResult, tmp_path: Path) -> None:
    folder = _run(passed, tmp_path / "the-run")
    (tmp_path / "the-run.zip").mkdir()
    with pytest.raises(OutputError, match=r"the-run\.zip: cannot be written"):
        write_bundle(passed, folder)
