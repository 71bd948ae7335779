"""Progress: for a person at a terminal, for a log, and as a file for whatever watches."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from tqdm import tqdm

from proofbook.measure import Recorder
from proofbook.measure.recorder import Stage

#: Seconds between two looks, and between two lines in a log.
_TICK_S, LOG_INTERVAL_S = 1.0, 30.0
#: The rate is that of the last chunks, or of this many seconds if that is more.
_RECENT, _RECENT_S = 8, 30.0


@dataclass
class State:
    """What ``progress.json`` says; records are awards, seconds those of this process."""

    records_processed: int = 0  # the awards' worth of the work that is done
    total_records: int = 0
    percent_complete: float = 0.0
    chunks_processed: int = 0
    total_chunks: int = 0  # of those known so far
    elapsed_seconds: float = 0.0
    estimated_remaining_seconds: float | None = None  # by the recent rate; null: not known yet
    checkpoint_timestamp: str | None = None  # of the last chunk kept, UTC
    resumable: bool = False  # whether --resume would go on with anything
    errors: int = 0  # failed tries of chunks
    last_error: str | None = None
    memory_pressure_warnings: int = 0
    chunk_size_reductions: int = 0
    chunks_spilled: int = 0  # results that went to disk for want of memory
    final_chunk_size: int | None = None  # rows
    chunks_resumed: int = 0  # taken over from an earlier run
    memory_bytes: int = 0  # resident, of the process tree
    stage: str = ""
    status: str = "running"  # then completed, interrupted or failed


class Progress:
    """Counts what is done and shows it, from a thread of its own, so that a long chunk shows too.

    Work is counted in stages with their expected shares of the time, and told in records: a half
    of the work done is a half of the records processed.
    """

    def __init__(
        self,
        *,
        file: Path | None = None,
        stream: TextIO | None = None,
        memory: Callable[[], int] = lambda: 0,
    ) -> None:
        self.state = State()
        self._file, self._stream, self._memory = file, stream, memory
        self._stages: dict[str, tuple[int, float]] = {}
        self._rows: dict[str, int] = {}
        self._began = time.monotonic()
        self._recent: deque[tuple[float, float]] = deque([(0.0, 0.0)])
        self._lock, self._ended = threading.RLock(), threading.Event()
        self._bar: tqdm[Any] | None = None
        self._said = 0.0
        self._thread = threading.Thread(target=self._run, daemon=True, name="progress")

    def start(self) -> None:
        """Begins to show what happens, if it is to be shown anywhere."""
        if self._file is not None or self._stream is not None:
            self._thread.start()

    # --- what happens ---------------------------------------------------------------------------

    def begin(self, records: int) -> None:
        """The records that the run is about."""
        self.state.total_records = records

    def expect(self, stage: str, rows: int, share: float) -> None:
        """A stage to come: its rows, and its share of the time (of the sum of all shares)."""
        with self._lock:
            self._stages[stage] = max(1, rows), share

    def submitted(self) -> None:
        """One more chunk to come."""
        self.state.total_chunks += 1

    def started(self, stage: str) -> None:
        """This stage, or a chunk of it, is at work."""
        self.state.stage = stage

    def done(self, stage: str, rows: int, *, resumed: bool = False) -> None:
        """A chunk is done; ``resumed``: by an earlier run."""
        with self._lock:
            self.state.chunks_processed += 1
            self.state.chunks_resumed += resumed
            self.passed(stage, rows, resumed=resumed)

    def passed(self, stage: str, rows: int, *, resumed: bool = False) -> None:
        """Rows of a stage are done, which need not be a chunk."""
        with self._lock:
            self._rows[stage] = self._rows.get(stage, 0) + rows
            share = self._share()
            if resumed:  # says nothing about the rate
                self._recent = deque([(self._elapsed(), share)])
            else:
                self._recent.append((self._elapsed(), share))
            while len(self._recent) > _RECENT and self._old(self._recent[1]):
                self._recent.popleft()

    def undone(self, stage: str, rows: int) -> None:
        """The result of a chunk was lost: it is to come again."""
        with self._lock:
            self._rows[stage] -= rows
            self.state.chunks_processed -= 1

    def checkpointed(self) -> None:
        """A result has been kept for a resumed run."""
        self.state.checkpoint_timestamp = datetime.now(UTC).isoformat(timespec="seconds")
        self.state.resumable = True

    def failed(self, message: str) -> None:
        """A chunk has failed; it may be tried again."""
        self.state.errors += 1
        self.state.last_error = message

    def tell(self, message: str) -> None:
        """A line for a person, above the bar."""
        if self._stream is None:
            return
        with self._lock:
            tqdm.write(message, file=self._stream)
            self._stream.flush()

    def close(self, status: str) -> None:
        """Ends the display; ``completed`` counts what is left as done."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        state = self.state
        state.status = status
        state.estimated_remaining_seconds = None
        if status == "completed":
            state.resumable = False
            state.estimated_remaining_seconds = 0.0
            # What a resumed run needed no more, and so did not do, is done too.
            state.chunks_processed = state.total_chunks
            self._stages = {"": (1, 1.0)}
            self._rows = {"": 1}
        self._refresh()
        if self._bar is not None:
            self._bar.close()

    # --- what is shown --------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._ended.wait(_TICK_S):
            self._refresh()

    def _refresh(self) -> None:
        with self._lock:
            state, share = self.state, self._share()
            state.elapsed_seconds = round(self._elapsed(), 1)
            state.memory_bytes = self._memory()
            state.percent_complete = max(state.percent_complete, round(100 * share, 2))
            processed = int(share * state.total_records)
            state.records_processed = max(state.records_processed, processed)
            if not self._ended.is_set():
                state.estimated_remaining_seconds = self._remaining(share)
            if self._file is not None:
                _write(self._file, json.dumps(asdict(state), indent=1) + "\n")
            if self._stream is not None:
                self._show(self._stream)

    def _share(self) -> float:
        """How much of the work is done, 0 to 1."""
        whole = sum(share for _, share in self._stages.values())
        done = sum(
            share * min(1.0, self._rows.get(stage, 0) / rows)
            for stage, (rows, share) in self._stages.items()
        )
        return done / whole if whole else 0.0

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _old(self, entry: tuple[float, float]) -> bool:
        return self._elapsed() - entry[0] > _RECENT_S

    def _rate(self) -> float:
        """Share of the work per second, of late."""
        began, before = self._recent[0]
        took = (self._recent[-1][0] if len(self._recent) > 1 else self._elapsed()) - began
        return (self._recent[-1][1] - before) / took if took > 0 else 0.0

    def _remaining(self, share: float) -> float | None:
        rate = self._rate()
        if rate <= 0:
            return None
        since = self._elapsed() - self._recent[-1][0]
        left = (1 - share) / rate - since
        began, before = self._recent[0]
        if left <= 0 and share > before:  # it is slower than it was: by the rate until now, then
            left = (1 - share) * (self._elapsed() - began) / (share - before)
        return round(max(0.0, left), 1)

    def _show(self, stream: TextIO) -> None:
        if stream.isatty():
            self._draw(stream)
        elif self._elapsed() - self._said >= LOG_INTERVAL_S:
            self._said = self._elapsed()
            print(self.line(), file=stream, flush=True)

    def _draw(self, stream: TextIO) -> None:
        state = self.state
        bar = self._bar
        if bar is None:
            form = "{desc} {percentage:3.0f} %|{bar}| {n_fmt}/{total_fmt}{postfix}"
            bar = self._bar = tqdm(file=stream, bar_format=form, leave=False)
        bar.total, bar.n = state.total_records, state.records_processed
        bar.set_description_str(state.stage, refresh=False)
        bar.set_postfix_str(self._numbers(), refresh=True)

    def line(self) -> str:
        """One plain line: how far, how fast, how long still."""
        state = self.state
        return (
            f"{state.stage}: {state.records_processed:,} of {state.total_records:,} awards "
            f"({state.percent_complete:.0f} %), {self._numbers()}"
        )

    def _numbers(self) -> str:
        state = self.state
        rate = self._rate() * state.total_records
        left = state.estimated_remaining_seconds
        time_left = "" if left is None else f", {left:,.0f} s left"
        chunks = f"chunk {state.chunks_processed}/{state.total_chunks}"
        return f"{rate:,.0f}/s{time_left}, {chunks}, {state.memory_bytes / 1e9:.2f} GB"


class Watched(Recorder):
    """A recorder whose stages are also told to a Progress; those that it does not expect count
    nothing there.
    """

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    @contextmanager
    def stage(self, name: str, rows: int | None = None) -> Iterator[Stage]:
        """Measure a block, and tell when it begins and that it is done."""
        self._progress.started(name)
        with super().stage(name, rows) as stage:
            yield stage
        self._progress.passed(name, 1)


def _write(path: Path, text: str) -> None:
    """Replaces a file in one step; a reader never sees half of it, a full disk is no error."""
    temporary = path.with_name(f".{path.name}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
