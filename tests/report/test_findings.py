"""Findings say what the numbers say, in whole sentences, with data made harmless."""

from __future__ import annotations

import pandas as pd
import pytest

from proofbook.matching.schema import METHODS
from proofbook.measure.statistics import Exponent, Interval, wilson
from proofbook.report import findings
from proofbook.suite.baselines import Baseline, Circumstances

EVIL = "<script>*a*</script> [x](javascript:1) `b`"


def rates(*rows):
    frame = pd.DataFrame(rows, columns=["label", "n", "accepted"])
    return frame.assign(rate=frame["accepted"] / frame["n"])


def test_data_cannot_become_markup():
    text = findings.data(EVIL)
    assert "<" not in text
    for mark in "*[]()`":
        assert f"\\{mark}" in text
        assert not text.replace(f"\\{mark}", "").count(mark)


def test_a_rate_says_its_interval_or_that_there_is_none():
    assert findings.rate(wilson(64, 100)) == "64.0 % (95 % interval 54.2 to 72.7 %)"
    assert findings.rate(wilson(64, 100), interval_too=False) == "64.0 %"
    assert findings.rate(wilson(0, 0)) == "no rate (0 of 0)"


def test_the_most_frequent_rule_of_each_severity_is_named():
    issues = pd.DataFrame(
        [
            ("error", 3, 0.03, "A is blank"),
            ("error", 5, 0.05, "B is blank"),
            ("warning", 0, 0, "C"),
        ],
        columns=["severity", "count", "rate", "description"],
    )
    assert findings.broken_rules(issues) == (
        "2 of 3 rules are broken. The most frequent error is *B is blank*: 5 awards, 5.0 %. "
        "No warning occurs."
    )
    assert findings.broken_rules(issues.assign(count=0)) == "No award breaks any of the 3 rules."


def test_groups_differ_only_when_chance_does_not_explain_it():
    apart = findings.groups(rates(("A", 200, 180), ("B", 200, 100), ("tiny", 2, 0)), "phase")
    assert apart == (
        "Highest: A with 90.0 %; lowest: B with 50.0 %. The groups differ by more than chance "
        "(p < 0.001)."
    )
    alike = findings.groups(rates(("A", 40, 30), ("B", 40, 29)), "phase")
    assert "Chance alone may explain the differences (p = 0.79)" in alike
    assert "too few to compare" in findings.groups(rates(("A", 40, 30), ("B", 3, 1)), "phase")


def test_methods_add_up_by_kind_of_evidence():
    frame = pd.DataFrame({"method": METHODS, "share": [0.4, 0.1, 0.2, 0.05, 0.1, 0.15]})
    text = findings.methods(frame, wilson(75, 100))
    assert text.startswith("75.0 % (95 % interval")
    assert "50.0 % by an identifier and 25.0 % by name and place. 10.0 % wait for review" in text


def test_the_model_says_whence_it_is():
    learned = {"source": "learned", "queries": 2126, "threshold": 0.61}
    assert "learned here, from 2,126 awards" in findings.model(learned, 5000)
    assert "the one that is shipped" in findings.model({"source": "default", "threshold": 0.6}, 1)


def test_the_slowest_and_the_largest_stage_are_named():
    frame = pd.DataFrame({"stage": ["a", "b"], "seconds": [1.0, 3.0], "own_mb": [50.0, 9.0]})
    assert findings.stages(frame) == (
        "*b* takes longest, 3 s (75.0 % of the time); *a* needs the most memory of its own, 50 MB."
    )


@pytest.mark.parametrize(("count", "word"), [(0, "holds"), (1234, "1,234 breaches")])
def test_a_law_holds_or_counts_its_breaches(count, word):
    assert findings.breaches("Conservation", count) == f"Conservation: **{word}**."


def test_the_estimate_meets_or_misses_its_bound():
    whole = Interval(0.99, 0.96, 0.999, 166)
    assert "meets the bound of 95.0 %" in findings.estimate(whole, whole, 0.95)
    assert "misses the bound of 97.0 %" in findings.estimate(whole, whole, 0.97)
    assert "bound" not in findings.estimate(whole, whole, None)
    assert findings.estimate(wilson(0, 0), wilson(0, 0), 0.95).startswith("Nothing was accepted")


def test_tiers_put_the_interval_beside_the_rate():
    frame = pd.DataFrame(
        [("uei-exact", 10, 5, 1, 2, 0.8, 0.5, 0.9, None, None, None, None)],
        columns=["tier", "n", "tp", "fp", "fn", "precision", "precision_low", "precision_high",
                 "recall", "recall_low", "recall_high", "f1"],
    )  # fmt: skip
    (row,) = findings.tiers(frame).to_dict("records")
    assert row["precision"] == "80.0 % (50.0 to 90.0 %)"
    assert (row["right"], row["wrong"], row["missed"]) == (5, 1, 2)
    assert row["recall"] == "–"


def test_the_threshold_in_use_is_found_on_the_curve():
    curve = pd.DataFrame({"threshold": [0.4, 0.7], "precision": [0.9, 0.98], "recall": [0.95, 0.8]})
    assert "precision is 98.0 % and recall 80.0 %" in findings.threshold(curve, 0.6)
    assert findings.threshold(curve, 0.9).startswith("No pair of known truth")


def test_awards_near_the_threshold_are_counted():
    bins = pd.DataFrame({"low": [0.5, 0.9], "high": [0.6, 1.0], "n": [4, 96]})
    assert findings.near(bins, 0.6).startswith("4 of 100 awards")
    assert findings.near(bins.head(0), 0.6) == "Nothing was decided by name."


def test_a_baseline_says_who_and_when_and_what_is_not_compared():
    about = Circumstances("m", [], {}, {})
    found = Baseline("main", "r1", "2026-11-02", "Ann", None, about, [], [], ["other machine"])
    text = findings.baseline(found)
    assert "reviewed by Ann" in text
    assert "Time and memory are not compared: other machine." in text
    assert "Quality" not in text
    assert "proofbook baseline promote" in findings.baseline(None)


def test_compared_metrics_are_counted_by_state():
    frame = pd.DataFrame({"state": ["better", "worse", "worse"]})
    assert findings.compared(frame) == "Of 3 metrics: 1 better, 2 worse, 0 same."
    assert findings.compared(frame.head(0)).startswith("Nothing can be compared")


def test_growth_has_an_interval_from_three_sizes_on():
    assert findings.growth(None, 0.5).startswith("How time grows is not said")
    assert "Two sizes give no interval" in findings.growth(Exponent(1.2, None, None, 1.0, 2), 0.5)
    assert "(95 % interval 0.9 to 1.5)" in findings.growth(Exponent(1.2, 0.9, 1.5, 1.0, 3), 0.5)


@pytest.mark.parametrize(
    ("failures", "warnings", "words"),
    [(2, 1, "**Not ready.** 2 items block"), (0, 3, "**Ready, with 3 items"), (0, 0, "**Ready.**")],
)
def test_readiness_concludes(failures, warnings, words):
    assert findings.ready(failures, warnings).startswith(words)


def test_the_rest_is_said_in_numbers():
    complete = pd.DataFrame({"column": ["a", "b", "c"], "rate": [1.0, 0.5, 0.0]})
    assert "1 of 3 columns are complete, 1 are empty" in findings.completeness(complete)
    assert "*b* is the least complete, with 50.0 %" in findings.completeness(complete)
    assert findings.completeness(complete.head(1)) == "1 of 1 columns are complete, 0 are empty."
    found = pd.DataFrame({"identifier": ["UEI", "DUNS"], "n": [10, 0], "rate": [0.5, None]})
    assert "50.0 % of the 10 valid UEI of awards are on a recipient." in findings.identifiers(
        found, 0.2, 3
    )
    frame = pd.DataFrame({"defect": ["x"], "count": [9], "meaning": ["dates in words"]})
    assert "9 defects of 1 kinds" in findings.defects(frame)
    assert "Nothing in the file" in findings.defects(frame.head(0))
    names = pd.DataFrame(
        [("rows", 10, 20), ("distinct names", 4, 18)], columns=["statistic", "awards", "recipients"]
    )
    assert "10 awards hold 4 names, 2.5 awards to a name" in findings.names(names)
    assert "Over 12 decisions the probability is 2.1 points" in findings.calibration(0.021, 12)
    assert findings.calibration(None, 0) == "No pair could be held against truth."
    items = pd.DataFrame({"state": ["pass", "pass", "warn"]})
    assert findings.open_items(items) == "Of 3 items: 2 pass, 1 warn."
    right = findings.accuracy(wilson(9, 10), wilson(8, 10), wilson(1, 10))
    assert right.count("95 % interval") == 3
