"""A command in a fresh process: its time, the time of its cores, its memory, and its end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

#: Seconds between looks at memory.
_EVERY = 0.02


@dataclass(frozen=True)
class Cost:
    """What a process took, from its start to its end, imports and files among it.

    ``seconds`` of wall time, ``cpu_seconds`` of all its cores and children, ``peak_mb`` resident
    (10^6 bytes) of the whole process tree: the largest sum seen, or more exactly the system's own
    mark of any one process where that is higher. ``ended`` is False where the budget ended it.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    ended: bool


def measured(command: Sequence[str], environment: Mapping[str, str], budget: float) -> Cost:
    """Run a command to its end, or for ``budget`` seconds; RuntimeError when it fails."""
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command,
            env=os.environ | environment,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        ) as child,
    ):
        peak, used, ended = 0, 0.0, True
        # Looked at, not waited for: what it used is known only while it can still be waited for.
        while not os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            peak, used = max(peak, _resident(child.pid)), max(used, _cpu_seconds(child.pid))
            if time.perf_counter() - started > budget:
                ended = False
                os.killpg(child.pid, signal.SIGKILL)  # it leads a group of its own
                break
            time.sleep(_EVERY)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read().decode(errors="replace").strip()
    if ended and child.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}: {words}")
    used = max(used, usage.ru_utime + usage.ru_stime)
    return Cost(seconds, used, peak / 1e6, ended)


def _tree(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    return []


def _resident(pid: int) -> int:
    """Resident bytes of a process tree now, or the highest ever of one process in it."""
    total, highest = 0, 0
    for process in _tree(pid):
        with contextlib.suppress(psutil.Error, OSError):
            total += process.memory_info().rss
            highest = max(highest, _mark(process.pid))
    return max(total, highest)


def _mark(pid: int) -> int:
    """The high-water mark of a process's resident bytes, proc(5); 0 where there is none."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _cpu_seconds(pid: int) -> float:
    total = 0.0
    for process in _tree(pid):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total
