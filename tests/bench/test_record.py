"""Records: kept whole, refused when they are something else, and what is derived from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proofbook.bench.process import Sample
from proofbook.bench.record import BenchRecord, load, own, save
from proofbook.errors import OutputError, UsageError

Make = Callable[..., BenchRecord]


def test_a_record_comes_back_as_it_was(make_record: Make, tmp_path: Path) -> None:
    record = make_record()
    save(record, tmp_path / "b.json")
    assert load(tmp_path / "b.json") == record


def test_a_record_that_cannot_be_written_says_what_to_do(make_record: Make, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "b.json"):
        with pytest.raises(OutputError, match="or name another file with --save"):
            save(make_record(), path)


def test_raw_samples_are_kept_and_summed_up(make_record: Make) -> None:
    point = make_record().points[1]
    assert len(point.samples) == 18
    assert len(point.blocks()) == len(point.peaks()) == 6
    assert point.seconds == min(point.blocks()) == min(s.seconds for s in point.samples)
    assert point.awards_per_second == pytest.approx(1000 / point.seconds)
    assert point.peak_mb == 305


def test_the_time_without_waiting_is_of_the_run_that_waited_least_for_its_work() -> None:
    samples = [
        Sample(3.0, 1.0, 1.0, 1.0, process=1, waited=2.0),
        Sample(2.0, 1.0, 1.0, 1.0, process=1, waited=0.5),
        Sample(2.0, 1.0, 1.0, 1.0, process=2, waited=9.0),  # by threads side by side
        Sample(4.0, 1.0, 1.0, 1.0, process=3),  # not known
    ]
    assert own(samples) == [1.0, 0.1, 4.0]
    assert samples[3].own_seconds is None


def test_the_exponent_is_fitted_over_all_repeats(make_record: Make) -> None:
    fit = make_record().scaling
    assert fit is not None
    assert fit.value == pytest.approx(1.0, abs=0.02)
    assert fit.n == 12
    assert fit.low is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no record"),
        ("[]", "is no record"),
        ("{}", "is no record"),
        ('{"schema": 1}', "is no record"),
        ('{"schema": 99}', "has schema 99"),
    ],
)
def test_other_files_are_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(UsageError, match=message):
        load(tmp_path / "b.json")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["calibration"], [], "no positive times of the calibration"),
        (["calibration", 0], 0, "no positive times of the calibration"),
        (["calibration", 0], "fast", r"calibration\.0: Input should be a valid number"),
        (["parameters"], 3, "parameters: Input should be an object"),
        (["points", 0, "size"], None, r"points\.0\.size: Input should be a valid string"),
        (["points", 0, "awards"], 0, "without positive times, memory and awards"),
        (["points", 0, "samples", 0, "peak_mb"], "much", "peak_mb: Input should be a valid number"),
        (["points", 0, "samples", 0, "seconds"], float("nan"), "is no record"),
        (["points", 0, "quality", "match_rate", "n"], None, "n: Input should be a valid integer"),
        (["points", 0, "quality", "match_rate", "low"], 1.5, "match_rate is no rate"),
        (["points", 0, "counters", "pairs_compared"], "many", "Input should be a valid integer"),
        (["points", 0, "outcomes"], "x", "are no outcomes of awards"),
    ],
)
def test_a_damaged_record_names_the_place(
    make_record: Make, tmp_path: Path, path: list[str | int], value: object, message: str
) -> None:
    raw = make_record().to_json()
    node: Any = raw
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    (tmp_path / "b.json").write_text(json.dumps(raw))
    with pytest.raises(UsageError, match=message):
        load(tmp_path / "b.json")


def test_a_record_without_times_is_refused(make_record: Make, tmp_path: Path) -> None:
    raw = make_record().to_json()
    raw["points"][0]["samples"] = []
    (tmp_path / "b.json").write_text(json.dumps(raw))
    with pytest.raises(UsageError, match="without positive times"):
        load(tmp_path / "b.json")
    with pytest.raises(UsageError, match="is no record"):
        load(tmp_path / "absent.json")
