"""Baselines: named results of a passed run, promoted by a person, that later runs are held to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proofbook.errors import UsageError, did_you_mean
from proofbook.suite.files import write_text
from proofbook.suite.layers import settings_of
from proofbook.suite.result import Metric, RunResult

BASELINE_SCHEMA = 1

#: The baseline that a run is judged against, kept in the run's folder.
BASELINE_FILE = "baseline.json"

#: Parameters of the run that change how long it takes.
TIMED = ("run.chunk_size", "run.engine", "run.jobs", "run.memory_limit", "run.workers")

NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*$")


@dataclass(frozen=True)
class Circumstances:
    """What must be equal for two runs to be compared; ``data`` maps roles to a SHA-256.

    The data are the files, or the synthetic world at the largest size.
    """

    machine_class: str
    sizes: list[str]
    data: dict[str, str]
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Baseline:
    """The metrics of a promoted run, who reviewed it, and the circumstances they hold for.

    The two lists of differences tell a run why it cannot be compared in quality, or in speed and
    memory; both are empty in the file, and filled for the run that is judged.
    """

    name: str
    run_id: str
    promoted: str
    reviewed_by: str
    commit: str | None
    circumstances: Circumstances
    metrics: list[Metric]
    quality_differences: list[str] = field(default_factory=list)
    speed_differences: list[str] = field(default_factory=list)
    schema: int = BASELINE_SCHEMA

    def metric(self, name: str, size: str | None = None) -> Metric | None:
        """The metric of that name (of that size, else of the largest), or None."""
        found = [m for m in self.metrics if m.name == name and size in (None, m.size)]
        return found[-1] if found else None


def circumstances(result: RunResult) -> Circumstances:
    """The circumstances of a run, from its record."""
    values = {p.key: p.value for p in result.parameters}
    return Circumstances(
        machine_class=result.provenance.machine_class,
        sizes=settings_of(values).effective_sizes(),
        data={i.role: i.sha256 for i in result.provenance.inputs if "@" not in i.role},
        parameters={k: v for k, v in values.items() if k.startswith("match.") or k in TIMED},
    )


def differences(then: Circumstances, now: Circumstances) -> tuple[list[str], list[str]]:
    """Why quality, and why speed and memory, cannot be compared; empty lists when they can."""
    quality = []
    if then.sizes[-1:] != now.sizes[-1:]:
        quality.append(f"its largest size is {_word(then.sizes)}, here {_word(now.sizes)}")
    if then.data != now.data:
        quality.append("its input files differ from these")
    keys = {*then.parameters, *now.parameters}
    changed = sorted(k for k in keys if then.parameters.get(k) != now.parameters.get(k))
    speed = list(quality)
    if changed:
        speed.append(f"it was made with another {', '.join(changed)}")
    if then.machine_class != now.machine_class:
        speed.append(f"it was made on {then.machine_class}, this is {now.machine_class}")
    return quality, speed


def _word(sizes: list[str]) -> str:
    return sizes[-1] if sizes else "none"


def names(folder: Path) -> list[str]:
    """The names of the baselines in a folder."""
    return sorted(path.stem for path in folder.glob("*.json"))


def load(folder: Path, name: str) -> Baseline:
    """The baseline of that name; UsageError when there is none or it is not one."""
    path = folder / f"{name}.json"
    if not path.exists():
        hint = (
            did_you_mean(name, names(folder)) or f"; there are {', '.join(names(folder)) or 'none'}"
        )
        raise UsageError(f"no baseline {name!r} in {folder}{hint}")
    return read(path)


def read(path: Path) -> Baseline:
    """The baseline kept in a file; UsageError when it is not one of this schema."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        schema = raw["schema"]
        if schema == BASELINE_SCHEMA:
            raw["circumstances"] = Circumstances(**raw["circumstances"])
            raw["metrics"] = [Metric(**m) for m in raw["metrics"]]
            return Baseline(**raw)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: is no baseline ({error}); promote a passed run again") from None
    raise UsageError(f"{path}: has schema {schema}, not {BASELINE_SCHEMA}; promote a run again")


def to_json(baseline: Baseline) -> str:
    """The baseline as JSON text."""
    return json.dumps(asdict(baseline), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def promote(result: RunResult, folder: Path, *, name: str, reviewed_by: str) -> Path:
    """Writes a run's metrics as the named baseline, signed by a person; the file.

    UsageError unless the run passed (warnings allowed) with a complete plan, and has a reviewer.
    """
    if not NAME.match(name):
        raise UsageError(f"{name!r} is no name of a baseline; use small letters, digits, - and _")
    if not reviewed_by.strip():
        raise UsageError("a baseline needs a reviewer: --reviewed-by WHO")
    if result.status not in ("passed", "warned"):
        raise UsageError(f"run {result.run_id} {result.status}; only a passed run is promoted")
    undone = [n.key for n in result.notebooks if n.status != "completed"]
    if undone:
        raise UsageError(f"run {result.run_id} did not complete {', '.join(undone)}; run all first")
    baseline = Baseline(
        name=name,
        run_id=result.run_id,
        promoted=datetime.now(UTC).isoformat(timespec="seconds"),
        reviewed_by=reviewed_by.strip(),
        commit=result.provenance.commit,
        circumstances=circumstances(result),
        metrics=result.metrics,
    )
    write_text(folder / f"{name}.json", to_json(baseline))
    return folder / f"{name}.json"


def judged(folder: Path, name: str, now: Circumstances) -> Baseline | None:
    """The named baseline with its differences from this run; None when there is none."""
    if name not in names(folder):
        return None
    found = load(folder, name)
    quality, speed = differences(found.circumstances, now)
    fields: Mapping[str, Any] = {**vars(found)}
    return Baseline(**{**fields, "quality_differences": quality, "speed_differences": speed})
