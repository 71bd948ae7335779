"""A later notebook on its own: those before it are run once, and found again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.suite.conftest import cells, write_notebook

from proofbook.errors import NotebookError
from proofbook.params import Data, Settings
from proofbook.suite import alone, project
from proofbook.suite.notebook import start
from proofbook.suite.project import Project

pytestmark = pytest.mark.slow

SETTINGS = Settings(data=Data(n_awards=20, n_recipients=40), sizes=["20x40"])


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of its own, and a package that nobody edits while the test goes on."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(alone, "PACKAGE", tmp_path / "package")


def test_what_is_before_is_made_once_and_extended(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = {"01_profiling": cells("01_profiling", {"award_valid_rate": 0.1})}
    home = make_project(code)
    monkeypatch.setenv(project.HOME, str(home.root))
    folder, paths, executed = alone.before("03_quality", SETTINGS)
    assert [path.stem for path in executed] == ["01_profiling", "02_enrichment@20x40"]
    assert paths.awards.exists()
    made = [path.stat().st_mtime_ns for path in executed]
    # A gate that fails holds nothing back here; page and metrics are as within a run.
    page = start("03_quality", n_awards=20, n_recipients=40, settings={"sizes": ["20x40"]})
    assert page.run_folder == folder
    valid = page.metric("award_valid_rate")
    assert valid is not None
    assert valid.value == 0.1
    assert page.metric("match_rate", "20x40") is not None
    assert page.metric("no_such") is None
    assert page.upstream_table("none") is None
    states = {g.metric: g.state for g in page.upstream_gates()}
    assert (states["award_valid_rate"], states["match_rate"]) == ("fail", "pass")
    assert [path.stat().st_mtime_ns for path in executed] == made
    # Outputs that JupyterLab saves are no change; an edited cell is one.
    write_notebook(home.notebooks / "02_enrichment.ipynb", cells("02_enrichment", fault="1 + 1"))
    again, _, _ = alone.before("03_quality", SETTINGS)
    assert again == folder
    assert executed[0].stat().st_mtime_ns == made[0]
    assert executed[1].stat().st_mtime_ns != made[1]


def test_what_does_not_complete_is_named(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_project({"01_profiling": cells("01_profiling", fault="1 / 0")})
    monkeypatch.setenv(project.HOME, str(home.root))
    with pytest.raises(NotebookError, match=r"03_quality needs.*01_profiling failed"):
        alone.before("03_quality", SETTINGS)
