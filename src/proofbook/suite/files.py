"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from proofbook.errors import OutputError

#: What to do when an output cannot be written.
NO_ROOM = "Free some space, or choose another folder with --set run.outputs=FOLDER"


def write_text(path: Path, text: str) -> None:
    """Writes a text file in one step; OutputError, with the old file untouched, if it cannot be."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a file in one step; OutputError, with the old file untouched, if it cannot be."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        reason = error.strerror or error
        raise OutputError(f"{path}: cannot be written: {reason}. {NO_ROOM}") from None
