"""The engine on every backend: the same results, whatever fails, is killed, or runs out."""

from __future__ import annotations

import errno
import logging
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask
import numpy as np
import pytest
from distributed import LocalCluster
from hypothesis import given
from hypothesis import strategies as st
from tests.enrichment import toy

from proofbook.enrichment import engine as engine_module
from proofbook.enrichment.backends import Threads
from proofbook.enrichment.engine import Memory, UnitEngine
from proofbook.enrichment.interrupts import Stop
from proofbook.enrichment.operation import Operation, operate
from proofbook.enrichment.progress import Progress
from proofbook.enrichment.results import Results
from proofbook.enrichment.retry import RetryPolicy
from proofbook.errors import ChunkError, InputError, Interrupted, OutputError, ParameterError
from proofbook.matching.units import Engine, Handle

QUICK = RetryPolicy(attempts=3, base_s=0.01)


@contextmanager
def engine_of(how: str, folder: Path | None = None, **more: Any) -> Iterator[UnitEngine]:
    kinds = {
        "local": {},
        "processes": {"workers": 2},
        "dask": {"engine": "dask", "workers": 2},
    }
    if how.startswith("tcp:"):
        kinds[how] = {"engine": "dask", "scheduler": how}
    progress = more.pop("progress", None)
    options = {"retry": QUICK, "checkpoints": folder} | kinds[how] | more
    with operate(
        Operation(**options), progress=progress, fingerprint={"of": "toy"}, again="go on"
    ) as engine:
        yield engine


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a Dask cluster of two workers."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.ERROR,
    ) as started:
        yield started.scheduler_address


@pytest.fixture
def how(request: pytest.FixtureRequest) -> str:
    """Where units run; ``cluster`` becomes the address of one."""
    place = str(request.param)
    return request.getfixturevalue("cluster") if place == "cluster" else place


EVERYWHERE = pytest.mark.parametrize("how", ["local", "processes", "cluster"], indirect=True)
LOCALLY = pytest.mark.parametrize("how", ["local", "processes"], indirect=True)


@pytest.mark.parametrize("how", ["local", "processes", "dask", "cluster"], indirect=True)
def test_the_result_is_the_same_everywhere(how: str, tmp_path: Path) -> None:
    with engine_of(how, tmp_path / "kept", chunk_size=97) as engine:
        found = toy.run_toy(engine)
    assert (int(found["sum"][0]), int(found["n"][0])) == (toy.expected(), 1_000)
    assert not (tmp_path / "kept").exists()


@given(
    rows=st.integers(1, 300),
    chunk=st.integers(1, 400),
    slots=st.integers(1, 5),
    lazy=st.booleans(),
    limit=st.sampled_from([None, 1, 10**6, 10**12]),
)
def test_the_result_is_the_same_for_every_chunking(
    rows: int, chunk: int, slots: int, lazy: bool, limit: int | None
) -> None:
    backend = Threads(1)
    backend.slots = slots  # type: ignore[misc] - shards are made for so many
    memory = Memory(limit, used=lambda: 500_000)
    results = Results(None)
    engine = UnitEngine(backend, results, Progress(), Stop(), memory=memory, chunk_size=chunk)
    try:
        found = toy.run_toy(engine, rows, lazy=lazy)
        assert int(found["sum"][0]) == toy.expected(rows)
        np.testing.assert_array_equal(found["n"], [rows])
    finally:
        results.close()


@given(
    rows=st.integers(0, 10**6), chunk=st.integers(10**3, 10**6), width=st.floats(1, 10**5),
    limit=st.sampled_from([None, 10**8, 10**9, 10**10]), slots=st.integers(1, 8),
)  # fmt: skip
def test_shards_cover_the_rows_and_fit(
    rows: int, chunk: int, width: float, limit: int | None, slots: int
) -> None:
    backend = Threads(1)
    backend.slots = slots  # type: ignore[misc]
    memory = Memory(limit, used=lambda: 3 * 10**8)
    engine = UnitEngine(backend, Results(None), Progress(), Stop(), memory=memory, chunk_size=chunk)
    found = engine.shards(rows, width)
    ends = [0, *(stop for _, stop in found)]
    assert [start for start, _ in found] == ends[:-1]
    assert ends[-1] == rows
    sizes = [stop - start for start, stop in found]
    assert found == [(0, 0)] if not rows else all(0 < size <= chunk for size in sizes)
    if limit is not None:
        free = 0.8 * limit - 3 * 10**8
        assert all(s * width * slots <= max(free, 10_001 * width * slots) for s in sizes)


# --- errors ---


TRANSIENT = [
    (how, fault)
    for fault in ("io", "memory", "slow", "killed")
    for how in ("local", "processes", "cluster")
    if (how, fault) != ("local", "killed")  # that would be this process
]


@pytest.mark.parametrize(("how", "fault"), TRANSIENT, indirect=["how"])
def test_what_passes_by_itself_is_tried_again(how: str, fault: str, tmp_path: Path) -> None:
    progress = Progress()
    limit = 8.0 if how.startswith("tcp:") else 0.5  # there, a first import counts too
    with engine_of(
        how,
        progress=progress,
        scratch=tmp_path,
        chunk_time_limit_s=limit if fault == "slow" else None,
    ) as engine:
        (tmp_path / "calls").mkdir()
        args = str(tmp_path / "calls"), 1, fault
        found = engine.gather(engine.submit("s", 0, (5, 10), toy.flaky, *args))
    assert int(found["calls"][0]) == 2
    if not (how.startswith("tcp:") and fault == "killed"):  # Dask starts it again by itself
        assert progress.state.errors == 1
        assert str(progress.state.last_error).startswith("chunk s 0 (rows 5 to 10): ")


@EVERYWHERE
@pytest.mark.parametrize("fault", ["absent", "a bug"])
def test_what_lasts_is_reported_at_once(how: str, fault: str, tmp_path: Path) -> None:
    with (
        pytest.raises(
            ChunkError, match=r"chunk s 3 \(rows 0 to 7\): (FileNotFound|Value)Error: .*"
        ),
        engine_of(how, scratch=tmp_path) as engine,
    ):
        engine.gather(engine.submit("s", 3, (0, 7), toy.flaky, str(tmp_path), 9, fault))
    assert toy.calls(tmp_path) == 1


def test_what_never_passes_ends_after_the_attempts(tmp_path: Path) -> None:
    with pytest.raises(ChunkError, match=r"Input/output error, 3 times$"), engine_of("local") as e:
        e.gather(e.submit("s", 0, (0, 7), toy.flaky, str(tmp_path), 9, "io"))
    assert toy.calls(tmp_path) == 3


def bad_input(_number: int) -> dict[str, Any]:
    raise InputError("a.csv", "is empty", remedy="export it again")


@LOCALLY
def test_bad_input_stays_bad_input(how: str, tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"^a.csv: is empty") as found,
        engine_of(how, scratch=tmp_path) as engine,
    ):
        engine.gather(engine.submit("s", 0, (0, 7), bad_input, 1))
    assert found.value.exit_code == 2
    assert found.value.remedy == "export it again"


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with (  # noqa: PT012
        pytest.raises(OutputError, match=r"No space left on device: '.*s-000000\.arrays'"),
        engine_of("local", tmp_path / "kept") as engine,
        monkeypatch.context() as patch,
    ):
        patch.setattr("proofbook.atomic.os.fsync", full)
        engine.gather(engine.submit("s", 0, (0, 7), toy.values, 0, 7))
    assert not list((tmp_path / "kept").glob("*.arrays"))
    assert not list((tmp_path / "kept").glob(".*"))


@EVERYWHERE
def test_a_unit_without_room_is_halved_until_it_fits(how: str, tmp_path: Path) -> None:
    progress = Progress()
    with engine_of(how, scratch=tmp_path, progress=progress) as engine:
        part = engine.submit("v", 0, (0, 1_000), toy.values, 0, 1_000)
        unit = engine.submit("s", 0, (0, 1_000), toy.greedy, part, toy.WEIGHTS, split=toy.HALVES)
        found = engine.gather(unit)
    assert int(found["s"].sum()) == toy.expected()
    if not how.startswith("tcp:"):  # its workers do not tell
        assert progress.state.chunk_size_reductions == 3


@pytest.mark.parametrize("place", ["checkpoints", "spilled results"])
def test_a_full_disk_is_said_between_chunks_too(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_more: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    results = Results(None, tmp_path)
    results.put(("v", 1), 5, {"x": np.arange(5)}, keep=True)
    if place == "checkpoints":
        monkeypatch.setattr("proofbook.atomic.os.fsync", full)
        with pytest.raises(OutputError, match=r"run.json: cannot be written \(No space left"):
            engine_of("local", tmp_path / "kept").__enter__()
    else:
        monkeypatch.setattr("proofbook.atomic.tempfile.mkstemp", full)
        with pytest.raises(OutputError, match=r"0-1.arrays: cannot be written \(No space left"):
            results.spill()
    monkeypatch.undo()
    results.close()


# --- memory ---


@pytest.mark.parametrize(
    ("limit", "rows", "tight"),
    [
        (None, 10**9, False),
        (2 * 10**9, 10**6, False),  # 0.3 + 2 * 0.5 of 1.6 GB
        (2 * 10**9, 10**7, True),  # two chunks at a time: 0.3 + 2 * 1.0
        (10**9, 10**6, True),
        (10**9, 10**5, False),
    ],
)
def test_a_limit_is_tight_where_the_work_may_come_near_it(
    limit: int | None, rows: int, tight: bool
) -> None:
    memory = Memory(limit, used=lambda: 3 * 10**8)
    engine = UnitEngine(
        Threads(2), Results(None), Progress(), Stop(), memory=memory, chunk_size=10**6
    )
    assert engine.tight(rows, 500.0) is tight


def test_short_memory_spills_and_halves_what_is_to_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "FLOOR", 250)
    seen: list[int] = []

    def noted(part: Any, weights: Any) -> Any:
        seen.append(len(part["v"]))
        return squares(part, weights)

    squares = toy.squares
    used = iter([0] * 3 + [10**9] * 1_000)  # the plan, two chunks, and then it is short
    memory, progress = Memory(10**9, used=lambda: next(used)), Progress()
    results = Results(None, tmp_path)
    engine = UnitEngine(Threads(1), results, progress, Stop(), memory=memory, chunk_size=1_000)
    monkeypatch.setattr(toy, "squares", noted)
    found = toy.run_toy(engine, 4_000, lazy=False)
    assert int(found["sum"][0]) == toy.expected(4_000)
    assert seen == [1_000, 500, 500] + [250] * 8
    state = progress.state
    assert (state.chunk_size_reductions, state.final_chunk_size) == (2, 250)
    assert state.memory_pressure_warnings > 2
    assert state.chunks_spilled >= 4
    results.close()
    assert not list(tmp_path.iterdir())


def test_spilled_results_are_the_same_and_dropped_ones_leave_no_file(tmp_path: Path) -> None:
    results = Results(None, tmp_path)
    results.put(("a b", 1), 5, {"x": np.arange(5), "e": np.zeros((0, 3))}, keep=True)
    assert results.spill() == 1
    assert results.spill() == 0
    backend = Threads(1)
    found = backend.fetch(results.get(("a b", 1)))
    assert found["x"].tolist() == [0, 1, 2, 3, 4]
    assert found["e"].shape == (0, 3)
    results.drop(("a b", 1))
    assert not list(results.scratch.iterdir())
    results.close()


@pytest.mark.parametrize("lazy", [True, False])
def test_what_nobody_needs_any_more_is_let_go(lazy: bool) -> None:
    born: list[weakref.ref[Any]] = []

    def made(start: int, stop: int) -> Any:
        array = np.arange(start, stop)
        born.append(weakref.ref(array))
        return {"v": array}

    with engine_of("local") as engine:
        for number in range(3):
            part = engine.submit("v", number, (0, 9), made, 0, 9, keep=not lazy)
            kept = engine.submit("k", number, (0, 9), toy.length, part)
            engine.release(part)
            assert engine.gather(kept)["n"].tolist() == [9]
            for _ in range(100):  # until the thread that made the last use of it has ended
                if born[number]() is not None:
                    time.sleep(0.01)
            assert born[number]() is None


def test_results_cannot_be_changed_by_who_reads_them(tmp_path: Path) -> None:
    with engine_of("local") as engine:
        found = engine.gather(engine.submit("v", 0, (0, 9), toy.values, 0, 9))
        with pytest.raises(ValueError, match="read-only"):
            found["v"][0] = 7


# --- resuming ---


class DeathError(Exception):
    """Stands for the end of the process."""


def dying(engine: UnitEngine, after: int) -> Engine:
    """The engine, whose process ends before the so-manieth submission, when the others are done."""
    submit, handles = engine.submit, list[Handle]()

    def once(stage: str, *args: Any, **more: Any) -> Any:
        if len(handles) == after:
            for handle in handles:
                if handle.stage == "squares":
                    engine.gather(handle)
            raise DeathError
        handles.append(submit(stage, *args, **more))
        return handles[-1]

    engine.submit = once  # type: ignore[method-assign]
    return engine


@LOCALLY
@pytest.mark.parametrize("after", [0, 1, 2, 5, 8])
def test_a_resumed_run_does_the_rest_only(how: str, after: int, tmp_path: Path) -> None:
    """Also: in other chunks, and with other workers, than the run that died."""
    kept = tmp_path / "kept"
    progress = Progress()
    with pytest.raises(DeathError), engine_of(how, kept, chunk_size=250) as engine:
        toy.run_toy(dying(engine, after))
    done = len(list(kept.glob("squares-*")))
    with engine_of("local", kept, resume=True, chunk_size=90, progress=progress) as engine:
        assert int(toy.run_toy(engine)["sum"][0]) == toy.expected()
    assert done == progress.state.chunks_resumed == after // 2
    if done:
        assert progress.state.total_chunks == 9  # the plan of four shards was kept


def test_what_nothing_needs_is_not_computed_again(tmp_path: Path) -> None:
    def graph(engine: Engine) -> Any:
        cheap = engine.submit("c", 0, (0, 9), toy.counted, str(tmp_path), 0, 9, keep=False)
        kept = engine.submit("k", 0, (0, 9), toy.first_values, cheap)
        return engine.gather(kept)["v"].tolist()

    with pytest.raises(DeathError), engine_of("local", tmp_path / "kept") as engine:  # noqa: PT012
        graph(engine)
        raise DeathError
    with engine_of("local", tmp_path / "kept", resume=True) as engine:
        assert graph(engine) == list(range(9))
    assert toy.calls(tmp_path) == 1


def test_a_stop_waits_for_the_chunk_at_work_and_keeps_it(tmp_path: Path) -> None:
    stop = Stop()

    def stopping(*_args: Any) -> Any:
        assert stop.busy
        stop.signal = 15
        return toy.values(0, 3)

    operation = Operation(checkpoints=tmp_path / "kept")
    words = r"^stopped by SIGTERM\. What is finished is kept; go on with: again$"
    with (
        pytest.raises(Interrupted, match=words) as found,
        operate(operation, stop=stop, again="again") as engine,
    ):
        engine.gather(engine.submit("s", 0, (0, 3), stopping))
    assert found.value.exit_code == 143
    assert [p.name for p in (tmp_path / "kept").glob("*.arrays")] == ["s-000000.arrays"]

    stop.signal = None
    with (  # noqa: PT012
        pytest.raises(Interrupted, match=words),
        operate(replace(operation, resume=True), stop=stop, again="again") as engine,
    ):
        begun = engine.submit("t", 0, (0, 3), stopping, keep=False)  # begins with what needs it
        engine.gather(engine.submit("s", 1, (0, 3), toy.first_values, begun))
    assert [p.name for p in (tmp_path / "kept").glob("*.arrays")] == ["s-000000.arrays"]


# --- use ---


def test_units_are_named_once_and_not_used_after_release(tmp_path: Path) -> None:
    with engine_of("local") as engine:
        one = engine.submit("v", 0, (0, 9), toy.values, 0, 9)
        with pytest.raises(ValueError, match="submitted twice"):
            engine.submit("v", 0, (0, 9), toy.values, 0, 9)
        engine.release(one)
        with pytest.raises(ValueError, match="was released"):
            engine.submit("t", 0, (0, 9), toy.first_values, one)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scheduler": "tcp://127.0.0.1:1"}, "needs --engine dask"),
        ({"scheduler": "a:1", "engine": "dask", "workers": 2}, "has its own workers"),
        ({"chunk_size": 0}, "at least 1"),
    ],
)
def test_contradictions_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        Operation(**options)


def test_dask_is_asked_for_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "proofbook.enrichment.dask", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ParameterError, match=r"pip install 'proofbook\[dask\]'"),
        operate(Operation(engine="dask")),
    ):
        raise AssertionError("started")


def test_an_address_without_a_scheduler_is_named() -> None:
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(ParameterError, match=r"tcp://127\.0\.0\.1:9: no Dask scheduler answers"),
        operate(Operation(engine="dask", scheduler="tcp://127.0.0.1:9")),
    ):
        raise AssertionError("connected")


def test_arrays_given_to_many_units_are_sent_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from proofbook.enrichment import processes

    written: list[str] = []
    write: Callable[..., None] = processes.write_arrays

    def noted(path: Path, *args: Any, **more: Any) -> None:
        written.append(path.name)
        write(path, *args, **more)

    monkeypatch.setattr(processes, "write_arrays", noted)
    with engine_of("processes", scratch=tmp_path, chunk_size=200) as engine:
        weights = {"w": toy.WEIGHTS["w"].copy()}
        part = engine.submit("v", 0, (0, 9), toy.values, 0, 9)
        for number in range(4):
            engine.gather(engine.submit("s", number, (0, 9), toy.squares, part, weights))
        assert written == ["shared-0.arrays"]
        shared = next(tmp_path.glob("*/shared-0.arrays"))
        del weights
        assert not shared.exists()
