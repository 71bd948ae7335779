"""The fingerprint of an enrichment: all that its result depends on, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import proofbook
from proofbook.errors import InputError
from proofbook.matching import MatchSettings
from proofbook.sources.files import identify

#: Packages of proofbook whose code makes the results that are kept.
_CODE = ("enrichment", "matching", "sources")

#: Parameters of matching that change how fast, not what.
_WITHOUT_INFLUENCE = {"threads"}


def fingerprint(
    awards: Path, recipients: Path, settings: MatchSettings, columns: Sequence[str] | None
) -> dict[str, str]:
    """Names and digests of inputs, parameters and code; equal where the results are.

    Inputs are known by the SHA-256 of their bytes, wherever they are; about a second per GB.
    InputError for a file that is not there or no input.
    """
    values = settings.model_dump(mode="json")
    parameters = {f"match.{k}": str(v) for k, v in values.items() if k not in _WITHOUT_INFLUENCE}
    return {
        "awards": sha256(awards),
        "recipients": sha256(recipients),
        "columns": "" if columns is None else ",".join(columns),
        **parameters,
        "code of proofbook": _code(),
    }


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex digits."""
    identify(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            path, f"cannot be read: {error.strerror}", remedy="check its permissions and its disk"
        ) from error


def _code() -> str:
    package = Path(proofbook.__file__).parent
    digest = hashlib.sha256()
    for name in _CODE:
        for path in sorted((package / name).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(package)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
