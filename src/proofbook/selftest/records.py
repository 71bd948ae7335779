"""Faults of what is kept: stale and foreign metrics, bad baselines, damaged runs, typing errors."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import nbformat

from proofbook.errors import NotebookError, ParameterError, UsageError
from proofbook.params import Settings
from proofbook.selftest.fault import Fault, raised
from proofbook.suite import baselines, history, layers, runner, scraps
from proofbook.suite.plan import Step
from proofbook.suite.result import Metric, NotebookOutcome, Provenance, RunResult
from proofbook.suite.verdict import verdict

_STEP = Step("05_readiness", "05_readiness", "all", (), ("readiness_failures",))


def _notebook(*names: str, run_id: str = "now", schema: int = scraps.SCRAP_SCHEMA) -> Any:
    """An executed notebook that recorded these metrics in that run."""
    outputs = [
        nbformat.v4.new_output(  # type: ignore[no-untyped-call]
            "display_data",
            data={
                "application/scrapbook.scrap.json+json": {
                    "name": name,
                    "encoder": "json",
                    "version": 1,
                    "data": {
                        "schema": schema,
                        "run_id": run_id,
                        "notebook": _STEP.key,
                        "kind": "metric",
                        "data": asdict(Metric(name, 0)),
                    },
                }
            },
            metadata={"scrapbook": {"name": name, "data": True, "display": False}},
        )
        for name in names
    ]
    cell = nbformat.v4.new_code_cell("", outputs=outputs)  # type: ignore[no-untyped-call]
    return nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]


def _recorded(**about: Any) -> str | None:
    """The error on reading a notebook with this fault; a sound one must be read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "n.ipynb"
        nbformat.write(_notebook("readiness_failures"), path)  # type: ignore[no-untyped-call]
        if raised(NotebookError, lambda: runner.recorded(path, "now", _STEP)):
            return None
        names = about.pop("names", ("readiness_failures",))
        nbformat.write(_notebook(*names, **about), path)  # type: ignore[no-untyped-call]
        return raised(NotebookError, lambda: runner.recorded(path, "now", _STEP))


def _not_finite() -> str | None:
    return raised(ValueError, lambda: scraps.plain(float("nan"), "match_rate"))


def _run(**changes: Any) -> RunResult:
    provenance = Provenance("", None, None, {}, {}, "m", "2026-01-01T00:00:00+00:00", "")
    parameters = layers.from_settings(Settings(), "selftest").parameters
    result = RunResult("r", "passed", 0, "", parameters, provenance, [], [], [])
    return replace(result, **changes)


def _promoted(reviewer: str = "Ann", **changes: Any) -> str | None:
    with tempfile.TemporaryDirectory() as folder:

        def promote() -> None:
            baselines.promote(_run(**changes), Path(folder), name="main", reviewed_by=reviewer)

        return raised(UsageError, promote)


def _half_run() -> str | None:
    outcome = NotebookOutcome("03_quality", "03_quality", "incomplete", reason="cell 4 not run")
    found = verdict([outcome], [], fail_on="error")
    return found.sentence if found.exit_code == 3 else None


def _damaged_run() -> str | None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "run").mkdir()
        (Path(folder) / "run" / history.METRICS_FILE).write_text('{"schema": 1, "status"')
        found = history.read(Path(folder))
        return found.warnings[0].replace(folder, "outputs") if found.warnings else None


def _other_circumstances() -> str | None:
    here = baselines.circumstances(_run())
    quality, speed = baselines.differences(
        replace(here, machine_class="other", data={"awards": "x"}), here
    )
    return "; ".join(speed) if quality and len(speed) == 2 else None


def _typed(*assignments: str) -> Callable[[], str | None]:
    return lambda: raised(
        ParameterError, lambda: layers.load(None, assignments=assignments, environment={})
    )


FAULTS = [
    Fault("record", "a metric is of another run", lambda: _recorded(run_id="before")),
    Fault("record", "a metric is of another schema", lambda: _recorded(schema=99)),
    Fault("record", "a notebook forgot a metric", lambda: _recorded(names=())),
    Fault("record", "a metric is recorded that is not a number", _not_finite),
    Fault("record", "a notebook ran by half", _half_run),
    Fault("record", "a run is damaged", _damaged_run),
    Fault("baseline", "a failed run is promoted", lambda: _promoted(status="failed")),
    Fault("baseline", "a run that has not ended is promoted",
          lambda: _promoted(status="interrupted")),
    Fault("baseline", "nobody has reviewed the baseline", lambda: _promoted(" ")),
    Fault("baseline", "the baseline is of other data and another machine", _other_circumstances),
    Fault("input", "a parameter is misspelt", _typed("match.candidats=3")),
    Fault("input", "a parameter is given twice", _typed("data.seed=1", "data.seed=2")),
    Fault("input", "a bound is not a number", _typed("gates.match_rate=.nan")),
    Fault("input", "a bound is a rate of 75", _typed("gates.match_rate=75")),
]  # fmt: skip
