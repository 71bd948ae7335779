"""Every notebook runs alone, twice, from a clean kernel, and says the same both times.

The notebooks are stored without outputs, on which nbval compares nothing. So each is executed once
with its defaults, as the suite executes it, and nbval holds a second execution against the first.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from proofbook.params import NOTEBOOKS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    """An environment whose cache, where notebooks alone keep their inputs, is empty at first."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PROOFBOOK_", "PYTEST_"))}
    return kept | {
        "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")),
        "PROOFBOOK_HOME": str(ROOT),
        "PYTHONPATH": str(HERE),
        "PYTHONWARNINGS": "ignore",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "OMP_WAIT_POLICY": "passive",
    }


@pytest.fixture(scope="module")
def executed(tmp_path_factory, environment) -> dict[str, Path]:
    """Every notebook, executed alone with its defaults."""
    folder = tmp_path_factory.mktemp("executed")
    for name in NOTEBOOKS:
        job = {
            "source": str(ROOT / "notebooks" / f"{name}.ipynb"),
            "output": str(folder / f"{name}.ipynb"),
            "cwd": str(folder),
            "parameters": {},
            "environment": {},
        }
        done = subprocess.run(
            [sys.executable, "-m", "proofbook.suite.execute"],
            input=json.dumps(job), env=environment, capture_output=True, text=True, timeout=300,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{name}: {done.stderr[-2000:]}"
    return {name: folder / f"{name}.ipynb" for name in NOTEBOOKS}


def nbval(environment: dict[str, str], *notebooks: Path) -> subprocess.CompletedProcess[str]:
    """nbval over executed notebooks: cells that differ from a new execution fail."""
    return subprocess.run(
        [
            sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-rA",
            "-p", "nbval_scraps", "-p", "no:cacheprovider", "-c", os.devnull,
            "--rootdir", str(notebooks[0].parent),
            "--nbval-sanitize-with", str(HERE / "sanitize.cfg"), *map(str, notebooks),
        ],
        env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


def cells(path: Path):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def test_each_runs_alone_and_shows_neither_errors_nor_warnings(executed):
    for name, path in executed.items():
        shown = [cell for cell in cells(path) if cell.outputs]
        assert len(shown) >= 4, name
        kinds = {output.output_type for cell in shown for output in cell.outputs}
        assert kinds == {"display_data"}, name  # no stream, no error, no leftover value


def test_a_second_execution_says_the_same(environment, executed):
    done = nbval(environment, *executed.values())
    assert done.returncode == 0, done.stdout[-6000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) == sum(len(cells(path)) for path in executed.values())


def test_the_comparison_bites(environment, executed, tmp_path):
    """One digit of a table, one word of a sentence and one recorded value are altered."""
    book = nbformat.read(executed["01_profiling"], as_version=4)
    by_id = {cell.id: cell for cell in book.cells}
    _alter(by_id["headline"], "text/plain", "98", "97")
    _alter(by_id["names"], "text/markdown", "awards hold", "awards held")
    scraps = [o for o in by_id["finish"].outputs if "award_valid_rate" in str(o.metadata)]
    payload = next(iter(scraps[0].data.values()))["data"]["data"]
    payload["value"] += 0.01
    nbformat.write(book, tmp_path / "altered.ipynb")
    done = nbval(environment, tmp_path / "altered.ipynb")
    failed = {int(n) for n in re.findall(r"FAILED .*::Cell (\d+)", done.stdout)}
    order = [cell.id for cell in cells(executed["01_profiling"])]
    assert {order[n] for n in failed} == {"headline", "names", "finish"}, done.stdout[-4000:]


def _alter(cell, mime: str, old: str, new: str) -> None:
    for output in cell.outputs:
        text = output.data.get(mime, "")
        if old in text:
            output.data[mime] = text.replace(old, new, 1)
            return
    raise AssertionError(f"{cell.id} does not show {old!r}")
