"""Where the notebooks and parameters are, and where a run's folder goes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from proofbook.errors import UsageError, did_you_mean
from proofbook.suite.inputs import PACKAGE

HOME = "PROOFBOOK_HOME"


@dataclass(frozen=True)
class Project:
    """A folder holding ``notebooks`` and ``params``; its runs go to ``outputs``."""

    root: Path
    outputs: Path

    @property
    def notebooks(self) -> Path:
        """The source notebooks."""
        return self.root / "notebooks"

    @property
    def params(self) -> Path:
        """base.yaml, profiles and baselines."""
        return self.root / "params"

    @property
    def baselines(self) -> Path:
        """The promoted baselines."""
        return self.params / "baselines"

    def with_outputs(self, folder: str) -> Project:
        """The project with its runs in another folder; an empty text changes nothing."""
        return Project(self.root, Path(folder).absolute()) if folder else self

    def run_folder(self, run: str) -> Path:
        """The folder of a run given by its id, its path, or ``latest``; UsageError if absent."""
        folder = Path(run) if (Path(run) / "run.json").exists() else self.outputs / run
        if run == "latest" and (self.outputs / "latest").is_file():
            folder = self.outputs / (self.outputs / "latest").read_text(encoding="utf-8").strip()
        if not (folder / "run.json").exists():
            known = sorted(p.parent.name for p in self.outputs.glob("*/run.json"))
            hint = did_you_mean(run, known) or f"; it holds {', '.join(known[-3:]) or 'no run'}"
            raise UsageError(f"no run {run!r} in {self.outputs}{hint}")
        return folder.absolute()


def find(start: Path | None = None) -> Project:
    """The project: PROOFBOOK_HOME, else the nearest folder above ``start`` (default: the working
    directory) with notebooks and params, else this checkout, else the copies in the package.

    With the copies in the package, runs go to ``outputs`` in the working directory.
    """
    named = os.environ.get(HOME)
    if named:
        root = Path(named).expanduser().absolute()
        if not _is_project(root):
            raise UsageError(f"{HOME}={named}: holds no notebooks and params/base.yaml")
        return Project(root, root / "outputs")
    here = (start or Path.cwd()).absolute()
    for root in (here, *here.parents, PACKAGE.parent.parent):
        if _is_project(root):
            return Project(root, root / "outputs")
    packaged = PACKAGE / "_project"
    if _is_project(packaged):
        return Project(packaged, Path.cwd() / "outputs")
    raise UsageError(
        f"no project found in {here} or above: it holds notebooks and params/base.yaml. "
        f"Change into it, or set {HOME}"
    )


def _is_project(root: Path) -> bool:
    return (root / "notebooks").is_dir() and (root / "params" / "base.yaml").is_file()
