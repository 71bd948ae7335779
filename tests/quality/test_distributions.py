"""Histograms count awards decided by name; reliability and the threshold curve read truth."""

from __future__ import annotations

import numpy as np
import pytest

from proofbook.measure.statistics import wilson
from proofbook.quality.distributions import (
    MOST_THRESHOLDS,
    decisions,
    precision_recall,
    probabilities,
    reliability,
    scores,
)

RATES = ["threshold", "precision", "recall"]


def fuzzy(p, company, recipient="a", **more):
    return ("name-fuzzy-auto", recipient, {"match_probability": p, "Company": company, **more})


def review(p, company, recipient="a"):
    return ("name-fuzzy-candidate", {"candidates": [(recipient, p)], "Company": company,
                                     "match_probability": p, "match_score": 80.0})  # fmt: skip


def test_histograms_count_every_award_decided_by_name_once(enriched):
    table = enriched(
        "uei-exact", fuzzy(0.97, "A"), fuzzy(1.0, "B"), "name-exact", review(0.5, "C"), "unmatched"
    )
    for frame in (scores(table), probabilities(table)):
        assert list(frame.columns) == ["low", "high", "n", "method"]
        assert frame.groupby("method")["n"].sum().to_dict() == {
            "name-exact": 1, "name-fuzzy-auto": 2, "name-fuzzy-candidate": 1,
        }  # fmt: skip
    top = probabilities(table).query("method == 'name-fuzzy-auto'")
    assert top["low"].to_list() == pytest.approx([0.95, 0.975])


def test_nothing_decided_by_name_is_an_empty_histogram(enriched):
    assert scores(enriched("uei-exact", "unmatched")).empty


def test_awards_of_one_name_and_place_are_one_decision(enriched, truth):
    table = enriched(
        fuzzy(0.9, "A"),
        fuzzy(0.9, "A"),
        fuzzy(0.9, "A", City="Salem"),
        review(0.4, "B"),
        "uei-exact",
    )
    found = decisions(table, truth((0, "a"), (1, "x"), (2, "a"), (3, "x"), (4, "r4")))
    assert found.select("probability", "right", "awards").rows() == [
        (0.4, 0.0, 1),
        (0.9, 0.5, 2),
        (0.9, 1.0, 1),
    ]


def test_probabilities_that_mean_what_they_say_have_a_small_error(enriched, truth):
    random = np.random.default_rng(5)
    p = random.uniform(0.02, 0.98, 3000)
    hit = random.random(3000) < p
    rows = [fuzzy(float(x), f"F{i}") for i, x in enumerate(p)]
    honest = reliability(
        enriched(*rows), truth(*((i, "a" if h else None) for i, h in enumerate(hit)))
    )
    assert honest.n == 3000
    assert len(honest.bins) == 10
    assert honest.error < 0.03
    assert (
        (honest.bins["low"] <= honest.bins["observed"])
        & (honest.bins["observed"] <= honest.bins["high"])
    ).all()
    boastful = reliability(enriched(*rows), truth(*((i, None) for i in range(3000))))
    assert boastful.error == pytest.approx(p.mean(), abs=1e-9)


def test_no_known_pair_no_reliability(enriched, truth):
    found = reliability(enriched("unmatched"), truth((0, "a")))
    assert (found.error, found.n, len(found.bins)) == (None, 0, 0)
    assert precision_recall(enriched("unmatched"), truth((0, "a"))).empty


def test_the_curve_is_what_each_threshold_would_have_given(enriched, truth):
    table = enriched(
        fuzzy(0.9, "A"),
        fuzzy(0.8, "B"),
        review(0.6, "C"),
        review(0.4, "D"),
        "unmatched",
        "duns-exact",
    )
    known = truth((0, "a"), (1, "x"), (2, "a"), (3, None), (4, "a"), (5, "r5"))
    curve = precision_recall(table, known)
    rows = {round(t, 2): (p, r) for t, p, r in curve[RATES].itertuples(index=False)}
    assert rows == {
        0.9: (1, pytest.approx(1 / 4)),
        0.8: (0.5, pytest.approx(1 / 4)),
        0.6: (pytest.approx(2 / 3), 0.5),
        0.4: (0.5, 0.5),
    }
    assert curve["threshold"].is_monotonic_increasing
    assert curve["accepted"].to_list() == [4, 3, 2, 1]
    assert set(curve["known"]) == {4}
    for rate, of in (("precision", curve["accepted"]), ("recall", curve["known"])):
        ends = [wilson(round(k), n) for k, n in zip(curve[rate] * of, of, strict=True)]
        assert curve[f"{rate}_low"].to_list() == [i.low for i in ends]
        assert curve[f"{rate}_high"].to_list() == [i.high for i in ends]


def test_what_a_rival_holds_back_is_accepted_at_no_threshold(enriched, truth):
    row = review(0.99, "A")
    row[-1]["match_flags"] = ["ambiguous"]
    table, known = enriched(row, fuzzy(0.8, "B")), truth((0, "a"), (1, "a"))
    assert precision_recall(table, known)[RATES].values.tolist() == [[0.8, 1.0, 0.5]]
    assert reliability(table, known).n == 2


def test_the_curve_is_short(enriched, truth):
    rows = [fuzzy(i / 1000, f"F{i}") for i in range(500)]
    curve = precision_recall(enriched(*rows), truth(*((i, "a") for i in range(500))))
    assert len(curve) == MOST_THRESHOLDS
    assert curve["recall"].iloc[[0, -1]].to_list() == pytest.approx([1.0, 1 / 500])
