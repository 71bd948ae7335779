"""Ctrl-C and SIGTERM: the first is a request to stop at the next checkpoint, the second ends."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import psutil

from proofbook.errors import Interrupted
from proofbook.measure.memory import descendants

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether a stop was asked for, and by which signal."""

    def __init__(self) -> None:
        self.signal: int | None = None
        #: Whether a chunk is at work, which the stop waits for.
        self.busy = False
        #: Whether all is done, so that there is nothing left to stop.
        self.over = False

    def check(self) -> None:
        """Interrupted, if a stop was asked for."""
        if self.signal is not None:
            raise Interrupted(f"stopped by {signal.Signals(self.signal).name}", self.signal)


@contextmanager
def stoppable(tell: Callable[[str], None]) -> Iterator[Stop]:
    """Turns the first signal into a stop at the next checkpoint, and ends at once at the second.

    While no chunk is at work, the first signal raises Interrupted where it is. Python's handlers
    wait for native code to return, which may take long; so the second signal is noticed by a
    thread, to which the interpreter writes its number at once (`signal.set_wakeup_fd`). All that
    is written is whole or not there, so that ending at once does no harm. Outside of the main
    thread, where signals do not arrive, nothing is changed.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def asked(number: int, _frame: FrameType | None) -> None:
        if stop.over:
            return
        stop.signal = stop.signal or number
        if not stop.busy:
            stop.check()

    def watch() -> None:
        seen = 0
        while byte := os.read(reading, 1):
            seen += byte[0] in SIGNALS
            if seen == 1 and stop.busy:
                tell("stopping after the chunk at work; a second signal ends at once")
            if seen == 2:
                _end(byte[0])

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    wakeup = signal.set_wakeup_fd(writing)
    before = {one: signal.signal(one, asked) for one in SIGNALS}
    watcher = threading.Thread(target=watch, daemon=True, name="signals")
    watcher.start()
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        signal.set_wakeup_fd(wakeup)
        os.close(writing)
        watcher.join()
        os.close(reading)


def _end(number: int) -> None:
    """Ends this process and its children now, as one that the signal has killed."""
    for child in descendants():
        with contextlib.suppress(psutil.Error):
            child.kill()
    os._exit(128 + number)
