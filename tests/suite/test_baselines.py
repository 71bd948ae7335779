"""Baselines: promoted by a person from a passed run, and compared only where that is fair."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from proofbook.errors import UsageError
from proofbook.suite import baselines
from proofbook.suite.baselines import Circumstances
from proofbook.suite.layers import load
from proofbook.suite.result import InputFile, Metric, NotebookOutcome, Provenance, RunResult

NOW = Circumstances("linux-2c", ["1x5", "2x9"], {"awards": "aa", "recipients": "bb"}, {"seed": 1})


@pytest.fixture
def result() -> RunResult:
    provenance = Provenance(
        "proofbook run", "c0ffee", False, {}, {}, "linux-2c", "2026-01-02", "2026-01-02",
        [InputFile("awards", "a", 2, 9, "aa"), InputFile("awards@1x5", "b", 1, 5, "cc")],
    )  # fmt: skip
    books = [NotebookOutcome("01_profiling", "01_profiling", "completed")]
    parameters = load(None, assignments=["sizes=1x5,2x9"], environment={}).parameters
    metrics = [Metric("match_rate", 0.7, size="1x5"), Metric("match_rate", 0.8, size="2x9")]
    return RunResult("r1", "passed", 0, "Passed.", parameters, provenance, books, metrics, [])


def promote(result: RunResult, folder: Path, name: str = "main", who: str = "Ann") -> Path:
    return baselines.promote(result, folder, name=name, reviewed_by=who, why=" first of its kind ")


def test_a_promoted_run_comes_back_as_it_was(result: RunResult, tmp_path: Path) -> None:
    path = promote(result, tmp_path)
    assert (path.parent, path.name.split("-")[0], path.suffix) == (tmp_path, "main.2x9", ".json")
    found = baselines.load(tmp_path, "main")
    assert (found.why, found.promoted[:2]) == ("first of its kind", "20")
    assert (found.run_id, found.reviewed_by, found.commit) == ("r1", "Ann", "c0ffee")
    assert found.circumstances.sizes == ["1x5", "2x9"]
    assert found.circumstances.data == {"awards": "aa"}
    assert found.circumstances.parameters["match.candidates"] == 5
    assert found.metrics == result.metrics
    largest, smaller = found.metric("match_rate"), found.metric("match_rate", "1x5")
    assert largest is not None
    assert smaller is not None
    assert (largest.value, smaller.value) == (0.8, 0.7)
    assert found.metric("recall_rate") is None
    assert baselines.names(tmp_path) == ["main"]


@pytest.mark.parametrize("status", ["failed", "crashed", "interrupted"])
def test_a_run_that_did_not_pass_is_no_baseline(
    result: RunResult, tmp_path: Path, status: str
) -> None:
    with pytest.raises(UsageError, match=f"run r1 {status}; only a passed run"):
        promote(replace(result, status=status), tmp_path)  # type: ignore[arg-type]
    assert baselines.names(tmp_path) == []


def test_a_run_of_a_part_is_no_baseline(result: RunResult, tmp_path: Path) -> None:
    part = [*result.notebooks, NotebookOutcome("02", "02", "skipped")]
    with pytest.raises(UsageError, match="did not complete 02"):
        promote(replace(result, notebooks=part), tmp_path)


@pytest.mark.parametrize(
    ("name", "who", "words"),
    [("../evil", "Ann", "no name of a baseline"), ("main", "  ", "needs a reviewer")],
)
def test_a_baseline_needs_a_name_and_a_reviewer(
    result: RunResult, tmp_path: Path, name: str, who: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        promote(result, tmp_path, name, who)


@pytest.mark.parametrize(
    ("then", "quality", "speed"),
    [
        (NOW, [], []),
        (replace(NOW, sizes=["2x9"]), [], []),
        (replace(NOW, machine_class="mac-8c"), [], ["made on mac-8c, this is linux-2c"]),
        (replace(NOW, parameters={"seed": 2}), [], ["another seed"]),
        (replace(NOW, data={"awards": "zz"}), ["input files differ"], ["input files differ"]),
        (replace(NOW, sizes=["3x9"]), ["largest size is 3x9"], ["largest size is 3x9"]),
    ],
)
def test_what_differs_is_named(then: Circumstances, quality: list[str], speed: list[str]) -> None:
    found_quality, found_speed = baselines.differences(then, NOW)
    assert len(found_quality) == len(quality)
    assert all(word in found for word, found in zip(quality, found_quality, strict=True))
    assert len(found_speed) == len(speed)
    assert all(word in found for word, found in zip(speed, found_speed, strict=True))


def test_a_run_is_judged_by_the_named_baseline(result: RunResult, tmp_path: Path) -> None:
    assert baselines.judged(tmp_path, "main", NOW) is None
    promote(result, tmp_path)
    found = baselines.judged(tmp_path, "main", replace(NOW, machine_class="mac-8c"))
    assert found is not None
    assert any("mac-8c" in words for words in found.speed_differences)


def test_each_workload_and_machine_has_a_file_of_its_own(result: RunResult, tmp_path: Path) -> None:
    mac = replace(result, provenance=replace(result.provenance, machine_class="mac-8c"))
    data = [InputFile("awards", "a", 2, 9, "zz")]
    other = replace(result, provenance=replace(result.provenance, inputs=data))
    paths = {promote(replace(of, run_id=str(at)), tmp_path)
             for at, of in enumerate((result, mac, other))}  # fmt: skip
    assert len(paths) == 3
    promote(replace(result, run_id="again"), tmp_path)
    assert set(tmp_path.iterdir()) == paths
    assert baselines.names(tmp_path) == ["main"]
    for of, run_id in ((result, "again"), (mac, "1"), (other, "2")):
        found = baselines.judged(tmp_path, "main", baselines.circumstances(of))
        assert found is not None
        assert (found.run_id, found.speed_differences) == (run_id, [])
    changed = replace(baselines.circumstances(mac), parameters={"run.jobs": 9})
    nearest = baselines.judged(tmp_path, "main", changed)
    assert nearest is not None
    assert nearest.run_id == "1"


def test_an_unknown_baseline_is_refused(result: RunResult, tmp_path: Path) -> None:
    promote(result, tmp_path)
    with pytest.raises(UsageError, match=r"no baseline 'mian'.*did you mean 'main'"):
        baselines.load(tmp_path, "mian")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no baseline"),
        ("[]", "is no baseline"),
        ("{}", "is no baseline"),
        ('{"schema": 99}', "has schema 99"),
        ('{"schema": 1, "name": 3}', "name: Input should be a valid string"),
        ('{"schema": 1, "circumstances": 3}', "is no baseline"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "main.json").write_text(text)
    with pytest.raises(UsageError, match=words):
        baselines.load(tmp_path, "main")


def test_the_file_is_json_that_a_person_can_review(result: RunResult, tmp_path: Path) -> None:
    text = promote(result, tmp_path).read_text()
    assert json.loads(text)["name"] == "main"
    assert len(text.splitlines()) > 20
