"""The schedule: steps started in the order of their needs, independent ones side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from proofbook.suite.plan import Step

Done = TypeVar("Done")


def run_all(
    plan: Sequence[Step],
    *,
    jobs: int,
    finished: set[str],
    held: Callable[[Step], Done | None],
    run: Callable[[Step, threading.Event], Done],
    done: Callable[[Step, Done], None],
) -> Generator[Step]:
    """Runs every step after the steps it needs (``finished`` ones are), at most ``jobs`` at a time.

    Yields each step that is done; others go on meanwhile. ``held`` may give the result of a step
    in place of running it. ``held`` and ``done`` are called in this thread, ``run`` in another; its
    event is set when the run must stop. An exception here (an interrupt, an output that cannot be
    written), and closing the generator, stops what is running, reports it as done, and is raised
    again.
    """
    waiting, finished = list(plan), set(finished)
    running: dict[Future[Done], Step] = {}
    stop = threading.Event()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while waiting or running:
                ready = [step for step in waiting if finished.issuperset(step.needs)]
                for step in ready[: jobs - len(running)]:
                    waiting.remove(step)
                    result = held(step)
                    if result is None:
                        running[pool.submit(run, step, stop)] = step
                    else:
                        done(step, result)
                        finished.add(step.key)
                        yield step
                ended = wait(running, timeout=0 if ready else None, return_when=FIRST_COMPLETED)
                for future in ended.done:
                    step = running.pop(future)
                    done(step, future.result())
                    finished.add(step.key)
                    yield step
        except BaseException:
            stop.set()
            for future, step in running.items():
                if future.exception() is None:
                    done(step, future.result())
            raise
