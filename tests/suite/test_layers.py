"""Parameters in layers: which one wins, where it came from, and what is refused in which words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proofbook.errors import ParameterError
from proofbook.suite.layers import Effective, changes, from_nested, load, masked, profiles, resumed

PARAMS = Path(__file__).parents[2] / "params"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "base.yaml").write_text("data:\n  seed: 1\nrun:\n  jobs: 2\n  retries: 1\n")
    (tmp_path / "profiles" / "small.yaml").write_text(
        "data:\n  seed: 2\ngates: {match_rate: 0.6}\n"
    )
    return tmp_path


def load_plain(folder: Path | None, *assignments: str, **more: object) -> Effective:
    return load(folder, assignments=assignments, **{"environment": {}, **more})


def test_each_layer_wins_over_the_one_below_and_leaves_its_name(folder: Path) -> None:
    found = load_plain(
        folder,
        "data.n_awards=30",
        profile="small",
        environment={"PROOFBOOK__DATA__N_AWARDS": "20", "PROOFBOOK__DATA__N_RECIPIENTS": "9"},
        options={"run.jobs": 4},
    )
    told = {p.key: (p.value, p.origin) for p in found.parameters}
    assert told["run.retries"] == (1, "params/base.yaml")
    assert told["data.seed"] == (2, "profile small")
    assert told["data.n_recipients"] == (9, "environment PROOFBOOK__DATA__N_RECIPIENTS")
    assert told["data.n_awards"] == (30, "--set")
    assert told["run.jobs"] == (4, "--jobs")
    assert told["match.candidates"] == (5, "default")
    assert found.settings.data.n_awards == 30


def test_a_number_for_a_gate_is_the_bound_that_fails(folder: Path) -> None:
    gate = load_plain(folder, profile="small").settings.gate("match_rate")
    assert (gate.warn, gate.fail) == (None, 0.6)
    both = load_plain(folder, "gates.match_rate={warn: 0.8, fail: 0.7}").settings.gate("match_rate")
    assert (both.warn, both.fail) == (0.8, 0.7)
    off = load_plain(folder, "gates.match_rate=null").settings.gate("match_rate")
    assert not off.active


@pytest.mark.parametrize("text", ["02139", "010", "true", "1e5", "null", "08", "{a}"])
def test_a_text_field_takes_the_text_as_it_is(text: str) -> None:
    settings = load_plain(None, f"data.awards={text}", "data.recipients=r").settings
    assert Path(settings.data.awards).name == text


@pytest.mark.parametrize(
    ("assignment", "value"),
    [("010", 10), ("7", 7), ("0x10", 16)],
)
def test_a_number_is_read_as_yaml_1_2(assignment: str, value: int) -> None:
    assert load_plain(None, f"data.seed={assignment}").settings.data.seed == value


def test_lists_are_given_with_commas() -> None:
    settings = load_plain(None, "sizes=2x9, 1x5").settings
    assert settings.sizes == ["2x9", "1x5"]
    settings = load_plain(None, "gates.match_rate.blocks=05_readiness,04_regression").settings
    assert settings.gates["match_rate"].blocks == ["05_readiness", "04_regression"]


REFUSED = {
    "data.sede=1": "--set: unknown parameter 'data.sede' — did you mean 'seed'?",
    "daat.seed=1": "--set: unknown parameter 'daat.seed' — did you mean 'data.seed'?",
    "data=1": "data is a section",
    "gates.match_rat=0.5": "no gate on metric 'match_rat' — did you mean 'match_rate'?",
    "gates.match_rate.fial=0.5": "did you mean 'fail'?",
    "gates.match_rate={wran: 0.7}": "did you mean 'warn'?",
    "gates.match_rate=75": "gates.match_rate.fail: must be a rate from 0 to 1 (got 75); 75 % is",
    "gates.match_rate={warn: -0.1}": "gates.match_rate.warn: must be a rate from 0 to 1",
    "gates.match_rate_drop_pp=500": "must be points from 0 to 100 (got 500)",
    "gates.seconds_per_award=-1": "must be seconds from 0 on (got -1)",
    "gates.match_rate=high": "gates.match_rate.fail: Input should be a valid number (got 'high')",
    "gates.match_rate=.nan": "should be a finite number",
    "gates.match_rate=.inf": "should be a finite number",
    "gates.match_rate=true": "should be a valid number",
    "gates.match_rate={": "cannot be read from '{'",
    "data.seed=x": "--set: data.seed: Input should be a valid integer (got 'x')",
    "data.seed=1.0": "should be a valid integer",
    "data.seed='7'": "should be a valid integer",
    "data.seed=-1": "greater than or equal to 0",
    "run.jobs=yes": "should be a valid integer",
    "match.scorer=guess": "'evidence' or 'token_set_ratio'",
    "match.target_precision=1": "less than 1",
    "sizes=1000": "'1000' is no size; write AWARDSxRECIPIENTS",
    "data.seed": "has no '='; write --set section.key=value",
    "=5": "has no '='",
    "data.awards=a.csv": "data.awards is given without data.recipients",
    "data.truth=t.csv": "data.truth is given without data.awards",
    "sizes=all": "'all' needs data.awards",
}


@pytest.mark.parametrize(("assignment", "words"), REFUSED.items())
def test_a_wrong_assignment_is_refused_in_words(assignment: str, words: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(words)):
        load_plain(None, assignment)


def test_an_assignment_twice_must_agree() -> None:
    assert load_plain(None, "data.seed=3", "data.seed=3").settings.data.seed == 3
    with pytest.raises(ParameterError, match=r"data\.seed is given twice, with different values"):
        load_plain(None, "data.seed=3", "data.seed=4")


def test_an_unknown_environment_variable_is_named() -> None:
    with pytest.raises(ParameterError, match=r"environment PROOFBOOK__DATA__SEDE.*'seed'"):
        load_plain(None, environment={"PROOFBOOK__DATA__SEDE": "1"})
    with pytest.raises(ParameterError, match=r"environment PROOFBOOK__DATA__SEED: data\.seed"):
        load_plain(None, environment={"PROOFBOOK__DATA__SEED": "one"})
    for nearly in ("PROOFBOOK_DATA__SEED", "proofbook__data__seed"):
        with pytest.raises(ParameterError, match=f"{nearly}: is no parameter; write PROOFBOOK__S"):
            load_plain(None, environment={nearly: "1"})


BAD_FILES = {
    "data:\n  seed: 1\n  seed: 2\n": "line 3: key 'seed' is given twice",
    "data:\n  seed: 1\ndata:\n  seed: 2\n": "line 3: key 'data' is given twice",
    "data:\n  sede: 1\n": "line 2: unknown parameter 'data.sede' — did you mean 'seed'?",
    "data:\n  seed: '1'\n": "line 2: data.seed: Input should be a valid integer (got '1')",
    "data:\n  awards: 02139\n": "line 2: data.awards: must be text; put it in quotes (got 2139)",
    "data: [\n": "line 2: is not YAML",
    "- data\n": "must hold sections with keys",
    "data: 5\n": "data is a section",
    "run:\n  time_limit_s: .inf\n": "should be a finite number",
    "match:\n  candidates: yes\n": "should be a valid integer (got 'yes')",
}


@pytest.mark.parametrize(("text", "words"), BAD_FILES.items())
def test_a_wrong_file_is_refused_with_its_line(folder: Path, text: str, words: str) -> None:
    path = folder / "profiles" / "small.yaml"
    path.write_text(text)
    with pytest.raises(ParameterError, match=re.escape(words)) as caught:
        load_plain(folder, profile="small")
    assert str(path) in str(caught.value)


def test_an_empty_file_changes_nothing(folder: Path) -> None:
    (folder / "base.yaml").write_text("# nothing\n")
    assert all(p.origin == "default" for p in load_plain(folder).parameters)


def test_a_file_that_is_not_text_is_refused(folder: Path) -> None:
    (folder / "base.yaml").write_bytes(b"data: \xff\xfe")
    with pytest.raises(ParameterError, match="cannot be read"):
        load_plain(folder)


def test_an_unknown_profile_is_refused(folder: Path) -> None:
    with pytest.raises(ParameterError, match="unknown profile 'smal' — did you mean 'small'"):
        load_plain(folder, profile="smal")
    with pytest.raises(ParameterError, match="unknown profile 'x'; there are small"):
        load_plain(folder, profile="x")


@pytest.mark.parametrize("name", [*profiles(PARAMS), None])
def test_every_shipped_profile_loads(name: str | None) -> None:
    files = ["data.awards=a", "data.recipients=r"] if name == "published" else []
    found = load_plain(PARAMS, *files, profile=name)
    assert found.settings.effective_sizes()
    if name is not None:
        assert any(p.origin == f"profile {name}" for p in found.parameters)


def test_the_shipped_profiles_are_those_of_the_design() -> None:
    assert set(profiles(PARAMS)) == {
        "smoke", "standard", "full", "memory_constrained", "high_performance",
        "maximum_quality", "maximum_speed", "published",
    }  # fmt: skip


def test_paths_are_kept_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    found = load_plain(None, "data.awards=a.csv", "data.recipients=sub/r.csv")
    assert found.settings.data.recipients == str(tmp_path / "sub" / "r.csv")


def test_a_resumed_run_keeps_what_decides_its_results() -> None:
    record = load_plain(None, "data.seed=3", "run.jobs=2").parameters
    again = resumed(record, assignments=["data.seed=3"], options={"run.jobs": 4})
    told = {p.key: (p.value, p.origin) for p in again.parameters}
    assert told["data.seed"] == (3, "--set")
    assert told["run.jobs"] == (4, "--jobs")
    with pytest.raises(ParameterError, match=r"gates.match_rate.fail cannot change in a resumed"):
        resumed(record, assignments=["gates.match_rate=0.1"])


def test_the_parameters_of_a_notebook_are_sections() -> None:
    settings = from_nested({"gates": {"match_rate": 0.4}, "match": {"candidates": 2}}, "notebook")
    assert settings.gate("match_rate").fail == 0.4
    assert settings.match.candidates == 2


def test_a_notebook_is_told_what_differs_from_the_defaults() -> None:
    settings = load_plain(None, "gates.match_rate=null", "match.seed=2", "data.seed=3").settings
    told = changes(settings, ("match", "gates"))
    assert told == {"match": {"seed": 2}, "gates": {"match_rate": {"fail": None}}}
    again = from_nested(told, "notebook")
    assert (again.gates, again.match) == (settings.gates, settings.match)


def test_secrets_are_not_recorded() -> None:
    assert masked("report.api_key", "abc") == "***"
    assert masked("report.token", "") == ""
    assert masked("data.seed", 7) == 7
