"""The runner: one step in a process of its own, with a time limit, and the status it deserves.

Papermill marks the cells of a notebook that timed out or lost its kernel as completed, and takes
``sys.exit(0)`` for success. So the runner alone decides: a step has completed only when its
process ended well, every code cell was executed without an error, and every declared metric is
there and is of this run.
"""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from proofbook.errors import InputError, NotebookError, OutputError, writing
from proofbook.suite import execute, scraps
from proofbook.suite.files import NO_ROOM
from proofbook.suite.light import light_imports
from proofbook.suite.plan import Step
from proofbook.suite.result import CellError, NotebookOutcome, NotebookStatus

with light_imports():
    import nbformat

#: Seconds between two looks at a running notebook.
_POLL_S = 0.1

#: The cells that papermill adds to a notebook that failed.
_MARKER = "papermill-error-cell-tag"


@dataclass(frozen=True)
class Job:
    """A step with its source notebook, its parameters, and the limits of its process."""

    step: Step
    source: Path
    run_folder: Path
    parameters: Mapping[str, Any]
    time_limit_s: float
    retries: int = 0
    environment: Mapping[str, str] | None = None

    @property
    def output(self) -> Path:
        """The executed notebook."""
        return self.run_folder / "notebooks" / f"{self.step.key}.ipynb"

    @property
    def log(self) -> Path:
        """What papermill and the kernel printed."""
        return self.run_folder / "logs" / f"{self.step.key}.log"


@dataclass(frozen=True)
class Ending:
    """How a notebook's process ended: its exit code, or None and why it was stopped."""

    code: int | None
    stopped: str = ""


def run_step(job: Job, stop: threading.Event) -> tuple[NotebookOutcome, scraps.Recording]:
    """Runs one step to its end; its outcome, and what it recorded (even when it did not complete).

    A notebook whose kernel died is tried again ``retries`` times. Setting ``stop`` kills the
    process with everything it has started. OutputError when the run's folder cannot be written.
    """
    started = time.monotonic()
    for attempt in range(job.retries + 1):
        ending = _execute(job, stop)
        status, reason, error = _judge(job, ending)
        if status != "killed" or stop.is_set() or attempt == job.retries:
            break
    recording = scraps.Recording()
    if ending.code == execute.EXECUTED and status == "completed":
        status, reason, recording = _recorded(job)
    elif job.output.exists():
        recording = _kept(job)
    outcome = NotebookOutcome(
        key=job.step.key,
        name=job.step.name,
        status=status,
        title=title(job.source),
        size=job.step.size if job.step.sized else None,
        seconds=round(time.monotonic() - started, 3),
        reason=reason,
        error=error,
        notebook=_relative(job.output, job.run_folder) if _notebook(job.output) else None,
        log=_relative(job.log, job.run_folder),
        source=source_fingerprint(job.source),
    )
    return outcome, recording


def without_running(job: Job, status: NotebookStatus, reason: str) -> NotebookOutcome:
    """The outcome of a step that was not started: blocked by a gate, or skipped."""
    step = job.step
    size = step.size if step.sized else None
    return NotebookOutcome(step.key, step.name, status, title(job.source), size, reason=reason)


def parameters_for(source: Path, offered: Mapping[str, Any], needed: set[str]) -> dict[str, Any]:
    """The offered parameters that the notebook declares in its cell tagged ``parameters``.

    NotebookError when one of the needed ones is not declared: papermill would only warn.
    InputError when there is no such notebook.
    """
    node = _notebook(source)
    if node is None:
        raise InputError(
            source,
            "is no notebook" if source.exists() else "does not exist",
            remedy="restore it from the repository",
        )
    names: set[str] = set()
    for cell in node.cells:
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", []):
            names |= _assigned(source, cell.source)
    absent = sorted(needed - names)
    if absent:
        raise NotebookError(
            f"{source}: the cell tagged 'parameters' does not declare {', '.join(absent)}"
        )
    return {name: value for name, value in offered.items() if name in names}


def _assigned(source: Path, code: str) -> set[str]:
    try:
        lines = list(ast.walk(ast.parse(code)))
    except SyntaxError as error:
        raise NotebookError(
            f"{source}: the cell tagged 'parameters' is no Python: {error.msg}, line {error.lineno}"
        ) from None
    targets = [t for line in lines if isinstance(line, ast.Assign) for t in line.targets]
    return {t.id for t in targets if isinstance(t, ast.Name)}


def source_fingerprint(source: Path) -> str:
    """Twelve hex digits that change with the cells of a notebook, but not with its outputs."""
    node = _notebook(source)
    cells = [(c.cell_type, c.source, c.metadata.get("tags")) for c in node.cells] if node else []
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:12]


def title(source: Path) -> str:
    """The first heading of a notebook, or its file's name."""
    node = _notebook(source)
    for cell in node.cells if node else ():
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else ():
            if line.startswith("# "):
                return str(line.removeprefix("# ").strip())
    return source.stem


def _execute(job: Job, stop: threading.Event) -> Ending:
    """Runs the notebook's process until it ends, exceeds its time, or is to be stopped."""
    text = json.dumps(
        {
            "source": str(job.source),
            "output": str(job.output),
            "cwd": str(job.source.parent),
            "parameters": dict(job.parameters),
            "environment": dict(job.environment or {}),
        },
        allow_nan=False,
    )
    with writing(job.run_folder, NO_ROOM):
        job.output.parent.mkdir(parents=True, exist_ok=True)
        job.log.parent.mkdir(parents=True, exist_ok=True)
        job.output.unlink(missing_ok=True)
        with job.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", execute.__name__],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    assert process.stdin is not None
    try:
        with process.stdin as stream:
            stream.write(text.encode())
        return _wait(process, job.time_limit_s, stop)
    finally:
        execute.kill_tree(process.pid)
        process.wait()


def _wait(process: subprocess.Popen[bytes], limit: float, stop: threading.Event) -> Ending:
    deadline = time.monotonic() + limit
    while process.poll() is None:
        if time.monotonic() > deadline:
            return Ending(None, "time")
        if stop.wait(_POLL_S):
            return Ending(None, "stop")
    return Ending(process.returncode)


def _judge(job: Job, ending: Ending) -> tuple[NotebookStatus, str, CellError | None]:
    """The status that process and executed notebook tell, before looking at the metrics."""
    node = _notebook(job.output)
    cells = _code_cells(node)
    if ending.code == execute.NOT_WRITTEN:
        raise OutputError(f"{_tail(job.log, 1)}. Remedy: {NO_ROOM}")
    by_process = _of_process(job, ending)
    if by_process is not None:
        status, ename, reason = by_process
        return status, reason, _ended(_last_started(cells), ename, reason)
    raised = _error(cells)
    if raised is None and (ending.code != execute.EXECUTED or node is None):
        words = f"papermill could not run it: {_tail(job.log, 1) or 'no message'}"
        return "failed", words, _ended(_last_started(cells), "ExecutionError", words)
    return _of_cells(cells, raised)


def _of_process(job: Job, ending: Ending) -> tuple[NotebookStatus, str, str] | None:
    """Status, name of the error and reason, where the process did not end by itself."""
    if ending.stopped == "time":
        words = f"exceeded its time limit of {job.time_limit_s:g} s (run.time_limit_s)"
        return "timed_out", "TimeLimit", words
    if ending.stopped == "stop":
        return "killed", "Stopped", "stopped with the run"
    if ending.code == execute.KERNEL_DIED or (ending.code is not None and ending.code < 0):
        words = "its kernel died (killed from outside, out of memory, or a crash in native code)"
        return "killed", "KernelDied", words
    return None


def _of_cells(
    cells: list[tuple[int, Any]], raised: CellError | None
) -> tuple[NotebookStatus, str, CellError | None]:
    """The status of a notebook whose process ended by itself."""
    if raised is not None and raised.ename == "SystemExit":
        left = sum(1 for index, _ in cells if raised.cell is not None and index > raised.cell)
        plural = "s" * (left != 1)
        words = f"cell {raised.place} called sys.exit; {left} later code cell{plural} not run"
        return "incomplete", words, raised
    if raised is not None:
        said = "".join(f": {line[:200]}" for line in raised.evalue.strip().splitlines()[:1])
        words = f"cell {raised.place} raised {raised.ename}{said}"
        return "failed", words, raised
    undone = [index for index, cell in cells if not cell.execution_count and cell.source.strip()]
    if undone:
        return "incomplete", f"cell {undone[0] + 1} was not executed", None
    return "completed", "", None


def _recorded(job: Job) -> tuple[NotebookStatus, str, scraps.Recording]:
    """Whether everything declared was recorded, in this run; and the recording."""
    try:
        recording = recorded(job.output, job.run_folder.name, job.step)
    except NotebookError as error:
        return "incomplete", str(error), _kept(job)
    return "completed", "", recording


def recorded(notebook: Path, run_id: str, step: Step) -> scraps.Recording:
    """What a completed step recorded; NotebookError when a declared metric is missing or stale."""
    recording = scraps.read(notebook, run_id=run_id, notebook=step.key)
    names = {metric.name for metric in recording.metrics}
    absent = [name for name in step.metrics if name not in names]
    if absent:
        raise NotebookError(f"{step.name} did not record {', '.join(absent)}")
    return recording


def _kept(job: Job) -> scraps.Recording:
    """What a step that did not complete has recorded all the same; nothing if that is unsound."""
    try:
        return scraps.read(job.output, run_id=job.run_folder.name, notebook=job.step.key)
    except (NotebookError, ValueError):
        return scraps.Recording()


def _notebook(path: Path) -> Any:
    """The notebook, or None when it is missing or was cut off while it was written."""
    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, nbformat.ValidationError):
        return None


def _code_cells(node: Any) -> list[tuple[int, Any]]:
    """The code cells with their index among all cells, not counting papermill's own markers."""
    cells = [c for c in (node.cells if node else []) if _MARKER not in c.metadata.get("tags", [])]
    return [(index, cell) for index, cell in enumerate(cells) if cell.cell_type == "code"]


def _error(cells: list[tuple[int, Any]]) -> CellError | None:
    for index, cell in cells:
        for output in cell.outputs:
            if output.output_type == "error":
                traceback = "\n".join(output.traceback)
                return CellError(index, output.ename, output.evalue, traceback, cell.source)
    return None


def _last_started(cells: list[tuple[int, Any]]) -> CellError | None:
    started = [
        (i, c)
        for i, c in cells
        if (c.metadata.get("papermill") or {}).get("start_time") is not None
    ]
    return CellError(started[-1][0], "", "", "", started[-1][1].source) if started else None


def _ended(last: CellError | None, ename: str, evalue: str) -> CellError:
    return replace(last or CellError(None, "", "", ""), ename=ename, evalue=evalue)


def _tail(log: Path, lines: int) -> str:
    text = log.read_text(encoding="utf-8", errors="replace").strip() if log.exists() else ""
    return " ".join(text.splitlines()[-lines:])


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
