"""A record as the baseline: one confirming re-run, and none where nothing got worse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proofbook.bench import against
from proofbook.bench.measuring import Enough
from proofbook.bench.process import Sample, Side
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


def test_it_is_measured_until_it_is_decided(
    make_record: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    baseline, seen = make_record(), []

    def measure(side: Side, sizes: list[str], *, enough: Enough, **more: object) -> BenchRecord:
        for seconds in ([0.9, 1.4, 1.1], [1.0] * 8, [1.3] * 8):
            samples = [Sample(s, s, 1.0, 1.0, at) for at, s in enumerate(seconds)]
            of_size = {"1000x4000": samples, "7x7": samples}  # of 7x7 the baseline knows nothing
            seen.append(enough(of_size, baseline.calibration))
        return make_record()

    monkeypatch.setattr(against, "measure", measure)
    against.against(baseline, Side(), ["500x2000", "1000x4000"])
    assert seen == [False, True, True]
