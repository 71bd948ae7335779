"""Provenance: what it takes to run the same thing again."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

from proofbook.suite.result import InputFile

#: Packages whose version can change a result.
PACKAGES = (
    "proofbook",
    "lightgbm",
    "matplotlib",
    "nbclient",
    "numpy",
    "pandas",
    "papermill",
    "polars",
    "pyarrow",
    "rapidfuzz",
    "scipy",
    "scrapbook",
)


def now() -> str:
    """This moment in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that can change a result."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def commit(root: Path) -> tuple[str | None, bool | None]:
    """The commit of a checkout and whether files differ from it; None twice outside of git."""
    try:
        head = _git(root, "rev-parse", "HEAD")
        return head, bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        return None, None


def _git(root: Path, *words: str) -> str:
    found = subprocess.run(
        ["git", "-C", str(root), *words], capture_output=True, text=True, check=True, timeout=30
    )
    return found.stdout.strip()


def machine() -> dict[str, Any]:
    """What the machine is made of; no names of hosts or users."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
    }


def machine_class(of: dict[str, Any]) -> str:
    """One word for machines whose times may be compared: system, processor, cores, memory."""
    words = f"{of['system']} {of['architecture']} {of['processor']} {of['cores']}c"
    return re.sub(r"[^a-z0-9]+", "-", f"{words} {of['memory_gb']:.0f}gb".lower()).strip("-")


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(encoding="utf-8"), re.M)
        if found:
            return found[1].strip()
    return platform.processor() or "unknown"


def input_file(role: str, path: Path, rows: int | None, sha256: str | None = None) -> InputFile:
    """The provenance of one input; its SHA-256 is computed when it is not given."""
    if sha256 is None:
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return InputFile(role, str(path), rows, path.stat().st_size, sha256)
