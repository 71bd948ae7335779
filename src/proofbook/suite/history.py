"""History: what all run folders have recorded, of any machine, read from their metrics.json alone.

A run's ``metrics.json`` begins with what it takes to place the run - when, where, how it ended,
under which circumstances - so that thousands of runs are read without their records.
"""

from __future__ import annotations

import gc
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from proofbook.suite.baselines import Circumstances, circumstances
from proofbook.suite.result import RunResult

METRICS_FILE = "metrics.json"
METRICS_SCHEMA = 1

#: Runs that came to their end: only these have a say.
ENDED = frozenset({"passed", "warned", "failed"})

_RUN_ID = re.compile(r"^(\d{8}T\d{6}Z)-")


class Value(msgspec.Struct, frozen=True, gc=False):  # half a million of them
    """One recorded number with the ends of its interval and its denominator."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


class _Metric(Value, frozen=True, gc=False, kw_only=True):
    """A metric as it is recorded, whose value may be a word, or none."""

    name: str
    size: str | None
    value: float | str | bool | None  # type: ignore[assignment]


class _Circumstances(msgspec.Struct, forbid_unknown_fields=True):
    machine_class: str
    sizes: list[str]
    data: dict[str, str]
    parameters: dict[str, Any]


class _Record(msgspec.Struct, kw_only=True):
    """What is read of ``metrics.json``; without a schema it is of an earlier version, or a run that
    has not ended.
    """

    schema: int | None = None
    run_id: str = ""
    status: str = ""
    started: str = ""
    commit: str | None = None
    circumstances: _Circumstances | None = None
    metrics: list[_Metric] = []


#: Reads and checks the types in one pass: all of it is six times as fast as json and looking after.
_DECODE = msgspec.json.Decoder(_Record).decode


@dataclass(frozen=True)
class Entry:
    """One run: when it began, how it ended, where, and its numbers by metric and size."""

    run_id: str
    started: datetime
    status: str
    circumstances: Circumstances
    values: dict[tuple[str, str | None], Value]
    commit: str | None = None


@dataclass(frozen=True)
class History:
    """The runs that ended, oldest first; ``warnings`` name what was there and could not be read."""

    entries: list[Entry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def metrics_json(result: RunResult) -> str:
    """The text of ``metrics.json``: a head that places the run, then one metric per line."""
    head = {
        "schema": METRICS_SCHEMA,
        "run_id": result.run_id,
        "status": result.status,
        "started": result.provenance.started,
        "commit": result.provenance.commit,
        "circumstances": asdict(circumstances(result)),
    }
    lines = [
        json.dumps(asdict(m), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        for m in result.metrics
    ]
    start = json.dumps(head, ensure_ascii=False, allow_nan=False)[:-1]
    return f'{start},\n"metrics": [\n' + ",\n".join(lines) + "\n]}\n"


def read(
    outputs: Path, *, metric: str | None = None, days: float | None = None, but: str = ""
) -> History:
    """The runs in a folder of runs, or one level below it (runs of other machines).

    ``metric`` keeps the values of that metric only; ``days`` the runs of the last so many days;
    ``but`` leaves out the run of that id. Folders that hold no run, or a damaged one, are named
    in the warnings; runs that did not end are left out.
    """
    collecting = gc.isenabled()
    gc.disable()  # half of the time would go into looking at values that all stay
    try:
        return _read(outputs, metric, days, but)
    finally:
        if collecting:
            gc.enable()


def merged(parts: Sequence[History]) -> History:
    """Several folders of runs as one; a run that is in more than one of them counts once."""
    entries = {entry.run_id: entry for part in reversed(parts) for entry in part.entries}
    return History(
        sorted(entries.values(), key=lambda e: (e.started, e.run_id)),
        [warning for part in parts for warning in part.warnings],
    )


def _read(outputs: Path, metric: str | None, days: float | None, but: str) -> History:
    entries: dict[str, Entry] = {}
    warnings: list[str] = []
    since = datetime.now(UTC) - timedelta(days=days) if days is not None else None
    for folder, problem in _folders(outputs):
        if problem:
            warnings.append(f"{folder}: {problem}")
            continue
        if since is not None and (_moment(Path(folder).name) or since) < since:
            continue
        try:
            entry = _entry(folder, metric)
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            ArithmeticError,
            RecursionError,
        ) as error:
            warnings.append(f"{folder}: is damaged ({type(error).__name__}: {error})"[:300])
            continue
        if entry is None or entry.run_id == but or (since is not None and entry.started < since):
            continue
        if entry.run_id in entries:
            warnings.append(f"{folder}: run {entry.run_id} is there twice; one is taken")
            continue
        entries[entry.run_id] = entry
    return History(sorted(entries.values(), key=lambda e: (e.started, e.run_id)), warnings)


def _folders(outputs: Path) -> Iterator[tuple[str, str]]:
    """Every folder of a run, or a folder and why it is none."""
    if not outputs.is_dir():
        return
    for top in sorted(os.scandir(outputs), key=lambda e: e.name):
        if not top.is_dir() or top.name.startswith("."):
            continue
        if _is_run(top.path):
            yield top.path, ""
            continue
        try:
            below = [e.path for e in os.scandir(top.path) if e.is_dir() and _is_run(e.path)]
        except OSError as error:
            yield top.path, f"cannot be read ({error.strerror})"
            continue
        yield from ((path, "") for path in sorted(below))
        if not below:
            yield top.path, "holds no run"


def _is_run(path: str) -> bool:
    return os.path.isfile(f"{path}/{METRICS_FILE}") or os.path.isfile(f"{path}/run.json")  # noqa: PTH113 - ten times as fast, ten thousand times


def _moment(name: str) -> datetime | None:
    """When the run of a folder of that name began; None where the name tells no moment."""
    found = _RUN_ID.match(name)
    try:
        return datetime.fromisoformat(found[1]) if found else None
    except ValueError:  # digits that are no date
        return None


def _entry(folder: str, metric: str | None) -> Entry | None:
    """The run of a folder; None when it did not end."""
    try:
        with open(f"{folder}/{METRICS_FILE}", "rb") as stream:  # noqa: PTH123 - as above
            raw = _DECODE(stream.read())
    except FileNotFoundError:
        raw = _Record()
    if raw.schema is None:
        raw = _DECODE(_metrics_of_record(Path(folder)))
    if raw.schema != METRICS_SCHEMA:
        raise ValueError(f"{METRICS_FILE} has schema {raw.schema}, not {METRICS_SCHEMA}")
    here = raw.circumstances
    if here is None or not (raw.run_id and raw.status):
        raise ValueError(f"{METRICS_FILE} does not tell of which run it is")
    if raw.status not in ENDED:
        return None
    started = datetime.fromisoformat(raw.started)
    if started.tzinfo is None:
        started = started.replace(tzinfo=UTC)
    return Entry(
        raw.run_id,
        started,
        raw.status,
        Circumstances(here.machine_class, here.sizes, here.data, here.parameters),
        {
            (m.name, m.size): Value(m.value, m.low, m.high, m.n)
            for m in raw.metrics
            if type(m.value) is float and metric in (None, m.name)
        },
        raw.commit,
    )


def _metrics_of_record(folder: Path) -> str:
    """What metrics.json would say, from the record of a run; for runs of earlier versions."""
    return metrics_json(RunResult.from_json((folder / "run.json").read_text(encoding="utf-8")))
