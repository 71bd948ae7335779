"""Keep stored notebooks clean: no outputs, no execution counts, one kernel name, steady cell ids.

    python tools/notebook_hygiene.py [--fix] NOTEBOOK...

Without --fix, lists what is wrong and exits with 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import nbformat

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEPT = {"tags", "jupyter"}  # what a cell is for, and whether its source is folded


def faults(notebook: Any) -> list[str]:
    """What a stored notebook must not have."""
    found = []
    if notebook.metadata.get("kernelspec") != KERNEL:
        found.append(f"kernel is {notebook.metadata.get('kernelspec')}")
    if set(notebook.metadata) - {"kernelspec", "language_info"}:
        found.append(f"metadata {sorted(set(notebook.metadata) - {'kernelspec', 'language_info'})}")
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            found.append(f"cell {number} has outputs or an execution count")
        if set(cell.metadata) - KEPT:
            found.append(f"cell {number} has metadata {sorted(set(cell.metadata) - {'tags'})}")
    return found


def cleaned(notebook: Any) -> Any:
    """The notebook without what it must not have."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in KEPT}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def main() -> int:
    """Check or clean the named notebooks; 1 when one is (or was) not clean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fix", action="store_true")
    parser.add_argument("notebooks", nargs="+", type=Path)
    arguments = parser.parse_args()
    status = 0
    for path in arguments.notebooks:
        notebook = nbformat.read(path, as_version=4)
        for fault in faults(notebook):
            print(f"{path}: {fault}")
            status = 1
        if arguments.fix and faults(notebook):
            nbformat.write(cleaned(notebook), path)
    return status


if __name__ == "__main__":
    sys.exit(main())
