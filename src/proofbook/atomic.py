"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OTHERS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A temporary file that takes the place of ``path`` in the end, or is removed.

    A symbolic link stays, and the file that it leads to is replaced. ``durable``: it also
    outlives a loss of power that follows at once (fsync(2) of the file, and of the folder for its
    new name). Raises OSError, which names ``path``; at once where something else than a regular
    file is.
    """
    if (other := other_than_file(path)) is not None:
        raise FileExistsError(errno.EEXIST, f"is {other}", str(path))
    place = destination(path)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{place.name}-", dir=place.parent)
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
        temporary.replace(place)
        if durable and os.name == "posix":  # elsewhere a folder cannot be opened
            _sync(place.parent)
    except OSError as error:
        if error.filename in (None, name):
            error.filename = str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def destination(path: Path) -> Path:
    """The path, or where it leads if it is a symbolic link, whether or not anything is there."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def other_than_file(path: Path) -> str | None:
    """What is at a path, links followed, and is no regular file; None for a file and nothing.

    To replace it by a file would do harm: a device or a FIFO is where others write to.
    """
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except OSError as error:
        return "a link that leads to itself" if error.errno == errno.ELOOP else None
    return None if kind == stat.S_IFREG else _OTHERS.get(kind, "no regular file")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
