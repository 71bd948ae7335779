"""The runner against real kernels: whatever a notebook does to itself, its status says so."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.suite.conftest import FINISH, cells, ended, write_notebook

from proofbook.errors import NotebookError, OutputError
from proofbook.suite import execute, runner
from proofbook.suite.plan import steps
from proofbook.suite.runner import Job, parameters_for, run_step

NAME = "05_readiness"
STEP = next(s for s in steps(["all"], truth=False) if s.name == NAME)

pytestmark = pytest.mark.slow


def job(tmp_path: Path, code: list[str], limit: float = 60) -> Job:
    write_notebook(tmp_path / "05_readiness.ipynb", code)
    folder = tmp_path / "run {1}"
    folder.mkdir()
    parameters = {"run_folder": str(folder), "awards": "a.csv", "recipients": "r.csv"}
    return Job(STEP, tmp_path / "05_readiness.ipynb", folder, parameters, limit)


def run(one: Job) -> tuple[runner.NotebookOutcome, runner.scraps.Recording]:
    return run_step(one, threading.Event())


def test_a_sound_notebook_completes_and_its_records_are_read(tmp_path: Path) -> None:
    one = job(tmp_path, cells(NAME, {"readiness_warnings": 3}))
    outcome, recording = run(one)
    assert (outcome.status, outcome.reason, outcome.error) == ("completed", "", None)
    assert outcome.title == "The notebook 05_readiness"
    assert outcome.notebook == "notebooks/05_readiness.ipynb"
    assert {m.name: m.value for m in recording.metrics} == {
        "readiness_failures": 0.0,
        "readiness_warnings": 3,
    }
    assert all(m.notebook == NAME for m in recording.metrics)


FAULTS = {
    "raises": ("1 / 0", "failed", "cell 6 raised ZeroDivisionError", "ZeroDivisionError", 5),
    "exits": (
        "import sys; sys.exit(0)",
        "incomplete",
        "cell 6 called sys.exit; 1 later code cell not run",
        "SystemExit",
        5,
    ),
    "is killed": (
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "killed",
        "its kernel died",
        "KernelDied",
        5,
    ),
    "leaves": ("import os; os._exit(0)", "killed", "its kernel died", "KernelDied", 5),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_notebook_that_does_not_reach_its_end(tmp_path: Path, fault: str) -> None:
    code, status, reason, ename, cell = FAULTS[fault]
    outcome, _ = run(job(tmp_path, cells(NAME, fault=code)))
    assert outcome.status == status
    assert reason in outcome.reason
    assert outcome.error is not None
    assert (outcome.error.ename, outcome.error.cell) == (ename, cell)
    assert outcome.error.source == code
    if status == "failed":
        assert "division by zero" in outcome.error.evalue
        assert "ZeroDivisionError" in outcome.error.traceback


def test_a_notebook_that_takes_too_long_is_killed_with_all_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '300'], start_new_session=True)\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(300)"
    )
    before = time.monotonic()
    outcome, _ = run(job(tmp_path, cells(NAME, fault=code), limit=8))
    assert time.monotonic() - before < 15
    assert outcome.status == "timed_out"
    assert "exceeded its time limit of 8 s" in outcome.reason
    assert outcome.error is not None
    assert (outcome.error.cell, outcome.error.source) == (5, code)
    assert all(ended(int(pid)) for pid in pids.read_text().split())


def test_a_run_that_stops_kills_the_notebook(tmp_path: Path) -> None:
    started, stop = tmp_path / "started", threading.Event()
    code = f"import time; open({str(started)!r}, 'w').write('x'); time.sleep(300)"

    def stop_soon() -> None:
        while not started.exists():
            time.sleep(0.05)
        stop.set()

    threading.Thread(target=stop_soon, daemon=True).start()
    outcome, _ = run_step(job(tmp_path, cells(NAME, fault=code)), stop)
    assert (outcome.status, outcome.reason) == ("killed", "stopped with the run")


@pytest.mark.parametrize(
    ("values", "cut", "status", "words"),
    [
        ({"readiness_failures": "forgotten"}, 0, "failed", "cell 6 raised NotebookError"),
        ({"readiness_failures": "forgotten"}, 1, "incomplete", "did not record readiness_failures"),
        ({"readiness_failures": float("nan")}, 0, "failed", "cell 5 raised ValueError"),
    ],
)
def test_a_metric_that_is_forgotten_or_not_a_number(
    tmp_path: Path, values: dict[str, object], cut: int, status: str, words: str
) -> None:
    code = [c.replace("nan", "float('nan')") for c in cells(NAME, values)]
    if cut:  # the page is closed by other means than finish(), which would have noticed
        code[-1] = "from proofbook.suite import scraps\n" + (
            "scraps.record(page.run_id, page.key, page._recording)"
        )
    outcome, recording = run(job(tmp_path, code))
    assert outcome.status == status
    assert words in outcome.reason
    assert "readiness_failures" not in {m.name for m in recording.metrics}


def test_the_first_of_several_tries_may_fail(tmp_path: Path) -> None:
    mark = tmp_path / "tried"
    code = (
        "import os, pathlib\n"
        f"mark = pathlib.Path({str(mark)!r})\n"
        "if not mark.exists():\n    mark.touch(); os._exit(1)"
    )
    one = replace(job(tmp_path, cells(NAME, fault=code)), retries=1)
    outcome, _ = run(one)
    assert outcome.status == "completed"


def test_the_kernel_is_this_interpreter_without_anybodys_settings(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from IPython import get_ipython\n"
        "assert sys.executable == os.environ['EXPECTED'], sys.executable\n"
        "assert os.environ['OMP_WAIT_POLICY'] == 'passive'\n"
        "assert 'proofbook-' in get_ipython().profile_dir.location"
    )
    environment = {"EXPECTED": sys.executable, "OMP_WAIT_POLICY": "passive"}
    one = replace(job(tmp_path, [code, *cells(NAME)]), environment=environment)
    outcome, _ = run(one)
    assert outcome.status == "completed", outcome.error


def test_a_folder_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    one = job(tmp_path, cells(NAME))
    (one.run_folder / "logs").write_text("in the way")
    with pytest.raises(OutputError, match=r"cannot be written.*run\.outputs"):
        run(one)


def test_a_notebook_must_declare_its_parameters(tmp_path: Path) -> None:
    source = tmp_path / "n.ipynb"
    write_notebook(source, [FINISH])
    offered = {"seed": 1, "size": "all", "unknown": 2}
    assert parameters_for(source, offered, {"seed"}) == {"seed": 1, "size": "all"}
    with pytest.raises(NotebookError, match="does not declare color, wizard"):
        parameters_for(source, offered, {"wizard", "color"})


def test_a_full_disk_is_told_apart_from_a_failing_notebook(tmp_path: Path) -> None:
    one = job(tmp_path, cells(NAME))
    full = tmp_path / "full.ipynb"
    full.symlink_to("/dev/full")
    words = {
        "source": str(one.source),
        "output": str(full),
        "cwd": str(tmp_path),
        "parameters": {},
        "environment": {},
    }
    ended = subprocess.run(
        [sys.executable, "-m", execute.__name__],
        input=json.dumps(words),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == execute.NOT_WRITTEN
    assert "No space left on device" in ended.stderr
    with pytest.raises(OutputError, match=r"run\.outputs"):
        runner._judge(one, runner.Ending(execute.NOT_WRITTEN))
