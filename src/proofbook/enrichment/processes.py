"""Units in spawned processes of this machine, each with a pipe of its own.

Results, and arrays that many units read, travel as files that all processes map: nothing large
goes through a pipe, and it is in memory once. A worker that is lost, or stopped for taking too
long, is replaced, and takes no other unit with it.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import pickle
import signal
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from proofbook.enrichment.arrayfile import write_arrays
from proofbook.enrichment.backends import NEVER, Ended, Value, at_hand, too_slow, written
from proofbook.enrichment.checkpoints import Target
from proofbook.enrichment.retry import LostWorker
from proofbook.enrichment.shared import Shared
from proofbook.matching.units import Arrays, Key, Work

_POLL_S = 1.0


@dataclass
class _Worker:
    process: SpawnProcess
    pipe: Connection
    key: Key | None = None
    ready: bool = False  # its imports take seconds, which are not the first unit's
    deadline: float = NEVER
    limit_s: float = NEVER


class Processes:
    """Carries out one unit at a time in each of so many processes."""

    writes = True

    def __init__(self, workers: int, folder: Path) -> None:
        """``folder`` (on this machine) receives arrays that are sent to several units."""
        self.slots, self._folder, self._numbers = workers, folder, itertools.count()
        self._workers: list[_Worker] = []
        self._ended: list[Ended] = []
        self._shared = Shared(self._put, lambda path: path.unlink(missing_ok=True))

    def start(self, key: Key, work: Work, target: Target | None, limit_s: float | None) -> None:
        """Sends a unit to a worker that has none."""
        assert target is not None
        args = tuple(self._shared.place(a) for a in work.args)
        worker = self._idle()
        worker.key, worker.limit_s = key, NEVER if limit_s is None else limit_s
        if worker.ready:
            worker.deadline = time.monotonic() + worker.limit_s
        try:
            worker.pipe.send((Work(work.function, args, work.split, work.halvings), target))
        except OSError:  # it is found dead by `ended`
            return

    def ended(self, wait_s: float) -> list[Ended]:
        """What the workers have sent, and what those that are lost or too slow leave undone."""
        busy = {w.pipe: w for w in self._workers if w.key is not None}
        if not busy:
            time.sleep(wait_s)
            return []
        nearest = min(w.deadline for w in busy.values()) - time.monotonic()
        for pipe in wait(list(busy), timeout=max(0.0, min(wait_s, nearest))):
            assert isinstance(pipe, Connection)
            self._receive(busy[pipe])
        for worker in busy.values():
            if worker.key is not None and time.monotonic() > worker.deadline:
                self._replace(worker, too_slow(worker.limit_s))
        found, self._ended = self._ended, []
        return found

    def fetch(self, value: Value) -> Arrays:
        """A result as arrays."""
        return at_hand(value)

    def lost(self, value: Value) -> bool:  # noqa: ARG002 - as every backend
        """Files stay."""
        return False

    def close(self) -> None:
        """Kills the workers."""
        for worker in self._workers:
            _kill(worker)
        self._workers = []

    def _put(self, arrays: Arrays) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"shared-{next(self._numbers)}.arrays"
        write_arrays(path, arrays, {}, durable=False)
        return path

    def _idle(self) -> _Worker:
        for worker in self._workers:
            if worker.key is None and worker.process.is_alive():
                return worker
        self._workers = [w for w in self._workers if w.key is not None]
        here, there = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_work, args=(there, os.getpid()), daemon=True)
        process.start()
        there.close()
        self._workers.append(_Worker(process, here))
        return self._workers[-1]

    def _receive(self, worker: _Worker) -> None:
        assert worker.key is not None
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(timeout=5)
            code = worker.process.exitcode
            words = f"its worker process {worker.process.pid} ended with exit code {code}"
            if code == -signal.SIGKILL:
                words += " (killed from outside, or out of memory)"
            self._replace(worker, LostWorker(words))
            return
        if not worker.ready:
            worker.ready, worker.deadline = True, time.monotonic() + worker.limit_s
            return
        value, error, halved = answer
        self._ended.append(Ended(worker.key, value, error, halved))
        worker.key, worker.deadline = None, NEVER

    def _replace(self, worker: _Worker, error: Exception) -> None:
        assert worker.key is not None
        _kill(worker)
        self._workers.remove(worker)
        self._ended.append(Ended(worker.key, error=error))
        worker.key = None


def _kill(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


def _work(pipe: Connection, parent: int) -> None:
    """The program of a worker: units in, paths of results out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C goes to all, but is for the engine
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # so does a service manager's SIGTERM
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    pipe.send("ready")
    while True:
        try:
            work, target = pipe.recv()
        except (EOFError, OSError):
            return
        with contextlib.suppress(OSError):  # the engine's process is gone
            pipe.send(_answer(work, target))


def _answer(work: Work, target: Target) -> tuple[Value | None, Exception | None, int]:
    try:
        value, halved = written(work, target)
    except Exception as error:
        return None, _sendable(error), 0
    return value, None, halved


def _sendable(error: Exception) -> Exception:
    """The error, or its words where it would not arrive."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _end_with(parent: int) -> None:
    """Ends this process soon after the engine's has gone, in the middle of a unit too."""
    while os.getppid() == parent:
        time.sleep(_POLL_S)
    os._exit(1)
