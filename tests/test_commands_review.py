"""The command review: from a run to a sheet, from filled sheets to a precision and a truth."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.quality.conftest import enriched_table
from tests.suite import conftest
from tests.suite.runs import made_run, write_run
from tests.test_cli import Make, call

from proofbook.suite import project

make_project = conftest.make_project  # the fixture of another folder

SIZE = "1000x5000"
TABLE = enriched_table(
    *[("name-fuzzy-candidate", {"Company": "Acme", "candidates": [("a", 0.6), ("b", 0.2)]})] * 2,
    ("name-fuzzy-candidate", {"Company": "Beta", "candidates": [("c", 0.5)]}),
    ("name-exact", "x", {"Company": "Exa", "candidates": [("x", 0.99), ("y", 0.1)]}),
    ("uei-exact", "z", {"Company": "Zed"}),
)


@pytest.fixture
def run(make_project: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of a run that has kept its enriched table, which the command line finds."""
    home = make_project()
    monkeypatch.setenv(project.HOME, str(home.root))
    monkeypatch.chdir(tmp_path)
    folder = write_run(home.outputs, made_run(0, {"match_rate": 0.5}))
    (folder / "enriched").mkdir()
    pq.write_table(TABLE, folder / "enriched" / f"{SIZE}.parquet")
    return folder


def _fill(run: Path, target: str, **said: str) -> Path:
    with (run / "review" / "queue.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    path = Path(target)
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in reversed(rows):
            writer.writerow(row | {"verdict": said.get(row["Company"], "")})
    return path


def test_from_a_run_to_a_truth_that_evaluates(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("review", run.name) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3 questions about 4 awards"
    assert lines[-2:] == [str(run / "review" / "index.html"), str(run / "review" / "queue.csv")]
    _fill(run, "ann.csv", Acme="2", Beta="none", Exa="1")
    _fill(run, "bob.csv", Acme="2", Beta="1", Exa="1")
    words = ["review", run.name, "--answers", "ann.csv", "--answers", "bob.csv"]
    assert call(*words, "--out", "truth.parquet") == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0] == "3 questions answered, 3 awards settled"
    assert said.splitlines()[-1] == "truth.parquet"
    assert "precision of links by name    100 % (95 % interval 20.7 to 100 %)" in said
    assert "match rate                    40.0 %, with the 2 awards people gave" in said
    assert "recipient 80.0 %" in said
    assert "ann.csv and bob.csv agree on 2 of 3 questions, Cohen's kappa 0.50" in said
    assert "ann.csv says none (ann.csv)" in said
    assert pq.read_table("truth.parquet").to_pydict() == {
        "award_row": [0, 1, 3], "recipient_hash": ["b", "b", "x"],
    }  # fmt: skip
    assert (
        call("evaluate", str(run / "enriched" / f"{SIZE}.parquet"), "truth.parquet", "--json") == 0
    )
    assert json.loads(capsys.readouterr().out)["awards"] == 3


def test_both_ways_are_one_json_document(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("review", run.name, "--limit", "1", "--sample", "0", "--seed", "3", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["questions"], document["awards"]) == (1, 2)
    assert (document["sample"], document["seed"]) == (0, 3)
    assert document["reasons"]["candidate"] == 1
    assert Path(document["queue"]).is_file()
    assert Path(document["page"]).is_file()
    _fill(run, "s.csv", Acme="unsure")
    assert call("review", run.name, "--answers", "s.csv", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["answered"] == 1
    assert document["settled_awards"] == 0
    assert document["precision"]["links"]["value"] is None
    assert document["truth"] is None


def test_a_question_that_was_asked_before_is_still_known(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("review", run.name) == 0
    _fill(run, "s.csv", Exa="1")
    assert call("review", run.name, "--sample", "0", "--limit", "0") == 0
    capsys.readouterr()
    assert call("review", run.name, "--answers", "s.csv") == 0
    said = capsys.readouterr().out
    assert said.startswith("1 question answered, 1 award settled")
    assert "no estimate of the precision" in said


WRONG = {
    "--out t.parquet": "--out needs --answers FILE",
    "--answers s.csv --seed 0": "--seed is for writing the queue",
    "--answers s.csv --limit 3": "--limit is for writing the queue",
    "--size 10x10": "has no size '10x10'; it has 1000x5000",
    "--size 1000x500": "did you mean '1000x5000'?",
    "--sample many": "Invalid value for '--sample'",
    "--sample -1": "Invalid value for '--sample'",
    "--answers none.csv": "none.csv: does not exist",
    "--answers s.csv --out s.csv": "s.csv: is an input of this command and would be lost",
    "--answers s.csv --out t.csv": "t.csv: is written as Parquet, which its suffix denies",
    "--answers s.csv --out no/t.parquet": "no/t.parquet: its folder does not exist",
    "--answers s.csv": "s.csv, line 2: has an unknown verdict (got 'maybe')",
}


@pytest.mark.parametrize(("words", "message"), WRONG.items())
def test_what_is_wrong_is_said_and_nothing_is_written(
    run: Path, words: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("review", run.name) == 0
    _fill(run, "s.csv", Exa="maybe")
    capsys.readouterr()
    before = sorted(Path().rglob("*"))
    assert call("review", run.name, *words.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert sorted(Path().rglob("*")) == before


def test_a_run_without_its_table_or_its_queue(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("s.csv").write_text("question,verdict\n")
    assert call("review", run.name, "--answers", "s.csv") == 2
    assert "write the queue first: proofbook review RUN" in capsys.readouterr().err
    (run / "enriched" / f"{SIZE}.parquet").unlink()
    assert call("review", run.name) == 2
    assert "has not kept its enriched table of 1000x5000" in capsys.readouterr().err
    assert not (run / "review").exists()
    assert call("review", "nothing") == 2
    assert "no run 'nothing'" in capsys.readouterr().err


def test_a_table_that_holds_an_award_twice_is_refused(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pq.write_table(pa.concat_tables([TABLE, TABLE]), run / "enriched" / f"{SIZE}.parquet")
    assert call("review", run.name) == 2
    assert "holds an award twice" in capsys.readouterr().err


def test_help_shows_the_defaults(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("review", "--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    for default in ("the largest", "200", "0", "all"):
        assert f"[default: ({default})" in said
