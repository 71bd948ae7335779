"""Where an archive keeps its files: the members of a zip, or the files of a folder.

Nothing is ever unpacked. Names that lead out of the archive, symbolic links and encrypted members
are refused before anything is read.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, cast

from proofbook.errors import InputError
from proofbook.sources.archives.flow import AGAIN
from proofbook.sources.archives.toc import DUMP_AGAIN, MAGIC

TOC = "toc.dat"

#: A local header: what is of use are the lengths of the name and of the extra field after it.
_LOCAL_HEADER = struct.Struct("<26xHH")

#: What zipfile raises for a directory that makes no sense.
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error)

_DRIVE = re.compile(r"^[A-Za-z]:")


class Members(Protocol):
    """The files beside ``toc.dat``: their compressed sizes by name, and a way to read each."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """The compressed bytes of each member."""

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A member as it is stored, as a stream."""


@dataclass(frozen=True)
class FolderMembers:
    """The files of a folder."""

    folder: Path
    sizes: Mapping[str, int]

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        with (self.folder / name).open("rb") as stream:
            yield stream


@dataclass(frozen=True)
class ZipMembers:
    """The members of a zip archive that lie in one folder of it, which may be its root."""

    file: zipfile.ZipFile
    prefix: str
    sizes: Mapping[str, int]

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        with self.file.open(self.prefix + name) as stream:
            yield stream

    def info(self, name: str) -> zipfile.ZipInfo:
        """The entry of a member in the zip's directory."""
        return self.file.getinfo(self.prefix + name)

    def span(self, name: str) -> tuple[int, int]:
        """Where the compressed bytes of a member begin and end in the zip file.

        Raises BadZipFile when the member does not begin where the directory says.
        """
        info, file = self.info(name), cast(IO[bytes], self.file.fp)
        file.seek(info.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise zipfile.BadZipFile(f"no member where {name} should begin")
        start = info.header_offset + len(header) + sum(_LOCAL_HEADER.unpack(header))
        return start, start + info.compress_size


@contextmanager
def open_members(path: Path) -> Iterator[Members]:
    """The members of a pg_dump directory archive, zipped or not.

    Raises InputError when there is no such file, when it is something else (and says what), and
    for members that lead out of the archive.
    """
    if path.is_dir():
        yield _folder(path)
        return
    if not path.is_file():
        raise InputError(path, "does not exist", remedy="check the path")
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(
            path, f"cannot be opened: {error.strerror}", remedy="check its permissions"
        ) from error
    with stream:
        _check_kind(path, stream)
        yield zip_members(path, stream)


def holds_toc(path: Path) -> bool:
    """Whether a zip archive holds a ``toc.dat``, so that it is an archive of a database."""
    try:
        with zipfile.ZipFile(path) as file:
            return any(PurePosixPath(name).name == TOC for name in file.namelist())
    except (*_DAMAGED, OSError):
        return False


def _folder(path: Path) -> FolderMembers:
    sizes = {}
    for entry in sorted(path.iterdir()):
        if entry.is_symlink():
            raise InputError(
                path,
                "holds a symbolic link, which may lead anywhere",
                place=f"file {entry.name}",
                remedy="copy the file that it leads to into its place",
            )
        if entry.is_file():
            sizes[entry.name] = entry.stat().st_size
    if TOC not in sizes:
        raise _no_toc(path, "folder", list(sizes))
    return FolderMembers(path, sizes)


def zip_members(path: Path | str, stream: IO[bytes]) -> ZipMembers:
    """The members of a zip archive read from any seekable stream; ``path`` is for messages.

    Raises InputError as ``open_members`` does.
    """
    try:
        file = zipfile.ZipFile(stream)
    except _DAMAGED as error:
        raise InputError(
            path,
            f"is cut off or damaged: {error}; the directory of a zip archive is at its end",
            remedy=AGAIN,
        ) from error
    infos = file.infolist()
    for info in infos:
        _check_safe(path, info)
    tocs = [i.filename for i in infos if PurePosixPath(i.filename).name == TOC]
    if len(tocs) != 1:
        if tocs:
            raise InputError(
                path,
                f"holds {len(tocs)} archives: {', '.join(tocs[:5])}",
                remedy="unzip it and name one of the folders",
            )
        raise _no_toc(path, "zip archive", [i.filename for i in infos if not i.is_dir()])
    prefix = tocs[0].removesuffix(TOC)
    sizes = {
        i.filename.removeprefix(prefix): i.compress_size
        for i in infos
        if i.filename.startswith(prefix) and not i.is_dir()
    }
    return ZipMembers(file, prefix, sizes)


def _check_safe(path: Path | str, info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    problem = None
    if name.startswith(("/", "\\")) or ".." in parts or _DRIVE.match(name) or "\x00" in name:
        problem = "holds a member whose name leads out of the archive"
    elif stat.S_ISLNK(info.external_attr >> 16):
        problem = "holds a symbolic link, which may lead anywhere"
    elif info.flag_bits & 1:
        problem = "holds an encrypted member"
    if problem:
        raise InputError(
            path, problem, place=f"member {name!r}", remedy="get the archive from its publisher"
        )


def _no_toc(path: Path | str, kind: str, names: list[str]) -> InputError:
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return InputError(
        path,
        f"is a {kind} without {TOC}, so no archive of a database; it holds {shown or 'no file'}",
        remedy=f"name the folder that holds {TOC}, or {DUMP_AGAIN}",
    )


def _check_kind(path: Path, stream: IO[bytes]) -> None:
    """Raises InputError when a file is no zip archive, and says what it is instead."""
    head = stream.read(512)
    stream.seek(0)
    if head.startswith(b"PK"):
        return
    if head.startswith(MAGIC):
        problem = "is an archive in custom format, one file that must be read whole"
        remedy = DUMP_AGAIN
    elif head[257:262] == b"ustar":
        problem = "is a tar file"
        remedy = "unpack it (tar -xf) and name the folder that holds toc.dat"
    elif head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ")):
        problem = "is one compressed file, not an archive of many"
        remedy = "decompress it; if that gives a tar file, unpack it and name its folder"
    elif head.lstrip()[:2] == b"--" or not head:
        problem = "is a plain SQL script" if head else "is empty (0 bytes)"
        remedy = DUMP_AGAIN if head else AGAIN
    else:
        problem = "is not an archive: neither a zip nor a folder"
        remedy = DUMP_AGAIN
    raise InputError(path, problem, remedy=remedy)
