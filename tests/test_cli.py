"""The command line: one message and the right exit code for everything that can go wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.suite import conftest
from tests.suite.conftest import cells, given
from tests.suite.runs import made_run, write_run

from proofbook import cli, commands
from proofbook.bench import measuring
from proofbook.suite import project
from proofbook.suite.project import Project
from proofbook.suite.result import load_run

Make = Callable[..., Project]

make_project = conftest.make_project  # the fixture of another folder


@pytest.fixture
def home(make_project: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Project:
    """A small project that the command line finds, with an empty working directory."""
    found = make_project()
    monkeypatch.setenv(project.HOME, str(found.root))
    monkeypatch.chdir(tmp_path)
    return found


def call(*words: str) -> int:
    """The exit code of the command line with these words."""
    before, sys.argv = sys.argv, ["proofbook", *words]
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        sys.argv = before
    return int(ended.value.code or 0)


USAGE = {
    "wizard": "No such command 'wizard'",
    "run --wizard": "No such option",
    "run --jobs many": "Invalid value for '--jobs'",
    "run --jobs 0": "--jobs: run.jobs: Input should be greater than or equal to 1",
    "run --fail-on never": "'never' is not one of",
    "run --profile smok": "unknown profile 'smok' — did you mean 'smoke'?",
    "run --only 03_qualty": "unknown notebook '03_qualty' — did you mean '03_quality'?",
    "run --from nowhere": "unknown notebook 'nowhere'; there are 01_profiling",
    "run --from 03": "--from needs --resume RUN",
    "run --resume x --profile smoke": "--profile cannot be given with --resume",
    "run --resume x": "no run 'x' in",
    "run --set data.sede=1": "unknown parameter 'data.sede' — did you mean 'seed'?",
    "run --set data.seed": "has no '='",
    "run --set data.seed=1 --set data.seed=2": "given twice",
    "run --set data.awards=no.csv --set data.recipients=no.csv": "no.csv",
    "report x": "no run 'x'",
    "report x --against y --bundle": "no run 'x'",
    "readiness x": "no run 'x'",
    "review x": "no run 'x'",
    "review x --out t.parquet": "--out needs --answers FILE",
    "baseline show main": "no baseline 'main'",
    "baseline promote x --name main --reviewed-by Ann": "no run 'x'",
    "baseline promote x --name main": "Missing option '--reviewed-by'",
    "synth --awards 0": "--awards",
    "enrich a.csv": "Missing argument 'recipients'",
    "enrich a.csv r.csv": "Missing option '--out'",
    "enrich a.csv r.csv --out e.parquet": ".csv: does not exist",
    "enrich a.csv r.csv --out e.csv": "e.csv: is written as Parquet, which its suffix denies",
    "enrich a.csv r.csv --out .": ".: is a folder",
    "enrich a.csv r.csv --out no/e.parquet": "no/e.parquet: its folder does not exist",
    "convert a.zip --out no/r.parquet": "no/r.parquet: its folder does not exist",
    "enrich a.csv r.csv --out e.parquet --set data.seed=1": "parameters of the section match",
    "enrich a.csv r.csv --out e.parquet --set match.candidats=1": "did you mean 'candidates'?",
    "evaluate e.parquet t.csv": "e.parquet",
    "check e.parquet": "e.parquet: does not exist",
    "check e.parquet --set data.seed=1": "section gates only",
    "history --metric match_rat": "did you mean 'match_rate'?",
    "history --json --csv": "give one of them",
    "bench --enricher locl": "'locl' is no enricher",
    "bench --sizes 1x1 --save .": ".: is a folder. Remedy: name a file in it",
    "bench --sizes all": "'all' is no size",
    "bench --sizes 1x1,1x1": "a size is given twice",
    "bench --baseline b.json": "b.json: is no record of a benchmark",
    "bench --against local --baseline b.json": "give one of them",
}


@pytest.mark.parametrize(("words", "message"), USAGE.items())
def test_wrong_usage_gets_one_message(
    home: Project, words: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*words.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert "Traceback" not in said.err
    assert not any(home.outputs.glob("*")) if home.outputs.exists() else True


def test_the_dry_run_shows_everything_and_writes_nothing(
    home: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROOFBOOK__MATCH__CANDIDATES", "3")
    assert call("run", "--profile", "smoke", "--set", "gates.match_rate=0.5", "--dry-run") == 0
    said = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert "2 02_enrichment@1000x5000 18 metrics" in lines
    assert "data.n_awards 4000 profile smoke" in lines
    assert "match.candidates 3 environment PROOFBOOK__MATCH__CANDIDATES" in lines
    assert "gates.match_rate.fail 0.5 --set" in lines
    assert "match_rate 02_enrichment@4000x20000 < 0.5 error 03, 04, 05" in lines
    assert not home.outputs.exists()


def test_an_unexpected_error_is_one_line(
    home: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(start: object = None) -> Project:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(project, "find", broken)
    assert call("baseline", "list") == 3
    said = capsys.readouterr().err
    assert said == (
        "proofbook: unexpected error, RuntimeError: two. Set PROOFBOOK_DEBUG=1 to see where, "
        "and report it\n"
    )
    monkeypatch.setenv(cli.DEBUG, "1")
    assert call("baseline", "list") == 3
    assert "Traceback" in capsys.readouterr().err


def test_a_world_is_made_enriched_and_evaluated(
    home: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("synth", "--awards", "60", "--recipients", "200", "--out", "w") == 0
    assert capsys.readouterr().out == "w\n"
    files = ["w/awards.csv.gz", "w/recipients.parquet"]
    assert call("enrich", *files, "--out", "e.parquet", "--truth", "w/truth.parquet") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("60 awards, match rate ")
    assert lines[-1] == "e.parquet"
    assert call("enrich", *files, "--out", "f.parquet", "--set", "match.threads=1", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["awards"] == 60
    assert sum(document["methods"].values()) == 60
    Path("none.csv").write_text("award_row,recipient_hash\n")
    assert call("evaluate", "e.parquet", "none.csv") == 2
    assert "none.csv: does not fit the enriched table: truth lists no" in capsys.readouterr().err
    assert call("enrich", *files, "--out", "g.parquet", "--columns", "") == 2
    assert "the awards have no column ''" in capsys.readouterr().err
    assert call("evaluate", "e.parquet", "w/truth.parquet") == 0
    assert "name-fuzzy-auto" in capsys.readouterr().out
    assert call("evaluate", "e.parquet", "w/truth.parquet", "--json") == 0
    assert json.loads(capsys.readouterr().out)["awards"] > 0


@pytest.mark.parametrize(
    "words",
    [
        "enrich a.parquet r.parquet --out a.parquet",
        "enrich a.parquet r.parquet --out ./r.parquet",
        "enrich a.parquet r.parquet --truth t.parquet --out t.parquet",
        "convert a.parquet --out a.parquet",
    ],
)
def test_no_command_writes_over_its_input(
    home: Project, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "r", "t"):
        Path(f"{name}.parquet").write_text(name)
    assert call(*words.split()) == 2
    assert "is an input of this command and would be lost" in capsys.readouterr().err
    assert [Path(f"{name}.parquet").read_text() for name in ("a", "r", "t")] == ["a", "r", "t"]


def test_a_message_about_data_does_nothing_to_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    commands.tell("\x1b[2Jgone")
    assert capsys.readouterr().err == "␛[2Jgone\n"


def test_the_difference_and_one_zip_to_send(
    home: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    was, now = (write_run(home.outputs, made_run(n, {"match_rate": 0.8})) for n in range(2))
    assert call("report", now.name, "--against", was.name, "--bundle") == 0
    paths = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert paths == [
        now / "index.html", now / "diff" / f"{was.name}.html", home.outputs / f"{now.name}.zip",
    ]  # fmt: skip
    assert all(path.is_file() for path in paths)
    assert call("report", now.name, "--against", "nothing") == 2
    assert "no run 'nothing'" in capsys.readouterr().err


def test_the_schema_of_a_record(home: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("schema") == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.validate(json.loads(made_run(0, {"match_rate": 0.8}).to_json()), schema)


@pytest.mark.slow
def test_a_run_prints_the_report_last_and_can_be_looked_at_again(
    home: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [word for text in given(home) for word in ("--set", text)]
    assert call("run", "--only", "01", *files) == 0
    said = capsys.readouterr()
    verdict, path = said.out.splitlines()
    assert verdict.startswith("Passed")
    page = Path(path)
    assert page.name == "index.html"
    assert "[1/1] 01_profiling completed" in said.err
    run = page.parent.name
    assert load_run(page.parent).provenance.command.startswith("proofbook run --only 01 --set data")

    page.unlink()
    assert call("report", "latest") == 0
    assert capsys.readouterr().out == f"{page}\n"
    assert page.exists()
    assert call("readiness", run) == 0
    assert "0 blocking, 0 to look at" in capsys.readouterr().out
    assert call("baseline", "list") == 0
    assert capsys.readouterr().out == ""
    assert call("baseline", "promote", run, "--name", "main", "--reviewed-by", "Ann") == 0
    capsys.readouterr()
    assert call("baseline", "list") == 0
    assert "  Ann\n" in capsys.readouterr().out
    assert call("baseline", "show", "main") == 0
    assert json.loads(capsys.readouterr().out)["run_id"] == run
    assert call("run", "--resume", run, "--set", "gates.match_rate=0.1") == 2
    assert "cannot change in a resumed run" in capsys.readouterr().err


@pytest.mark.slow
def test_a_failed_gate_ends_with_1_and_a_crash_with_3(
    make_project: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for code, values, fault in ((1, {"award_valid_rate": 0.1}, ""), (3, {}, "1 / 0")):
        found = make_project({"01_profiling": cells("01_profiling", values, fault)})
        monkeypatch.setenv(project.HOME, str(found.root))
        files = [word for text in given(found) for word in ("--set", text)]
        assert call("run", "--only", "01", *files) == code
        path = capsys.readouterr().out.splitlines()[-1]
        assert Path(path).exists()
        assert call("readiness", "latest") == 1
        assert "0 blocking" not in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_stops_the_kernels_and_keeps_the_record(
    make_project: Make, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    pid = tmp_path / "pid"
    sleep = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(300)"
    found = make_project({"01_profiling": cells("01_profiling", fault=sleep)})
    process = started(found, pid)
    process.send_signal(sent)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (code, "")
    assert f"proofbook: stopped by {sent.name}" in err
    assert "Traceback" not in err
    assert conftest.ended(int(pid.read_text()))
    assert not (found.outputs / "latest").exists()
    (folder,) = (p for p in found.outputs.iterdir() if p.is_dir())
    result = load_run(folder)
    assert (result.status, result.exit_code) == ("interrupted", code)
    assert result.notebooks[0].status == "killed"
    assert f"--resume {result.run_id}" in result.verdict


@pytest.mark.slow
def test_a_killed_run_leaves_no_kernel_and_can_be_resumed(
    make_project: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = tmp_path / "pid"
    sleep = (
        "import os, pathlib, time\n"
        f"mark = pathlib.Path({str(pid)!r})\n"
        "if not mark.exists():\n    mark.write_text(str(os.getpid())); time.sleep(300)"
    )
    found = make_project({"02_enrichment": cells("02_enrichment", fault=sleep)})
    monkeypatch.setenv(project.HOME, str(found.root))
    process = started(found, pid)
    process.kill()
    process.communicate()
    assert conftest.ended(int(pid.read_text()))
    (folder,) = found.outputs.iterdir()
    killed = load_run(folder)
    assert (killed.status, killed.exit_code) == ("interrupted", 130)
    assert [n.key for n in killed.notebooks] == ["01_profiling"]
    assert call("run", "--resume", folder.name, "--only", "02") == 0
    assert load_run(folder).notebooks[0] == killed.notebooks[0]


def started(home: Project, pid: Path) -> subprocess.Popen[str]:
    """The command ``run`` on the project's own files, once a notebook has written its ``pid``."""
    words = [word for text in given(home) for word in ("--set", text)]
    process = subprocess.Popen(
        [sys.executable, "-m", "proofbook", "run", *words],
        env={**os.environ, project.HOME: str(home.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (pid.exists() and pid.read_text()):
        assert time.monotonic() < deadline, "the notebook has not started"
        time.sleep(0.05)
    return process


def test_a_record_that_cannot_be_saved_is_refused_before_measuring(
    home: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("file").touch()
    monkeypatch.setattr(measuring, "measure", lambda *_, **__: pytest.fail("was measured"))
    assert call("bench", "--sizes", "60x300", "--save", "file/b.json") == 2
    assert "/file is no folder. Remedy: name a file in a folder" in capsys.readouterr().err


def test_a_benchmark_that_breaks_a_law_fails(
    home: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("theirs.py").write_text(
        "from proofbook.enrichment import enrich\n"
        "def loses(awards, recipients):\n    return enrich(awards, recipients).table.slice(1)\n"
    )
    lossy = ("bench", "--enricher", "theirs:loses", "--sizes", "60x300", "--repeats", "1")
    assert call(*lossy) == 1
    words = "theirs:loses breaks conservation (one well-formed row per award, in input order) in 1 "
    assert f"{words}row: award lost: 1 row, such as award_row 0" in capsys.readouterr().out
    assert call(*lossy, "--json") == 1
    assert json.loads(capsys.readouterr().out)["verdict"]["state"] == "fail"
    assert call(*lossy, "--against", "local") == 1
    assert f"A law is broken. 60x300: {words}" in capsys.readouterr().out
    against = ("--enricher", "local", "--against", "theirs:loses")
    assert call("bench", *against, "--sizes", "60x300", "--repeats", "1") == 1
    assert f"A law is broken. 60x300: the baseline, {words}" in capsys.readouterr().out


def test_a_benchmark_is_saved_and_held_against(
    home: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("bench", "--sizes", "60x300", "--repeats", "1", "--save", "b.json") == 0
    said = capsys.readouterr()
    assert "60x300" in said.out
    assert "repeat 1, 60x300" in said.err
    assert call("bench", "--baseline", "b.json", "--repeats", "1", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["points"][0]["size"] == "60x300"
    assert document["verdict"]["state"] == "unresolved"  # of one repeat nothing is said
    options = ["--baseline", "b.json", "--repeats", "1", "--set", "match.candidates=3", "--json"]
    assert call("bench", *options) == 0
    sentence = json.loads(capsys.readouterr().out)["verdict"]["sentence"]
    assert "parameters differ: candidates was 5, is 3" in sentence
    for wrong in (["--set", "data.seed=3"], ["--enricher", "a:b", "--set", "match.candidates=3"]):
        assert call("bench", *wrong) == 2
        assert "of the section match, of local" in capsys.readouterr().err
    kept = Path("b.json").read_bytes()
    assert call("bench", "--baseline", "b.json", "--save", "./b.json") == 2
    assert "is the baseline itself" in capsys.readouterr().err
    assert Path("b.json").read_bytes() == kept


def test_an_enriched_file_is_checked(home: Project, capsys: pytest.CaptureFixture[str]) -> None:
    awards, recipients = home.root / "awards.csv", home.root / "recipients.csv"
    assert call("enrich", str(awards), str(recipients), "--out", "e.parquet") == 0
    capsys.readouterr()
    lenient = ["--set", "gates.fuzzy_precision_estimate_rate={warn: null, fail: null}"]
    assert call("check", "e.parquet", "--awards", str(awards), *lenient, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["status"] == "passed"
    pq.write_table(pq.read_table("e.parquet").slice(1), "less.parquet")
    assert call("check", "less.parquet", "--awards", str(awards), *lenient) == 1
    assert "fail        Awards lost, doubled or invented" in capsys.readouterr().out
    whole = pq.read_table("e.parquet")
    pq.write_table(pa.concat_tables([whole.slice(0, 5), whole.slice(3)]), "twice.parquet")
    assert call("check", "twice.parquet", *lenient) == 1  # a law is broken; the file can be read
    assert '{"rule": "award doubled", "award_row": 3' in capsys.readouterr().out
    pq.write_table(whole.drop_columns("award_row"), "rowless.parquet")
    assert call("check", "rowless.parquet", *lenient) == 2
    assert "has no column 'award_row'" in capsys.readouterr().err
    assert call("check", "e.parquet", *lenient, "--baseline", "e.parquet") == 0
    assert "0 gained, 0 lost, 0 to another recipient" in capsys.readouterr().out


def test_history_shows_trends(home: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("history") == 0
    assert "no run that came to its end" in capsys.readouterr().out
    for number in range(6):
        write_run(home.outputs, made_run(number, {"match_rate": 0.8 - number / 100}))
    (home.outputs / "other").mkdir()
    assert call("history") == 0
    said = capsys.readouterr()
    assert "worse" in said.out
    assert "None" not in said.out
    assert "other: holds no run" in said.err
    assert call("history", "--metric", "match_rate", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["runs"], document["trends"][0]["direction"]) == (6, "worse")
    assert document["points"][0]["value"] == 0.8
    write_run(home.root / "synced", made_run(7, {"match_rate": 0.1}))
    folders = ["--outputs", str(home.outputs), "--outputs", str(home.root / "synced")]
    assert call("history", *folders, "--json") == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 7
    assert call("history", "--outputs", "absent") == 2
    assert "absent: is no folder" in capsys.readouterr().err
    assert call("history", "--csv") == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("match_rate,1000x5000,,rate,6,0.8,")


@pytest.mark.parametrize(
    "words",
    [
        "readiness {}",
        "report {}",
        "report {} --against {}",
        "report {} --bundle",
        "review {}",
        "baseline promote {} --name main --reviewed-by Ann",
        "run --resume {}",
    ],
)
def test_a_record_that_was_cut_off_is_named(
    home: Project, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_run(home.outputs, made_run(0, {"match_rate": 0.8}))
    record = folder / "run.json"
    record.write_bytes(record.read_bytes()[:500])
    assert call(*words.format(*[folder.name] * 2).split()) == 2
    said = capsys.readouterr().err
    assert f"{record}: is no record of a run: " in said
    assert "Remedy: restore it from a copy, or run the suite again" in said


def test_a_check_shows_what_truth_says(home: Project, capsys: pytest.CaptureFixture[str]) -> None:
    awards, recipients = home.root / "awards.csv", home.root / "recipients.csv"
    assert call("enrich", str(awards), str(recipients), "--out", "e.parquet") == 0
    table = pq.read_table("e.parquet").select(["award_row", "recipient_hash"])
    links = table.filter(table["recipient_hash"].is_valid())
    pq.write_table(links, "right.parquet")
    wrong = links.set_column(1, "recipient_hash", [["nobody"] * links.num_rows])
    pq.write_table(wrong, "wrong.parquet")
    capsys.readouterr()
    lenient = ["--set", "gates.fuzzy_precision_estimate_rate={warn: null, fail: null}"]
    assert call("check", "e.parquet", *lenient, "--truth", "right.parquet") == 0
    said = capsys.readouterr().out
    assert "truth       Precision 100 % (95 % interval" in said
    assert "truth       Recall 100 % (95 % interval" in said
    assert f" of {links.num_rows}" in said
    assert call("check", "e.parquet", *lenient, "--truth", "wrong.parquet") == 1
    assert "fail        Precision against truth of accepted matches is 0 %" in (
        capsys.readouterr().out
    )


def test_a_check_says_what_it_does_not_judge(
    home: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = "columns: {match_method: how, match_score: how well, recipient_name: who}\n"
    Path("m.yaml").write_text(mapping + "methods: {uei-exact: [yes]}\n")
    Path("theirs.csv").write_text("Company,how,how well,who\nA,yes,100,ACME\nB,yes,100,BETA\n")
    assert call("check", "theirs.csv", "--mapping", "m.yaml") == 0
    rule = "accepted without a match_probability"
    said = capsys.readouterr().out
    assert f"not judged  {rule}: the mapping names no column for match_probability" in said
    assert said.endswith(f"Not judged: {rule}.\n")
    assert call("check", "theirs.csv", "--mapping", "m.yaml", "--json") == 0
    assert list(json.loads(capsys.readouterr().out)["not_judged"]) == [rule]
