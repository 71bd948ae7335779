"""The suite in Dagster: the same run and record, its notebooks as assets, its gates as checks."""

from __future__ import annotations

import importlib
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from tests.suite import conftest
from tests.suite.conftest import cells, given

from proofbook.errors import ParameterError, UsageError
from proofbook.integrations.dagster import assets, check_result, definitions
from proofbook.quality.metrics import DEFINITIONS
from proofbook.suite import project
from proofbook.suite.layers import load
from proofbook.suite.past import PAST
from proofbook.suite.project import Project
from proofbook.suite.result import GateOutcome, GateState, RunResult, Severity, load_run
from proofbook.suite.run import Request, run_suite

make_project = conftest.make_project  # the fixture of another folder

Make = Callable[..., Project]
SIZES = {"sizes": ["10x20", "all"], "run.jobs": 2}
ORDER = [
    "proofbook/01_profiling",
    "proofbook/02_enrichment/10x20",
    "proofbook/02_enrichment/all",
    "proofbook/03_quality",
    "proofbook/04_regression",
    "proofbook/05_readiness",
]
PROFILING = dg.AssetKey(["proofbook", "01_profiling"])
VALID = dg.AssetCheckKey(PROFILING, "award_valid_rate")


@dataclass(frozen=True)
class Ran:
    """A run of Dagster, and the record of the suite that it has run."""

    result: dg.ExecuteInProcessResult
    record: RunResult
    folder: Path
    states: Mapping[str, str]
    log: list[str]

    @property
    def materialised(self) -> list[str]:
        events = self.result.get_asset_materialization_events()
        return [event.asset_key.to_user_string() for event in events if event.asset_key]

    @property
    def checks(self) -> dict[tuple[str, str], dg.AssetCheckEvaluation]:
        found = self.result.get_asset_check_evaluations()
        return {(c.asset_key.to_user_string(), c.check_name): c for c in found}

    @property
    def failure(self) -> str:
        (failed,) = self.result.get_step_failure_events()
        error = failed.step_failure_data.error
        assert error is not None
        return error.message


def settings_of(home: Project, more: Mapping[str, Any]) -> dict[str, Any]:
    return dict(text.split("=", 1) for text in given(home)) | dict(more)


def ran(
    home: Project,
    settings: Mapping[str, Any] | None = None,
    selection: dg.AssetSelection | None = None,
) -> Ran:
    """What Dagster makes of the project's suite, in this process, with nothing kept of it."""
    before = set(home.outputs.glob("*/run.json"))
    with (
        pytest.MonkeyPatch.context() as patch,
        dg.DagsterInstance.ephemeral(tempdir=str(home.root)) as instance,
    ):
        patch.setenv(project.HOME, str(home.root))
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it wants the network"))
        suite = assets(settings=settings_of(home, settings or {}))
        job = dg.define_asset_job("job", selection or dg.AssetSelection.assets(suite))
        defs = dg.Definitions(assets=[suite], jobs=[job])
        found = defs.resolve_job_def("job").execute_in_process(
            instance=instance, raise_on_error=False
        )
        latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [spec.key for spec in suite.check_specs]
        )
        states = {
            f"{key.asset_key.to_user_string()}:{key.name}": check.status.value
            for key, check in latest.items()
        }
        log = [entry.user_message for entry in instance.all_logs(found.run_id)]
    (made,) = set(home.outputs.glob("*/run.json")) - before
    return Ran(found, load_run(made.parent), made.parent, states, log)


@pytest.fixture(scope="module")
def sound(make_project: Make) -> Project:
    """A sound project in a checkout, in which a file has been changed."""
    found = make_project()
    for words in ("init -q", "add params", "-c user.name=A -c user.email=a@b commit -qm params"):
        subprocess.run(["git", "-C", str(found.root), *words.split()], check=True)
    with (found.params / "base.yaml").open("a") as file:
        file.write("\n")
    return found


@pytest.fixture(scope="module")
def passed(sound: Project) -> Ran:
    return ran(sound, SIZES)


def place(gate: GateOutcome) -> tuple[str, str]:
    return "/".join(["proofbook", *gate.notebook.split("@")]), gate.metric


@pytest.mark.slow
def test_a_sound_run_materialises_all_and_its_checks_are_the_gates(passed: Ran) -> None:
    assert passed.result.success
    assert sorted(passed.materialised) == ORDER
    assert passed.record.status == "passed"
    assert len(passed.record.gates) > 10
    assert {k: c.passed for k, c in passed.checks.items()} == {
        place(gate): True for gate in passed.record.gates
    }
    assert {name for name, state in passed.states.items() if state != "SUCCEEDED"} == {
        f"proofbook/04_regression:{name}"  # they are in a record only when they do not pass
        for name in (
            "match_rate_best_drop_pp",
            "match_rate_uei_best_drop_pp",
            "match_rate_duns_best_drop_pp",
            "match_rate_none_best_drop_pp",
            "memory_best_change_pct",
        )
    }


@pytest.mark.slow
def test_notebooks_are_reported_as_they_end(passed: Ran) -> None:
    told = [line for line in passed.log if line.startswith(("Materialized", "started"))]
    assert told[:2] == ["started 01_profiling", "Materialized value proofbook 01_profiling."]
    assert told[-2:] == ["started 05_readiness", "Materialized value proofbook 05_readiness."]
    assert len(told) == 2 * len(ORDER)


@pytest.mark.slow
def test_a_materialisation_tells_its_metrics_and_where_its_pages_are(passed: Ran) -> None:
    for event in passed.result.get_asset_materialization_events():
        key = "@".join(event.asset_key.path[1:])
        told = {k: v.value for k, v in event.materialization.metadata.items()}
        metrics = {m.name: m.value for m in passed.record.metrics if m.notebook == key}
        assert metrics
        files = {
            "notebook": str(passed.folder / "notebooks" / f"{key}.ipynb"),
            "page": str(passed.folder / "html" / f"{key}.html"),
            "report": str(passed.folder / "index.html"),
        }
        whole = {"run_id": passed.record.run_id}
        whole["commit"] = f"{passed.record.provenance.commit} with changes"
        assert told == metrics | files | whole
        assert all(Path(file).is_file() for file in files.values())
        assert not {*files, "run_id", "commit"} & set(DEFINITIONS)


@pytest.mark.slow
def test_the_record_is_that_of_the_command(passed: Ran, sound: Project) -> None:
    command = passed.record.provenance.command
    texts = [f"{key}={value}" for key, value in settings_of(sound, {}).items()]
    texts += ["sizes=10x20,all", "run.jobs=2"]
    assert command == " ".join(["proofbook run", *(f"--set {text}" for text in texts)])
    effective = load(sound.params, assignments=texts, environment={})
    again = run_suite(Request(effective, sound, command=command))

    def timeless(record: RunResult) -> RunResult:
        return replace(
            record,
            run_id="",
            provenance=replace(record.provenance, started="", finished=""),
            notebooks=[replace(n, seconds=0) for n in record.notebooks],
            tables=[t for t in record.tables if t.name != PAST],
        )

    assert timeless(passed.record) == timeless(again)
    assert (sound.outputs / passed.record.run_id / "junit.xml").is_file()


@pytest.mark.slow
def test_a_failed_gate_is_a_blocking_check_and_fails_the_step(make_project: Make) -> None:
    home = make_project({"01_profiling": cells("01_profiling", {"award_valid_rate": 0.4})})
    found = ran(home)
    assert not found.result.success
    assert found.materialised == ["proofbook/01_profiling"]
    assert [n.status for n in found.record.notebooks] == ["completed"] + ["blocked"] * 4
    check = found.checks[place(next(g for g in found.record.gates if g.state == "fail"))]
    assert (check.passed, check.blocking, check.severity) == (
        False, True, dg.AssetCheckSeverity.ERROR,
    )  # fmt: skip
    assert check.description.startswith("Award rows that validate is 40 % (95 %")
    assert {place(gate) for gate in found.record.gates} == set(found.checks)
    behind = {state for name, state in found.states.items() if "01_profiling" not in name}
    assert behind == {"PLANNED"}
    assert "Failed. Award rows that validate is 40 %" in found.failure


@pytest.mark.slow
@pytest.mark.parametrize(("place_of_fault", "state"), [(2, "missing"), (3, "pass")])
def test_a_crash_fails_the_step_with_the_error_of_the_notebook(
    make_project: Make, place_of_fault: int, state: GateState
) -> None:
    """Also where all was recorded before it: a crashed notebook has no passed checks."""
    code = cells("01_profiling")
    code.insert(place_of_fault, "raise LookupError('lost')")
    home = make_project({"01_profiling": code})
    found = ran(home)
    cell = place_of_fault + 4  # a heading, the parameters and the injected ones come first
    told = f"Crashed. 01_profiling failed: cell {cell} raised LookupError: lost"
    assert told in found.failure
    assert found.materialised == []
    assert {g.state for g in found.record.gates} == {state}
    failed = {place(gate) for gate in found.record.gates if gate.state == "missing"}
    assert {key: check.passed for key, check in found.checks.items()} == dict.fromkeys(
        failed, False
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("selection", "materialised", "checks"),
    [
        (dg.AssetSelection.assets(PROFILING), ["proofbook/01_profiling"], 6),
        (dg.AssetSelection.checks(VALID), [], 1),
    ],
)
def test_a_selection_runs_up_to_its_last_notebook_and_warnings_block_nothing(
    make_project: Make, selection: dg.AssetSelection, materialised: list[str], checks: int
) -> None:
    home = make_project({"01_profiling": cells("01_profiling", {"award_valid_rate": 0.4})})
    found = ran(home, {"gates.award_valid_rate.severity": "warn"}, selection)
    assert found.result.success
    assert [n.key for n in found.record.notebooks] == ["01_profiling"]
    assert found.record.provenance.command.endswith(" --only 01_profiling")
    assert (found.materialised, len(found.checks)) == (materialised, checks)
    check = found.checks["proofbook/01_profiling", "award_valid_rate"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)


@pytest.mark.slow
def test_a_gate_that_is_not_selected_holds_back_all_the_same(make_project: Make) -> None:
    home = make_project({"01_profiling": cells("01_profiling", {"award_valid_rate": 0.4})})
    quality = dg.AssetSelection.assets(dg.AssetKey(["proofbook", "03_quality"]))
    found = ran(home, selection=quality)
    assert [n.status for n in found.record.notebooks] == ["completed", "blocked", "blocked"]
    assert (found.materialised, found.checks) == ([], {})
    assert "Failed. Award rows that validate is 40 %" in found.failure


@pytest.mark.parametrize(
    ("state", "severity", "passes", "level"),
    [
        ("pass", "error", True, "WARN"),
        ("warn", "error", False, "WARN"),
        ("unresolved", "error", False, "WARN"),
        ("no_baseline", "error", False, "WARN"),
        ("fail", "error", False, "ERROR"),
        ("missing", "error", False, "ERROR"),
        ("fail", "warn", False, "WARN"),
        ("missing", "warn", False, "WARN"),
    ],
)
def test_a_check_is_an_error_exactly_where_the_gate_holds_back(
    state: GateState, severity: Severity, passes: bool, level: str
) -> None:
    gate = GateOutcome(
        "match_rate", state, severity, 0.6, None, 0.7, "higher", "02_enrichment@all",
        message="too \x1b few", count=4, examples=[{"award_row": 3}],
    )  # fmt: skip
    found = check_result(PROFILING, gate)
    assert (found.passed, found.severity.value) == (passes, level)
    told = {key: value.value for key, value in found.metadata.items()}
    assert told == {
        "state": state, "value": 0.6, "fail": 0.7, "count": 4, "rerun": "",
        "examples": [{"award_row": 3}],
    }  # fmt: skip
    assert found.description == "too ␛ few"


def test_the_graph_is_that_of_the_plan(sound: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(project.HOME, str(sound.root))
    found = definitions("smoke", settings_of(sound, SIZES | {"gates.match_rate.fail": None}))
    graph = found.resolve_asset_graph()
    names = {key.to_user_string(): key for key in graph.get_all_asset_keys()}
    assert sorted(names) == ORDER
    needs = {
        name: sorted(parent.to_user_string() for parent in graph.get(key).parent_keys)
        for name, key in names.items()
    }
    assert needs[ORDER[2]] == ORDER[:1]
    assert needs[ORDER[3]] == ORDER[:3]
    blocking = {
        (key.asset_key.to_user_string(), key.name): graph.get(key).blocking
        for key in graph.asset_check_keys
    }
    assert blocking["proofbook/02_enrichment/10x20", "conservation_breaches"]
    assert blocking["proofbook/04_regression", "match_rate_best_drop_pp"]
    assert not blocking["proofbook/04_regression", "memory_best_change_pct"]
    assert ("proofbook/02_enrichment/all", "match_rate") not in blocking
    found.resolve_implicit_global_asset_job_def()


@pytest.mark.parametrize(
    ("profile", "settings", "words"),
    [
        ("smok", {}, "did you mean 'smoke'"),
        (None, {"data.sede": 1}, "did you mean 'seed'"),
        (None, {"run.jobs": "many"}, "run.jobs"),
    ],
)
def test_wrong_parameters_are_told_when_the_code_location_is_loaded(
    profile: str | None, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ParameterError, match=words):
        definitions(profile, settings)


def test_dagster_is_asked_for_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "proofbook.integrations.dagster")
    monkeypatch.setitem(sys.modules, "dagster", None)
    with pytest.raises(UsageError, match=r"pip install 'proofbook\[dagster\]'"):
        importlib.import_module("proofbook.integrations.dagster")


def test_proofbook_does_without_it() -> None:
    code = "import proofbook.cli, proofbook.suite.run, sys; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
