"""Downloads end with the right bytes or a clear error, however badly the server behaves."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import ssl
import urllib.error
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sources.serving import QUICK, Site, serving

from proofbook.errors import InputError, OutputError
from proofbook.sources import downloads, web
from proofbook.sources.downloads import Download, Span, download
from proofbook.sources.web import Patience

BODY = random.Random(7).randbytes(300_000)
SUM = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(Site(files={"/a.bin": BODY})) as served:
        yield served


def fetched(site: Site, target: Path, **options: Any) -> Download:
    return download(f"{site.url}/a.bin", target, patience=QUICK, **options)


def held(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_file_arrives_whole(site: Site, tmp_path: Path, ranges: bool, chunked: bool) -> None:
    site.ranges, site.chunked = ranges, chunked
    target, seen = tmp_path / "new" / "a.bin", list[tuple[int, int | None]]()
    found = fetched(site, target, progress=lambda *told: seen.append(told), expected=SUM.upper())
    assert target.read_bytes() == BODY
    assert found == Download(
        f"{site.url}/a.bin", len(BODY), SUM, '"one"', "Fri, 06 Nov 2026 04:11:52 GMT"
    )
    assert seen[-1] == (len(BODY), None if chunked and not ranges else len(BODY))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert held(target.parent) == ["a.bin"]


@pytest.mark.parametrize("etag", ['"one"', 'W/"weak"', None])
def test_broken_connections_are_taken_up_again(site: Site, tmp_path: Path, etag: str) -> None:
    site.etag, site.drops = etag, [1000, 1, 0, 0, 200_000, 5000]
    found = fetched(site, tmp_path / "a.bin")
    assert (found.bytes, found.sha256) == (len(BODY), SUM)
    starts = [1000, 1001, 1001, 1001, 201_001, 206_001]
    assert site.ranges_asked == ["bytes=0-", *(f"bytes={n}-" for n in starts)]
    validator = etag if etag == '"one"' else site.last_modified
    assert {if_range for _, _, if_range in site.asked[1:]} == {validator}


@pytest.mark.parametrize("chunked", [True, False])
def test_a_later_call_goes_on(site: Site, tmp_path: Path, chunked: bool) -> None:
    site.drops, site.chunked = [100_000, 0, 0, 0, 0], chunked
    with pytest.raises(InputError, match=r"100,000 of 300,000 bytes after 4 attempts.*is kept"):
        fetched(site, tmp_path / "a.bin")
    assert held(tmp_path) == ["a.bin.part", "a.bin.part.json"]
    site.asked, site.drops = [], []
    assert fetched(site, tmp_path / "a.bin").sha256 == SUM
    assert site.ranges_asked == ["bytes=100000-"]
    assert held(tmp_path) == ["a.bin"]


def test_a_server_that_ignores_ranges_begins_again(site: Site, tmp_path: Path) -> None:
    site.ranges, site.drops = False, [100_000, 150_000]
    assert fetched(site, tmp_path / "a.bin").sha256 == SUM
    assert len(site.asked) == 3


def test_without_a_validator_it_begins_again(site: Site, tmp_path: Path) -> None:
    site.etag, site.last_modified, site.drops = None, None, [100_000]
    assert fetched(site, tmp_path / "a.bin").sha256 == SUM
    assert site.ranges_asked == ["bytes=0-", "bytes=0-"]


@pytest.mark.parametrize("honours_if_range", [True, False])
def test_another_version_is_never_mixed_in(
    site: Site, tmp_path: Path, honours_if_range: bool
) -> None:
    site.drops = [100_000, 0, 0, 0, 0]
    with pytest.raises(InputError, match="breaks off"):
        fetched(site, tmp_path / "a.bin")
    new = bytes(reversed(BODY))
    site.files["/a.bin"], site.etag, site.drops = new, '"two"', []
    site.honours_if_range = honours_if_range
    found = fetched(site, tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == new
    assert found.etag == '"two"'


def test_a_file_that_never_stays_the_same(site: Site, tmp_path: Path) -> None:
    def etags(*_: object) -> str:
        site.etag = f'"{len(site.asked)}"'
        return "1000"

    class Changing(dict):  # type: ignore[type-arg]
        def __getitem__(self, key: str) -> bytes:
            etags()
            return BODY

    site.files, site.drops = Changing({"/a.bin": BODY}), [1000] * 50
    with pytest.raises(InputError, match="cannot be downloaded"):
        fetched(site, tmp_path / "a.bin")
    assert len(site.asked) < 12


@pytest.mark.parametrize("notes", ["", "{}", "[]", '{"url": "x"}', None])
def test_what_others_have_left_is_not_taken_up(
    site: Site, tmp_path: Path, notes: str | None
) -> None:
    (tmp_path / "a.bin.part").write_bytes(b"something else")
    if notes is not None:
        (tmp_path / "a.bin.part.json").write_text(notes)
    assert fetched(site, tmp_path / "a.bin").sha256 == SUM
    assert site.ranges_asked == ["bytes=0-"]


@pytest.mark.parametrize("change", [{"url": "http://127.0.0.1/b"}, {"size": 5}, {"first": 3}])
def test_notes_of_something_else(site: Site, tmp_path: Path, change: dict[str, Any]) -> None:
    site.drops = [1000, 0, 0, 0, 0]
    with pytest.raises(InputError):
        fetched(site, tmp_path / "a.bin")
    notes = tmp_path / "a.bin.part.json"
    notes.write_text(json.dumps(json.loads(notes.read_text()) | change))
    site.asked, site.drops = [], []
    assert fetched(site, tmp_path / "a.bin").sha256 == SUM
    assert site.ranges_asked == ["bytes=0-"]


def test_all_was_there_already(site: Site, tmp_path: Path) -> None:
    site.drops = [len(BODY) - 1, 0, 0, 0, 0]
    with pytest.raises(InputError):
        fetched(site, tmp_path / "a.bin")
    (tmp_path / "a.bin.part").write_bytes(BODY)
    site.asked, site.drops = [], []
    assert fetched(site, tmp_path / "a.bin").sha256 == SUM
    assert site.asked == []


def test_short_answers_are_put_together(site: Site, tmp_path: Path) -> None:
    site.longest_range = 70_000
    assert fetched(site, tmp_path / "a.bin").sha256 == SUM
    assert len(site.asked) == 5


LIES = {
    "longer than it is": ({"Content-Length": "400000"}, {"ranges": False},
                          "connection breaks off: 300,000 of 400,000 bytes"),
    "range and length": ({"Content-Length": "400000"}, {}, "a range and a length, 400000 bytes"),
    "another range": ({"Content-Range": "bytes 5-299999/300000"}, {}, "another range than"),
    "no range": ({"Content-Range": None}, {}, "another range than"),
    "words": ({"Content-Range": "pages 1-2/3"}, {}, "another range than"),
    "beyond itself": ({"Content-Range": "bytes 0-299999/200000"}, {}, "the file does not have"),
    "too much": ({"Content-Range": "bytes 0-99/100", "Content-Length": None}, {},
                 "was said to have 100 bytes, and sends more"),
    "larger total": ({"Content-Range": "bytes 0-299999/300500"}, {},
                     "was said to have 300,500 bytes, and now has nothing after byte 300,000"),
    "encoding": ({"Content-Encoding": "gzip"}, {}, "another encoding than it was asked for"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_sizes(site: Site, tmp_path: Path, lie: str) -> None:
    headers, manners, told = LIES[lie]
    site.lies = headers
    for name, value in manners.items():
        setattr(site, name, value)
    with pytest.raises(InputError, match=told):
        fetched(site, tmp_path / "a.bin")
    assert not (tmp_path / "a.bin").exists()


def test_a_file_shorter_than_was_said(site: Site, tmp_path: Path) -> None:
    site.drops = [100_000, 0, 0, 0, 0]
    with pytest.raises(InputError, match="breaks off"):
        fetched(site, tmp_path / "a.bin")
    site.files["/a.bin"] = BODY[:100_000]
    with pytest.raises(InputError, match=r"said to have 300,000 bytes, and now has nothing after"):
        fetched(site, tmp_path / "a.bin")
    assert held(tmp_path) == []


@pytest.mark.parametrize("ranges", [True, False])
def test_an_empty_file(site: Site, tmp_path: Path, ranges: bool) -> None:
    site.files["/a.bin"], site.ranges = b"", ranges
    with pytest.raises(InputError, match=r"is empty \(0 bytes\)"):
        fetched(site, tmp_path / "a.bin")


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_trouble_that_passes(site: Site, tmp_path: Path, code: int) -> None:
    site.refusals = [code, code]
    assert fetched(site, tmp_path / "a.bin").sha256 == SUM


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410])
def test_trouble_that_stays(site: Site, tmp_path: Path, code: int) -> None:
    site.refusals = [code] * 9
    with pytest.raises(InputError, match=f"answers {code} .*if it has moved"):
        fetched(site, tmp_path / "a.bin")
    assert len(site.asked) == 1


def test_trouble_that_does_not_pass(site: Site, tmp_path: Path) -> None:
    site.refusals = [503] * 99
    with pytest.raises(InputError, match=r"answers 503 .*0 bytes after 4 attempts"):
        fetched(site, tmp_path / "a.bin")
    assert len(site.asked) == 4


def test_the_server_says_how_long_to_wait(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(web.time, "sleep", slept.append)
    site.refusals, site.retry_after = [429, 503], "5"
    patience = Patience(attempts=3, first_wait=1, longest_wait=60, timeout=2)
    download(f"{site.url}/a.bin", tmp_path / "a.bin", patience=patience)
    assert all(4 <= pause <= 5 for pause in slept)
    assert len(slept) == 2


def test_waits_grow_and_have_a_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(web.time, "sleep", slept.append)
    for failures in range(1, 9):
        Patience().wait(failures)
    assert all(0.8 * cap <= pause <= cap for pause, cap in
               zip(slept, [1, 2, 4, 8, 16, 32, 60, 60], strict=True))  # fmt: skip


def test_a_server_that_stalls(site: Site, tmp_path: Path) -> None:
    site.stalls = True
    patience = Patience(attempts=2, first_wait=0.001, longest_wait=0.01, timeout=0.2)
    found = download(f"{site.url}/a.bin", tmp_path / "a.bin", patience=patience)
    assert found.sha256 == SUM


def test_nobody_is_there(tmp_path: Path) -> None:
    with serving(Site()) as gone:
        pass
    with pytest.raises(InputError, match=r"Connection refused.*after 4 attempts"):
        fetched(gone, tmp_path / "a.bin")


def test_redirections_are_followed(site: Site, tmp_path: Path) -> None:
    site.files = {"/b.bin": BODY}
    site.redirect, site.drops = "/b.bin", [5000]
    assert fetched(site, tmp_path / "a.bin").sha256 == SUM


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x/y", "a.bin", "http://", "http:///x"]
)
def test_other_addresses(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match="is not a web address"):
        download(url, tmp_path / "a.bin", patience=QUICK)
    assert held(tmp_path) in ([], ["a.bin.part"])


def test_a_certificate_that_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")
        raise urllib.error.URLError(error)

    monkeypatch.setattr(web.urllib.request, "urlopen", refuse)
    with pytest.raises(InputError, match="a certificate that cannot be verified"):
        download("https://127.0.0.1/a.bin", tmp_path / "a.bin", patience=QUICK)


def test_another_sum(site: Site, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"another SHA-256 .*{SUM}.*nothing has been kept"):
        fetched(site, tmp_path / "a.bin", expected="0" * 64)
    assert held(tmp_path) == []


def test_the_old_file_stays_until_the_new_one_is_whole(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"before")
    site.drops = [5] * 5
    site.etag = site.last_modified = None
    with pytest.raises(InputError):
        fetched(site, tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == b"before"


def test_a_span_of_a_file(site: Site, tmp_path: Path) -> None:
    site.drops = [1000, 0, 50_000]
    found = fetched(site, tmp_path / "a.bin", span=Span(10_000, 110_000))
    assert (tmp_path / "a.bin").read_bytes() == BODY[10_000:110_000]
    assert (found.bytes, site.ranges_asked[-1]) == (100_000, "bytes=61000-109999")


def test_a_span_goes_on_later_and_only_as_the_same_span(site: Site, tmp_path: Path) -> None:
    site.drops = [1000, 0, 0, 0, 0]
    with pytest.raises(InputError, match="1,000 of 100,000 bytes"):
        fetched(site, tmp_path / "a.bin", span=Span(10_000, 110_000))
    site.asked, site.drops = [], []
    fetched(site, tmp_path / "a.bin", span=Span(10_000, 110_000))
    assert site.ranges_asked == ["bytes=11000-109999"]
    site.drops = [1000, 0, 0, 0, 0]
    with pytest.raises(InputError):
        fetched(site, tmp_path / "a.bin", span=Span(10_000, 110_000))
    site.asked, site.drops = [], []
    fetched(site, tmp_path / "a.bin", span=Span(10_000, 100_000))
    assert site.ranges_asked == ["bytes=10000-99999"]
    assert (tmp_path / "a.bin").read_bytes() == BODY[10_000:100_000]


def test_a_span_from_a_server_without_ranges(site: Site, tmp_path: Path) -> None:
    site.ranges = False
    with pytest.raises(InputError, match="no longer sends parts of the file"):
        fetched(site, tmp_path / "a.bin", span=Span(10, 20))


def test_no_room(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda _: usage(1, 1, 299_999))
    with pytest.raises(OutputError, match=r"needs 0\.0 GB.*larger disk"):
        fetched(site, tmp_path / "a.bin")
    assert shutil.disk_usage is downloads.shutil.disk_usage


def test_a_disk_that_fills_up(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site.drops = [1000]
    real = Path.open

    def full(self: Path, *words: Any, **more: Any) -> Any:
        if words == ("ab",) and self.stat().st_size:
            raise OSError(28, "No space left on device")
        return real(self, *words, **more)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OutputError, match=r"a\.bin: cannot be written \(No space left"):
        fetched(site, tmp_path / "a.bin")


def test_a_folder_that_cannot_be_made(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        fetched(site, tmp_path / "file" / "a.bin")


@pytest.mark.parametrize("drops", [[], [3, 600]])
def test_the_first_bytes_are_judged(site: Site, tmp_path: Path, drops: list[int]) -> None:
    seen: list[bytes] = []
    site.drops = drops
    fetched(site, tmp_path / "a.bin", check=seen.append)
    assert seen == [BODY[:512]]

    def refuse(_: bytes) -> None:
        raise InputError("x", "is a web page", remedy="-")

    with pytest.raises(InputError, match="is a web page"):
        fetched(site, tmp_path / "b.bin", check=refuse)
    assert held(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("left", [100_000, 5000])
def test_a_size_that_was_never_said(site: Site, tmp_path: Path, left: int) -> None:
    site.ranges, site.chunked, site.drops = False, True, [100_000] * 4
    with pytest.raises(InputError, match=r"breaks off: 100,000 bytes after"):
        fetched(site, tmp_path / "a.bin")
    site.files["/a.bin"], site.ranges = BODY[:left], True
    assert fetched(site, tmp_path / "a.bin").bytes == left
    assert (tmp_path / "a.bin").read_bytes() == BODY[:left]
