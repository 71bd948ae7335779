"""A notebook on its own in JupyterLab: what it reads from the notebooks before it is made here.

The notebooks before it are run once, as the suite runs them, on the same small inputs, and kept in
the user's cache until a parameter, a notebook or the package changes.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proofbook.errors import NotebookError
from proofbook.params import NOTEBOOKS, Settings
from proofbook.suite import project
from proofbook.suite.inputs import PACKAGE, InputPaths, cache_folder, fingerprint, forget_old
from proofbook.suite.layers import from_settings
from proofbook.suite.prepare import input_paths
from proofbook.suite.run import Request, planned, run_suite


def before(name: str, settings: Settings) -> tuple[Path, InputPaths, list[Path]]:
    """The run folder, the inputs and the executed notebooks that notebook ``name`` reads alone.

    NotebookError, naming the cause, when one of the notebooks before it does not complete.
    """
    home = project.find()
    key = fingerprint(PACKAGE, words=f"{home.root} {settings.model_dump_json()}")
    kept = cache_folder() / "alone" / key
    with _locked(kept):
        forget_old(kept.parent, but=kept)
        request = Request(
            from_settings(_lenient(settings), "notebook"),
            project.Project(home.root, kept),
            resume=next((p.parent for p in kept.glob("*/run.json")), None),
            last=NOTEBOOKS[NOTEBOOKS.index(name) - 1],
            rendered=False,
        )
        result = run_suite(request)
    if any(notebook.status != "completed" for notebook in result.notebooks):
        raise NotebookError(f"{name} needs the notebooks before it. {result.verdict}")
    folder = kept / result.run_id
    paths = input_paths(settings, folder / "inputs")[settings.effective_sizes()[-1]]
    executed = [folder / "notebooks" / f"{step.key}.ipynb" for step in planned(request)]
    return folder, paths, executed


def _lenient(settings: Settings) -> Settings:
    """The settings with gates that hold nothing back: who opens a notebook wants to see it."""
    gates = {
        metric: bounds.model_copy(update={"severity": "warn"})
        for metric, bounds in settings.gates.items()
    }
    return settings.model_copy(update={"gates": gates})


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Holds the folder for this process; notebooks opened together wait for each other."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
