"""Verdicts: speed and quality in one, and what cannot be compared is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.bench.conftest import outcome

from proofbook.bench import words
from proofbook.bench.judge import Verdict, judge, unlawful
from proofbook.bench.record import BenchRecord

Make = Callable[..., BenchRecord]


def found(verdict: Verdict, aspect: str) -> str:
    return next(f.state for f in verdict.findings if f.aspect == aspect)


@pytest.mark.parametrize(
    ("change", "aspect", "state"),
    [
        ({}, "time", "pass"),
        ({"seconds": 1.16}, "time", "warn"),
        ({"seconds": 1.4}, "time", "fail"),
        ({"seconds": 0.5}, "time", "pass"),
        ({"peak": 400.0}, "peak memory", "warn"),
        ({"peak": 450.0}, "peak memory", "fail"),
        ({"outcomes": outcome(100)}, "match rate of all awards", "fail"),
        ({"outcomes": outcome(20)}, "match rate of awards without an identifier", "fail"),
        ({"outcomes": outcome(10)}, "match rate of all awards", "warn"),
        ({"seconds": 0.5, "outcomes": outcome(10)}, "match rate of all awards", "fail"),
        ({"counters": {"pairs_compared": 1100}}, "pairs_compared", "warn"),
        ({"counters": {"pairs_compared": 1300}}, "pairs_compared", "fail"),
        ({"counters": {"pairs_compared": 900}}, "pairs_compared", "pass"),
        ({"counters": {"bytes_read": 1_060_000}}, "time", "pass"),
        ({"counters": {"bytes_read": 1_070_000}}, "bytes_read", "warn"),
        ({"counters": {"bytes_read": 2_000_000}}, "bytes_read", "fail"),
        ({"breaches": 2}, "conservation", "fail"),
        ({"data": "xyz"}, "everything", "no_baseline"),
        ({"machine_class": "linux-64c"}, "time and memory", "no_baseline"),
        ({"parameters": {"candidates": 9}}, "time and memory", "no_baseline"),
        ({"calibration_version": 0}, "time and memory", "no_baseline"),
    ],
)
def test_one_change_at_a_time(
    make_record: Make, change: dict[str, Any], aspect: str, state: str
) -> None:
    verdict = judge(make_record(), make_record(**change))
    assert found(verdict, aspect) == state
    assert verdict.state == state
    assert verdict.exit_code == (state == "fail")


def test_faster_because_it_matched_less_says_so(make_record: Make) -> None:
    verdict = judge(make_record(), make_record(seconds=0.5, outcomes=outcome(10)))
    assert "faster, but it matched less" in verdict.sentence


@pytest.mark.parametrize("whose", ["theirs:f", "the baseline, theirs:f"])
def test_a_law_that_either_side_breaks_is_named(make_record: Make, whose: str) -> None:
    sound, broken = make_record(), make_record(breaches=2, enricher="theirs:f")
    for point in broken.points:
        point.broken.append("award lost: 2 rows, such as award_row 7")
    sides = (broken, sound) if whose.startswith("the baseline") else (sound, broken)
    verdict = judge(*sides)
    assert (verdict.state, verdict.exit_code) == ("fail", 1)
    assert verdict.sentence.startswith(f"A law is broken. 500x2000: {whose} breaks conservation")
    assert "in 2 rows: award lost: 2 rows, such as award_row 7" in verdict.sentence
    assert unlawful(sound) is None


def test_what_differs_is_named(make_record: Make) -> None:
    verdict = judge(make_record(), make_record(machine_class="x", parameters={"candidates": 9}))
    assert verdict.sentence.startswith("No comparable baseline.")
    assert "measured on linux-2c, this is x" in verdict.sentence
    assert "parameters differ: candidates was 5, is 9" in verdict.sentence
    assert found(verdict, "match rate of all awards") == "pass"


def test_a_size_the_baseline_lacks(make_record: Make) -> None:
    before = make_record()
    before = replace(before, points=before.points[:1])
    verdict = judge(before, make_record())
    assert "the baseline has no size 1000x4000 (it has 500x2000)" in verdict.sentence
    assert judge(before, replace(before, points=[])).state == "no_baseline"


def test_the_calibration_takes_out_the_mood_of_the_machine(make_record: Make) -> None:
    slower = make_record(seconds=1.5, calibration=[0.015])
    assert judge(make_record(), slower).state == "pass"
    assert judge(make_record(), replace(slower, calibration=[0.01])).state == "fail"


def test_waiting_for_a_core_is_no_regression(make_record: Make) -> None:
    """Half as slow again: of it nothing, or all, was waiting."""
    slower = make_record(seconds=1.5)
    waiting = [
        replace(p, samples=[replace(s, waited=s.seconds / 3) for s in p.samples])
        for p in slower.points
    ]
    assert judge(make_record(), slower).state == "fail"
    assert judge(make_record(), replace(slower, points=waiting)).state == "unresolved"


def test_changed_awards_are_named_even_where_all_passed(make_record: Make) -> None:
    before, now = make_record(), outcome()
    now.recipients[3] = "ffffffff"
    text = words.report(before, judge(before, make_record(outcomes=now)))
    assert "pass        1000x4000: match rate of all awards: 800 to 800 of 1000" in text
    assert "changed: award rows 3\n" in text
    assert "awards with UEI" not in text
    assert "award rows" not in words.report(before, judge(before, before))


def test_without_outcomes_rates_are_compared_by_their_intervals(make_record: Make) -> None:
    before, now = make_record(), make_record(outcomes=outcome(200, group="all"))
    bare = [
        replace(record, points=[replace(p, outcomes="") for p in record.points])
        for record in (before, now)
    ]
    assert found(judge(*bare), "match rate") == "fail"
    assert found(judge(bare[0], bare[0]), "match rate") == "pass"


def test_the_report_tells_what_did_not_pass(make_record: Make) -> None:
    now = make_record(seconds=1.4)
    text = words.report(now, judge(make_record(), now))
    assert "1000x4000" in text
    assert "80.0%" in text
    assert "time grows with awards to the power 1.00" in text
    assert "fail        1000x4000: time" in text
    assert text.endswith(judge(make_record(), now).sentence)
