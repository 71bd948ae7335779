"""The command enrich: its options, what it leaves behind, and how it says what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.test_commands_matching import AWARDS, RECIPIENTS

from proofbook import cli
from proofbook.enrichment import enrich, write_enriched
from proofbook.enrichment.arrayfile import write_arrays
from proofbook.enrichment.checkpoints import open_checkpoints
from proofbook.enrichment.fingerprint import fingerprint
from proofbook.errors import InputError
from proofbook.matching import MatchSettings
from proofbook.sources.synthetic import make_world


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    pq.write_table(RECIPIENTS, "r.parquet")
    pq.write_table(AWARDS, "a.parquet")
    return tmp_path


def call(*words: str) -> int:
    before, sys.argv = sys.argv, ["proofbook", "enrich", *words]
    try:
        cli.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    finally:
        sys.argv = before
    return 0


FILES = ("a.parquet", "r.parquet", "--out", "e.parquet")


def test_the_table_and_the_last_progress_are_left(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*FILES, "--chunk-size", "1", "--memory-limit", "4GB") == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == "e.parquet"
    assert said.err == ""
    assert sorted(p.name for p in files.iterdir()) == [
        "a.parquet",
        "e.parquet",
        "e.parquet.progress.json",
        "r.parquet",
    ]
    progress = json.loads((files / "e.parquet.progress.json").read_text())
    assert (progress["status"], progress["percent_complete"]) == ("completed", 100)
    assert (progress["records_processed"], progress["total_records"]) == (3, 3)


WRONG = {
    "--scheduler tcp://127.0.0.1:9": "--scheduler needs --engine dask",
    "--engine dask --scheduler a:1 --workers 2": "that cluster has its own workers",
    "--engine spark": "'spark' is not one of",
    "--workers 0": "greater than or equal to 1",
    "--memory-limit 5": "--memory-limit: run.memory_limit: must be a number with a unit",
    "--chunk-size 0": "greater than or equal to 1",
    "--set run.jobs=2": "for others see its options",
    "--set run.chunk_size=2": "for others see its options",
    "--set run.retry_attempts=0": "greater than or equal to 1",
    "--set run.retry_backoff=never": "'fixed', 'linear' or 'exponential'",
    "--checkpoints no/such": "no/such: cannot be used for checkpoints: No such file",
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_options_are_refused(
    words: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(p.name for p in files.iterdir())
    assert call(*FILES, *words.split()) == 2
    assert WRONG[words] in capsys.readouterr().err.replace("\n", " ")
    assert sorted(p.name for p in files.iterdir()) == before


def test_bad_input_leaves_no_checkpoints(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "r.csv").write_text("name\nAcme\n")
    assert call("a.parquet", "r.csv", "--out", "e.parquet") == 2
    assert "r.csv" in capsys.readouterr().err
    assert not list(files.glob("e.parquet.checkpoints*"))
    assert json.loads((files / "e.parquet.progress.json").read_text())["status"] == "failed"


def test_a_link_is_followed_and_no_file_is_refused_before_any_work(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "far").mkdir()
    (files / "e.parquet").symlink_to("far/away.parquet")
    for _ in range(2):  # it dangles, and then it does not
        assert call(*FILES) == 0
        assert (files / "e.parquet").is_symlink()
        assert pq.read_table(files / "far" / "away.parquet").num_rows == AWARDS.num_rows
    (files / "far" / "away.parquet").unlink()
    os.mkfifo(files / "far" / "away.parquet")
    (files / "a.parquet").unlink()  # not even looked at
    capsys.readouterr()
    assert call(*FILES) == 2
    assert "e.parquet: is a FIFO. Remedy: name a new file" in capsys.readouterr().err
    assert (files / "far" / "away.parquet").is_fifo()


def test_parameters_of_retries_are_taken(files: Path) -> None:
    words = "run.retry_attempts=2", "run.retry_backoff=linear", "run.chunk_time_limit_s=600"
    assert call(*FILES, *(w for word in words for w in ("--set", word))) == 0


def left(folder: Path, **changes: str) -> None:
    """Checkpoints of the same run, or of one with other fingerprints."""
    known_by = fingerprint(Path("a.parquet"), Path("r.parquet"), MatchSettings(), None) | changes
    opened = open_checkpoints(folder, known_by, resume=False, tell=print)
    target = opened.target(("of no stage", 0), 1)
    write_arrays(target.path, {}, target.told, durable=False)
    opened.close(done=False)


def test_an_earlier_run_is_gone_on_with_or_refused(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = files / "e.parquet.checkpoints"
    left(folder, recipients="0")
    assert call(*FILES, "--resume") == 2
    said = capsys.readouterr().err
    assert "holds checkpoints of another run: recipients changed since" in said
    assert "without --resume" in said
    assert not (files / "e.parquet.progress.json").exists()
    assert not (files / "e.parquet").exists()
    left(folder)
    assert call(*FILES, "--resume") == 0
    assert "going on with 1 finished chunk in" in capsys.readouterr().err
    assert call(*FILES, "--resume") == 0
    assert "no checkpoints in" in capsys.readouterr().err
    assert not folder.exists()


def test_the_fingerprint_is_of_content_and_of_what_matters(files: Path) -> None:
    settings = MatchSettings()

    def of(awards: str = "a.parquet", **changes: object) -> dict[str, str]:
        changed = settings.model_copy(update=changes)
        return fingerprint(Path(awards), Path("r.parquet"), changed, None)

    first = of()
    (files / "copy.parquet").write_bytes((files / "a.parquet").read_bytes())
    assert of("copy.parquet") == first
    assert of(threads=7) == first
    assert {k for k, v in of(seed=7).items() if v != first[k]} == {"match.seed"}
    pq.write_table(AWARDS[:2], "a.parquet")
    assert {k for k, v in of().items() if v != first[k]} == {"awards"}
    columns = fingerprint(Path("a.parquet"), Path("r.parquet"), settings, ["UEI"])
    assert columns["columns"] == "UEI"
    with pytest.raises(InputError, match=r"none\.csv: does not exist"):
        of("none.csv")


# --- stopped and killed -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a world of many small chunks, and its table."""
    folder = tmp_path_factory.mktemp("world")
    made = make_world(300, 3_000, 7)
    pq.write_table(made.awards, folder / "a.parquet")
    pq.write_table(made.recipients, folder / "r.parquet")
    write_enriched(enrich(made.awards, made.recipients).table, folder / "expected.parquet")
    return folder


def ended_by(number: int, folder: Path, *more: str) -> tuple[int, str]:
    """The command's exit code and words, when it gets a signal with some chunks finished."""
    command = [sys.executable, "-m", "proofbook", "enrich", *FILES, "--chunk-size", "100", *more]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as program:
        while program.poll() is None and len(list(folder.glob("*.checkpoints/*.arrays"))) < 5:
            time.sleep(0.01)
        program.send_signal(number)
        return program.wait(120), program.stderr.read() if program.stderr else ""


@pytest.fixture
def copy(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in FILES[:2]:
        (tmp_path / name).symlink_to(world / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("workers", [(), ("--workers", "2")], ids=["threads", "workers"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_says_how_to_go_on(
    number: int, code: int, workers: tuple[str, ...], world: Path, copy: Path
) -> None:
    ended, said = ended_by(number, copy, *workers)
    assert ended == code
    command = " ".join(("proofbook enrich", *FILES, "--chunk-size 100", *workers, "--resume"))
    assert f"What is finished is kept; go on with: {command}" in " ".join(said.split())
    told = json.loads((copy / "e.parquet.progress.json").read_text())
    assert (told["status"], told["resumable"]) == ("interrupted", True)
    assert not (copy / "e.parquet").exists()
    assert call(*command.split()[2:]) == 0
    assert pq.read_table("e.parquet").equals(pq.read_table(world / "expected.parquet"))
    told = json.loads((copy / "e.parquet.progress.json").read_text())
    assert told["chunks_resumed"] >= 5
    assert sorted(p.name for p in copy.iterdir()) == [
        "a.parquet",
        "e.parquet",
        "e.parquet.progress.json",
        "r.parquet",
    ]


@pytest.mark.parametrize("workers", [(), ("--workers", "2")], ids=["threads", "workers"])
def test_a_killed_run_goes_on_and_makes_damaged_chunks_again(
    workers: tuple[str, ...], world: Path, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended_by(signal.SIGKILL, copy)[0] == -signal.SIGKILL
    chunks = sorted(copy.glob("e.parquet.checkpoints/*.arrays"))
    damage = {
        chunks[0]: ("is cut off", lambda content: content[:-9]),
        chunks[2]: ("has damaged content", lambda content: content[:-1] + b"\x55"),
        chunks[-1]: ("has a damaged header", lambda content: content[:20]),
    }
    for chunk, (_, harm) in damage.items():
        chunk.write_bytes(harm(chunk.read_bytes()))
    assert call(*FILES, "--resume", "--chunk-size", "10", *workers) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert f"going on with {len(chunks)} finished chunks" in said
    for chunk, (words, _) in damage.items():
        assert f"{chunk.name}: {words}" in said
    assert said.count("made again") == 3
    assert "chunks stay as planned before the stop: 100 rows" in said
    assert pq.read_table("e.parquet").equals(pq.read_table(world / "expected.parquet"))
    told = json.loads((copy / "e.parquet.progress.json").read_text())
    assert told["chunks_resumed"] == len(chunks) - 3
    assert not (copy / "e.parquet.checkpoints").exists()


def test_a_damaged_plan_is_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left(files / "e.parquet.checkpoints")
    plan = files / "e.parquet.checkpoints" / "run.json"
    plan.write_text(plan.read_text()[:-9])
    assert call(*FILES, "--resume") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "run.json: is damaged" in said
    assert "without --resume" in said
    assert not (files / "e.parquet").exists()


def test_a_chunk_of_another_run_is_refused(
    world: Path, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended_by(signal.SIGKILL, copy, "--set", "match.seed=1")[0] == -signal.SIGKILL
    (folder,) = copy.glob("*.checkpoints")
    chunk = min(folder.glob("*.arrays"))
    content = chunk.read_bytes()
    assert call(*FILES, "--resume") == 2
    assert "another run: match.seed changed since" in " ".join(capsys.readouterr().err.split())
    shutil.rmtree(folder)
    assert ended_by(signal.SIGKILL, copy)[0] == -signal.SIGKILL
    chunk.write_bytes(content)
    assert call(*FILES, "--resume") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert f"{chunk.name}: is a checkpoint of another run or chunk: run differ" in said
