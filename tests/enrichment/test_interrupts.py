"""Signals: the first stops at a checkpoint, the second at once, with nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from proofbook.enrichment.interrupts import stoppable
from proofbook.enrichment.operation import Operation, operate
from proofbook.enrichment.progress import Progress

ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys
from pathlib import Path
from tests.enrichment import toy
from proofbook.enrichment.interrupts import stoppable
from proofbook.enrichment.operation import Operation, operate
from proofbook.errors import Interrupted

def say(words):
    print(words, flush=True)

def main(folder, workers, seconds):
    kept = Path(folder) / "kept"
    operation = Operation(checkpoints=kept, resume=True, workers=int(workers), threads=2)
    with stoppable(say) as stop, operate(operation, stop=stop, again="again") as engine:
        handles = [
            engine.submit("s", i, (i, i + 1), toy.slow, float(seconds), folder, i) for i in range(4)
        ]
        found = engine.gather(engine.submit("f", 0, (0, 4), toy.first, *handles))
        say(f"found {found['x'].tolist()}")

if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Interrupted as error:
        say(f"{error}")
        sys.exit(error.exit_code)
"""


def launched(folder: Path, workers: int, seconds: float) -> subprocess.Popen[str]:
    """The program."""
    script = folder / "program.py"
    script.write_text(textwrap.dedent(PROGRAM))
    return subprocess.Popen(
        [sys.executable, str(script), str(folder), str(workers), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )


def started(folder: Path, workers: int, seconds: float) -> subprocess.Popen[str]:
    """The program, once a chunk of it is at work."""
    before = len(list(folder.glob("call-*")))
    program = launched(folder, workers, seconds)
    for _ in range(600):
        if len(list(folder.glob("call-*"))) > before:
            return program
        time.sleep(0.1)
    program.kill()
    raise AssertionError(program.communicate())


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_stops_after_the_chunk_at_work(
    number: signal.Signals, code: int, workers: int, tmp_path: Path
) -> None:
    with started(tmp_path, workers, 2.0) as program:
        family = psutil.Process(program.pid).children(recursive=True)
        program.send_signal(number)
        said, _ = program.communicate(timeout=60)
    assert program.returncode == code
    kept = len(list((tmp_path / "kept").glob("s-*.arrays")))
    assert 1 <= kept <= 2
    assert f"stopped by {number.name}. What is finished is kept; go on with: again" in said
    assert "a second signal ends at once" in said
    assert not psutil.wait_procs(family, timeout=15)[1]


@pytest.mark.parametrize("workers", [0, 2])
def test_the_second_signal_ends_at_once(workers: int, tmp_path: Path) -> None:
    with started(tmp_path, workers, 120) as program:
        family = psutil.Process(program.pid).children(recursive=True)
        program.send_signal(signal.SIGINT)
        time.sleep(0.5)
        program.send_signal(signal.SIGINT)
        program.wait(timeout=20)
    assert program.returncode == 130
    assert not psutil.wait_procs(family, timeout=15)[1]
    assert not list((tmp_path / "kept").glob("s-*.arrays"))


@pytest.mark.parametrize("workers", [0, 2])
def test_a_killed_run_loses_the_chunk_at_work_and_no_more(workers: int, tmp_path: Path) -> None:
    for kept in (1, 2):
        with started(tmp_path, workers, 1.0) as program:
            while len(list((tmp_path / "kept").glob("s-*.arrays"))) < kept:
                time.sleep(0.02)
            program.kill()
    with launched(tmp_path, workers, 0.0) as program:
        said, _ = program.communicate(timeout=60)
    assert "found [0, 1, 2, 3]" in said
    assert 4 <= len(list(tmp_path.glob("call-*"))) <= 4 + 2 * 2
    assert not (tmp_path / "kept").exists()


def test_workers_end_with_a_killed_engine(tmp_path: Path) -> None:
    with started(tmp_path, 2, 120) as program:
        family = psutil.Process(program.pid).children(recursive=True)
        assert len(family) >= 2
        program.kill()
        program.wait()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert not alive


def test_a_signal_that_comes_when_all_is_done_stops_nothing() -> None:
    class Late(Progress):
        def close(self, status: str) -> None:
            super().close(status)
            os.kill(os.getpid(), signal.SIGTERM)

    progress = Late()
    with stoppable(print) as stop, operate(Operation(), progress=progress, stop=stop):
        pass
    assert (stop.signal, progress.state.status) == (None, "completed")
