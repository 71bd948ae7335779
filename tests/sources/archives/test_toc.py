"""A table of contents is read in every known version, and refused with a reason otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sources.archives.making import ENTRIES, toc_bytes

from proofbook.errors import InputError
from proofbook.sources.archives.toc import parse_toc


@pytest.mark.parametrize("minor", range(12, 17))
@pytest.mark.parametrize("width", [4, 8])
def test_every_known_version(minor: int, width: int) -> None:
    toc = parse_toc(toc_bytes(version=(1, minor), width=width), "dump")
    assert toc.entries == ENTRIES
    assert (toc.version, toc.database, toc.server) == ((1, minor), "usaspending", "13.9")


def test_the_layout_made_by_hand_is_that_of_pg_dump(dump: Path) -> None:
    data = (dump / "toc.dat").read_bytes()
    real = parse_toc(data, dump)
    assert real.database == "postgres"
    again = parse_toc(toc_bytes(real.entries, real.version), dump)
    assert again.entries == real.entries
    assert {e.kind for e in real.entries} >= {"TABLE", "TABLE DATA", "VIEW", "SCHEMA"}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "does not begin with PGDMP"),
        (b"PK\x03\x04", "does not begin with PGDMP"),
        (toc_bytes(version=(1, 11)), r"not known; 1\.12 to 1\.16 .*got '1\.11'"),
        (toc_bytes(version=(1, 17)), r"not known.*got '1\.17'"),
        (toc_bytes(version=(2, 0)), "not known"),
        (toc_bytes(format_=1), "custom format.*pg_dump --format=directory"),
        (toc_bytes(format_=9), "a format code that is not known"),
        (toc_bytes(width=12), "cut off or damaged"),
    ],
)
def test_what_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        parse_toc(data, "dump.zip")
    assert "dump.zip, toc.dat" in str(caught.value)


def test_cut_off_anywhere() -> None:
    data = toc_bytes(version=(1, 16))
    for end in range(len(data)):
        with pytest.raises(InputError):
            parse_toc(data[:end], "dump.zip")


def test_damaged_anywhere_is_read_or_refused() -> None:
    data = toc_bytes()
    for at in range(len(data)):
        broken = bytearray(data)
        broken[at] ^= 0xFF
        try:
            parse_toc(bytes(broken), "dump.zip")
        except InputError:
            continue
