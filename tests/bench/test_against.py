"""A record as the baseline: one confirming re-run, and none where nothing got worse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proofbook.bench import against
from proofbook.bench.process import Side
from proofbook.bench.record import BenchRecord

Make = Callable[..., BenchRecord]


@pytest.mark.parametrize(
    ("first", "again", "state", "measured"),
    [
        ({}, {}, "pass", 1),
        ({"seconds": 1.4}, {"seconds": 1.4}, "fail", 2),
        ({"seconds": 1.4}, {}, "unresolved", 2),
        ({"peak": 450.0}, {"peak": 450.0}, "fail", 2),
        ({"peak": 450.0}, {}, "unresolved", 2),
    ],
)
def test_a_regression_is_measured_again(
    make_record: Make,
    monkeypatch: pytest.MonkeyPatch,
    first: dict[str, float],
    again: dict[str, float],
    state: str,
    measured: int,
) -> None:
    runs = iter([make_record(**first), make_record(**again)])
    calls = []

    def measure(side: Side, sizes: list[str], **more: object) -> BenchRecord:
        calls.append(sizes)
        return next(runs)

    monkeypatch.setattr(against, "measure", measure)
    _, verdict = against.against(make_record(), Side(), ["500x2000", "1000x4000"])
    assert verdict.state == state
    assert len(calls) == measured
