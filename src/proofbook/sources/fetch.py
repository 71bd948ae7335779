"""Downloading what goes in from the places that publish it: awards, and recipients.

Of the recipients' archive only the one table is downloaded where the server sends parts of a
file; elsewhere the whole archive is.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from proofbook.atomic import replacing
from proofbook.errors import InputError, ParameterError, writing
from proofbook.sources.archives import convert
from proofbook.sources.columns import RECIPIENT_TABLE
from proofbook.sources.downloads import Check, Download, Progress, download, sha256
from proofbook.sources.files import content, describe
from proofbook.sources.partial import fetch_table
from proofbook.sources.remote import open_remote
from proofbook.sources.web import DroppedError, Patience, ask, patiently

#: The official places. That of the recipients names the newest archive, whose address changes.
ADDRESSES = {
    "awards": "https://data.www.sbir.gov/awarddatapublic/award_data.csv",
    "recipients": "https://api.usaspending.gov/api/v2/bulk_download/list_database_download_files/",
}

#: Where the answer of the recipients' place names the archive of the whole database.
_NEWEST = ("full_download_file", "url")

#: What a file of this suffix begins with.
_KINDS = {".csv": "text", ".gz": "gzip", ".zip": "zip"}

_LISTING_LIMIT = 1 << 20

#: Told in words what is going on.
Tell = Callable[[str], object]


def fetch_awards(
    folder: str | Path,
    *,
    url: str | None = None,
    expected: str | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Path:
    """Downloads the award file to a folder; returns its path.

    ``expected`` is the SHA-256 that it must have. A JSON file of the same name and ``.json``
    records address, size, SHA-256, version and time. Raises InputError when the file cannot be
    had or is something else, such as a web page, OutputError when it cannot be written; what has
    been downloaded is kept for the next attempt.
    """
    _check_sum(expected)
    url, folder = url or ADDRESSES["awards"], Path(folder)
    name = _name(url, "award_data.csv")
    found = download(
        url,
        folder / name,
        expected=expected,
        check=_expects(url, _KINDS[PurePosixPath(name).suffix]),
        patience=patience,
        progress=progress,
    )
    _record(folder / name, found, {})
    return folder / name


def fetch_recipients(
    folder: str | Path,
    *,
    url: str | None = None,
    expected: str | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> Path:
    """Downloads the recipients from an archive of USAspending's database, as Parquet.

    ``url`` is the address of a zipped archive, the newest one unless given. Only the table
    RECIPIENT_TABLE is downloaded if the server sends parts of files. If it does not, or when a
    SHA-256 is ``expected``, which is that of the whole archive, all of it is, and stays beside
    the Parquet file. Records and raises as ``fetch_awards`` does, and as ``convert`` does.
    """
    _check_sum(expected)
    patience, tell = patience or Patience(), tell or (lambda _: None)
    folder = Path(folder)
    out, parts = folder / "recipients.parquet", folder / "recipients.part"
    url = url or newest_archive(ADDRESSES["recipients"], patience)
    stream = None if expected else open_remote(url, patience)
    if stream:
        with stream:
            _expects(url, "zip")(stream.read(512))
            source = parts
            found = fetch_table(url, stream, RECIPIENT_TABLE, parts, patience, progress, tell)
    else:
        source, found = _fetch_whole(url, folder, expected, patience, progress, tell)
    tell(f"writing {out}")
    done = convert(source, RECIPIENT_TABLE, out)
    _record(out, found, {"table": RECIPIENT_TABLE, "rows": done.rows})
    if parts.is_dir():
        shutil.rmtree(parts)
    return out


def newest_archive(url: str, patience: Patience | None = None) -> str:
    """The address of the newest archive, as the recipients' official place names it.

    Raises InputError when the place cannot be reached or answers something else.
    """
    patience = patience or Patience()

    def attempt() -> bytes:
        with ask(url, timeout=patience.timeout) as answer:
            data = answer.read(_LISTING_LIMIT)
        if len(data) < min(answer.length or 0, _LISTING_LIMIT):
            raise DroppedError("the connection breaks off")
        return data

    data = patiently(url, patience, attempt)
    try:
        found = json.loads(data)
        for key in _NEWEST:
            found = found[key]
        if urlsplit(found).scheme in ("http", "https"):
            return str(found)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise InputError(
        url,
        "does not name an archive of the database",
        value=data[:80].decode("utf-8", "replace"),
        remedy="find its address on the download page of USAspending, and give it with --url",
    )


def _fetch_whole(
    url: str,
    folder: Path,
    expected: str | None,
    patience: Patience,
    progress: Progress | None,
    tell: Tell,
) -> tuple[Path, Download]:
    path = folder / _name(url, "archive.zip")
    tell(f"{url}: downloading the whole archive")
    check = _expects(url, "zip")
    found = download(
        url, path, expected=expected, check=check, patience=patience, progress=progress
    )
    _record(path, found, {})
    return path, found


def _expects(url: str, kind: str) -> Check:
    """A check of a file's first bytes: they must be those of a file of that kind."""

    def check(head: bytes) -> None:
        if (found := content(head)) != kind:
            raise InputError(
                url,
                f"answers with {describe(found)} where {describe(kind)} should be",
                remedy="open the address in a browser; if it has moved, give the new one: --url",
            )

    return check


def _name(url: str, default: str) -> str:
    """The file's name in an address, or the default where that has another suffix."""
    name = PurePosixPath(urlsplit(url).path).name
    suffix = PurePosixPath(default).suffix
    fits = name.endswith((".csv", ".csv.gz", ".csv.zip") if suffix == ".csv" else ".zip")
    return name if fits and re.fullmatch(r"\w[\w.-]*", name) else default


def _check_sum(expected: str | None) -> None:
    if expected is not None and not re.fullmatch(r"[0-9A-Fa-f]{64}", expected):
        raise ParameterError(f"--sha256 must be 64 hexadecimal digits (got {expected!r})")


def _record(path: Path, found: Download, more: dict[str, Any]) -> None:
    """Notes beside a file what it is and where it is from."""
    notes = {
        "file": path.name,
        "bytes": path.stat().st_size,
        "sha256": sha256(path),
        "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "downloaded": asdict(found),
    }
    target = path.with_name(path.name + ".json")
    with writing(target), replacing(target) as temporary:
        temporary.write_text(json.dumps(notes | more, indent=2) + "\n", encoding="utf-8")
