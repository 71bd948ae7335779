"""The true peak memory of a block: what this process and its children held at the worst moment.

On Linux the kernel keeps the high-water mark of a process's resident memory (``VmHWM``) and lets
it be reset (``5`` written to ``/proc/self/clear_refs``, see proc(5)), so the process's own peak is
exact however short it was. Child processes are sampled, and the largest of those waited for is
known to the system. Elsewhere the process is sampled too.

The mark is one per process. Two blocks that reset it without knowing of each other would erase
each other's peaks; so all open blocks of a process are kept in one `MemoryWatch`, the module's
``WATCH``. Nothing else is shared: it is empty whenever no block is open.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")
_IDLE_S = 0.05  # between looks for a child, where the process itself needs no sampling
_BUSY_S = 0.005  # between samples of memory
_SHARE = 200  # a sample may cost a 200th of the time between samples: 0.5 %
#: Linux kernels list a task's children; other systems, and kernels built without, do not.
_HAS_CHILDREN_FILES = Path(f"/proc/self/task/{os.getpid()}/children").exists()


@dataclass(eq=False)
class Block:
    """One open block: resident bytes of the process tree at its entry, and at most so far."""

    start: int
    peak: int


class MemoryWatch:
    """Follows the memory of this process and its children while at least one block is open."""

    def __init__(self, *, exact: bool | None = None) -> None:
        """``exact=None`` uses the kernel's high-water mark where it can be reset."""
        self.exact = _can_reset() if exact is None else exact
        self.forget()

    def forget(self) -> None:
        """Drop all open blocks; in a forked child, where blocks and a held lock are copies."""
        self._blocks: list[Block] = []
        self._largest_child = _largest_child()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._sampler: threading.Thread | None = None

    def open(self) -> Block:
        """Begin a block."""
        with self._lock:
            self._fold()  # what came before belongs to the blocks around this one
            now = self._now()
            block = Block(start=now, peak=now)
            self._blocks.append(block)
            if self._sampler is None:
                self._stop = threading.Event()
                self._sampler = threading.Thread(
                    target=self._sample, args=(self._stop,), daemon=True, name="memory-watch"
                )
                self._sampler.start()
        return block

    def close(self, block: Block) -> int:
        """End a block, whose ``peak`` is then final; the tree's resident bytes now."""
        with self._lock:
            self._fold()
            now = self._now()
            with contextlib.suppress(ValueError):  # opened before a fork, closed in the child
                self._blocks.remove(block)
            sampler = None
            if not self._blocks:
                self._stop.set()
                sampler, self._sampler = self._sampler, None
        if sampler is not None:
            sampler.join()
        return now

    def _now(self) -> int:
        own = _status_bytes("VmRSS:") if self.exact else psutil.Process().memory_info().rss
        return own + _resident(descendants())

    def _fold(self) -> None:
        """Count the memory held since the last call into every open block."""
        if self.exact:
            own = _status_bytes("VmHWM:")
            _CLEAR_REFS.write_text("5")
        else:
            own = psutil.Process().memory_info().rss
        waited_for = _largest_child()
        # A new largest child has ended. What Linux calls its peak begins with the memory of the
        # process it was forked from, so only more than that is known to be its own.
        gone = waited_for if waited_for > max(self._largest_child, own) else 0
        self._largest_child = waited_for
        total = own + max(_resident(descendants()), gone)
        for block in self._blocks:
            block.peak = max(block.peak, total)

    def _sample(self, stop: threading.Event) -> None:
        pause = _BUSY_S
        while not stop.wait(pause):
            began = time.thread_time()
            with self._lock:
                if stop.is_set():
                    return
                if self.exact and not _has_children():
                    least = _IDLE_S  # the kernel watches for us
                else:
                    self._fold()
                    least = _BUSY_S
            pause = max(least, _SHARE * (time.thread_time() - began))


def tree_cpu_seconds() -> float:
    """CPU seconds, user and system, of this process, its living and its waited-for children."""
    own = os.times()
    total = time.process_time() + own.children_user + own.children_system
    for child in descendants():
        with contextlib.suppress(psutil.Error):
            used = child.cpu_times()
            total += used.user + used.system
            total += getattr(used, "children_user", 0.0) + getattr(used, "children_system", 0.0)
    return total


def waited_seconds() -> float:
    """Seconds in which a thread of this process was ready to run and had no core, so far.

    From the scheduler's statistics of Linux (``schedstat``, the second number, in ns); 0 elsewhere.
    Threads that waited side by side add up.
    """
    total = 0
    with contextlib.suppress(OSError):  # another system
        for task in os.scandir("/proc/self/task"):
            with contextlib.suppress(OSError):  # the thread ended meanwhile
                statistics = os.open(f"{task.path}/schedstat", os.O_RDONLY)
                try:
                    total += int(os.read(statistics, 100).split()[1])
                finally:
                    os.close(statistics)
    return total / 1e9


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def descendants() -> list[psutil.Process]:
    """The living child processes, and theirs."""
    if not _HAS_CHILDREN_FILES:
        return psutil.Process().children(recursive=True)
    found: list[psutil.Process] = []
    if not _has_children():
        return found
    for pid in _child_pids("self"):
        with contextlib.suppress(psutil.Error):
            found.append(psutil.Process(pid))
    return found


def _child_pids(process: str | int) -> Iterator[int]:
    """Pids below a process from ``/proc``: microseconds, where a look at all processes takes ms."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        for task in Path(f"/proc/{process}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for pid in (task / "children").read_text().split():
                    yield int(pid)
                    yield from _child_pids(int(pid))


def _has_children() -> bool:
    """One system call, where a list of them takes many and each may wait for the interpreter."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _largest_child() -> int:
    """Peak resident bytes of the largest child process that was waited for, so far."""
    if resource is None:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2)
    return int(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * unit


def _resident(processes: list[psutil.Process]) -> int:
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            total += process.memory_info().rss
    return total


def _status_bytes(key: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) * 1024
    raise OSError(f"{_STATUS} has no {key}")


def _can_reset() -> bool:
    try:
        _CLEAR_REFS.write_text("5")
        _status_bytes("VmHWM:")
    except OSError:
        return False
    return True


def give_back() -> None:
    """Have the C library return freed memory to the system; glibc keeps most of it otherwise."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL("libc.so.6").malloc_trim(0)


def keep_little() -> None:
    """Have the C library return every larger block as soon as it is freed; costs some time.

    Threads that are started afterwards bring no arenas of their own.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            libc = ctypes.CDLL("libc.so.6")
            for option, value in _LITTLE.items():
                libc.mallopt(option, value)


#: Options of glibc's mallopt(3): M_MMAP_THRESHOLD, M_TRIM_THRESHOLD (bytes), M_ARENA_MAX.
_LITTLE = {-3: 1 << 20, -1: 1 << 20, -8: 2}

WATCH = MemoryWatch()
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=WATCH.forget)
