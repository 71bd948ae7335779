"""What is no archive is named; what would lead out of one is refused."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile
from pathlib import Path

import pytest
from tests.sources.archives.making import ROWS, TABLE, folder, toc_bytes, zipped

from proofbook.errors import InputError
from proofbook.sources.archives import inspect, open_archive
from proofbook.sources.archives.members import holds_toc


def opened(path: Path) -> None:
    with open_archive(path):
        pass


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("toc.dat")
        archive.addfile(info, io.BytesIO())
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (b"PGDMP\x01\x0e\x00", "custom format, one file.*pg_dump --format=directory --file=FOLDER"),
        (tar(), r"is a tar file.*unpack it \(tar -xf\)"),
        (gzip.compress(b"x", mtime=0), "is one compressed file"),
        (b"--\n-- PostgreSQL database dump\n--\n", "is a plain SQL script"),
        (b"Company,UEI\n", "is not an archive: neither a zip nor a folder"),
        (b"PK\x03\x04" + b"x" * 100, "is cut off or damaged: File is not a zip file"),
    ],
)
def test_other_files(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "dump.zip"
    path.write_bytes(data)
    with pytest.raises(InputError, match=told) as caught:
        opened(path)
    assert str(path) in str(caught.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        opened(tmp_path / "none.zip")


def test_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(folder(tmp_path / "d"), tmp_path / "d.zip")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="cannot be opened: Permission denied"):
        opened(path)


@pytest.mark.parametrize("names", [[], ["a.csv"], ["x/toc.dat.gz", "b.csv"]])
def test_no_table_of_contents(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    with pytest.raises(InputError, match=r"zip archive without toc\.dat.*name the folder that"):
        opened(path)
    assert not holds_toc(path)
    with pytest.raises(InputError, match=r"is a folder without toc\.dat.*it holds a\.zip"):
        opened(tmp_path)


def test_several_archives_in_one(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/toc.dat", toc_bytes())
        archive.writestr("b/toc.dat", toc_bytes())
    with pytest.raises(InputError, match=r"holds 2 archives: a/toc\.dat, b/toc\.dat"):
        opened(path)


@pytest.mark.parametrize("name", [
    "../toc.dat", "a/../../etc/passwd", "/etc/passwd", "..", "a\\..\\b", "C:\\x.dat", "c:x.dat",
    "\\\\server\\x",
])  # fmt: skip
def test_names_that_lead_out(tmp_path: Path, name: str) -> None:
    path = zipped(folder(tmp_path / "d"), tmp_path / "d.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(InputError, match="whose name leads out of the archive"):
        opened(path)


def test_symbolic_links(tmp_path: Path) -> None:
    dump = folder(tmp_path / "d")
    path = zipped(dump, tmp_path / "d.zip")
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("78.dat.gz")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InputError, match="symbolic link"):
        opened(path)
    (dump / "78.dat.gz").symlink_to("/etc/passwd")
    with pytest.raises(InputError, match=r"file 78\.dat\.gz: holds a symbolic link"):
        opened(dump)


def test_encrypted_members(tmp_path: Path) -> None:
    path = zipped(folder(tmp_path / "d"), tmp_path / "d.zip")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="holds an encrypted member"):
        opened(path)


@pytest.mark.parametrize("prefix", ["", "dump/", "deep/er/"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zips_of_every_shape(tmp_path: Path, prefix: str, method: int) -> None:
    path = zipped(folder(tmp_path / "d"), tmp_path / "d.zip", prefix=prefix, method=method)
    assert holds_toc(path)
    (held,) = inspect(path)
    assert (held.name, held.rows, held.member) == (TABLE, ROWS.count(b"\n"), "77.dat.gz")


def test_a_member_whose_check_sum_is_wrong(tmp_path: Path) -> None:
    source = folder(tmp_path / "d")
    path = zipped(source, tmp_path / "d.zip")
    stored = (source / "77.dat.gz").read_bytes()
    data = path.read_bytes()
    # the operating system of the gzip header is in no check sum but that of the zip
    path.write_bytes(data.replace(stored, stored[:9] + b"\x07" + stored[10:]))
    with pytest.raises(InputError, match=r"77\.dat\.gz: is damaged: Bad CRC-32"):
        inspect(path)


def test_a_zip_that_is_cut_off(tmp_path: Path) -> None:
    path = zipped(folder(tmp_path / "d"), tmp_path / "d.zip")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 30])
    with pytest.raises(InputError, match="is cut off or damaged"):
        opened(path)
    assert not holds_toc(path)


def test_unknown_compression_of_the_zip(tmp_path: Path) -> None:
    path = zipped(folder(tmp_path / "d"), tmp_path / "d.zip")
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(signature) + offset] = 97
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"77\.dat\.gz: is damaged"):
        inspect(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_damage_anywhere_is_harmless_or_told(tmp_path: Path, method: int) -> None:
    data = zipped(folder(tmp_path / "d"), tmp_path / "d.zip", method=method).read_bytes()
    path, rng, refused = tmp_path / "broken.zip", random.Random(3), 0
    for at in range(len(data)):
        broken = bytearray(data)
        broken[at] ^= rng.randrange(1, 256)
        path.write_bytes(broken)
        try:
            (held,) = inspect(path)
            assert held.rows in (2, None)
        except InputError:
            refused += 1
    assert refused > len(data) / 2
