"""Confirmation: only a doubt is measured again, and the milder of two measurements counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.quality.test_regression import SIZE, baseline, by_name, run

from proofbook.params import Settings
from proofbook.quality import confirmation
from proofbook.quality.regression import changes

FILES = (Path("a"), Path("r"))


@pytest.mark.parametrize(
    ("now", "again", "time", "memory", "measured"),
    [
        ({}, {}, 0, 0, 0),
        ({"seconds": 15.0}, {}, -25, 0, 0),  # faster needs no confirmation
        ({"seconds": 30.0}, {"seconds": 29.0}, 45, 0, 1),
        ({"seconds": 30.0}, {"seconds": 20.2}, 1, 0, 1),
        ({"seconds": 30.0}, {"seconds": 50.0}, 50, 0, 1),
        ({"seconds": 21.0, "spread": 0.2}, {"seconds": 20.2}, 1, 0, 1),  # up to +57 %
        ({"memory": 1600.0}, {"memory": 1550.0}, 0, 55, 1),
    ],
)
def test_a_doubt_is_measured_again(monkeypatch, now, again, time, memory, measured):
    calls = []

    def measure(size, files, settings):
        calls.append(files)
        return run(**again)

    monkeypatch.setattr(confirmation, "_measure", measure)
    first = changes(baseline(run()), run(**now), SIZE)
    found = confirmation.confirmed(first, baseline(run()), SIZE, FILES, Settings())
    told = by_name(found)
    assert told["time_change_pct"].value == pytest.approx(time, abs=0.5)
    assert told["memory_change_pct"].value == pytest.approx(memory, abs=0.5)
    assert told["match_rate_drop_pp"] == by_name(first)["match_rate_drop_pp"]
    assert calls == [FILES] * measured
    assert ("measured twice" in confirmation.note(found)) == bool(measured)


def test_without_a_baseline_nothing_is_measured():
    found = changes(None, run(), SIZE)
    assert confirmation.confirmed(found, None, SIZE, FILES, Settings()) == found
    assert confirmation.note(found) == "Nothing had to be measured again."


def test_a_gate_that_is_off_needs_no_confirmation():
    first = changes(baseline(run()), run(seconds=30.0), SIZE)
    assert confirmation.in_doubt(first, Settings())
    gates = Settings().gates
    off = gates["time_change_pct"].model_copy(update={"warn": None, "fail": None})
    settings = Settings().model_copy(update={"gates": {**gates, "time_change_pct": off}})
    assert not confirmation.in_doubt(first, settings)


def test_the_second_measurement_is_of_the_files(tmp_path):
    from proofbook.suite.inputs import cached_world

    world = cached_world(60, 300, 7)
    slow = baseline([replace(m, value=m.value / 1e6) if m.name == "seconds" else m for m in run()])
    first = changes(slow, run(), SIZE)
    found = confirmation.confirmed(first, slow, SIZE, (world.awards, world.recipients), Settings())
    time = by_name(found)["time_change_pct"]
    assert time.note.startswith("measured twice: ")
    assert time.value <= by_name(first)["time_change_pct"].value  # the milder of both
