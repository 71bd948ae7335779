"""Every error that proofbook raises on purpose, and the exit code each one means.

    ProofbookError
    ├── UsageError                  exit 2   wrong command, parameter, or input
    │   ├── ParameterError                   unknown, duplicate or ill-typed parameter
    │   ├── InputError                       a file or table that cannot be used as it is
    │   └── OutputError                      disk full, folder not writable
    ├── VerdictError                exit 1   a gate failed or a regression was found
    ├── NotebookError               exit 3   a notebook crashed, timed out or was killed
    ├── ChunkError                  exit 3   a chunk of an enrichment crashed or timed out
    └── Interrupted                 exit 130 (Ctrl-C) or 143 (SIGTERM)

A message says what was looked at, what was found, what was needed, and what to do next. It never
needs a traceback to be understood.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class ProofbookError(Exception):
    """An error whose message is meant for the user; ``exit_code`` is what the command ends with."""

    exit_code = 2

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles whatever the constructor asks for: an error may come from another process."""
        return type(self).__new__, (type(self), *self.args), self.__dict__


class UsageError(ProofbookError):
    """The command cannot be carried out as it was given."""


class ParameterError(UsageError):
    """A parameter is unknown, given twice, or not of its type."""


class OutputError(UsageError):
    """A result could not be written; nothing half-written is left behind."""


@contextmanager
def writing(
    path: Path, remedy: str = "free some space, or name a folder that exists and can be written"
) -> Iterator[None]:
    """Turns what goes wrong while ``path`` is written into an OutputError that names it."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{path}: cannot be written ({reason}). Remedy: {remedy}") from error


class InputError(UsageError):
    """An input cannot be used: names the file, the place in it, what was found and the remedy.

    >>> print(InputError("awards.csv", "is empty", remedy="export it again"))
    awards.csv: is empty. Remedy: export it again
    """

    def __init__(
        self,
        file: str | Path,
        problem: str,
        *,
        place: str | None = None,
        value: object = None,
        remedy: str,
    ) -> None:
        self.file, self.place, self.value = str(file), place, value
        self.problem, self.remedy = problem, remedy
        where = f", {place}" if place else ""
        got = f" (got {value!r})" if value is not None else ""
        stop = "" if f"{problem}{got}".endswith("?") else "."
        super().__init__(f"{file}{where}: {problem}{got}{stop} Remedy: {remedy}")


class VerdictError(ProofbookError):
    """The judgement is negative: a gate failed or a regression was found."""

    exit_code = 1


class NotebookError(ProofbookError):
    """A notebook did not run to its end."""

    exit_code = 3


class ChunkError(ProofbookError):
    """A chunk of an enrichment did not come to its end, however often it was tried."""

    exit_code = 3


class Interrupted(ProofbookError):  # noqa: N818 - it is a request, not an error
    """The user or the system asked to stop; ``exit_code`` is 128 + the signal's number."""

    def __init__(self, message: str, signal_number: int = 2) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal_number


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint naming the nearest known word, or an empty string.

    >>> did_you_mean("sede", ["seed", "sizes"])
    " — did you mean 'seed'?"
    """
    nearest = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" — did you mean '{nearest[0]}'?" if nearest else ""
