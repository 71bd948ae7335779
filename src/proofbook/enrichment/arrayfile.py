"""Files of arrays: one header that says what they are, then their bytes, each with a checksum.

    8 bytes magic · 4 bytes length of the header · 4 bytes CRC-32 of the header · header (JSON)
    · the bytes of every array, each beginning at a multiple of 64

Reading maps the file into memory: pages that are not looked at are not loaded, and the kernel may
take them back at any time, which it may not do with what a process has computed.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proofbook import errors
from proofbook.atomic import replacing
from proofbook.matching.units import Arrays

_MAGIC = b"pbarray1"
_PREFIX = struct.Struct("<8sII")
_ALIGN = 64


class DamagedFile(ValueError):  # noqa: N818 - says what the file is
    """A file that is not, or no longer, what was written."""


def write_arrays(path: Path, arrays: Arrays, told: Mapping[str, Any], *, durable: bool) -> None:
    """Writes arrays, and what is told about them (JSON), so that the file is whole or not there.

    ``durable`` as for ``atomic.replacing``. Raises OSError, with nothing left behind.
    """
    flat = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    head = _header(flat, told)
    with replacing(path, durable=durable) as temporary, temporary.open("wb") as file:
        file.write(_PREFIX.pack(_MAGIC, len(head), zlib.crc32(head)) + head)
        for array in flat.values():
            file.write(bytes(-file.tell() % _ALIGN))
            file.write(_bytes(array))


def writing(path: Path) -> AbstractContextManager[None]:
    """Turns what a full or broken disk raises into an OutputError that names the file."""
    return errors.writing(path, "free some space, or choose another place with --checkpoints")


def read_arrays(path: Path, *, verify: bool) -> tuple[dict[str, Any], Arrays]:
    """What was told about the arrays of a file, and the arrays, read-only.

    ``verify`` compares every byte with its checksum. Raises DamagedFile, and OSError when it
    cannot be read.
    """
    if path.stat().st_size < _PREFIX.size:
        raise DamagedFile("is cut off")
    content = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
    magic, length, checksum = _PREFIX.unpack(content[: _PREFIX.size].tobytes())
    head = content[_PREFIX.size : _PREFIX.size + length].tobytes()
    if magic != _MAGIC:
        raise DamagedFile("is no file of arrays, or of another format version")
    if len(head) < length or zlib.crc32(head) != checksum:
        raise DamagedFile("has a damaged header")
    header = json.loads(head)
    arrays, place = {}, _PREFIX.size + length
    for entry in header["arrays"]:
        place += -place % _ALIGN
        data = content[place : place + entry["bytes"]]
        place += entry["bytes"]
        if len(data) < entry["bytes"]:
            raise DamagedFile("is cut off")
        if verify and zlib.crc32(_bytes(data)) != entry["crc"]:
            raise DamagedFile(f"has damaged content (array {entry['name']})")
        arrays[entry["name"]] = data.view(entry["dtype"]).reshape(entry["shape"])
    if place != len(content):
        raise DamagedFile("is longer than what was written")
    told: dict[str, Any] = header["told"]
    return told, arrays


def _header(arrays: Arrays, told: Mapping[str, Any]) -> bytes:
    entries = []
    for name, array in arrays.items():
        if array.dtype.hasobject or array.dtype.names:
            raise TypeError(f"array {name!r} of type {array.dtype}: only plain values have bytes")
        entries.append(
            {
                "name": name,
                "dtype": array.dtype.str,
                "shape": array.shape,
                "bytes": array.nbytes,
                "crc": zlib.crc32(_bytes(array)),
            }
        )
    return json.dumps({"told": told, "arrays": entries}).encode()


def _bytes(array: NDArray[Any]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data
