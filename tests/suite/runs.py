"""Folders of runs that were never run, for the tests of what reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from proofbook.quality.metrics import DEFINITIONS
from proofbook.suite import history, layers
from proofbook.suite.result import InputFile, Metric, Provenance, RunResult, RunStatus

START = datetime(2026, 1, 1, tzinfo=UTC)


def made_run(
    number: int,
    values: Mapping[str, float],
    *,
    status: RunStatus = "passed",
    machine: str = "linux-2c",
    data: str = "abc",
    started: datetime | None = None,
) -> RunResult:
    """The record of a run with these metrics at one size, one day after the run before it."""
    moment = started or START + timedelta(days=number)
    metrics = [
        Metric(
            name,
            value,
            unit=DEFINITIONS[name].unit,
            direction=DEFINITIONS[name].direction,
            size="1000x5000" if DEFINITIONS[name].per_size else None,
            low=value - 0.02,
            high=value + 0.02,
            n=1000,
        )
        for name, value in values.items()
    ]
    return RunResult(
        run_id=f"{moment:%Y%m%dT%H%M%SZ}-{number:06x}",
        status=status,
        exit_code=0,
        verdict="",
        parameters=layers.load(None, assignments=["sizes=1000x5000"], environment={}).parameters,
        provenance=Provenance(
            "proofbook run", "c0ffee", False, {}, {}, machine, moment.isoformat(), "",
            [InputFile("awards", "a.csv", 1000, 1, data)],
        ),
        notebooks=[],
        metrics=metrics,
        gates=[],
    )  # fmt: skip


def write_run(outputs: Path, result: RunResult) -> Path:
    """Keeps such a run as the suite does."""
    folder = outputs / result.run_id
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(result.to_json())
    (folder / "metrics.json").write_text(history.metrics_json(result))
    return folder
