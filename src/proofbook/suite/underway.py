"""A run under way: its steps, what has finished so far, and the record that is kept of it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from proofbook.errors import Interrupted, NotebookError
from proofbook.params import parse_size
from proofbook.suite import (
    alerts,
    baselines,
    drift,
    gates,
    history,
    plan,
    provenance,
    runner,
    scraps,
)
from proofbook.suite.files import write_text
from proofbook.suite.gate_defaults import DEFAULTS
from proofbook.suite.layers import Effective, changes
from proofbook.suite.past import past_runs
from proofbook.suite.plan import Step
from proofbook.suite.prepare import Inputs
from proofbook.suite.project import Project
from proofbook.suite.result import (
    GateOutcome,
    NotebookOutcome,
    Provenance,
    RunResult,
    Severity,
    Table,
)
from proofbook.suite.schedule import run_all
from proofbook.suite.verdict import CRASHED, Verdict, unfinished, verdict

#: Parameters that every notebook must declare; papermill only warns of an unknown one.
NEEDED = {"run_folder", "awards", "recipients", "truth", "n_awards", "n_recipients", "seed"}

#: The notebook that compares with other runs.
COMPARES = "04_regression"

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What to run: parameters, project, and which part of the plan.

    ``resume`` is the folder of a run to go on with. ``last`` ends the plan with that notebook;
    ``first`` runs that notebook and those after it again. ``command`` is kept for the record;
    ``rendered`` draws the report.
    """

    effective: Effective
    project: Project
    resume: Path | None = None
    last: str | None = None
    first: str | None = None
    fail_on: Severity = "error"
    command: str = "proofbook run"
    rendered: bool = True


@dataclass(frozen=True)
class Finished:
    """A step that has ended: its outcome, what it recorded, and what the gates found."""

    outcome: NotebookOutcome
    recording: scraps.Recording = field(default_factory=scraps.Recording)
    gates: list[GateOutcome] = field(default_factory=list)


class Underway:
    """A run that goes on: opened with its record, carried out step by step, closed by a verdict."""

    def __init__(self, request: Request, steps: list[Step], folder: Path, tell: Tell) -> None:
        self.request, self.steps, self.folder = request, steps, folder
        self.inputs = Inputs({}, [])
        self.tell, self.settings = tell, request.effective.settings
        self.started, self.finished = provenance.now(), dict[str, Finished]()
        self.past: list[Table] = []
        self.machine = provenance.machine()
        self.commit = provenance.commit(request.project.root)
        self.versions = provenance.versions()

    def announce(self) -> None:
        """Opens the record before there are inputs, so that a run that is killed then resumes."""
        self._write(unfinished(self.folder.name))

    def open(self, inputs: Inputs, old: RunResult | None) -> None:
        """Keeps what an earlier part of the run has finished, and goes on with the record.

        InputError or NotebookError when one of the notebooks to come cannot be run at all.
        """
        self.inputs = inputs
        for step in self.steps:
            self._job(step)
        self._keep_baseline()
        if old is not None:
            self._keep_finished(old)
        self._write(unfinished(self.folder.name))

    def _keep_baseline(self) -> None:
        """Copies the baseline to be judged against into the folder, with its differences."""
        found = baselines.judged(
            self.request.project.baselines,
            self.settings.run.baseline,
            baselines.circumstances(self._result(unfinished(self.folder.name))),
        )
        if found is not None:
            write_text(self.folder / baselines.BASELINE_FILE, baselines.to_json(found))

    def _keep_finished(self, old: RunResult) -> None:
        """Takes over the completed steps of a resumed run whose predecessors are kept too."""
        first = plan.notebook_name(self.request.first) if self.request.first else None
        done = {n.key: n for n in old.notebooks if n.status == "completed"}
        for step in self.steps:
            if step.name == first:
                break
            if step.key not in done or not all(need in self.finished for need in step.needs):
                continue
            job = self._job(step)
            if done[step.key].source != runner.source_fingerprint(job.source):
                self.tell(f"{step.key} has been edited: it is run again")
                continue
            try:
                recording = runner.recorded(job.output, self.folder.name, step)
            except NotebookError:
                continue
            self.finished[step.key] = self._judged(step, done[step.key], recording)
            self.tell(f"kept {step.key}, completed before")

    def carry_out(self) -> Generator[RunResult]:
        """Runs what is not finished yet; the record so far whenever a step has ended."""
        try:
            ended = run_all(
                [step for step in self.steps if step.key not in self.finished],
                finished=set(self.finished),
                jobs=self.settings.run.jobs,
                held=self._held,
                run=self._step,
                done=self._done,
            )
            with closing(ended):
                for _ in ended:
                    yield self._result(unfinished(self.folder.name))
        except Interrupted as interrupt:
            words = unfinished(self.folder.name).sentence.replace("Not finished", "Interrupted")
            self._close(Verdict("interrupted", interrupt.exit_code, words))
            raise

    def close(self) -> RunResult:
        """Closes the record with the verdict."""
        so_far = self._result(unfinished(self.folder.name))
        self.past = [past_runs(so_far, self._other_runs)]
        final = verdict(so_far.notebooks, so_far.gates, fail_on=self.request.fail_on)
        return self._close(final)

    # --- steps ----------------------------------------------------------------------------------

    def _job(self, step: Step) -> runner.Job:
        paths = self.inputs.paths[step.size]
        before = [self.folder / "notebooks" / f"{key}.ipynb" for key in step.needs]
        counts = parse_size(step.size)
        n_awards, n_recipients = counts or (
            self.settings.data.n_awards,
            self.settings.data.n_recipients,
        )
        offered: dict[str, Any] = {
            "run_folder": str(self.folder),
            "awards": str(paths.awards),
            "recipients": str(paths.recipients),
            "truth": str(paths.truth or ""),
            "n_awards": n_awards,
            "n_recipients": n_recipients,
            "seed": self.settings.data.seed,
            "settings": changes(self.settings, ("match", "gates", "run"))
            | {"sizes": self.settings.effective_sizes()},
            "size": step.size,
            "upstream": [str(path) for path in before],
        }
        source = self.request.project.notebooks / f"{step.name}.ipynb"
        return runner.Job(
            step,
            source,
            self.folder,
            runner.parameters_for(source, offered, NEEDED),
            time_limit_s=self.settings.run.time_limit_s,
            retries=self.settings.run.retries,
            environment=_threads(self.settings.match.threads),
        )

    def _held(self, step: Step) -> Finished | None:
        """The outcome of a step that must not run: a gate blocks, or something before crashed."""
        before = [self.finished[key] for key in step.needs]
        for done in before:
            if done.outcome.status in CRASHED:
                state = done.outcome.status.replace("_", " ")
                reason = f"{done.outcome.key} {state}; run again with: {self._again()}"
                return Finished(runner.without_running(self._job(step), "skipped", reason))
        for done in before:
            for gate in done.gates:
                if gates.holds_back(gate) and step.name in gate.blocks:
                    return Finished(runner.without_running(self._job(step), "blocked", _why(gate)))
        for done in before:
            if done.outcome.status != "completed":
                state = done.outcome.status.replace("_", " ")
                reason = f"{done.outcome.key} {state}; run again with: {self._again()}"
                return Finished(runner.without_running(self._job(step), "skipped", reason))
        return None

    def _again(self) -> str:
        return f"proofbook run --resume {self.folder.name}"

    def _paged(self, outcome: NotebookOutcome) -> NotebookOutcome:
        """The outcome with the place of its page, if notebooks are rendered."""
        if outcome.notebook is None or not self.settings.report.notebooks:
            return outcome
        return replace(outcome, html=f"html/{outcome.key}.html")

    def _step(self, step: Step, stop: threading.Event) -> Finished:
        self.tell(f"started {step.key}")
        outcome, recording = runner.run_step(self._job(step), stop)
        return self._judged(step, outcome, recording)

    def _judged(
        self, step: Step, outcome: NotebookOutcome, recording: scraps.Recording
    ) -> Finished:
        found = gates.evaluate_all(
            plan.gates_of(self.settings, step.name, step.size),
            recording.metrics,
            recording.evidence,
            notebook=step.key,
            size=step.size if step.sized else None,
            rerun=self.request.command,
        )
        if step.name == COMPARES and outcome.status == "completed":
            found += self._drift(step)
        return Finished(outcome, recording, found)

    def _drift(self, step: Step) -> list[GateOutcome]:
        """What does not pass against the best of the last runs in the folder of runs.

        What passes is left out: a run's list of gates must not depend on which runs lie beside it.
        """
        so_far = self._result(unfinished(self.folder.name))
        found = drift.judge(
            so_far.metrics,
            self._other_runs,
            baselines.circumstances(so_far),
            self.settings,
            notebook=step.key,
            rerun=self.request.command,
        )
        return [gate for gate in found if gate.state != "pass"]

    @functools.cached_property
    def _other_runs(self) -> list[history.Entry]:
        """The runs beside this one, read once."""
        return history.read(self.folder.parent, but=self.folder.name).entries

    def _done(self, step: Step, done: Finished) -> None:
        self.finished[step.key] = done
        place = f"[{len(self.finished)}/{len(self.steps)}]"
        outcome = done.outcome
        words = f"{outcome.status.replace('_', ' ')} in {outcome.seconds:.1f} s"
        if outcome.status != "completed":
            words = f"{outcome.status.replace('_', ' ')}: {outcome.reason}"
        self.tell(f"{place} {step.key} {words}")
        found = done.gates if outcome.status == "completed" else []
        for gate in found:
            if gate.state not in ("pass", "no_baseline"):
                self.tell(f"      {gate.state}: {gate.message}")
        absent = sum(gate.state == "no_baseline" for gate in found)
        if absent:
            self.tell(f"      no baseline: {absent} gates are not judged")
        self._write(unfinished(self.folder.name))

    # --- the record -----------------------------------------------------------------------------

    def _close(self, final: Verdict) -> RunResult:
        result = self._write(final)
        write_text(self.folder / "logs" / "alerts.jsonl", alerts.log(result.alerts))
        write_text(self.folder / history.METRICS_FILE, history.metrics_json(result))
        return result

    def _write(self, state: Verdict) -> RunResult:
        result = self._result(state)
        write_text(self.folder / "run.json", result.to_json() + "\n")
        return result

    def _result(self, state: Verdict) -> RunResult:
        """The record as of now, in the order of the plan whatever the order of the endings."""
        done = [self.finished[s.key] for s in self.steps if s.key in self.finished]
        outcomes, found = [f.outcome for f in done], [g for f in done for g in f.gates]
        return RunResult(
            run_id=self.folder.name,
            status=state.status,
            exit_code=state.exit_code,
            verdict=state.sentence,
            parameters=self.request.effective.parameters,
            provenance=Provenance(
                command=self.request.command,
                commit=self.commit[0],
                dirty=self.commit[1],
                versions=self.versions,
                machine=self.machine,
                machine_class=provenance.machine_class(self.machine),
                started=self.started,
                finished=provenance.now(),
                inputs=self.inputs.files,
            ),
            notebooks=[self._paged(f.outcome) for f in done],
            metrics=[m for f in done for m in f.recording.metrics],
            gates=found,
            alerts=alerts.alerts(outcomes, found),
            tables=[t for f in done for t in f.recording.tables] + self.past,
        )


def _threads(threads: int) -> Mapping[str, str]:
    """Threads of native code: as many as asked for, and asleep while they wait."""
    passive = {"OMP_WAIT_POLICY": "passive"}
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")
    return passive | (dict.fromkeys(names, str(threads)) if threads else {})


def _why(gate: GateOutcome) -> str:
    """Why a notebook is blocked: the gate, the value that was judged, the bound, the command."""
    bound = "a finite number" if gate.state == "missing" else gates.number(gate.fail, gate.unit)
    value = gates.number(gate.value, gate.unit)
    default = DEFAULTS.get(gate.metric)
    if default is not None and default.judge == "low" and gate.low is not None:
        value = f"{gates.number(gate.low, gate.unit)} (lower end of {value})"
    return (
        f"blocked by gate {gate.metric}, value {value}, bound {bound}; run again with: {gate.rerun}"
    )
