"""The verdict: crashed outranks failed, failed outranks warned, and each has its exit code."""

from __future__ import annotations

import pytest

from proofbook.suite.result import GateOutcome, NotebookOutcome, NotebookStatus
from proofbook.suite.verdict import unfinished, verdict


def gate(state: str, severity: str = "error") -> GateOutcome:
    return GateOutcome("m", state, severity, 1, None, 0, "lower", "nb", message="m is 1.")  # type: ignore[arg-type]


def book(status: NotebookStatus) -> NotebookOutcome:
    return NotebookOutcome("03_quality", "03_quality", status, reason="because")


GOOD, BAD, SOFT = gate("pass"), gate("fail"), gate("warn")


@pytest.mark.parametrize(
    ("books", "gates", "status", "code", "strict"),
    [
        (["completed"], [GOOD], "passed", 0, 0),
        (["completed"], [GOOD, SOFT], "warned", 0, 1),
        (["completed"], [gate("unresolved")], "warned", 0, 1),
        (["completed"], [gate("no_baseline")], "warned", 0, 1),
        (["completed"], [gate("fail", "warn")], "warned", 0, 1),
        (["completed"], [gate("missing", "warn")], "warned", 0, 1),
        (["completed"], [SOFT, BAD], "failed", 1, 1),
        (["completed"], [gate("missing")], "failed", 1, 1),
        (["failed"], [GOOD], "crashed", 3, 3),
        (["timed_out"], [BAD], "crashed", 3, 3),
        (["killed", "skipped"], [], "crashed", 3, 3),
        (["incomplete"], [gate("missing")], "crashed", 3, 3),
        (["completed", "blocked"], [BAD], "failed", 1, 1),
    ],
)
def test_status_and_exit_code(
    books: list[NotebookStatus], gates: list[GateOutcome], status: str, code: int, strict: int
) -> None:
    outcomes = [book(b) for b in books]
    found = verdict(outcomes, gates, fail_on="error")
    assert (found.status, found.exit_code) == (status, code)
    assert verdict(outcomes, gates, fail_on="warn").exit_code == strict


def test_the_sentence_names_what_decided() -> None:
    assert verdict([book("completed")], [GOOD], fail_on="error").sentence == "Passed: all 1 gates."
    crashed = verdict([book("timed_out"), book("skipped")], [], fail_on="error").sentence
    assert "03_quality timed out: because" in crashed
    assert "Not run: 03_quality" in crashed
    assert "m is 1." in verdict([], [BAD], fail_on="error").sentence
    assert "m has no baseline." in verdict([], [gate("no_baseline")], fail_on="error").sentence
    warned = verdict([], [SOFT, *[gate("no_baseline")] * 3], fail_on="error").sentence
    assert warned == "Passed with warnings: m warns; 3 gates have no baseline."


def test_a_run_under_way_is_never_a_pass() -> None:
    assert unfinished("r").exit_code != 0
    assert "--resume r" in unfinished("r").sentence
