"""Results of units: in memory while there is room, in files otherwise."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofbook.enrichment.arrayfile import write_arrays, writing
from proofbook.enrichment.backends import Value
from proofbook.enrichment.checkpoints import Checkpoints, Target
from proofbook.matching.units import Key


class Results:
    """Keeps the value of every unit that has ended, until it is dropped."""

    def __init__(self, checkpoints: Checkpoints | None, beside: Path | None = None) -> None:
        """``beside`` is the folder in which scratch files go when there are no checkpoints."""
        self._checkpoints, self._beside = checkpoints, beside
        self._values: dict[Key, Value] = {}
        self._files: dict[Key, Path] = {}
        self._scratch: Path | None = None
        self._stages: dict[str, int] = {}

    @property
    def scratch(self) -> Path:
        """The folder of what need not outlive the process, made when it is first needed."""
        if self._scratch is None:
            if self._checkpoints is not None:
                self._scratch = self._checkpoints.scratch
                self._scratch.mkdir(exist_ok=True)
            else:
                self._scratch = Path(tempfile.mkdtemp(prefix=".proofbook-", dir=self._beside))
        return self._scratch

    def target(self, key: Key, rows: int, *, keep: bool) -> Target:
        """Where the result of a unit is written."""
        if keep and self._checkpoints is not None:
            return self._checkpoints.target(key, rows)
        stage = self._stages.setdefault(key[0], len(self._stages))
        return Target(self.scratch / f"{stage}-{key[1]}.arrays", {}, durable=False)

    def found(self, key: Key, rows: int) -> bool:
        """Takes over the result of an earlier run, if there is one."""
        arrays = None if self._checkpoints is None else self._checkpoints.found(key, rows)
        if arrays is None:
            return False
        self._values[key] = self._files[key] = self.target(key, rows, keep=True).path
        return True

    def put(self, key: Key, rows: int, value: Value, *, keep: bool) -> None:
        """Keeps a value; as a checkpoint, if it is to be kept, whose file then stands for it."""
        if isinstance(value, Mapping):
            if keep and self._checkpoints is not None:
                target = self._checkpoints.target(key, rows)
                write_arrays(target.path, value, target.told, durable=target.durable)
                value = target.path
            else:
                value = {name: _read_only(array) for name, array in value.items()}
        if isinstance(value, Path):
            self._files[key] = value
        self._values[key] = value

    def get(self, key: Key) -> Value:
        """The value of a unit."""
        return self._values[key]

    def drop(self, key: Key) -> None:
        """Forgets a value, and its file unless it is a checkpoint."""
        self._values.pop(key, None)
        path = self._files.pop(key, None)
        if path is not None and path.parent == self._scratch:
            path.unlink()

    def spill(self) -> int:
        """Moves all that is in memory to files; how many results that were."""
        held = [key for key, value in self._values.items() if isinstance(value, Mapping)]
        for key in held:
            if key not in self._files:
                target = self.target(key, 0, keep=False)
                with writing(target.path):
                    write_arrays(target.path, self._values[key], {}, durable=False)
                self._files[key] = target.path
            self._values[key] = self._files[key]
        return len(held)

    def close(self) -> None:
        """Throws the scratch files away."""
        self._values.clear()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)


def _read_only(array: Any) -> Any:
    view = array.view()
    view.flags.writeable = False
    return view
