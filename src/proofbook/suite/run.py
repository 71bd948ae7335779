"""A run of the suite: inputs, steps, gates and verdict, kept in a folder of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections import deque
from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from proofbook.errors import InputError, OutputError, writing
from proofbook.suite import plan
from proofbook.suite.files import NO_ROOM, write_text
from proofbook.suite.plan import Step
from proofbook.suite.prepare import Inputs, prepare
from proofbook.suite.result import RunResult, load_run
from proofbook.suite.signals import interruptible
from proofbook.suite.underway import Request, Tell, Underway

__all__ = ["Request", "planned", "records", "render", "run_suite"]


def planned(request: Request) -> list[Step]:
    """The steps of a request, in order; ParameterError for a notebook that does not exist.

    Also where the parameters of ``run`` contradict each other.
    """
    settings = request.effective.settings
    _ = settings.run.operation  # refused here, before anything is made, if it contradicts itself
    steps = plan.steps(settings.effective_sizes(), truth=settings.has_truth)
    return plan.up_to(steps, plan.notebook_name(request.last)) if request.last else steps


def run_suite(request: Request, tell: Tell = lambda _: None) -> RunResult:
    """Runs the suite and writes the run's folder; ``tell`` gets a line of progress at a time.

    Raises UsageError, before any notebook is started and with nothing left behind, for inputs,
    parameters or outputs that cannot be used. Whatever happens to a notebook is in the result.
    An interrupt stops the notebooks, writes the record, and is raised again.
    """
    with interruptible(), closing(records(request, tell)) as found:
        (result,) = deque(found, maxlen=1)
    return result


def records(request: Request, tell: Tell) -> Generator[RunResult]:
    """Runs the suite as ``run_suite`` does, for a caller with its own signals.

    Yields the record so far whenever a step has ended, and last that of the whole run. Closing it
    before stops the notebooks.
    """
    steps = planned(request)
    folder, old = _open_folder(request)
    if old is not None:  # the record tells how to make the run again, not how it was gone on with
        request = replace(request, command=old.provenance.command)
    try:
        run = Underway(request, steps, folder, tell)
        if old is None:
            run.announce()
        tell(f"run {folder.name}: preparing the inputs")
        inputs = prepare(request.effective.settings, folder / "inputs")
        if old is not None:
            _check_inputs(old, inputs)
        run.open(inputs, old)
    except BaseException:
        if old is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    yield from run.carry_out()
    result = run.close()
    if request.rendered:
        tell("rendering the report")
        render(result, folder)
        _publish(request.effective.settings.report.prometheus, folder, tell)
    write_text(folder.parent / "latest", folder.name + "\n")
    yield result


def _publish(target: str, folder: Path, tell: Tell) -> None:
    """Copies the metrics to where a monitor reads them; a fault there changes no verdict."""
    if not target:
        return
    try:
        write_text(Path(target), (folder / "metrics.prom").read_text(encoding="utf-8"))
    except OutputError as error:
        tell(f"warning: {error}")


def _open_folder(request: Request) -> tuple[Path, RunResult | None]:
    """A fresh folder for the run, or the folder and the record of the one to go on with."""
    if request.resume is not None:
        return request.resume, load_run(request.resume)
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    values = [asdict(p) for p in request.effective.parameters]
    seed = json.dumps([values, time.time_ns(), os.getpid()], sort_keys=True)
    name = f"{moment}-{hashlib.sha256(seed.encode()).hexdigest()[:6]}"
    folder = request.project.outputs / name
    with writing(folder, NO_ROOM):
        folder.mkdir(parents=True)
    return folder, None


def _check_inputs(old: RunResult, inputs: Inputs) -> None:
    then = {f.role: f.sha256 for f in old.provenance.inputs}
    for file in inputs.files:
        if then.get(file.role, file.sha256) != file.sha256:
            raise InputError(
                file.path,
                f"has changed since run {old.run_id} was started",
                remedy="start a new run",
            )


def render(result: RunResult, folder: Path) -> Path:
    """Draws the report and the notebooks' pages from the record; the path of ``index.html``."""
    from proofbook.report import index, pages  # noqa: PLC0415 - nbconvert, only at the end

    pages.render_notebooks(result, folder)
    return index.render_run(result, folder)
