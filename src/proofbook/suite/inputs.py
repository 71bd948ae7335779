"""The input files of a run or of a notebook on its own: the user's, or a synthetic world."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import proofbook

#: Seconds that what a notebook on its own has made is kept at least.
KEPT_S = 7 * 24 * 3600

#: Marks the folder of a synthetic world.
MARK = ".synthetic"

PACKAGE = Path(proofbook.__file__).parent


@dataclass(frozen=True)
class InputPaths:
    """Where awards, recipients and (if known) the truth are."""

    awards: Path
    recipients: Path
    truth: Path | None


def world_files(folder: Path, n_awards: int, n_recipients: int, seed: int) -> InputPaths:
    """The synthetic world of this size and seed in ``folder``, made there unless it is there."""

    def make(empty: Path) -> None:
        from proofbook.sources.synthetic import write_world  # noqa: PLC0415 - only when needed

        write_world(empty, n_awards, n_recipients, seed)
        (empty / MARK).touch()

    made_once(folder, make)
    return world_paths(folder)


def is_world(paths: InputPaths) -> bool:
    """Whether these files are a synthetic world that was made here."""
    return (paths.awards.parent / MARK).exists()


def world_paths(folder: Path) -> InputPaths:
    """The names of the files of a synthetic world."""
    return InputPaths(
        folder / "awards.csv.gz", folder / "recipients.parquet", folder / "truth.parquet"
    )


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """``folder``, filled by ``make`` when it is not there; complete or absent, never in between.

    Two processes may ask at once: both fill a folder of their own, the first to finish wins.
    """
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        make(temporary)
        temporary.chmod(0o755)
        try:
            temporary.rename(folder)
        except OSError:
            if not folder.exists():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def cache_folder() -> Path:
    """Where a notebook on its own keeps the small inputs it made, by user."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "proofbook"


def forget_old(folder: Path, *, but: Path) -> None:
    """Throws away what other versions of the code or other parameters kept here a week ago."""
    for kept in folder.iterdir():
        if kept != but and time.time() - kept.stat().st_mtime > KEPT_S:
            shutil.rmtree(kept, ignore_errors=True)


def fingerprint(*folders: Path, words: str = "") -> str:
    """Twelve hex digits that change with any file under the folders, or with the words."""
    digest = hashlib.sha256(words.encode())
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"):
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def cached_world(n_awards: int, n_recipients: int, seed: int) -> InputPaths:
    """The world of this size and seed in the user's cache, made anew when its code has changed."""
    key = fingerprint(PACKAGE / "sources" / "synthetic")
    folder = cache_folder() / "worlds" / f"{n_awards}x{n_recipients}-{seed}-{key}"
    paths = world_files(folder, n_awards, n_recipients, seed)
    forget_old(folder.parent, but=folder)
    return paths
