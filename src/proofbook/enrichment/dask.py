"""Units on a Dask cluster: one that is running at an address, or one of processes of this machine.

Results stay with the workers until they are needed here; what is lost with a worker is computed
again, by Dask where it can and by the engine otherwise. A worker without a nanny cannot be
stopped: a unit that takes too long there is given up, and its thread goes on.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from proofbook.enrichment.backends import Ended, Value, at_hand, is_local, too_slow
from proofbook.enrichment.checkpoints import Target
from proofbook.enrichment.retry import LostWorker
from proofbook.enrichment.shared import Shared
from proofbook.errors import ParameterError
from proofbook.matching.units import Arrays, Function, Key, Split, Work, carry_out

try:
    import distributed
except ImportError as error:
    raise ParameterError(
        f"--engine dask needs the package distributed ({error}). "
        "Remedy: pip install 'proofbook[dask]'"
    ) from None


class Dask:
    """Carries out units on a cluster, one in every thread of its workers."""

    writes = False

    def __init__(self, scheduler: str, workers: int, memory_limit: int | None) -> None:
        """Connects to a scheduler; without an address, starts workers of one thread each.

        ``workers`` of 0 is one for each core; ``memory_limit`` is divided among them. Raises
        ParameterError when there is no scheduler at the address.
        """
        self._cluster = (
            None if scheduler else _cluster(workers or os.cpu_count() or 1, memory_limit)
        )
        try:
            self._client = distributed.Client(scheduler or self._cluster, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ParameterError(
                f"--scheduler {scheduler}: no Dask scheduler answers there ({error})"
            ) from None
        self._tries = itertools.count()
        self._futures: dict[Key, distributed.Future] = {}
        self._deadlines: dict[Key, tuple[float, float]] = {}
        self._files: dict[Path, Arrays] = {}
        self._shared = Shared(self._scatter, lambda future: future.release())

    @property
    def slots(self) -> int:
        """The threads that the cluster has now."""
        threads: int = sum(self._client.nthreads().values())
        return max(1, threads)

    def start(
        self,
        key: Key,
        work: Work,
        target: Target | None,  # noqa: ARG002 - as every backend
        limit_s: float | None,
    ) -> None:
        """Sends a unit to the scheduler."""
        self._shared.forget(_is_lost)
        name = f"{key[0]}-{key[1]}-{next(self._tries)}"
        args = [self._sent(value) for value in work.args]
        self._futures[key] = self._client.submit(
            _carry_out, work.function, work.split, work.halvings, *args, key=name, pure=False
        )
        if limit_s is not None:
            self._deadlines[key] = limit_s, time.monotonic() + limit_s

    def ended(self, wait_s: float) -> list[Ended]:
        """The units that ended, those among them that took too long."""
        futures = list(self._futures.values())
        if not futures:
            time.sleep(wait_s)
            return []
        with contextlib.suppress(TimeoutError), self._client.as_current():
            distributed.wait(futures, timeout=max(wait_s, 0.001), return_when="FIRST_COMPLETED")
        late = [key for key, (_, end) in self._deadlines.items() if time.monotonic() > end]
        found = [self._end(key) for key, future in list(self._futures.items()) if future.done()]
        return found + [self._give_up(key) for key in late if key in self._futures]

    def fetch(self, value: Value) -> Arrays:
        """A result as arrays; LostWorker when no worker has it any more."""
        if is_local(value):
            return at_hand(value)
        try:
            if _is_lost(value):
                raise LostWorker(f"result {value.key} was lost with its worker")
            arrays: Arrays = value.result()
        except (distributed.CancelledError, distributed.scheduler.KilledWorker) as error:
            raise LostWorker(str(error)) from None
        return arrays

    def lost(self, value: Value) -> bool:
        """Whether a result was lost and will not come again by itself."""
        return not is_local(value) and _is_lost(value)

    def close(self) -> None:
        """Leaves the cluster; one that was started here ends."""
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()

    def _sent(self, value: Any) -> Any:
        if isinstance(value, Path):
            if value not in self._files:
                self._files[value] = at_hand(value)
            value = self._files[value]
        return self._shared.place(value)

    def _scatter(self, arrays: Arrays) -> distributed.Future:
        # in a list: the values of a dict would become one future each
        return self._client.scatter([dict(arrays)], hash=False)[0]

    def _end(self, key: Key) -> Ended:
        future = self._futures.pop(key)
        self._deadlines.pop(key, None)
        if future.status == "finished":
            return Ended(key, future)
        error = future.exception()
        if isinstance(error, (distributed.CancelledError, distributed.scheduler.KilledWorker)):
            return Ended(key, error=LostWorker(str(error)))
        return Ended(key, error=error)

    def _give_up(self, key: Key) -> Ended:
        future, (limit_s, _) = self._futures.pop(key), self._deadlines.pop(key)
        at_work = [w for w, keys in self._client.processing().items() if future.key in keys]
        future.cancel()
        with contextlib.suppress(Exception):  # a worker without a nanny cannot be restarted
            self._client.restart_workers(at_work, timeout=30)
        return Ended(key, error=too_slow(limit_s))


def _is_lost(future: distributed.Future) -> bool:
    return future.status in ("lost", "cancelled", "error")


def _carry_out(function: Function, split: Split | None, halvings: int, *args: Any) -> Arrays:
    """What a worker runs."""
    return carry_out(Work(function, args, split, halvings))[0]


def _cluster(workers: int, memory_limit: int | None) -> distributed.LocalCluster:
    share = 0 if memory_limit is None else memory_limit // (workers + 1)
    with _ignored_by_children():
        return distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=share,
            silence_logs=logging.ERROR,
        )


@contextmanager
def _ignored_by_children() -> Iterator[None]:
    """Processes started now leave signals, which a terminal sends to all, to this one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {n: signal.signal(n, signal.SIG_IGN) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
