"""A notebook on its own in JupyterLab: what it reads from the notebooks before it is made here."""

from __future__ import annotations

from pathlib import Path

from proofbook.errors import NotebookError
from proofbook.params import Settings
from proofbook.suite.inputs import InputPaths

#: Notebooks that read nothing from another one.
FIRST = ("01_profiling", "02_enrichment")


def prepare(name: str, settings: Settings, paths: InputPaths) -> tuple[Path, list[Path]]:
    """The folder and the executed notebooks that notebook ``name`` reads, made when not there."""
    raise NotebookError(f"{name} cannot run alone yet: {settings.sizes} {paths.awards}")
