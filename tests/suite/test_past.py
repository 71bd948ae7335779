"""What comparable runs recorded before is kept in the record of a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.suite.runs import made_run, write_run

from proofbook.suite import history
from proofbook.suite.past import LAST, past_runs


def _values(outputs: Path, metric: str) -> list[float]:
    now = made_run(999, {"match_rate": 0.7, "seconds": 3.0})
    table = past_runs(now, history.read(outputs).entries)
    return [row[3] for row in table.rows if row[0] == metric]


def test_oldest_first_with_run_moment_and_interval(tmp_path: Path) -> None:
    runs = [made_run(n, {"match_rate": 0.8 - n / 100, "seconds": 2.0}) for n in (1, 0, 2)]
    for run in runs:
        write_run(tmp_path, run)
    table = past_runs(made_run(9, {}), history.read(tmp_path).entries)
    assert table.rows[0] == [
        "match_rate", runs[1].run_id, "2026-01-01T00:00:00+00:00", 0.8, 0.78, 0.8200000000000001,
    ]  # fmt: skip
    assert _values(tmp_path, "match_rate") == [0.8, 0.79, 0.78]
    assert _values(tmp_path, "seconds") == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("other", "quality", "cost"),
    [
        ({"data": "other"}, [], []),
        ({"machine": "other"}, [0.8], []),
        ({"status": "failed"}, [0.8], [2.0]),
        ({"status": "crashed"}, [], []),
    ],
)
def test_only_what_can_be_compared(
    tmp_path: Path, other: dict[str, str], quality: list[float], cost: list[float]
) -> None:
    write_run(tmp_path, made_run(0, {"match_rate": 0.8, "seconds": 2.0}, **other))  # type: ignore[arg-type]
    assert _values(tmp_path, "match_rate") == quality
    assert _values(tmp_path, "seconds") == cost


def test_the_last_ones_only(tmp_path: Path) -> None:
    for number in range(LAST + 2):
        write_run(tmp_path, made_run(number, {"match_rate": number / 100}))
    assert _values(tmp_path, "match_rate") == [n / 100 for n in range(2, LAST + 2)]
