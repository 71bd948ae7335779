"""Files of records: never seen half written, and read with the type of every field checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from proofbook.atomic import replacing
from proofbook.errors import writing

T = TypeVar("T")

#: What to do when an output cannot be written.
NO_ROOM = "free some space, or choose another folder with --set run.outputs=FOLDER"


def write_text(path: Path, text: str, remedy: str = NO_ROOM) -> None:
    """Writes a text file in one step; OutputError, with the old file untouched, if it cannot be."""
    write_bytes(path, text.encode(), remedy)


def write_bytes(path: Path, data: bytes, remedy: str = NO_ROOM) -> None:
    """Writes a file in one step; OutputError, with the old file untouched, if it cannot be."""
    with writing(path, remedy):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_bytes(data)


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
