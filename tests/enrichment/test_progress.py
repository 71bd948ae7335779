"""Progress: the file, the line and the bar say how far the work is, and never go back."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.enrichment import progress as progress_module
from proofbook.enrichment.progress import Progress

FIELDS = [
    "records_processed",
    "total_records",
    "percent_complete",
    "chunks_processed",
    "total_chunks",
    "elapsed_seconds",
    "estimated_remaining_seconds",
    "checkpoint_timestamp",
    "resumable",
    "errors",
    "memory_pressure_warnings",
    "chunk_size_reductions",
    "chunks_spilled",
    "final_chunk_size",
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time; set its only item."""
    now = [1_000.0]
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(progress_module, "_TICK_S", 3_600.0)
    return now


def half_done(progress: Progress, clock: list[float]) -> None:
    progress.begin(1_000)
    progress.expect("names", 100, 3)
    progress.expect("decide", 10, 1)
    for _ in range(6):
        progress.submitted()
    progress.started("names")
    for _ in range(2):
        clock[0] += 10
        progress.done("names", 33)


def test_the_file_has_every_field_and_is_true(tmp_path: Path, clock: list[float]) -> None:
    path = tmp_path / "progress.json"
    progress = Progress(file=path, memory=lambda: 7)
    half_done(progress, clock)
    progress.checkpointed()
    progress._refresh()
    found = json.loads(path.read_text())
    assert set(FIELDS) <= set(found)
    assert (found["records_processed"], found["total_records"]) == (495, 1_000)
    assert (found["percent_complete"], found["memory_bytes"]) == (49.5, 7)
    assert (found["chunks_processed"], found["total_chunks"]) == (2, 6)
    assert found["elapsed_seconds"] == 20
    assert found["estimated_remaining_seconds"] == pytest.approx(20 / 0.495 - 20, abs=0.1)
    assert found["resumable"]
    assert found["checkpoint_timestamp"].endswith("+00:00")
    assert [p.name for p in tmp_path.iterdir()] == ["progress.json"]
    progress.close("completed")
    found = json.loads(path.read_text())
    assert (found["records_processed"], found["percent_complete"]) == (1_000, 100)
    assert (found["status"], found["resumable"]) == ("completed", False)
    assert found["estimated_remaining_seconds"] == 0


def test_an_interrupted_run_does_not_say_that_it_is_done(
    tmp_path: Path, clock: list[float]
) -> None:
    progress = Progress(file=tmp_path / "p.json")
    half_done(progress, clock)
    progress.checkpointed()
    progress.close("interrupted")
    found = json.loads((tmp_path / "p.json").read_text())
    assert (found["status"], found["records_processed"], found["resumable"]) == (
        "interrupted",
        495,
        True,
    )


def test_the_remaining_time_is_of_the_recent_rate(tmp_path: Path, clock: list[float]) -> None:
    """Also: what an earlier run has done says nothing about the rate."""
    progress = Progress(file=tmp_path / "p.json")
    progress.begin(1_000)
    progress.expect("names", 1_000, 1)
    progress.done("names", 500, resumed=True)
    for _ in range(10):  # slow: 1 row a second
        clock[0] += 10
        progress.done("names", 10)
        progress._refresh()
        left = 1_000 - progress.state.records_processed
        assert progress.state.estimated_remaining_seconds == pytest.approx(left, abs=1)
    for _ in range(35):  # fast: 10 rows a second
        clock[0] += 1
        progress.done("names", 10)
    progress._refresh()
    assert progress.state.estimated_remaining_seconds == 5
    assert progress.state.chunks_resumed == 1
    clock[0] += 2
    progress._refresh()
    assert progress.state.estimated_remaining_seconds == 3
    progress.close("failed")


def test_a_stalled_run_is_not_said_to_end_at_once(clock: list[float]) -> None:
    progress = Progress(stream=io.StringIO())
    half_done(progress, clock)
    clock[0] += 40
    progress._refresh()
    assert progress.state.estimated_remaining_seconds == pytest.approx(60 / 0.495 - 60, abs=0.1)
    progress.undone("names", 66)  # now nothing is known
    clock[0] += 1
    progress._refresh()
    assert progress.state.estimated_remaining_seconds == 0


def test_a_log_gets_one_plain_line_per_interval(clock: list[float]) -> None:
    stream = io.StringIO()
    progress = Progress(stream=stream, memory=lambda: 2_000_000_000)
    half_done(progress, clock)
    for _ in range(5):
        clock[0] += 8
        progress._refresh()
    progress.tell("memory is short")
    progress.close("completed")
    assert stream.getvalue() == (
        "names: 495 of 1,000 awards (50 %), 25/s, 4 s left, chunk 2/6, 2.00 GB\nmemory is short\n"
    )


def test_a_terminal_gets_a_bar(clock: list[float]) -> None:
    stream = Terminal()
    progress = Progress(stream=stream)
    half_done(progress, clock)
    progress._refresh()
    assert "names  50 %|" in stream.getvalue()
    assert "495/1000, 25/s, 20 s left, chunk 2/6" in stream.getvalue()
    progress.tell("chunk 3 failed")
    assert "\nchunk 3 failed\n" in stream.getvalue().replace("\r", "\n")
    progress.close("completed")
    assert "\r\n" not in stream.getvalue()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 60), st.booleans()), max_size=20))
def test_records_never_go_back_and_never_exceed_all(
    steps: list[tuple[str, int, bool]],
) -> None:
    progress = Progress()
    progress.begin(77)
    progress.expect("a", 100, 2)
    progress.expect("b", 50, 1)
    before = 0
    for stage, rows, undone in steps:
        progress.done(stage, rows)
        progress._refresh()
        assert before <= progress.state.records_processed <= 77
        before = progress.state.records_processed
        if undone:
            progress.undone(stage, rows)
            progress._refresh()
            assert progress.state.records_processed == before
    progress.close("completed")
    assert progress.state.records_processed == 77


def test_long_chunks_show_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "_TICK_S", 0.05)
    progress = Progress(file=tmp_path / "p.json")
    progress.start()
    deadline = time.monotonic() + 10
    while not (tmp_path / "p.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert json.loads((tmp_path / "p.json").read_text())["status"] == "running"
    progress.close("completed")


def test_a_full_disk_does_not_end_the_run(tmp_path: Path) -> None:
    progress = Progress(file=tmp_path / "absent" / "p.json")
    progress.close("completed")
    assert progress.state.records_processed == 0
