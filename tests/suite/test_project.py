"""Where the project is, and which run is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.errors import UsageError
from proofbook.suite import project
from proofbook.suite.inputs import PACKAGE
from proofbook.suite.project import Project, find


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(project.HOME, raising=False)
    root = tmp_path / "home"
    make(root)
    return root


def make(root: Path) -> None:
    (root / "notebooks").mkdir(parents=True)
    (root / "params").mkdir()
    (root / "params" / "base.yaml").touch()


def test_the_nearest_project_above_is_found(home: Path) -> None:
    below = home / "a" / "b"
    below.mkdir(parents=True)
    assert find(below) == Project(home, home / "outputs")
    make(home / "a")
    assert find(below).root == home / "a"


def test_the_environment_names_the_project(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(project.HOME, str(home))
    assert find(tmp_path).root == home
    monkeypatch.setenv(project.HOME, str(tmp_path))
    with pytest.raises(UsageError, match=r"PROOFBOOK_HOME=.*holds no notebooks"):
        find(home)


def test_elsewhere_it_is_the_checkout_of_the_package(home: Path, tmp_path: Path) -> None:
    assert find(tmp_path).root == PACKAGE.parent.parent


def test_without_a_checkout_it_is_the_copies_in_the_package(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "lib" / "proofbook"
    package.mkdir(parents=True)
    monkeypatch.setattr(project, "PACKAGE", package)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no project found"):
        find()
    make(package / "_project")
    assert find() == Project(package / "_project", tmp_path / "outputs")


def test_a_run_is_known_by_id_folder_or_latest(home: Path) -> None:
    run = home / "outputs" / "20260101T000000Z-abcdef"
    run.mkdir(parents=True)
    (run / "run.json").touch()
    found = find(home)
    (home / "outputs" / "latest").write_text(run.name + "\n")
    for word in (run.name, str(run), "latest"):
        assert found.run_folder(word) == run
    with pytest.raises(UsageError, match=r"no run '20260101T000000Z-abcdee'.*did you mean"):
        found.run_folder("20260101T000000Z-abcdee")


def test_outputs_can_be_elsewhere(home: Path, tmp_path: Path) -> None:
    assert find(home).with_outputs("").outputs == home / "outputs"
    assert find(home).with_outputs(str(tmp_path)).outputs == tmp_path
