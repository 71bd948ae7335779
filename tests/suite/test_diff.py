"""Two runs beside each other: whose match was lost, changed or gained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.suite.runs import made_run, write_run

from proofbook.suite.diff import Match, RunDiff, diff

SIZE = "1000x5000"
U, A, C, N = "uei-exact", "name-fuzzy-auto", "name-fuzzy-candidate", "unmatched"


def _run(outputs: Path, number: int, found: list[tuple[str, str | None]], **about: Any) -> Path:
    """A run that has kept an enriched table: for every award its method and recipient's hash."""
    folder = write_run(outputs, made_run(number, {"match_rate": 0.5}, **about))
    count = len(found)
    table = pa.table(
        {
            "Company": [f"Firm {row}" for row in range(count)],
            "State": ["CO"] * count,
            "Contact Name": ["Person"] * count,
            "award_row": list(range(count)),
            "match_method": [method for method, _ in found],
            "match_probability": pa.array([0.9] * count, pa.float64()),
            "recipient_hash": pa.array([joined for _, joined in found], pa.string()),
            "recipient_name": pa.array([j and f"NAME {j}" for _, j in found], pa.string()),
        }
    )
    (folder / "enriched").mkdir()
    pq.write_table(table, folder / "enriched" / f"{SIZE}.parquet")
    return folder


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        ((U, "a"), (N, None), "lost"),
        ((A, "a"), (C, None), "lost"),
        ((C, None), (A, "a"), "gained"),
        ((N, None), (U, "a"), "gained"),
        ((U, "a"), (A, "b"), "changed"),
        ((U, "a"), (A, "a"), None),
        ((N, None), (C, None), None),
        ((U, "a"), (U, "a"), None),
    ],
)
def test_what_became_of_an_award(
    tmp_path: Path, was: tuple[str, str | None], now: tuple[str, str | None], kind: str | None
) -> None:
    found = diff(_run(tmp_path, 0, [(U, "z"), was]), _run(tmp_path, 1, [(U, "z"), now]))
    assert [(c.kind, c.award_row) for c in found.changes] == ([(kind, 1)] if kind else [])
    assert found.awards == 2
    assert found.other_method == (was[1] == now[1] and was[1] is not None and was[0] != now[0])


def test_a_change_says_who_it_was_and_what_is_known_of_no_person(tmp_path: Path) -> None:
    found = diff(_run(tmp_path, 0, [(U, "a")]), _run(tmp_path, 1, [(A, "b")]))
    (change,) = found.of("changed")
    assert change.was == Match(U, "NAME a", 0.9)
    assert change.now == Match(A, "NAME b", 0.9)
    assert change.about == {
        "Company": "Firm 0", "City": None, "State": "CO", "Agency": None, "Phase": None,
        "Award Year": None,
    }  # fmt: skip


def test_the_drop_and_its_significance(tmp_path: Path) -> None:
    before, after = [(U, "a")] * 100, [(U, "a")] * 90 + [(N, None)] * 10
    found = diff(_run(tmp_path, 0, before), _run(tmp_path, 1, after))
    assert found.drop_pp == 10
    assert 3 < found.low < 10 < found.high < 18
    assert found.p_value == pytest.approx(2**-10)


def _why(found: RunDiff) -> str:
    assert found.changes == []
    return found.why


def test_runs_whose_awards_cannot_be_paired(tmp_path: Path) -> None:
    first = _run(tmp_path, 0, [(U, "a")])
    assert (
        _why(diff(first, _run(tmp_path, 1, [(U, "a")], data="other"))) == "the award files differ"
    )
    bare = write_run(tmp_path, made_run(2, {}))
    assert _why(diff(first, bare)) == f"run {bare.name} has no enriched table of {SIZE}"
    longer = _run(tmp_path, 3, [(U, "a")] * 2)
    assert _why(diff(first, longer)) == "the enriched tables hold other award rows"
