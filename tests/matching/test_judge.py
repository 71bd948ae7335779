"""The judge: what identifiers and absent firms add, and that it survives being kept."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matching.linked import firms, links
from tests.matching.test_learning import labelled

from proofbook.matching.judge import (
    Judge,
    absence_shift,
    from_text,
    identifier_log_odds,
    identifier_weights,
    identifiers_compared,
    log_odds,
    moved,
    to_text,
)
from proofbook.matching.learning import default_model, learn
from proofbook.matching.sides import numbers

NUMBERS = {"uei": pl.UInt64, "duns": pl.UInt64}
PROBABILITY = st.floats(0.001, 0.999)


@given(PROBABILITY, st.floats(-9, 9))
def test_log_odds_are_moved(probability: float, shift: float) -> None:
    (there,) = moved(np.array([probability]), shift)
    assert log_odds(np.array([there]))[0] == pytest.approx(
        np.log(probability / (1 - probability)) + shift, abs=1e-6
    )
    assert moved(np.array([there]), -shift)[0] == pytest.approx(probability, abs=1e-6)


def test_nothing_becomes_certain() -> None:
    ends = moved(np.array([0.0, 1.0]), 0.0)
    assert 0 < ends[0] < 1e-8
    assert 1 - 1e-8 < ends[1] < 1


@pytest.mark.parametrize(
    ("award", "recipient", "tells", "differ"),
    [
        (("U1", "D1"), ("U2", "D2"), True, True),
        (("U1", None), ("U2", None), True, True),
        (("U1", None), (None, "D2"), True, False),
        (("U1", None), (None, None), True, False),
        ((None, None), ("U2", "D2"), False, False),
        (("U1", None), ("U1", None), False, False),
        (("U1", "D1"), ("U2", "D1"), False, False),  # one is equal: that has been heard
    ],
)
def test_what_identifiers_tell_that_settle_nothing(
    award: tuple, recipient: tuple, tells: bool, differ: bool
) -> None:
    ours, theirs = (numbers(pl.Series(r, dtype=pl.String)).tolist() for r in (award, recipient))
    asks = pl.DataFrame({"uei": ours[:1], "duns": ours[1:]}, schema_overrides=NUMBERS)
    held = firms([theirs[0]], [theirs[1]], [0])
    found = identifiers_compared(asks, held)
    assert [f.tolist() for f in found] == [[tells], [differ]]


def counted(likely: int, unlikely: int) -> tuple[float, float]:
    """300 sure and 300 ruled-out candidates, of which so many have other identifiers."""
    probability = np.repeat([0.99, 0.01], 300)
    differ = np.concatenate([np.arange(300) < likely, np.arange(300) < unlikely])
    return identifier_weights(probability, np.ones(600, np.bool_), differ)


def test_identifiers_that_differ_speak_against_as_much_as_they_are_rarer_among_the_sure() -> None:
    differ, silent = counted(30, 270)
    assert differ == pytest.approx(np.log(31 / 271))
    assert silent == pytest.approx(np.log(271 / 31))


def test_they_never_speak_the_other_way() -> None:
    assert counted(270, 30) == (0.0, 0.0)


def test_few_are_not_counted_on() -> None:
    probability = np.repeat([0.99, 0.01], [199, 300])
    everything = np.ones(499, np.bool_)
    assert identifier_weights(probability, everything, everything) == (0.0, 0.0)
    many = np.repeat([0.99, 0.01], 300)
    nothing = np.zeros(600, np.bool_)
    assert identifier_weights(many, nothing, nothing) == (0.0, 0.0)


def test_what_cannot_tell_adds_nothing() -> None:
    tells, differ = np.array([True, True, False]), np.array([True, False, False])
    assert identifier_log_odds(tells, differ, (-2.0, 0.5)).tolist() == [-2.0, 0.5, 0.0]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_the_share_of_awards_with_a_recipient_is_found(share: float) -> None:
    """Where more firms are absent than was learned, all become less likely by as much."""
    random = np.random.default_rng(3)
    right = random.uniform(size=20_000) < share
    evidence = random.normal(np.where(right, 2, -2), 2)  # log-odds at a prior of one half
    shift, found = absence_shift(1 / (1 + np.exp(-evidence)), 0.5)
    assert found == pytest.approx(share, abs=0.02)
    assert shift == pytest.approx(np.log(share / (1 - share)), abs=0.1)


def test_without_awards_nothing_is_shifted() -> None:
    assert absence_shift(np.zeros(0), 0.7) == (0.0, 0.7)


def judge(source: str) -> Judge:
    made, firm, right, number = labelled()
    model = default_model() if source == "default" else learn(made, firm, right, number, seed=0)
    return Judge(model, -1.25, 0.1, 1 / 3, 0.7, 0.3)


@pytest.mark.parametrize("source", ["default", "learned"])
def test_a_judge_survives_being_kept(source: str) -> None:
    first = judge(source)
    text = to_text(first)
    assert to_text(judge(source)) == text
    json.loads(text)
    again = from_text(text)
    for name in ("differ", "silent", "shift", "accept", "review"):
        assert getattr(again, name) == getattr(first, name)
    made, firm, _, _ = labelled()
    assert np.array_equal(again.model.probability(made, firm), first.model.probability(made, firm))
    one, two = (
        m.alone.predict(m.evidence(made), pred_contrib=True) for m in (first.model, again.model)
    )
    assert np.array_equal(one, two)
    assert again.model.source == source


def test_another_default_model_is_noticed() -> None:
    record = json.loads(to_text(judge("default")))
    record["digest"] = "0" * 16
    with pytest.raises(ValueError, match="another version"):
        from_text(json.dumps(record))


def test_no_links_need_no_model() -> None:
    nothing = links([], [])
    assert len(default_model().probability(nothing, np.zeros(0, np.int64))) == 0
