"""One table of an archive on a web server: its member alone is downloaded."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from proofbook.errors import writing
from proofbook.sources.archives.archive import read_archive
from proofbook.sources.archives.flow import AGAIN, Place
from proofbook.sources.archives.members import TOC, zip_members
from proofbook.sources.downloads import Download, Progress, Span, download, sha256
from proofbook.sources.web import Patience

_PIECE = 1 << 20


def fetch_table(
    url: str,
    stream: IO[bytes],
    table: str,
    folder: Path,
    patience: Patience,
    progress: Progress | None,
    tell: Callable[[str], object],
) -> Download:
    """Makes a folder with the table of contents and the one member, as pg_dump would.

    ``stream`` is the zipped archive at the address, ``tell`` is told what is found. A member that
    an earlier call has brought is taken as it is. Raises InputError when there is no such table
    or the member is damaged, OutputError when it cannot be written.
    """
    members = zip_members(url, stream)
    archive = read_archive(url, members)
    place = archive.place(archive.table(table))
    tell(f"{url}: {table} is member {place.member}, {place.compressed / 1e6:,.1f} MB")
    with members.open(TOC) as toc, writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TOC).write_bytes(toc.read())
    info, target = members.info(place.member), folder / place.member
    if _is_whole(info, target):
        return Download(url, info.file_size, sha256(target), None, None)
    try:
        span = Span(*members.span(place.member))
    except zipfile.BadZipFile as error:
        raise place.fault(f"is damaged: {error}", AGAIN) from error
    stored = info.compress_type == zipfile.ZIP_STORED
    raw = target if stored else target.with_name(target.name + ".deflated")
    found = download(url, raw, span=span, patience=patience, progress=progress)
    with writing(target):
        if not stored:
            _inflate(raw, target, info, place)
        if not _is_whole(info, target):
            target.unlink()
            raise place.fault("is damaged: its check sum is wrong", AGAIN)
    return found


def _is_whole(info: zipfile.ZipInfo, path: Path) -> bool:
    """Whether a file is what the zip's directory says of it."""
    if not path.is_file() or path.stat().st_size != info.file_size:
        return False
    crc = 0
    with path.open("rb") as file:
        while data := file.read(_PIECE):
            crc = zlib.crc32(data, crc)
    return crc == info.CRC


def _inflate(raw: Path, target: Path, info: zipfile.ZipInfo, place: Place) -> None:
    """The content of a deflated member, which is no longer than the zip's directory says."""
    decoder, left = zlib.decompressobj(-zlib.MAX_WBITS), info.file_size + 1
    try:
        with raw.open("rb") as file, target.open("wb") as out:
            while left and (data := decoder.unconsumed_tail or file.read(_PIECE)):
                piece = decoder.decompress(data, min(left, _PIECE))
                out.write(piece)
                left -= len(piece)
    except zlib.error as error:
        target.unlink()
        raise place.fault(f"is damaged: {error}", AGAIN) from error
    raw.unlink()
