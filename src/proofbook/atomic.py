"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place in the end, or is removed.

    ``durable``: it also outlives a loss of power that follows at once (fsync(2) of the file, and
    of the folder for its new name). Raises OSError, which names ``path``.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        os.close(descriptor)
    except OSError as error:
        error.filename = str(path)
        raise
    temporary = Path(name)
    try:
        yield temporary
        if durable:
            _sync(temporary)
        temporary.chmod(0o644)  # mkstemp makes it the owner's alone
        temporary.replace(path)
        if durable and os.name == "posix":  # elsewhere a folder cannot be opened
            _sync(path.parent)
    except OSError as error:
        if error.filename in (None, name):
            error.filename = str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
