"""The recorder tells the truth about time and memory, nested, failing, in threads and children."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from proofbook.measure import Recorder, memory
from proofbook.measure.memory import WATCH, MemoryWatch

MB = 1_000_000


def allocate(megabytes: int) -> None:
    np.ones(megabytes * MB // 8)


def only(recorder: Recorder):
    (record,) = recorder.stages
    return record


def test_the_peak_of_a_block_that_frees_800_mb_is_within_3_percent():
    recorder = Recorder()
    with recorder.stage("freed", rows=5):
        allocate(800)
    record = only(recorder)
    assert record.own_peak_mb == pytest.approx(800, rel=0.03)
    assert abs(record.kept_mb) < 24
    assert (record.name, record.rows, record.depth, record.failed) == ("freed", 5, 0, False)


def test_an_earlier_peak_is_not_counted_again():
    recorder = Recorder()
    with recorder.stage("large"):
        allocate(300)
    with recorder.stage("small"):
        allocate(20)
    large, small = recorder.stages
    assert large.own_peak_mb > 290
    assert small.own_peak_mb < 60


def test_nested_blocks_keep_the_outer_maximum_wherever_it_was():
    recorder = Recorder()
    with recorder.stage("outer"):
        allocate(300)
        with recorder.stage("inner"):
            allocate(50)
    with recorder.stage("outer"):
        with recorder.stage("inner"):
            allocate(300)
        with recorder.stage("later"):
            allocate(50)
    first_outer, first_inner, outer, inner, later = recorder.stages
    assert [s.depth for s in recorder.stages] == [0, 1, 0, 1, 1]
    assert first_outer.own_peak_mb == pytest.approx(300, rel=0.03)
    assert first_inner.own_peak_mb < 100
    assert outer.own_peak_mb == pytest.approx(300, rel=0.03)
    assert inner.own_peak_mb == pytest.approx(300, rel=0.03)
    assert later.own_peak_mb < 100


def test_two_recorders_do_not_disturb_each_other():
    one, two = Recorder(), Recorder()
    with one.stage("whole"):
        allocate(300)
        with two.stage("part"):
            allocate(50)
    assert only(one).own_peak_mb == pytest.approx(300, rel=0.03)
    assert only(two).own_peak_mb < 100


def test_time_is_wall_time_and_cpu_time_is_work():
    recorder = Recorder()
    with recorder.stage("asleep"):
        time.sleep(0.2)
    record = only(recorder)
    assert 0.2 <= record.wall_s < 1.0
    assert record.cpu_s < 0.1


def test_threads_count():
    recorder = Recorder()
    with recorder.stage("threads"), ThreadPoolExecutor(2) as pool:
        list(pool.map(allocate, [150]))
    assert only(recorder).own_peak_mb == pytest.approx(150, rel=0.1)


def test_blocks_opened_in_threads_start_at_depth_0():
    recorder = Recorder()

    def work() -> None:
        with recorder.stage("thread"):
            pass

    with recorder.stage("main"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert [(s.name, s.depth) for s in recorder.stages] == [("main", 0), ("thread", 0)]


CHILD = """
import sys, time
held = bytearray(200_000_000)
for i in range(0, len(held), 4096): held[i] = 1
deadline = time.process_time() + 0.3
while time.process_time() < deadline: pass
"""


def test_child_processes_count_in_memory_and_cpu_time():
    recorder = Recorder()
    with recorder.stage("child"):
        subprocess.run([sys.executable, "-c", CHILD], check=True)
    record = only(recorder)
    assert record.own_peak_mb == pytest.approx(210, rel=0.1)
    assert record.cpu_s >= 0.3


def test_a_child_that_lived_before_the_block_does_not_lend_it_its_cpu_time():
    busy = "import time\nend = time.process_time() + .5\nwhile time.process_time() < end: pass\n"
    child = subprocess.Popen(
        [sys.executable, "-c", busy + "print('done', flush=True)\ninput()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.readline()
    recorder = Recorder()
    with recorder.stage("end of a child"):
        child.communicate(b"\n")
    assert only(recorder).cpu_s < 0.3


def test_a_block_that_raises_is_marked_failed_and_the_error_passes():
    recorder = Recorder()
    with pytest.raises(ZeroDivisionError), recorder.stage("outer"), recorder.stage("inner"):
        _ = 1 / 0
    with recorder.stage("after"):
        pass
    assert [(s.name, s.failed, s.depth) for s in recorder.stages] == [
        ("outer", True, 0),
        ("inner", True, 1),
        ("after", False, 0),
    ]


def test_rows_may_be_told_inside_the_block():
    recorder = Recorder()
    with recorder.stage("read") as stage:
        stage.rows = 42
    assert only(recorder).rows == 42


def test_as_a_decorator_every_call_is_a_record():
    recorder = Recorder()

    @recorder.stage("square")
    def square(x: int) -> int:
        return x * x

    assert [square(2), square(3)] == [4, 9]
    assert [s.name for s in recorder.stages] == ["square", "square"]


def test_nothing_stays_behind():
    recorder = Recorder()
    with recorder.stage("x"):
        assert any(t.name == "memory-watch" for t in threading.enumerate())
    assert not any(t.name == "memory-watch" for t in threading.enumerate())
    assert WATCH._blocks == []


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on Windows")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_starts_with_a_free_watch():
    with Recorder().stage("parent"):
        context = multiprocessing.get_context("fork")
        child = context.Process(target=_measure_in_child)
        child.start()
        child.join(20)
    assert child.exitcode == 0


def _measure_in_child() -> None:
    recorder = Recorder()
    with recorder.stage("child"):
        allocate(50)
    assert 45 < only(recorder).own_peak_mb < 100


def test_without_a_high_water_mark_memory_is_sampled():
    watch = MemoryWatch(exact=False)
    block = watch.open()
    held = np.ones(200 * MB // 8)
    time.sleep(0.1)
    del held
    watch.close(block)
    assert (block.peak - block.start) / MB == pytest.approx(200, rel=0.05)


def test_children_are_found_without_the_kernel_s_lists(monkeypatch):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        listed = {p.pid for p in memory.descendants()}
        monkeypatch.setattr(memory, "_HAS_CHILDREN_FILES", False)
        assert listed == {p.pid for p in memory.descendants()} == {child.pid}
    finally:
        child.communicate(b"\n")


def test_watching_costs_at_most_1_percent_of_a_second():
    """Counted in CPU time of all threads, which other work on the machine does not change."""
    recorder = Recorder()
    with recorder.stage("warm up"):
        pass
    began = time.process_time()
    with recorder.stage("idle"):
        time.sleep(1.0)
    assert time.process_time() - began < 0.01


@pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="the system does not tell who waited"
)
def test_waiting_for_a_core_is_told_apart_from_work() -> None:
    recorder = Recorder()
    # Orphans: the work of child processes would be this process's own.
    spin = ["sh", "-c", f"{sys.executable} -c 'while True: pass' >/dev/null 2>&1 & echo $!"]
    others = [
        int(subprocess.run(spin, capture_output=True, check=True).stdout)
        for _ in range(3 * (os.cpu_count() or 1))
    ]
    try:
        time.sleep(0.3)
        with recorder.stage("crowded"):
            until = time.process_time() + 0.2
            while time.process_time() < until:
                pass
    finally:
        for process in others:
            os.kill(process, signal.SIGKILL)
    with recorder.stage("asleep"):
        time.sleep(0.2)
    crowded, asleep = recorder.stages
    assert crowded.waited_s > 0.1
    assert crowded.wall_s - crowded.waited_s < 0.5 * crowded.wall_s + 0.2
    assert asleep.waited_s < 0.1


def test_children_are_looked_for_only_where_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_has_children", lambda: False)
    monkeypatch.setattr(memory, "_child_pids", None)
    assert memory.descendants() == []


def test_no_more_waiting_is_taken_off_than_leaves_time_for_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Waiting beside the block, or of threads side by side, may add up to more than the block."""
    waits = iter([0.0, 99.0])
    monkeypatch.setattr(memory, "waited_seconds", lambda: next(waits))
    recorder = Recorder()
    with recorder.stage("work"):
        until = time.thread_time() + 0.1
        while time.thread_time() < until:
            pass
    (work,) = recorder.stages
    assert work.wall_s - work.waited_s == pytest.approx(max(0.1, work.cpu_s / 2), abs=0.02)
