"""Where a table is written: what is wrong with the place is said before any work is done."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from proofbook.errors import OutputError
from proofbook.sources.files import SUFFIXES


def check_target(out: Path, inputs: Iterable[Path | None] = ()) -> None:
    """OutputError when a Parquet table should not, or cannot, be written to ``out``.

    That is: one of the inputs, a folder, a suffix that promises another format, and a folder that
    is missing or not writable. A disk that fills up later is not foreseen.
    """
    if any(given is not None and _same(out, given) for given in inputs):
        raise OutputError(
            f"{out}: is an input of this command and would be lost. Remedy: name another file"
        )
    if out.is_dir():
        raise OutputError(f"{out}: is a folder. Remedy: name a file in it")
    promised = next((f for s, f in SUFFIXES.items() if out.name.lower().endswith(s)), "parquet")
    if promised != "parquet":
        raise OutputError(
            f"{out}: is written as Parquet, which its suffix denies. "
            f"Remedy: let its name end in .parquet"
        )
    if not out.parent.is_dir():
        raise OutputError(
            f"{out}: its folder does not exist. Remedy: make the folder, or name another"
        )
    if not os.access(out.parent, os.W_OK):
        raise OutputError(f"{out}: its folder is not writable. Remedy: name a file in another one")


def _same(out: Path, given: Path) -> bool:
    try:
        return out.samefile(given)
    except OSError:
        return False
