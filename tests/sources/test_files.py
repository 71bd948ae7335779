"""An input is opened only if it is what its suffix says."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from proofbook.errors import InputError
from proofbook.sources.files import content, fingerprint, identify, open_text

TEXT = b"Company\nA\n"


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"Company": ["A"]}), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "format_"),
    [
        ("a.csv", TEXT, "csv"),
        ("a.CSV", TEXT, "csv"),
        ("a.csv.gz", gzip.compress(TEXT, mtime=0), "csv.gz"),
        ("a.csv.zip", zipped(**{"a.csv": TEXT}), "csv.zip"),
        ("a.zip", zipped(**{"a.csv": TEXT}), "csv.zip"),
        ("a.parquet", parquet(), "parquet"),
        ("a.zip", zipped(**{"dump/toc.dat": b"", "dump/1.dat.gz": b""}), "pg_dump"),
    ],
)
def test_format_of_an_honest_file(tmp_path: Path, name: str, data: bytes, format_: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert identify(path) == format_


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        (
            "a.csv",
            gzip.compress(TEXT, mtime=0),
            "a gzip file, not plain text.*rename it to end in .csv.gz",
        ),
        ("a.csv", zipped(**{"a.csv": TEXT}), "it is a zip archive.*rename it to end in .csv.zip"),
        ("a.csv", parquet(), "it is a Parquet file.*rename it to end in .parquet"),
        ("a.parquet", TEXT, "it is plain text, not a Parquet file.*rename it to end in .csv"),
        ("a.csv.gz", TEXT, "it is plain text, not a gzip file"),
        ("a.csv.zip", gzip.compress(TEXT, mtime=0), "it is a gzip file, not a zip archive"),
        ("a.csv", "Company\n".encode("utf-16"), "it is UTF-16 text"),
        ("a.csv", b"<!DOCTYPE html><title>Sign in</title>", "it is an HTML or XML page"),
        ("a.csv", b'{"message": "rate limit"}', "it is a JSON document"),
        ("a.csv.gz", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        ("a.parquet", b"PGDMP\x01", "pg_dump archive in custom format"),
        ("a.xlsx", zipped(**{"xl/workbook.xml": b""}), "is understood; it holds a zip"),
        ("awards", TEXT, "is understood; it holds plain text.*use one of .csv, "),
        ("a.csv", b"", r"is empty \(0 bytes\)"),
    ],
)  # fmt: skip
def test_a_suffix_that_lies(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=told) as caught:
        identify(path)
    assert str(path) in str(caught.value)


def test_missing_directory_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        identify(tmp_path / "none.csv")
    with pytest.raises(InputError, match="is a directory"):
        identify(tmp_path)
    (tmp_path / "toc.dat").touch()
    with pytest.raises(InputError, match=r"is a directory.*proofbook convert"):
        identify(tmp_path)
    with pytest.raises(InputError, match="not a regular file"):
        identify(Path("/dev/null"))


def test_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"cannot be opened: Permission denied"):
        identify(path)


def test_byte_order_mark_is_still_text() -> None:
    assert content(b"\xef\xbb\xbfCompany") == "text"


def test_fingerprint_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT)
    with fingerprint(path) as mark:
        assert mark == []
    assert mark[0].bytes == len(TEXT)
    assert mark[0].sha256 == hashlib.sha256(TEXT).hexdigest()


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    return data[:40] + bytes([data[40] ^ 0xFF]) + data[41:]


BIG = b"".join(b"%d,%d\n" % (i, i * i) for i in range(5000))


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.csv.gz", cut(gzip.compress(BIG, mtime=0)), "is cut off"),
        ("a.csv.gz", gzip.compress(BIG, mtime=0)[:-4], "is cut off"),
        ("a.csv.gz", flipped(gzip.compress(BIG, mtime=0)), "is damaged"),
        ("a.csv.gz", gzip.compress(BIG, mtime=0) + b"tail", "is damaged"),
        ("a.csv.zip", cut(zipped(**{"a.csv": BIG})), "is damaged"),
        ("a.csv.zip", flipped(zipped(**{"a.csv": BIG})), "is damaged: Bad CRC"),
    ],
)
def test_damaged_archives(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=told), open_text(path, identify(path)) as stream:
        stream.read()


def read(path: Path) -> bytes:
    with open_text(path, identify(path)) as stream:
        return stream.read()


@pytest.mark.parametrize("members", [
    {"data/anything.csv": TEXT},
    {"A.CSV": TEXT, "readme.txt": b"x", "__MACOSX/._A.csv": b"x", ".hidden.csv": b"x"},
    {"other.csv": b"x", "award_data.csv": TEXT},
])  # fmt: skip
def test_the_one_csv_in_a_zip(tmp_path: Path, members: dict[str, bytes]) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(**members))
    assert read(path) == TEXT


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"a.csv": b"", "b.csv": b""}, "it holds a.csv, b.csv"),
        ({"readme.txt": b""}, "it holds readme.txt"),
        ({}, "it holds no file"),
        ({f"{i}.csv": b"" for i in range(13)}, "9.csv and 3 more"),
    ],
)
def test_a_zip_says_what_it_holds(tmp_path: Path, members: dict[str, bytes], told: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(**members))
    with pytest.raises(InputError, match=told):
        read(path)


def test_encrypted_zip(tmp_path: Path) -> None:
    data = bytearray(zipped(**{"a.csv": TEXT}))
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1  # the flag that says: encrypted
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(InputError, match="is encrypted"):
        read(path)


def test_unknown_compression(tmp_path: Path) -> None:
    data = bytearray(zipped(**{"a.csv": TEXT}))
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(signature) + offset] = 97
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(InputError, match="is damaged"):
        read(path)
