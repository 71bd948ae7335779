"""Whole runs with real kernels: what is kept, what is blocked, and what a second try finds."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tests.suite.conftest import AWARDS, cells, given, write_notebook

from proofbook.errors import InputError, NotebookError, OutputError, ParameterError
from proofbook.params import NOTEBOOKS
from proofbook.suite import baselines
from proofbook.suite.layers import load, resumed
from proofbook.suite.past import PAST
from proofbook.suite.project import Project
from proofbook.suite.result import RunResult, load_run
from proofbook.suite.run import Request, _publish, planned, run_suite

pytestmark = pytest.mark.slow

Make = Callable[..., Project]
SIZES = "sizes=10x20,all"
ORDER = [
    "01_profiling",
    "02_enrichment@10x20",
    "02_enrichment@all",
    "03_quality",
    "04_regression",
    "05_readiness",
]


def request(project: Project, *assignments: str, **more: Any) -> Request:
    effective = load(project.params, assignments=given(project, *assignments), environment={})
    return Request(effective, project, **more)


@pytest.fixture(scope="module")
def project(make_project: Make) -> Project:
    return make_project()


@pytest.fixture(scope="module")
def passed(project: Project) -> RunResult:
    return run_suite(request(project, SIZES, "run.jobs=2"))


def test_a_sound_run_passes_and_keeps_everything(passed: RunResult, project: Project) -> None:
    folder = project.outputs / passed.run_id
    assert (passed.status, passed.exit_code) == ("passed", 0), passed.verdict
    assert [n.key for n in passed.notebooks] == ORDER
    assert {n.status for n in passed.notebooks} == {"completed"}
    assert all(g.state == "pass" for g in passed.gates)
    assert passed.alerts == []
    assert (folder / "logs" / "alerts.jsonl").read_text() == ""
    assert load_run(folder) == passed
    assert (project.outputs / "latest").read_text() == f"{passed.run_id}\n"
    recorded = json.loads((folder / "metrics.json").read_text())
    assert recorded["run_id"] == passed.run_id
    assert len(recorded["metrics"]) == len(passed.metrics)
    for name in ("index.html", "junit.xml", "summary.md"):
        assert (folder / name).stat().st_size
    for notebook in passed.notebooks:
        for path in (notebook.notebook, notebook.html, notebook.log):
            assert path is not None
            assert (folder / path).exists()


def test_the_record_says_what_it_takes_to_run_it_again(passed: RunResult, project: Project) -> None:
    assert passed.parameter("sizes") == ["10x20", "all"]
    origin = {p.key: p.origin for p in passed.parameters}
    assert (origin["sizes"], origin["data.seed"]) == ("--set", "params/base.yaml")
    inputs = {i.role: i for i in passed.provenance.inputs}
    assert (inputs["awards"].rows, inputs["recipients"].rows) == (20, 50)
    assert inputs["awards"].bytes == len(AWARDS)
    assert len(inputs["awards"].sha256) == 64
    assert passed.provenance.machine_class
    assert passed.provenance.versions["papermill"]


def test_metrics_belong_to_their_size(passed: RunResult) -> None:
    sizes = [m.size for m in passed.metrics if m.name == "match_rate"]
    assert sizes == ["10x20", "all"]
    judged = [(g.notebook, g.size) for g in passed.gates if g.metric == "match_rate"]
    assert judged == [("02_enrichment@all", "all")]


def test_side_by_side_gives_the_same_record(passed: RunResult, project: Project) -> None:
    """Also: a promoted baseline is copied into the folder of the run that it judges."""
    baselines.promote(passed, project.baselines, name="main", reviewed_by="A. Reviewer")
    again = run_suite(request(project, SIZES, "run.jobs=1"))
    kept = baselines.read(project.outputs / again.run_id / baselines.BASELINE_FILE)
    assert (kept.run_id, kept.reviewed_by) == (passed.run_id, "A. Reviewer")
    assert (kept.quality_differences, kept.speed_differences) == (
        [],
        ["it was made with another run.jobs"],
    )

    def timeless(result: RunResult) -> RunResult:
        return replace(
            result,
            run_id="",
            parameters=[p for p in result.parameters if p.key != "run.jobs"],
            provenance=replace(result.provenance, started="", finished=""),
            notebooks=[replace(n, seconds=0) for n in result.notebooks],
            tables=[t for t in result.tables if t.name != PAST],
        )

    assert timeless(again) == timeless(passed)
    (past,) = (t for t in again.tables if t.name == PAST)  # what it saw of the runs beside it
    assert passed.run_id in {row[1] for row in past.rows}


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        (None, InputError, "05_readiness.ipynb: does not exist"),
        ("{", InputError, "05_readiness.ipynb: is no notebook"),
        ("run_folder = (", NotebookError, "the cell tagged 'parameters' is no Python"),
        ("run_folder = ''", NotebookError, "does not declare awards, n_awards"),
    ],
)
def test_a_notebook_that_cannot_be_run_is_told_before_any_is(
    make_project: Make, content: str | None, error: type[Exception], told: str
) -> None:
    project = make_project()
    path = project.notebooks / "05_readiness.ipynb"
    if content is None:
        path.unlink()
    elif content == "{":
        path.write_text(content)
    else:
        node = nbformat.read(path, as_version=4)
        cell = next(c for c in node.cells if "parameters" in c.metadata.get("tags", []))
        cell.source = content
        nbformat.write(node, path)
    with pytest.raises(error, match=told):
        run_suite(request(project, SIZES))
    assert not list(project.outputs.glob("*"))


def test_a_crash_keeps_what_came_before_and_a_resumed_run_goes_on(make_project: Make) -> None:
    crash = "import pathlib\nassert pathlib.Path('mended').exists(), 'not mended'"
    project = make_project({"03_quality": cells("03_quality", fault=crash)})
    first = run_suite(request(project, SIZES, "run.jobs=2", command="proofbook run --jobs 2"))
    status = {n.key: n.status for n in first.notebooks}
    assert (first.status, first.exit_code) == ("crashed", 3)
    assert [status[key] for key in ORDER] == ["completed"] * 3 + ["failed", "skipped", "skipped"]
    assert "03_quality failed: cell 6 raised AssertionError" in first.verdict
    failed, skipped = first.notebooks[3], first.notebooks[4]
    assert failed.error is not None
    assert failed.error.evalue == "not mended"
    assert skipped.reason == (
        f"03_quality failed; run again with: proofbook run --resume {first.run_id}"
    )
    assert first.metric("match_rate") is not None
    assert {g.state for g in first.gates if g.notebook == "03_quality"} == {"missing"}

    (project.notebooks / "mended").touch()
    folder = project.outputs / first.run_id
    before = (folder / "notebooks" / "01_profiling.ipynb").stat().st_mtime_ns
    parameters = resumed(first.parameters)
    changed = Path(first.parameter("data.awards"))
    changed.write_text(AWARDS + "Firm 20,,2020\n")
    with pytest.raises(InputError, match="has changed since run"):
        run_suite(Request(parameters, project, resume=folder))
    changed.write_text(AWARDS)
    second = run_suite(Request(parameters, project, resume=folder))
    assert (second.run_id, second.status) == (first.run_id, "passed")
    assert second.provenance.command == first.provenance.command == "proofbook run --jobs 2"
    assert (folder / "notebooks" / "01_profiling.ipynb").stat().st_mtime_ns == before
    assert second.notebooks[:3] == first.notebooks[:3]

    third = run_suite(Request(parameters, project, resume=folder, first="05_readiness"))
    assert third.notebooks[:5] == second.notebooks[:5]
    assert third.notebooks[5].seconds != second.notebooks[5].seconds

    write_notebook(project.notebooks / "04_regression.ipynb", cells("04_regression", fault="1 + 1"))
    told: list[str] = []
    fourth = run_suite(Request(parameters, project, resume=folder), tell=told.append)
    assert "04_regression has been edited: it is run again" in told
    assert fourth.notebooks[:4] == third.notebooks[:4]
    assert fourth.notebooks[4].source != third.notebooks[4].source
    assert fourth.status == "passed"


def test_a_failed_gate_blocks_what_is_downstream(make_project: Make) -> None:
    show = (
        "import pandas as pd\n"
        "rows = pd.DataFrame({'award_row': [3], 'PI Name': ['Ann'], 'Company': ['<b>']})\n"
        "page.evidence('award_valid_rate', rows, 12, 0.6)"
    )
    project = make_project({"01_profiling": cells("01_profiling", {"award_valid_rate": 0.4}, show)})
    told: list[str] = []
    found = run_suite(request(project, command="proofbook run --profile smoke"), tell=told.append)
    assert (found.status, found.exit_code) == ("failed", 1)
    assert [n.status for n in found.notebooks] == ["completed"] + ["blocked"] * 4
    assert found.notebooks[1].reason == (
        "blocked by gate award_valid_rate, value 40 %, bound 95 %; "
        "run again with: proofbook run --profile smoke"
    )
    gate = next(g for g in found.gates if g.metric == "award_valid_rate")
    assert (gate.state, gate.value, gate.count, gate.rate) == ("fail", 0.4, 12, 0.6)
    assert gate.examples == [{"award_row": 3, "Company": "<b>"}]
    assert any("fail: Award rows that validate is 40 %" in line for line in told)
    assert (project.outputs / found.run_id / "index.html").exists()


def test_a_gate_can_be_told_to_block_nothing(make_project: Make) -> None:
    project = make_project({"01_profiling": cells("01_profiling", {"award_valid_rate": 0.4})})
    found = run_suite(request(project, "gates.award_valid_rate.severity=warn", last="01"))
    assert (found.status, found.exit_code) == ("warned", 0)
    assert [n.key for n in found.notebooks] == ["01_profiling"]
    strict = run_suite(
        request(project, "gates.award_valid_rate.severity=warn", last="01", fail_on="warn")
    )
    assert (strict.status, strict.exit_code) == ("warned", 1)


# --- before any notebook starts: no kernel in these ---


LATE = AWARDS.encode() + b"Firm x,,2020\n" * 5_000
HEADER = b"Company,UEI\n"

BAD_INPUT: dict[str, tuple[str, str, bytes | None, str]] = {
    "missing": ("awards", "a.csv", None, "does not exist"),
    "empty": ("awards", "a.csv", b"", "is empty"),
    "no award": ("awards", "a.csv", HEADER, "holds no award"),
    "no company": ("awards", "a.csv", b"Compny,UEI\nA,B\n", "Company"),
    "column twice": ("awards", "a.csv", b"Company,Company\nA,B\n", "Company"),
    "late bad UTF-8": ("awards", "a.csv", LATE + b"Caf\xe9,,2020\n", "UTF-8"),
    "cut off": ("awards", "a.csv.gz", gzip.compress(LATE)[:-9], "a.csv.gz"),
    "not its suffix": ("awards", "a.parquet", LATE, "a.parquet"),
    "not its suffix either": ("awards", "a.csv", b"PAR1" + bytes(100) + b"PAR1", "a.csv"),
    "no recipient": ("recipients", "r.csv", b"legal_business_name,uei\n", "r.csv"),
    "no name": ("recipients", "r.csv", b"name,uei\nA,B\n", "legal_business_name"),
    "no link": ("truth", "t.csv", b"row,recipient_hash\n0,x\n", "award_row"),
}


@pytest.mark.parametrize("fault", BAD_INPUT)
def test_bad_input_ends_the_run_with_nothing_left(project: Project, fault: str) -> None:
    role, name, content, words = BAD_INPUT[fault]
    path = project.root / name
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)
    before = sorted(project.outputs.glob("*"))
    files = {text.partition("=")[0]: text for text in given(project)}
    files[f"data.{role}"] = f"data.{role}={path}"
    effective = load(project.params, assignments=list(files.values()), environment={})
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        run_suite(Request(effective, project))
    assert name in str(caught.value)
    assert "Remedy: " in str(caught.value)
    assert sorted(project.outputs.glob("*")) == before


def test_a_size_larger_than_the_files_is_refused(project: Project) -> None:
    before = sorted(project.outputs.iterdir()) if project.outputs.exists() else []
    with pytest.raises(
        ParameterError, match="21x50 is larger than the files, which hold 20 awards"
    ):
        run_suite(request(project, "sizes=21x50"))
    assert sorted(project.outputs.iterdir()) == before


def test_a_full_disk_leaves_earlier_runs_alone(
    make_project: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project()
    project.outputs.mkdir()
    (project.outputs / "latest").write_text("earlier\n")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        run_suite(request(project))
    assert [p.name for p in project.outputs.iterdir()] == ["latest"]
    assert (project.outputs / "latest").read_text() == "earlier\n"


def test_outputs_that_cannot_be_made_are_named(make_project: Make) -> None:
    project = make_project()
    project.outputs.write_text("in the way")
    with pytest.raises(OutputError, match=r"cannot be written.*run\.outputs"):
        run_suite(request(project))


def test_the_plan_of_a_request(project: Project) -> None:
    assert [s.name for s in planned(request(project))] == list(NOTEBOOKS)
    assert [s.key for s in planned(request(project, SIZES, last="02"))] == ORDER[:3]
    with pytest.raises(ParameterError, match="unknown notebook"):
        planned(request(project, last="07"))
    with pytest.raises(ParameterError, match=r"run\.scheduler, run\.engine"):
        planned(request(project, "run.scheduler=tcp://127.0.0.1:8786"))


def test_a_run_below_the_best_of_the_last_ones_fails(make_project: Make) -> None:
    """The run before was promoted by nobody, and still has its say."""
    project = make_project()
    first = run_suite(request(project, SIZES, "run.jobs=2", rendered=False))
    assert first.status == "passed"
    lower = cells("02_enrichment", {"match_rate": 0.9})
    write_notebook(project.notebooks / "02_enrichment.ipynb", lower)
    second = run_suite(request(project, SIZES, "run.jobs=2", rendered=False))
    gate = next(g for g in second.gates if g.metric == "match_rate_best_drop_pp")
    assert (gate.state, gate.baseline, second.exit_code) == ("fail", 1.0, 1)
    assert first.run_id in second.verdict
    assert second.alerts[0].what == "match_rate_best_drop_pp"
    logged = (project.outputs / second.run_id / "logs" / "alerts.jsonl").read_text()
    assert "match_rate_best_drop_pp" in logged.splitlines()[0]


def test_metrics_are_published_in_one_step_and_a_fault_there_only_warns(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "metrics.prom").write_text("proofbook_run_info 1.0\n")
    for target in ("", str(tmp_path / "collector" / "p.prom"), str(tmp_path)):
        _publish(target, tmp_path, said.append)
    assert (tmp_path / "collector" / "p.prom").read_text() == "proofbook_run_info 1.0\n"
    assert len(said) == 1
    assert said[0].startswith(f"warning: {tmp_path}: cannot be written")
