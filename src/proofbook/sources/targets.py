"""Where a result is written: what is wrong with the place is said before any work is done."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from proofbook.atomic import destination, other_than_file
from proofbook.errors import OutputError
from proofbook.sources.files import SUFFIXES


def check_target(out: Path, inputs: Iterable[Path | None] = ()) -> None:
    """OutputError when a Parquet table should not, or cannot, be written to ``out``.

    That is: one of the inputs, a suffix that promises another format, a folder that is missing,
    and what ``check_file`` refuses.
    """
    if any(given is not None and _same(out, given) for given in inputs):
        raise OutputError(
            f"{out}: is an input of this command and would be lost. Remedy: name another file"
        )
    promised = next((f for s, f in SUFFIXES.items() if out.name.lower().endswith(s)), "parquet")
    if promised != "parquet" and not out.is_dir():
        raise OutputError(
            f"{out}: is written as Parquet, which its suffix denies. "
            f"Remedy: let its name end in .parquet"
        )
    check_file(out)
    if not destination(out).parent.is_dir():
        raise OutputError(
            f"{_led(out)}: its folder does not exist. Remedy: make the folder, or name another"
        )


def check_file(out: Path) -> None:
    """OutputError when no file can be written to ``out``, its folder being made if need be.

    That is: a folder, a device or anything else but a file, and a folder that is not writable. A
    disk that fills up later is not foreseen.
    """
    other = other_than_file(out)
    if other == "a folder":
        raise OutputError(f"{out}: is a folder. Remedy: name a file in it")
    if other is not None:
        raise OutputError(f"{out}: is {other}. Remedy: name a new file, or a regular one")
    folder = next(above for above in destination(out.absolute()).parents if above.exists())
    if not folder.is_dir():
        raise OutputError(f"{_led(out)}: {folder} is no folder. Remedy: name a file in a folder")
    if not os.access(folder, os.W_OK):
        raise OutputError(
            f"{_led(out)}: its folder is not writable. Remedy: name a file in another one"
        )


def _led(out: Path) -> str:
    return f"{out} (a link to {destination(out)})" if out.is_symlink() else str(out)


def _same(out: Path, given: Path) -> bool:
    try:
        return out.samefile(given)
    except OSError:
        return False
