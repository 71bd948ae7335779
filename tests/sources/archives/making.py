"""Archives made by hand: the layouts of versions whose pg_dump is not at hand, and broken ones."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Sequence
from pathlib import Path

from proofbook.sources.archives.toc import Entry

END = b"\\.\n\n\n"

TABLE = "rpt.t"
DEFINITION = "CREATE TABLE rpt.t (\n    id bigint,\n    names text[],\n    note text\n);\n"
COPY = "COPY rpt.t (note, id, names) FROM stdin;\n"
ROWS = b"a\t1\t{x}\n\\N\t2\t{}\n"

ENTRIES = (
    Entry("ENCODING", "", "ENCODING", "SET client_encoding = 'UTF8';\n", "", ""),
    Entry("TABLE", "rpt", "t", DEFINITION, "", ""),
    Entry("VIEW", "rpt", "v", "CREATE VIEW rpt.v AS SELECT 1;\n", "", ""),
    Entry("TABLE DATA", "rpt", "t", "", COPY, "77.dat"),
)


def toc_bytes(
    entries: Sequence[Entry] = ENTRIES,
    version: tuple[int, int] = (1, 14),
    *,
    format_: int = 3,
    width: int = 4,
) -> bytes:
    """A table of contents as pg_dump of that archive version writes it."""

    def number(value: int) -> bytes:
        return bytes([value < 0]) + abs(value).to_bytes(width, "little")

    def text(value: str | None) -> bytes:
        if value is None:
            return number(-1)
        raw = value.encode()
        return number(len(raw)) + raw

    out = b"PGDMP" + bytes([*version, 0, width, 8, format_])
    out += bytes([1]) if version >= (1, 15) else number(-1)
    out += b"".join(map(number, [1, 2, 3, 4, 5, 126, 0]))
    out += text("usaspending") + text("13.9") + text("13.9") + number(len(entries))
    for i, entry in enumerate(entries):
        out += number(i) + number(bool(entry.file)) + text("1259") + text("16384")
        out += text(entry.name) + text(entry.kind) + number(2) + text(entry.definition)
        out += text("") + text(entry.copy_statement) + text(entry.schema) + text(None)
        if version >= (1, 14):
            out += text("heap")
        if version >= (1, 16):
            out += number(ord("r"))
        out += text("root") + text("false") + text("12") + text("13") + text(None)
        out += text(entry.file)
    return out


def folder(path: Path, data: bytes = ROWS + END, **files: bytes) -> Path:
    """A folder with a table rpt.t; ``files`` (dots as double underscores) are added or replaced."""
    path.mkdir()
    held = {"toc.dat": toc_bytes(), "77.dat.gz": gzip.compress(data)}
    held |= {name.replace("__", "."): content for name, content in files.items()}
    for name, content in held.items():
        (path / name).write_bytes(content)
    return path


def zipped(source: Path, path: Path, *, prefix: str = "", method: int = zipfile.ZIP_STORED) -> Path:
    """The files of a folder as a zip archive."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for file in sorted(source.iterdir()):
            archive.write(file, prefix + file.name)
    return path
