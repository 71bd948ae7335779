"""Baselines: named results of a passed run, promoted by a person, that later runs are held to.

A name has one file for every workload and class of machine, ``NAME.WORKLOAD.MACHINE.json``; a run
is judged by the file of its own, else by the one that differs least, and told what differs.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proofbook.errors import UsageError, did_you_mean
from proofbook.suite.files import typed, write_text
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
    why: str = ""  # in the words of who promoted it

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
    return sorted({path.name.split(".")[0] for path in folder.glob("*.json")})


def files(folder: Path, name: str) -> list[Path]:
    """The files of a name: one for every workload and class of machine."""
    return sorted(path for path in folder.glob("*.json") if path.name.split(".")[0] == name)


def file_name(name: str, of: Circumstances) -> str:
    """The file of a baseline: its name, its workload, and the class of its machine.

    >>> file_name("main", Circumstances("linux-2c", ["9x9"], {"awards": "ab"}, {}))
    'main.9x9-4cc834.linux-2c.json'
    """
    data = hashlib.sha256(json.dumps(of.data, sort_keys=True).encode()).hexdigest()[:6]
    return f"{name}.{_word(of.sizes)}-{data}.{of.machine_class}.json"


def load(folder: Path, name: str) -> Baseline:
    """The baseline of that name, of several the last promoted; UsageError when there is none, or
    a file is not one.
    """
    found = [read(path) for path in files(folder, name)]
    if not found:
        hint = (
            did_you_mean(name, names(folder)) or f"; there are {', '.join(names(folder)) or 'none'}"
        )
        raise UsageError(f"no baseline {name!r} in {folder}{hint}")
    return max(found, key=lambda b: b.promoted)


def read(path: Path) -> Baseline:
    """The baseline kept in a file; UsageError when it is not one of this schema."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        schema = raw["schema"]
        if schema == BASELINE_SCHEMA:
            return typed(Baseline, raw)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: is no baseline ({error}); promote a passed run again") from None
    raise UsageError(f"{path}: has schema {schema}, not {BASELINE_SCHEMA}; promote a run again")


def to_json(baseline: Baseline) -> str:
    """The baseline as JSON text."""
    return json.dumps(asdict(baseline), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def promote(result: RunResult, folder: Path, *, name: str, reviewed_by: str, why: str = "") -> Path:
    """Writes a run's metrics as the named baseline of its workload and class of machine, signed
    by a person; the file.

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
        why=why.strip(),
    )
    path = folder / file_name(name, baseline.circumstances)
    write_text(path, to_json(baseline))
    return path


def judged(folder: Path, name: str, now: Circumstances) -> Baseline | None:
    """The named baseline that differs least from this run, with the differences; None when there
    is none.
    """
    found = []
    for path in files(folder, name):
        baseline = read(path)
        quality, speed = differences(baseline.circumstances, now)
        found.append(replace(baseline, quality_differences=quality, speed_differences=speed))
    found.sort(key=lambda b: b.promoted, reverse=True)
    least = (len(b.quality_differences) + len(b.speed_differences) for b in found)
    return min(zip(least, range(len(found)), found, strict=True), default=(0, 0, None))[2]
