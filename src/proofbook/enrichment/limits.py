"""Memory limits: what a container allows, and what the process tree holds."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil

from proofbook.measure.memory import descendants

#: A limit of this many bytes is none: cgroup v1 writes the largest number of pages.
_NONE = 1 << 60


def container_limit(
    membership: Path = Path("/proc/self/cgroup"), root: Path = Path("/sys/fs/cgroup")
) -> int | None:
    """Bytes of memory that the control groups of this process allow; None when they set no limit.

    Reads version 2 (``memory.max``) and 1 (``memory.limit_in_bytes``), and the groups above, whose
    limits hold too (see cgroups(7)). Inside a container the path of the group may not exist: then
    those of its parents that do.
    """
    try:
        lines = membership.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    limits = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            limits += _limits(root, path, "memory.max")
        elif "memory" in controllers.split(","):
            limits += _limits(root / "memory", path, "memory.limit_in_bytes")
    return min(limits, default=None)


def _limits(root: Path, path: str, name: str) -> list[int]:
    parts = [part for part in path.split("/") if part not in ("", "..")]
    found = []
    for depth in range(len(parts) + 1):
        with contextlib.suppress(OSError, ValueError):  # not there, or "max"
            limit = int(root.joinpath(*parts[:depth], name).read_text(encoding="ascii"))
            if limit < _NONE:
                found.append(limit)
    return found


def tree_memory() -> int:
    """Resident bytes that this process and its children share with nobody.

    Mapped files are left out: the system takes their pages back when it needs them.
    """
    total = 0
    for process in (psutil.Process(), *descendants()):
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            held = process.memory_info()
            total += held.rss - getattr(held, "shared", 0)
    return int(total)
