"""JUnit and Markdown of a run."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from proofbook.report.junit import junit_xml
from proofbook.report.summary import MOST_BYTES, summary_markdown
from proofbook.suite.result import RunResult

from .conftest import MADE


def _cases(result: RunResult) -> dict[str, ET.Element]:
    root = ET.fromstring(junit_xml(result))
    return {case.get("name", ""): case for case in root.iter("testcase")}


def test_junit_parses_and_counts(kind: str) -> None:
    run = MADE[kind]()
    text = junit_xml(run)
    root = ET.fromstring(text)
    cases = list(root.iter("testcase"))
    assert len(cases) == len(run.notebooks) + len(run.gates) == int(root.get("tests", "-1"))
    for count, tag in (("errors", "error"), ("failures", "failure"), ("skipped", "skipped")):
        assert int(root.get(count, "-1")) == len(list(root.iter(tag)))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", text)


@pytest.mark.parametrize(
    ("case_of", "name", "tag", "says"),
    [
        ("failed", "match_rate at 1000x5000", "failure", "69.996 %"),
        ("failed", "03_quality", "skipped", "blocked: blocked by gate match_rate"),
        ("failed", "recall_rate", "skipped", "not measured: blocked by gate"),
        ("crashed", "02_enrichment@1000x5000", "error", "ValueError: award 17"),
        ("crashed", "03_quality", "skipped", "02_enrichment failed"),
        ("passed", "match_rate_none_drop_pp", "skipped", "no_baseline: No baseline"),
    ],
)
def test_junit_says_why(case_of: str, name: str, tag: str, says: str) -> None:
    case = _cases(MADE[case_of]())[name]
    found = case.find(tag)
    assert found is not None
    assert says in found.get("message", "")


def test_junit_missing_gate_of_a_notebook_that_ran_fails(passed: RunResult) -> None:
    gate = replace(passed.gates[0], state="missing", value=None)
    case = _cases(replace(passed, gates=[gate]))["award_valid_rate"]
    assert case.find("failure") is not None


def test_junit_warning_passes_and_says_so(passed: RunResult) -> None:
    case = _cases(passed)["time_change_pct"]
    assert [child.tag for child in case] == ["system-out"]
    assert "10.9 %" in (case.findtext("system-out") or "")


def test_summary_is_small_and_its_table_comes_first(kind: str) -> None:
    run = MADE[kind]()
    text = summary_markdown(run)
    assert len(text.encode()) <= MOST_BYTES
    lines = text.splitlines()
    assert lines[0].startswith("## ")
    assert lines[2].startswith("| State | Gate |")


def test_summary_is_cut_between_lines_and_says_how_much_is_missing(hostile: RunResult) -> None:
    many = replace(hostile, gates=hostile.gates * 100)
    text = summary_markdown(many)
    assert len(text.encode()) <= 64_000
    assert re.search(r"\n\d+ more lines: see index", text)


def test_summary_of_data_is_no_markup(hostile: RunResult) -> None:
    text = summary_markdown(hostile)
    code = re.sub(r"(`+) .*? \1", "", text)  # commands stand in code spans
    assert not re.search(r"(?<!\\)<", code)
    assert not re.search(r"@\w", code)
    assert not re.search(r"(?<!\\)://", code)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e\u200f]", text)
    cells = [len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line[:1] == "|"]
    assert set(cells) <= {7, 5}


def test_summary_same_bytes(failed: RunResult) -> None:
    again = RunResult.from_json(failed.to_json())
    assert summary_markdown(failed) == summary_markdown(again)
