"""RunResult: everything a run has to say, as plain data; every report is drawn from it alone."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from proofbook.errors import InputError
from proofbook.suite.files import typed

SCHEMA_VERSION = 1

GateState = Literal["pass", "warn", "fail", "missing", "unresolved", "no_baseline"]
Severity = Literal["error", "warn"]
Direction = Literal["higher", "lower", "none"]
NotebookStatus = Literal[
    "completed", "failed", "timed_out", "killed", "incomplete", "blocked", "skipped"
]
RunStatus = Literal["passed", "warned", "failed", "crashed", "interrupted"]
AlertSeverity = Literal["critical", "error", "warning", "notice"]


@dataclass(frozen=True)
class Parameter:
    """One effective parameter: dotted ``key``, JSON ``value``, and the layer it came from."""

    key: str
    value: Any
    origin: str  # "default", "params/base.yaml", "profile smoke", "environment NAME", "--set"


@dataclass(frozen=True)
class Metric:
    """One recorded number (or word) with its unit and, for an estimate, its 95 % interval."""

    name: str
    value: float | int | str | None
    unit: str = ""  # "rate" (0-1), "pp", "pct", "s", "MB", "rows", "score", ""
    direction: Direction = "none"  # which way is better
    notebook: str = ""  # step key, such as "02_enrichment@1000x20000"
    size: str | None = None  # "1000x20000" where the metric belongs to one size
    low: float | None = None
    high: float | None = None
    n: int | None = None  # denominator of a rate
    description: str = ""
    baseline: float | None = None  # the baseline's value, where this compares with one
    note: str = ""  # why there is no value, or what to know about it

    def _repr_html_(self) -> str:
        from proofbook.report import display  # noqa: PLC0415 - drawn only where it is looked at

        return display.metrics([self]).html


@dataclass(frozen=True)
class Table:
    """A small table recorded for the report: column names and rows of JSON values."""

    name: str
    columns: list[str]
    rows: list[list[Any]]
    notebook: str = ""
    size: str | None = None
    caption: str = ""


@dataclass(frozen=True)
class GateOutcome:
    """What a gate found: metric, value, bounds, state, and the rows that show it."""

    metric: str
    state: GateState
    severity: Severity
    value: float | int | str | None
    warn: float | None
    fail: float | None
    direction: Direction
    notebook: str
    size: str | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    title: str = ""
    message: str = ""
    blocks: list[str] = field(default_factory=list)  # notebook names it holds back
    count: int | None = None  # rows that breach
    rate: float | None = None
    examples: list[dict[str, Any]] = field(default_factory=list)  # at most 20, with keys
    baseline: float | None = None
    rerun: str = ""  # the command that runs it again

    def _repr_html_(self) -> str:
        from proofbook.report import display  # noqa: PLC0415 - as above

        return display.gates([self]).html


@dataclass(frozen=True)
class CellError:
    """The cell that ended a notebook: 0-based index among all cells, its source and the error."""

    cell: int | None
    ename: str
    evalue: str
    traceback: str
    source: str = ""

    @property
    def place(self) -> int | None:
        """The number of the cell for people, who count all cells from 1."""
        return None if self.cell is None else self.cell + 1


@dataclass(frozen=True)
class NotebookOutcome:
    """How one step of the plan ended; paths are relative to the run folder."""

    key: str  # "01_profiling", "02_enrichment@1000x20000"
    name: str  # "02_enrichment"
    status: NotebookStatus
    title: str = ""
    size: str | None = None
    seconds: float = 0.0
    reason: str = ""  # why it was blocked, skipped or not completed
    error: CellError | None = None
    notebook: str | None = None  # "notebooks/01_profiling.ipynb"
    html: str | None = None  # "html/01_profiling.html"
    log: str | None = None
    source: str = ""  # fingerprint of the source notebook's cells


@dataclass(frozen=True)
class Alert:
    """One breach of a run: how grave, what, and by which share of its bound it exceeds it."""

    severity: AlertSeverity
    state: str  # of the gate, or of the notebook
    what: str  # metric, or key of the notebook
    message: str
    notebook: str = ""
    size: str | None = None
    value: float | int | str | None = None
    bound: float | None = None
    excess: float | None = None
    rerun: str = ""


@dataclass(frozen=True)
class InputFile:
    """One input as it was read: role, path, rows, bytes and SHA-256."""

    role: str  # "awards", "recipients", "truth"
    path: str
    rows: int | None
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Provenance:
    """What it takes to run the same thing again."""

    command: str
    commit: str | None
    dirty: bool | None
    versions: dict[str, str]
    machine: dict[str, Any]
    machine_class: str
    started: str  # ISO 8601, UTC
    finished: str
    inputs: list[InputFile] = field(default_factory=list)


@dataclass(frozen=True)
class RunResult:
    """The record of a run; ``run.json`` is exactly this."""

    run_id: str
    status: RunStatus
    exit_code: int
    verdict: str  # one sentence
    parameters: list[Parameter]
    provenance: Provenance
    notebooks: list[NotebookOutcome]
    metrics: list[Metric]
    gates: list[GateOutcome]
    tables: list[Table] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)  # gravest first
    schema_version: int = SCHEMA_VERSION

    def _repr_html_(self) -> str:
        from proofbook.report import display  # noqa: PLC0415 - as above

        return display.run_html(self)

    def metric(self, name: str, size: str | None = None) -> Metric | None:
        """The metric of that name (of that size, else the last recorded), or None."""
        found = [
            m for m in self.metrics if m.name == name and (size is None or m.size in (None, size))
        ]
        return found[-1] if found else None

    def table(self, name: str, size: str | None = None) -> Table | None:
        """The table of that name (of that size, else the last recorded), or None."""
        found = [
            t for t in self.tables if t.name == name and (size is None or t.size in (None, size))
        ]
        return found[-1] if found else None

    def parameter(self, key: str) -> Any:
        """The effective value of a dotted parameter key; KeyError when there is none."""
        return {p.key: p.value for p in self.parameters}[key]

    def to_json(self) -> str:
        """The record as JSON text; refuses NaN and infinity (law 3)."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> RunResult:
        """The record read back from JSON text; ValueError says what is wrong with any other.

        Keys of a later version that are not known here are left out.
        """
        raw = json.loads(text)
        version = raw.get("schema_version") if isinstance(raw, dict) else None
        if version is not None and version != SCHEMA_VERSION:
            raise ValueError(f"it has schema_version {version}, not {SCHEMA_VERSION}")
        return typed(cls, raw)


def load_run(folder: Path) -> RunResult:
    """The RunResult kept in a run's folder; InputError for a record that cannot be read."""
    path = folder / "run.json"
    try:
        return RunResult.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            path,
            f"is no record of a run: {error}",
            remedy="restore it from a copy, or run the suite again: proofbook run",
        ) from None
