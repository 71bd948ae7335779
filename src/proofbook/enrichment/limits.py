"""Memory limits: what a container allows, what the process tree holds, and giving memory back."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from pathlib import Path

import psutil
import pyarrow as pa

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
    """Resident bytes of this process, and of its children what they do not share with others."""
    total = psutil.Process().memory_info().rss
    for child in descendants():
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            held = child.memory_info()
            total += held.rss - getattr(held, "shared", 0)
    return int(total)


def give_back() -> None:
    """Returns freed memory to the system, which allocators keep for later."""
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # not the GNU C library
            ctypes.CDLL(None).malloc_trim(0)
