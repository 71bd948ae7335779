"""A worker process from outside: started fresh, given orders, always ended."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from proofbook.bench import worker
from proofbook.errors import UsageError
from proofbook.matching import MatchSettings
from proofbook.suite.inputs import InputPaths

FUNCTION = re.compile(r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")


@dataclass(frozen=True)
class Side:
    """What is measured: an enricher (``local`` or ``package.module:function``) with the package
    of a checkout, or of this process where ``root`` is None.
    """

    enricher: str = worker.LOCAL
    root: Path | None = None
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The side in words."""
        return f"{self.enricher} of {self.root}" if self.root else self.enricher


@dataclass(frozen=True)
class Sample:
    """One run: wall and CPU seconds, true peak of resident memory, and that before it (MB).

    ``waited``: seconds in which a thread was ready and had no core (None where it is not known).
    ``process`` numbers the fresh process of its size and side that it ran in.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    start_mb: float
    process: int = 0
    waited: float | None = None

    @property
    def own_seconds(self) -> float | None:
        """The time without the waiting, as far as it is known."""
        return None if self.waited is None else max(self.seconds - self.waited, self.seconds / 20)


def side(text: str, parameters: MatchSettings | None = None) -> Side:
    """The side meant by ``local``, ``package.module:function`` or the folder of a checkout.

    UsageError for anything else.
    """
    settings = (parameters or MatchSettings()).model_dump(mode="json")
    if text == worker.LOCAL:
        return Side(parameters=settings)
    if FUNCTION.match(text):
        return Side(text)
    root = Path(text).absolute()
    if (root / "src" / "proofbook" / "__init__.py").is_file():
        return Side(root=root, parameters=settings)
    raise UsageError(
        f"{text!r} is no enricher: give 'local', package.module:function, or a checkout that "
        "holds src/proofbook"
    )


class Worker:
    """A fresh process of one side on one input; use it as a context manager."""

    def __init__(self, side: Side, inputs: InputPaths, warm: InputPaths, number: int = 0) -> None:
        self.side, self.number = side, number
        paths = [str(side.root / "src")] if side.root else []
        paths += [str(Path.cwd()), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in paths if p)}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-P", worker.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=environment,
            start_new_session=True,
        )
        self._ask(
            {
                "enricher": side.enricher,
                "parameters": side.parameters,
                "awards": str(inputs.awards),
                "recipients": str(inputs.recipients),
                "warm_awards": str(warm.awards),
                "warm_recipients": str(warm.recipients),
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def run(self) -> Sample:
        """One measured run."""
        return Sample(**self._ask({"do": "run"}), process=self.number)

    def keep(self, path: Path) -> tuple[Path, dict[str, int]]:
        """The file with the result of the last run, written to ``path`` if it is none yet, and
        the counters."""
        found = self._ask({"do": "keep", "path": str(path)})
        return Path(found["path"]), found["counters"]

    def close(self) -> None:
        """Ends the process and whatever it has started."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
                os.killpg(self._process.pid, signal.SIGKILL)  # it leads a group of its own
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None and not stream.closed:
                stream.close()

    def _ask(self, words: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(words) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip().splitlines()
            code = self._process.wait()
            self.close()
            how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
            how += ", perhaps out of memory" if code == -signal.SIGKILL else ""
            last = f" after {said[-1]!r}" if said else ""
            raise UsageError(f"enricher {self.side.name} ended its process: {how}{last}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            self.close()
            raise UsageError(f"enricher {self.side.name}: {answer['error']}")
        return answer
