"""A small project of notebooks that record what they are told, to test the suite around them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from proofbook.params import NOTEBOOKS
from proofbook.suite.project import Project

PARAMS = Path(__file__).parents[2] / "params"

PARAMETERS = """
run_folder = ""
awards = ""
recipients = ""
truth = ""
n_awards = 1000
n_recipients = 5000
seed = 7
settings = {}
size = ""
upstream = []
"""

START = """
from proofbook.suite import notebook
page = notebook.start(
    NAME, run_folder=run_folder, awards=awards, recipients=recipients, truth=truth,
    n_awards=n_awards, n_recipients=n_recipients, seed=seed, settings=settings, size=size,
    upstream=upstream,
)
"""

#: Records every declared metric: a value that passes its gate, unless VALUES says otherwise.
RECORD = """
from proofbook.quality.metrics import DEFINITIONS, declared
from proofbook.suite.gate_defaults import DEFAULTS
for name in declared(NAME, has_truth=page.truth_path is not None):
    gate = DEFAULTS.get(name)
    good = 1.0 if gate and gate.better == "higher" else 0.0
    value = VALUES.get(name, good)
    if value != "forgotten":
        page.record(name, value, low=good, high=good)
"""

FINISH = "page.finish()"

AWARDS = "Company,UEI,Award Year\n" + "".join(f"Firm {i},,2020\n" for i in range(20))
RECIPIENTS = "legal_business_name,uei\n" + "".join(f"FIRM {i},\n" for i in range(50))


def cells(name: str, values: Mapping[str, object] | None = None, fault: str = "") -> list[str]:
    """The code of a sound notebook that records ``values``, with ``fault`` before its last cell."""
    names = f"NAME, VALUES = {name!r}, {dict(values or {})!r}\n"
    return [names + START, RECORD, *([fault] if fault else []), FINISH]


def write_notebook(path: Path, code: list[str]) -> None:
    """A notebook with a heading, the parameters, and one cell for each piece of code."""
    parameters = new_code_cell(PARAMETERS.strip(), metadata={"tags": ["parameters"]})
    body = [new_code_cell(text.strip()) for text in code]
    title = new_markdown_cell(f"# The notebook {path.stem}")
    nbformat.write(new_notebook(cells=[title, parameters, *body]), path)


@pytest.fixture(scope="session")
def make_project(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Project]:
    """Makes a project of five tiny notebooks; keyword arguments give the code of some of them."""

    def make(code: Mapping[str, list[str]] | None = None) -> Project:
        root = tmp_path_factory.mktemp("project")
        (root / "notebooks").mkdir()
        for name in NOTEBOOKS:
            write_notebook(
                root / "notebooks" / f"{name}.ipynb", (code or {}).get(name, cells(name))
            )
        shutil.copytree(PARAMS, root / "params")
        (root / "awards.csv").write_text(AWARDS)
        (root / "recipients.csv").write_text(RECIPIENTS)
        return Project(root, root / "outputs")

    return make


def ended(pid: int) -> bool:
    """Whether a process is gone within a moment, or waits for nothing but its funeral."""
    for _ in range(50):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.1)
    return False


def given(project: Project, *assignments: str) -> list[str]:
    """Assignments that name the project's own small files."""
    return [
        f"data.awards={project.root / 'awards.csv'}",
        f"data.recipients={project.root / 'recipients.csv'}",
        *assignments,
    ]
