"""Checkpoints: the results of a run's units in a folder, bound to its inputs and parameters.

The folder holds ``run.json`` (format, fingerprint, plan of shards) and one file of arrays per
unit. It belongs to one run at a time, which holds a lock on it, and goes when the run succeeds.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from proofbook.atomic import replacing
from proofbook.enrichment.arrayfile import DamagedFile, read_arrays, writing
from proofbook.errors import InputError, OutputError
from proofbook.matching.units import Arrays, Key, Range

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

#: Changes with the format of the folder or of its files.
FORMAT = 1

_RUN, _LOCK, SCRATCH = "run.json", "lock", "scratch"
_SUFFIX = ".arrays"
_AFRESH = "to start afresh, give the same command without --resume"


@dataclass(frozen=True)
class Target:
    """Where a result is written, and what its header tells."""

    path: Path
    told: Mapping[str, Any]
    durable: bool


class Checkpoints:
    """The open folder of a run's results."""

    def __init__(
        self,
        folder: Path,
        fingerprint: Mapping[str, str],
        lock: IO[bytes],
        tell: Callable[[str], None],
    ) -> None:
        self.folder, self._lock, self._tell = folder, lock, tell
        self._fingerprint, self.run = dict(fingerprint), digest(fingerprint)
        self._plan: list[tuple[int, list[Range]]] = []

    @property
    def scratch(self) -> Path:
        """A folder for what need not outlive the process; goes with the next opening."""
        return self.folder / SCRATCH

    def target(self, key: Key, rows: int) -> Target:
        """Where the result of a unit goes."""
        name = f"{quote(key[0], safe='')}-{key[1]:06d}{_SUFFIX}"
        told = {"format": FORMAT, "run": self.run, "stage": key[0], "number": key[1], "rows": rows}
        return Target(self.folder / name, told, durable=True)

    def found(self, key: Key, rows: int) -> Arrays | None:
        """The result of a unit, if it is there; InputError if it is not of this run.

        A damaged one is thrown away, and said so: that unit alone has to be made again.
        """
        target = self.target(key, rows)
        try:
            told, arrays = read_arrays(target.path, verify=True)
        except FileNotFoundError:
            return None
        except DamagedFile as error:
            self._tell(f"{target.path}: {error}; thrown away, this chunk is made again")
            with writing(target.path):
                target.path.unlink()
            return None
        if told != target.told:
            differ = [name for name in target.told if told.get(name) != target.told[name]]
            raise InputError(
                target.path,
                f"is a checkpoint of another run or chunk: {', '.join(differ)} differ",
                remedy=_AFRESH,
            )
        return arrays

    def empty(self) -> bool:
        """Whether no result is there."""
        return not any(self.folder.glob(f"*{_SUFFIX}"))

    def planned(self, call: int, rows: int) -> list[Range] | None:
        """The ranges that the run was given at its ``call``-th asking, if it came so far."""
        if call >= len(self._plan):
            return None
        then, ranges = self._plan[call]
        if then != rows:
            raise InputError(
                self.folder / _RUN,
                f"was made for {then:,} rows in shard plan {call}, where there are {rows:,} now",
                remedy=_AFRESH,
            )
        return ranges

    def plan(self, rows: int, ranges: list[Range]) -> None:
        """Keeps ranges, so that a resumed run has the same units."""
        self._plan.append((rows, ranges))
        self._write()

    def close(self, *, done: bool) -> None:
        """Gives the folder back; throws it away when the run is done, or has kept nothing."""
        done = done or self.empty()
        if done:
            _clear(self.folder)
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._lock.close()
        if done:
            (self.folder / _LOCK).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # something else is in it
                self.folder.rmdir()

    def _write(self) -> None:
        document = {"format": FORMAT, "fingerprint": self._fingerprint, "plan": self._plan}
        path = self.folder / _RUN
        with writing(path), replacing(path) as temporary:
            temporary.write_text(json.dumps(document), encoding="utf-8")

    def _read(self) -> None:
        """Takes over the plan of the run that left the folder; InputError if it is another run."""
        path = self.folder / _RUN
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            then, form = document["fingerprint"], document["format"]
            plan = [(rows, [(a, b) for a, b in ranges]) for rows, ranges in document["plan"]]
        except (ValueError, KeyError, TypeError):
            raise InputError(path, "is damaged", remedy=_AFRESH) from None
        if form != FORMAT:
            raise InputError(
                path,
                "is of another format version",
                value=form,
                remedy=f"needs {FORMAT}; {_AFRESH}",
            )
        now = self._fingerprint
        differ = [name for name in {**then, **now} if then.get(name) != now.get(name)]
        if differ:
            raise InputError(
                self.folder,
                f"holds checkpoints of another run: {', '.join(differ)} changed since",
                remedy=f"restore what changed to go on, or {_AFRESH}",
            )
        self._plan = plan


def open_checkpoints(
    folder: Path,
    fingerprint: Mapping[str, str],
    *,
    resume: bool,
    tell: Callable[[str], None],
) -> Checkpoints:
    """Opens the folder of a run's results; to resume, with those that are there.

    Otherwise what an earlier run has left is thrown away, and said so. InputError when it cannot
    be resumed, because it is of other inputs, parameters or code, or its plan is damaged;
    OutputError when another run is at work in it, or it cannot be made, or it holds other files
    than checkpoints.
    """
    foreign = _foreign(folder)
    if foreign is not None:
        raise OutputError(
            f"{folder}: holds {foreign}, which is no checkpoint. Remedy: name an empty folder, "
            "or one that does not exist, with --checkpoints"
        )
    try:
        folder.mkdir(exist_ok=True)
        lock = _locked(folder)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be used for checkpoints: {error.strerror or error}. "
            "Remedy: name another folder with --checkpoints"
        ) from None
    opened = Checkpoints(folder, fingerprint, lock, tell)
    try:
        kept = len(list(folder.glob(f"*{_SUFFIX}")))
        chunks = f"{kept} finished chunk{'s' * (kept != 1)} in {folder}"
        if resume and (folder / _RUN).exists():
            opened._read()
            tell(f"going on with {chunks}")
        else:
            if kept:
                tell(f"starting afresh, without {chunks}")
            elif resume:
                tell(f"no checkpoints in {folder}: starting from the beginning")
            _clear(folder)
            opened._write()
        shutil.rmtree(opened.scratch, ignore_errors=True)
        for torn in folder.glob(".*"):
            torn.unlink()
    except BaseException:
        lock.close()
        raise
    return opened


def digest(fingerprint: Mapping[str, str]) -> str:
    """Sixteen hex digits that change with any part of a fingerprint."""
    return hashlib.sha256(json.dumps(dict(fingerprint), sort_keys=True).encode()).hexdigest()[:16]


def _clear(folder: Path) -> None:
    (folder / _RUN).unlink(missing_ok=True)  # first: without it, nothing is resumed
    for path in folder.glob(f"*{_SUFFIX}"):
        path.unlink()


def _foreign(folder: Path) -> str | None:
    """The name of a file in the folder that no run has put there."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return None
    ours = {_RUN, _LOCK, SCRATCH}
    torn = f".{_RUN}-"  # see ``atomic.replacing``
    return next(
        (n for n in names if n not in ours and _SUFFIX not in n and not n.startswith(torn)), None
    )


def _locked(folder: Path) -> IO[bytes]:
    file = (folder / _LOCK).open("ab")
    if fcntl is None:
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise OutputError(
            f"{folder}: another run is at work with these checkpoints. Remedy: wait for it, or "
            "name another output or another folder with --checkpoints"
        ) from None
    return file
