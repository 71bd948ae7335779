"""Where a result is written: every place that cannot take it is refused before the work."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from proofbook import atomic
from proofbook.errors import OutputError
from proofbook.sources.targets import check_file, check_target


def linked(out: Path, to: str) -> None:
    out.symlink_to(to)


PLACES: dict[str, tuple[Callable[[Path], object], str]] = {
    "folder": (Path.mkdir, "is a folder. Remedy: name a file in it"),
    "fifo": (os.mkfifo, "is a FIFO. Remedy: name a new file"),
    "link to a folder": (lambda out: linked(out, "."), "is a folder"),
    "link to itself": (lambda out: linked(out, out.name), "is a link that leads to itself"),
    "link below a file": (lambda out: linked(out, "a.csv/x"), "/a.csv is no folder"),
}


@pytest.mark.parametrize("case", PLACES)
def test_places_that_no_file_can_take(case: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    make, words = PLACES[case]
    out = tmp_path / "out.parquet"
    make(out)
    before = out.lstat()
    for check in (check_target, check_file):
        with pytest.raises(OutputError, match=words) as found:
            check(out)
        assert str(found.value).startswith(str(out))
    assert out.lstat() == before


def test_a_device_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.parquet"
    out.touch()
    monkeypatch.setattr(atomic.stat, "S_IFMT", lambda mode: stat.S_IFCHR)
    with pytest.raises(OutputError, match=r"out\.parquet: is a device"):
        check_target(out)


def test_a_link_may_dangle_into_a_folder_that_exists(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    out.symlink_to("new.parquet")
    check_target(out)
    out.unlink()
    out.symlink_to("no/new.parquet")
    with pytest.raises(OutputError, match=r"\(a link to .*/no/new\.parquet\): its folder does not"):
        check_target(out)
    check_file(out)


def test_a_link_to_an_input_is_that_input(tmp_path: Path) -> None:
    given, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    given.touch()
    out.symlink_to(given)
    with pytest.raises(OutputError, match="is an input of this command"):
        check_target(out, (None, given))


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(os, "access", lambda path, mode: asked.append(path))
    for out, check in ((tmp_path / "o.parquet", check_target), (tmp_path / "a/b.json", check_file)):
        with pytest.raises(OutputError, match="its folder is not writable"):
            check(out)
    assert asked == [tmp_path, tmp_path]
