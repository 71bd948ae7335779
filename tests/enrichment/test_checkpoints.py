"""Checkpoints: what is foreign or outdated is refused by name, what is damaged made again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from proofbook.enrichment.arrayfile import write_arrays
from proofbook.enrichment.checkpoints import Checkpoints, open_checkpoints
from proofbook.errors import InputError, OutputError

RUN = {"awards": "a1", "recipients": "r1", "match.seed": "0"}


def opened(
    folder: Path, *, resume: bool = True, tell: Callable[[str], None] = lambda _: None, **more: str
) -> Checkpoints:
    return open_checkpoints(folder, RUN | more, resume=resume, tell=tell)


@contextmanager
def closing(folder: Path) -> Iterator[Checkpoints]:
    kept = opened(folder)
    try:
        yield kept
    finally:
        kept.close(done=False)


def saved(kept: Checkpoints, number: int) -> Path:
    target = kept.target(("names", number), 10)
    write_arrays(target.path, {"x": np.arange(number)}, target.told, durable=True)
    return target.path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that a run has left behind with two results and a plan."""
    kept = opened(tmp_path / "kept", resume=False)
    kept.plan(20, [(0, 10), (10, 20)])
    saved(kept, 0)
    saved(kept, 1)
    kept.close(done=False)
    return tmp_path / "kept"


def test_what_is_there_is_found_again(folder: Path) -> None:
    (folder / ".names-000002.arrays-x7").write_bytes(b"torn")
    (folder / ".run.json-x7").write_bytes(b"torn")
    (folder / "scratch").mkdir()
    (folder / "scratch" / "x").touch()
    said: list[str] = []
    kept = opened(folder, tell=said.append)
    assert said == [f"going on with 2 finished chunks in {folder}"]
    found = kept.found(("names", 1), 10)
    assert found is not None
    assert found["x"].tolist() == [0]
    assert kept.found(("names", 2), 10) is None
    assert kept.planned(0, 20) == [(0, 10), (10, 20)]
    assert kept.planned(1, 20) is None
    assert sorted(p.name for p in folder.iterdir()) == [
        "lock",
        "names-000000.arrays",
        "names-000001.arrays",
        "run.json",
    ]
    kept.close(done=True)
    assert not folder.exists()


def test_without_resume_it_starts_afresh_and_says_so(folder: Path) -> None:
    said: list[str] = []
    kept = opened(folder, resume=False, tell=said.append)
    assert said == [f"starting afresh, without 2 finished chunks in {folder}"]
    assert kept.found(("names", 0), 10) is None
    assert kept.planned(0, 20) is None
    kept.close(done=False)


def test_nothing_to_resume_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    opened(tmp_path / "new", tell=said.append).close(done=True)
    assert said == [f"no checkpoints in {tmp_path / 'new'}: starting from the beginning"]


FOREIGN: dict[str, tuple[dict[str, str], str]] = {
    "other input": ({"recipients": "r2"}, "recipients changed since"),
    "other parameters": ({"match.seed": "1", "awards": "a2"}, "awards, match.seed changed since"),
    "one more parameter": ({"match.new": "1"}, "match.new changed since"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_checkpoints_of_another_run_are_refused(folder: Path, case: str) -> None:
    more, words = FOREIGN[case]
    before = sorted(p.name for p in folder.iterdir())
    with pytest.raises(InputError, match=re.escape(words)) as found:
        opened(folder, **more)
    assert str(folder) in str(found.value)
    assert "without --resume" in str(found.value)
    assert sorted(p.name for p in folder.iterdir()) == before


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


TORN: dict[str, tuple[Callable[[Path], object], str]] = {
    "content": (damage, "has damaged content (array x)"),
    "cut off": (lambda chunk: chunk.write_bytes(chunk.read_bytes()[:-1]), "is cut off"),
    "empty": (lambda chunk: chunk.write_bytes(b""), "is cut off"),
    "header": (lambda chunk: chunk.write_bytes(chunk.read_bytes()[:20]), "has a damaged header"),
    "something else": (lambda chunk: chunk.write_bytes(b"\0" * 99), "is no file of arrays"),
}


@pytest.mark.parametrize("case", TORN)
def test_a_damaged_chunk_is_thrown_away_and_said(folder: Path, case: str) -> None:
    harm, words = TORN[case]
    chunk = folder / "names-000001.arrays"
    harm(chunk)
    said: list[str] = []
    kept = opened(folder, tell=said.append)
    assert kept.found(("names", 1), 10) is None
    assert len(said) == 2
    assert said[1].startswith(f"{chunk}: {words}")
    assert said[1].endswith("thrown away, this chunk is made again")
    assert not chunk.exists()
    assert kept.found(("names", 0), 10) is not None
    assert kept.planned(0, 20) == [(0, 10), (10, 20)]
    kept.close(done=False)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "another chunk": (
        lambda f: (f / "names-000000.arrays").rename(f / "names-000001.arrays"),
        "is a checkpoint of another run or chunk: number differ",
    ),
    "no run": (lambda f: (f / "run.json").write_text("{"), "run.json: is damaged"),
    "no plan": (lambda f: (f / "run.json").write_text("{}"), "run.json: is damaged"),
    "format": (
        lambda f: (f / "run.json").write_text(
            json.dumps({"format": 0, "fingerprint": RUN, "plan": []})
        ),
        "another format version (got 0)",
    ),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_foreign_chunk_and_a_damaged_plan_are_refused_by_name(folder: Path, case: str) -> None:
    harm, words = DAMAGE[case]
    harm(folder)
    with pytest.raises(InputError, match=re.escape(words)) as found, closing(folder) as kept:
        kept.found(("names", 1), 10)
    assert str(folder) in str(found.value)
    assert "without --resume" in str(found.value)


def test_another_number_of_rows_is_refused(folder: Path) -> None:
    with closing(folder) as kept:
        with pytest.raises(InputError, match="rows differ"):
            kept.found(("names", 1), 11)
        with pytest.raises(InputError, match="made for 20 rows in shard plan 0"):
            kept.planned(0, 21)


def test_the_files_of_others_are_never_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years")
    with pytest.raises(OutputError, match=r"holds thesis\.txt, which is no checkpoint"):
        opened(tmp_path, resume=False)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_two_runs_at_once_are_refused(folder: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from proofbook.enrichment.checkpoints import open_checkpoints\n"
        f"open_checkpoints(pathlib.Path(sys.argv[1]), {RUN!r}, resume=False, tell=print)"
    )
    with_lock = opened(folder)
    second = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False
    )
    assert "another run is at work" in second.stderr
    with_lock.close(done=False)
    assert len(list(folder.glob("*.arrays"))) == 2
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, capture_output=True)


def test_stages_with_any_name_have_files_of_their_own(tmp_path: Path) -> None:
    kept = opened(tmp_path / "kept", resume=False)
    names = ["a b", "a/b", "a-b", "a%20b", ".."]
    paths = {kept.target((name, 1), 1).path for name in names}
    assert len(paths) == len(names)
    assert {p.parent for p in paths} == {tmp_path / "kept"}
    kept.close(done=True)
