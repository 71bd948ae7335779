"""Files of records: never seen half written, and read with the type of every field checked."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from proofbook.errors import OutputError

T = TypeVar("T")

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


def typed(kind: type[T], raw: object) -> T:
    """The record that JSON values stand for, every field of its type and every number finite.

    Keys that the record does not know are left out. ValueError names the field and what is wrong.
    """
    try:
        text = json.dumps(raw, allow_nan=False)
        return TypeAdapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "it"
        raise ValueError(f"{place}: {first['msg']}") from None
