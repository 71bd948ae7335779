"""Awards and recipients are fetched from a server on this machine; no test asks another one."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.sources.archives.making import END, folder, toc_bytes, zipped
from tests.sources.serving import QUICK, Site, serving

from proofbook import cli
from proofbook.errors import InputError, ParameterError
from proofbook.sources import fetch, read_recipients, remote
from proofbook.sources.archives.toc import Entry
from proofbook.sources.fetch import fetch_awards, fetch_recipients, newest_archive
from proofbook.sources.remote import open_remote

CSV = b"Company,UEI\nACME,ABCDEFGHJK12\n" * 500

LOOKUP = (
    Entry("TABLE", "rpt", "recipient_lookup", "CREATE TABLE rpt.recipient_lookup (\n"
          "    id bigint, legal_business_name text, alternate_names text[]);", "", ""),
    Entry("TABLE DATA", "rpt", "recipient_lookup", "",
          "COPY rpt.recipient_lookup (id, alternate_names, legal_business_name) FROM stdin;\n",
          "77.dat"),
    Entry("TABLE DATA", "rpt", "other", "", "COPY rpt.other (a) FROM stdin;\n", "78.dat"),
)  # fmt: skip
ROWS = b"".join(b'%d\t{"Firm, No. %d",B%d}\tFIRM %d\n' % (i, i, i * i, i) for i in range(4000))


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(Site(files={"/award_data.csv": CSV})) as served:
        yield served


@pytest.fixture
def archive(site: Site, tmp_path: Path) -> Any:
    """Puts an archive on the server: with a large other table, stored or deflated."""

    def put(method: int = zipfile.ZIP_STORED, data: bytes = ROWS + END, **files: bytes) -> bytes:
        other = hashlib.sha512(b"").digest() * 40_000  # 2.5 MB that nobody needs
        others = {"toc__dat": toc_bytes(LOOKUP), "78__dat__gz": other, "00__txt": b"read me"}
        source = folder(tmp_path / "source", data, **others | files)
        path = zipped(source, tmp_path / "source.zip", prefix="dump/", method=method)
        body = path.read_bytes()
        site.files["/db_20261106.zip"] = body
        site.files["/list"] = json.dumps(
            {"full_download_file": {"file_name": "-", "url": f"{site.url}/db_20261106.zip"}}
        ).encode()
        return body

    return put


def held(path: Path) -> list[str]:
    return sorted(file.name for file in path.iterdir())


def recipients(site: Site, out: Path, **options: Any) -> Path:
    return fetch_recipients(out, url=f"{site.url}/db_20261106.zip", patience=QUICK, **options)


def test_official_places() -> None:
    assert set(fetch.ADDRESSES) == {"awards", "recipients"}
    hosts = [re.fullmatch(r"https://([\w.]+\.gov)/.*", url) for url in fetch.ADDRESSES.values()]
    assert [host[1] for host in hosts if host] == ["data.www.sbir.gov", "api.usaspending.gov"]


def test_awards(site: Site, tmp_path: Path) -> None:
    site.drops = [700, 0, 2000]
    out = tmp_path / "data"
    path = fetch_awards(out, url=f"{site.url}/award_data.csv", patience=QUICK)
    assert path == out / "award_data.csv"
    assert path.read_bytes() == CSV
    notes = json.loads((out / "award_data.csv.json").read_text())
    sum_ = hashlib.sha256(CSV).hexdigest()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", notes.pop("fetched_at"))
    assert notes == {
        "file": "award_data.csv",
        "bytes": len(CSV),
        "sha256": sum_,
        "downloaded": {
            "url": f"{site.url}/award_data.csv",
            "bytes": len(CSV),
            "sha256": sum_,
            "etag": '"one"',
            "last_modified": "Fri, 06 Nov 2026 04:11:52 GMT",
        },
    }
    assert held(out) == ["award_data.csv", "award_data.csv.json"]


def test_awards_come_from_the_official_place(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(fetch.ADDRESSES, "awards", f"{site.url}/award_data.csv")
    assert fetch_awards(tmp_path, patience=QUICK).read_bytes() == CSV


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/x/awards.csv", "awards.csv"),
        ("/x/awards.csv.gz?a=b/c.csv", "awards.csv.gz"),
        ("/x/awards.csv.zip", "awards.csv.zip"),
        ("/download?id=7", "award_data.csv"),
        ("/..%2f.csv", "award_data.csv"),
        ("/.hidden.csv", "award_data.csv"),
        ("/", "award_data.csv"),
    ],
)
def test_the_name_is_that_of_the_address(
    site: Site, tmp_path: Path, address: str, name: str
) -> None:
    magic = {".gz": b"\x1f\x8b", ".zip": b"PK\x03\x04"}.get(Path(name).suffix, b"Company")
    site.files[address] = magic + b"x" * 600
    assert fetch_awards(tmp_path, url=site.url + address, patience=QUICK).name == name


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<!DOCTYPE html><title>Maintenance</title>", "an HTML or XML page where plain text"),
        (b"\xef\xbb\xbf\r\n <html>", "an HTML or XML page"),
        (b'{"error": "rate limit"}', "a JSON document where plain text"),
        (b"PK\x03\x04", "a zip archive where plain text"),
    ],
)
def test_something_else_than_a_csv(site: Site, tmp_path: Path, body: bytes, told: str) -> None:
    site.files["/award_data.csv"] = body
    with pytest.raises(InputError, match=f"{told}.*--url"):
        fetch_awards(tmp_path, url=f"{site.url}/award_data.csv", patience=QUICK)
    assert held(tmp_path) == []


def test_sums_are_checked(site: Site, tmp_path: Path) -> None:
    url, sum_ = f"{site.url}/award_data.csv", hashlib.sha256(CSV).hexdigest()
    assert fetch_awards(tmp_path, url=url, expected=sum_, patience=QUICK).exists()
    with pytest.raises(InputError, match="another SHA-256"):
        fetch_awards(tmp_path, url=url, expected=sum_[::-1], patience=QUICK)
    for wrong in ("", "abc", "g" * 64, sum_ + "0"):
        with pytest.raises(ParameterError, match="64 hexadecimal digits"):
            fetch_awards(tmp_path, url=url, expected=wrong, patience=QUICK)
        with pytest.raises(ParameterError, match="64 hexadecimal digits"):
            fetch_recipients(tmp_path, url=url, expected=wrong, patience=QUICK)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_of_an_archive_one_member_is_downloaded(
    site: Site, archive: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: int
) -> None:
    body = archive(method)
    monkeypatch.setattr(remote, "_WINDOW", 4096)
    site.drops = [0, 10**9, 1, 10**9, 5, 10**9, 100, 700, 10**9, 0, 10**9] + [5000, 0, 10**9] * 9
    out, said, seen = tmp_path / "data", list[str](), list[int]()
    path = recipients(site, out, tell=said.append, progress=lambda done, _: seen.append(done))
    assert path == out / "recipients.parquet"
    table = pq.read_table(path)
    assert table.column_names == ["id", "alternate_names", "legal_business_name"]
    assert table.num_rows == 4000
    assert table.slice(7, 1).to_pylist() == [
        {"id": "7", "alternate_names": ["Firm, No. 7", "B49"], "legal_business_name": "FIRM 7"}
    ]
    assert held(out) == ["recipients.parquet", "recipients.parquet.json"]
    notes = json.loads((out / "recipients.parquet.json").read_text())
    assert (notes["rows"], notes["table"]) == (4000, "rpt.recipient_lookup")
    assert notes["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    with zipfile.ZipFile(tmp_path / "source.zip") as source:
        size = source.getinfo("dump/77.dat.gz").compress_size
    assert notes["downloaded"]["bytes"] == seen[-1] == size
    assert notes["downloaded"]["url"] == f"{site.url}/db_20261106.zip"
    assert "77.dat.gz" in said[0]
    asked = sum(
        min(int(b), len(body)) - int(a) + 1
        for a, b in (re.findall(r"\d+", str(r)) for r in site.ranges_asked)
    )
    if method == zipfile.ZIP_STORED:
        assert asked < len(body) / 2  # although most answers broke off and were asked for again
    assert read_recipients(path).rows == 4000


def test_the_newest_archive_is_asked_for(
    site: Site, archive: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive()
    monkeypatch.setitem(fetch.ADDRESSES, "recipients", f"{site.url}/list")
    site.drops, site.refusals = [9], [503]
    path = fetch_recipients(tmp_path / "data", patience=QUICK)
    assert pq.read_metadata(path).num_rows == 4000


@pytest.mark.parametrize("body", [
    b"", b"<html>", b"{}", b"[]", b"null", b'{"full_download_file": null}', b"\xff",
    b'{"full_download_file": {"url": null}}', b'{"full_download_file": {"url": "file:///x"}}',
])  # fmt: skip
def test_a_place_that_names_no_archive(site: Site, body: bytes) -> None:
    site.files["/list"], site.ranges = body, False
    with pytest.raises(InputError, match=r"does not name an archive.*--url"):
        newest_archive(f"{site.url}/list", QUICK)


def test_a_member_is_gone_on_with_later(site: Site, archive: Any, tmp_path: Path) -> None:
    archive()
    out = tmp_path / "data"
    whole = recipients(site, out).read_bytes()
    first = len(site.asked) - 1  # answers before that of the member
    (out / "recipients.parquet").unlink()
    site.asked.clear()
    site.drops = [10**9] * first + [5000] + [0] * 9
    with pytest.raises(InputError, match=r"5,000 of [\d,]+ bytes after 4 attempts"):
        recipients(site, out)
    assert held(out / "recipients.part") == ["77.dat.gz.part", "77.dat.gz.part.json", "toc.dat"]
    site.drops.clear()
    site.asked.clear()
    assert recipients(site, out).read_bytes() == whole
    start, stop = map(int, re.findall(r"\d+", str(site.ranges_asked[-1])))
    with zipfile.ZipFile(tmp_path / "source.zip") as source:
        assert stop - start + 1 == source.getinfo("dump/77.dat.gz").compress_size - 5000


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_is_not_downloaded_twice(
    site: Site, archive: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: int
) -> None:
    archive(method)
    out = tmp_path / "data"

    def broken(*_: object) -> None:
        raise InputError("x", "is broken", remedy="-")

    with monkeypatch.context() as patch:
        patch.setattr(fetch, "convert", broken)
        with pytest.raises(InputError, match="is broken"):
            recipients(site, out)
    assert held(out / "recipients.part") == ["77.dat.gz", "toc.dat"]
    seen: list[int] = []
    assert recipients(site, out, progress=lambda done, _: seen.append(done)).exists()
    assert seen == []


@pytest.mark.parametrize("why", ["no ranges", "sum"])
def test_otherwise_the_whole_archive_is(site: Site, archive: Any, tmp_path: Path, why: str) -> None:
    body = archive()
    out, expected = tmp_path / "data", hashlib.sha256(body).hexdigest()
    site.ranges = why == "sum"
    path = recipients(site, out, expected=expected if why == "sum" else None)
    assert pq.read_metadata(path).num_rows == 4000
    assert (out / "db_20261106.zip").read_bytes() == body
    assert held(out) == [
        "db_20261106.zip", "db_20261106.zip.json", "recipients.parquet", "recipients.parquet.json",
    ]  # fmt: skip
    notes = json.loads((out / "recipients.parquet.json").read_text())
    assert notes["downloaded"]["sha256"] == expected


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html>" * 200, "an HTML or XML page where a zip archive should be"),
        (b"Company\n" * 200, "plain text where a zip archive should be"),
        (b"PK\x03\x04" * 200, "is cut off or damaged"),
        (b"", r"is empty \(0 bytes\)"),
    ],
)
def test_something_else_than_a_zip(
    site: Site, tmp_path: Path, ranges: bool, body: bytes, told: str
) -> None:
    site.files["/db_20261106.zip"], site.ranges = body, ranges
    with pytest.raises(InputError, match=told):
        recipients(site, tmp_path / "data")
    assert not (tmp_path / "data" / "recipients.parquet").exists()


def test_an_archive_without_the_table(site: Site, archive: Any, tmp_path: Path) -> None:
    archive(toc__dat=toc_bytes(LOOKUP[2:]))
    with pytest.raises(InputError, match=r"db_20261106\.zip, toc\.dat: holds no table of that"):
        recipients(site, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_damaged_member(site: Site, archive: Any, tmp_path: Path) -> None:
    body = bytearray(archive())
    with zipfile.ZipFile(tmp_path / "source.zip") as source:
        info = source.getinfo("dump/77.dat.gz")
    body[info.header_offset + 2000] ^= 0xFF
    site.files["/db_20261106.zip"] = bytes(body)
    with pytest.raises(InputError, match=r"member 77\.dat\.gz: is damaged: its check sum is wrong"):
        recipients(site, tmp_path / "data")
    assert held(tmp_path / "data" / "recipients.part") == ["toc.dat"]
    body[info.header_offset] ^= 0xFF
    site.files["/db_20261106.zip"] = bytes(body)
    with pytest.raises(InputError, match=r"is damaged: no member where 77\.dat\.gz should begin"):
        recipients(site, tmp_path / "data")


def test_a_damaged_deflated_member(site: Site, archive: Any, tmp_path: Path) -> None:
    body = bytearray(archive(zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(tmp_path / "source.zip") as source:
        info = source.getinfo("dump/77.dat.gz")
    start = info.header_offset + 30 + len("dump/77.dat.gz")
    body[start : start + 50] = b"\xff" * 50
    site.files["/db_20261106.zip"] = bytes(body)
    with pytest.raises(InputError, match=r"member 77\.dat\.gz: is damaged"):
        recipients(site, tmp_path / "data")
    assert "77.dat.gz" not in held(tmp_path / "data" / "recipients.part")


def test_a_file_that_changes_while_it_is_read(site: Site, archive: Any) -> None:
    archive()
    stream = open_remote(f"{site.url}/db_20261106.zip", QUICK)
    assert stream is not None
    with stream:
        assert stream.read(4) == b"PK\x03\x04"
        site.etag = '"two"'
        stream.seek(-10, 2)
        with pytest.raises(InputError, match="has changed while it was read"):
            stream.read(4)


def test_a_remote_file_that_cannot_be_had(site: Site, archive: Any) -> None:
    archive()
    site.refusals = [503] * 9
    with pytest.raises(InputError, match=r"cannot be read, answers 503"):
        open_remote(f"{site.url}/db_20261106.zip", QUICK)
    site.refusals, site.drops = [], [0] * 9
    with pytest.raises(InputError, match=r"cannot be read, the connection breaks off"):
        open_remote(f"{site.url}/db_20261106.zip", QUICK)


def test_a_remote_file_reads_like_a_local_one(
    site: Site, archive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = archive()
    monkeypatch.setattr(remote, "_WINDOW", 1000)
    stream = open_remote(f"{site.url}/db_20261106.zip", QUICK)
    assert stream is not None
    with stream:
        for offset, whence, size in [(0, 0, 10), (100, 1, 3000), (-5, 2, 50), (9, 2, 5), (7, 0, 0)]:
            at = stream.seek(offset, whence)
            assert stream.tell() == at
            assert stream.read(size) == body[at : at + size]


def call(*words: object) -> int:
    """The exit code of the command line with these words."""
    before, sys.argv = sys.argv, ["proofbook", *map(str, words)]
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        sys.argv = before
    return int(ended.value.code or 0)


def test_the_command(
    site: Site, archive: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive()
    out = tmp_path / "data"
    assert call("fetch", "awards", "--out", out, "--url", f"{site.url}/award_data.csv") == 0
    assert capsys.readouterr().out == f"{out / 'award_data.csv'}\n"
    url = f"{site.url}/db_20261106.zip"
    assert call("fetch", "recipients", "--out", out, "--url", url, "--json") == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert (told["file"], told["rows"]) == ("recipients.parquet", 4000)
    assert told == json.loads((out / "recipients.parquet.json").read_text())
    assert "rpt.recipient_lookup is member 77.dat.gz" in said.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("fetch", "Missing argument"),
        ("fetch grants --out d", "'grants' is not one of 'awards', 'recipients'"),
        ("fetch awards", "Missing option '--out'"),
        ("fetch awards --out d --sha256 7", "--sha256 must be 64 hexadecimal digits"),
        ("fetch awards --out d --url a.csv", "a.csv: is not a web address"),
        ("fetch awards --out d --url URL/none.csv", "answers 404"),
    ],
)
def test_wrong_usage_gets_one_message(
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(*words.replace("URL", site.url).split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert "Traceback" not in said.err
    assert list(tmp_path.rglob("*.csv")) == []
