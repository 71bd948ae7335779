"""The evidence model: calibrated, monotone, and of no order but that of content."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matching.linked import links

from proofbook.matching import learning
from proofbook.matching.evidence import FEATURES
from proofbook.matching.hashing import mix
from proofbook.matching.learning import (
    RECORD_ERROR,
    Model,
    best_of_query,
    calibrated,
    default_model,
    learn,
    logistic,
)
from proofbook.matching.links import RIVALRY, Links, rivalry

QUERIES = 500


def labelled() -> tuple[Links, np.ndarray, np.ndarray, np.ndarray]:
    """Queries with three candidates each, of which the likeliest is mostly the right one."""
    random = np.random.default_rng(1)
    query = np.repeat(np.arange(QUERIES), 3)
    letters = random.uniform(0.3, 1, len(query))
    made = links(
        query.tolist(),
        list(range(len(query))),
        features={"letters": letters, "state": random.integers(0, 2, len(query))},
    )
    best = best_of_query(made, letters)
    right = np.zeros(len(query), np.bool_)
    right[best] = random.uniform(0.2, 1, QUERIES) < letters[best]
    return made, np.arange(len(query)), right, mix(made.query.astype(np.uint64))


@pytest.fixture(scope="module")
def learned() -> Model:
    made, firm, right, number = labelled()
    return learn(made, firm, right, number, seed=0)


def test_what_is_learned_tells_right_from_wrong(learned: Model) -> None:
    made, firm, right, _ = labelled()
    probability = learned.probability(made, firm)
    assert probability.shape == (3 * QUERIES,)
    assert probability.min() > 0
    assert probability.max() < 1
    assert probability[right].mean() > 0.5
    assert probability[~right].mean() < 0.2
    assert learned.source == "learned"
    assert learned.queries == QUERIES
    assert learned.prior == pytest.approx(right[best_of_query(made, probability)].mean(), abs=0.05)


def test_it_is_the_same_every_time(learned: Model) -> None:
    made, firm, right, number = labelled()
    again = learn(made, firm, right, number, seed=0)
    assert again.alone.model_to_string() == learned.alone.model_to_string()
    assert again.together.model_to_string() == learned.together.model_to_string()
    assert np.array_equal(again.curve, learned.curve)


def test_better_evidence_never_makes_a_pair_less_likely(learned: Model) -> None:
    letters = np.linspace(0.2, 1, 200)
    for model in (learned, default_model()):
        made = links(list(range(200)), [0] * 200, features={"letters": letters, "state": 1})
        assert (np.diff(model.probability(made, np.zeros(200, np.int64))) >= 0).all()


def test_all_right_is_no_reason_to_be_sure() -> None:
    """Without a wrong answer among the held-back ones there is no division by zero."""
    made, firm, right, number = labelled()
    made, firm, number = made.take(right), firm[right], number[right]
    right = np.ones(len(made), np.bool_)
    model = learn(made, firm, right, number, seed=0)
    assert 0.9 < model.prior < 1
    assert model.probability(made, firm).max() < 1
    assert 0 < model.threshold(0.98, 0.5) <= 1


# --- calibration ----------------------------------------------------------------------------------

RISING = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), min_size=1, max_size=8).map(
    lambda steps: (
        np.cumsum([s[0] / 10 for s in steps]) - 10,
        np.cumsum([s[1] / 10 for s in steps]) - 10,
    )
)


@given(RISING, st.lists(st.floats(-30, 30), min_size=2, max_size=20).map(sorted))
def test_calibration_keeps_the_order(knots: tuple, raw: list[float]) -> None:
    probability = calibrated(np.array(raw), knots)
    assert (np.diff(probability) >= 0).all()
    assert ((probability >= 0) & (probability <= 1)).all()


@given(RISING)
def test_calibration_goes_through_its_knots_and_on_in_parallel(knots: tuple) -> None:
    x, y = knots
    assert calibrated(x, knots) == pytest.approx(logistic(y))
    ends = calibrated(np.array([x[0] - 2, x[-1] + 2]), knots)
    assert ends == pytest.approx(logistic(np.array([y[0] - 2, y[-1] + 2])))


@given(st.lists(st.tuples(st.floats(-8, 8), st.booleans()), min_size=60, max_size=400))
def test_fitted_knots_rise_and_are_never_certain(rows: list[tuple[float, bool]]) -> None:
    raw, right = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    x, y = learning._calibrate(raw, right)
    assert (np.diff(x) >= 0).all()
    assert (np.diff(y) >= 0).all()
    assert np.isfinite(y).all()
    assert logistic(y).max() <= 1 - RECORD_ERROR + 1e-12


def test_calibration_finds_the_true_odds() -> None:
    random = np.random.default_rng(4)
    raw = random.normal(0, 2, 40_000)
    right = random.uniform(size=len(raw)) < logistic(raw / 2)  # twice too sure
    at = np.linspace(-3, 3, 13)
    assert calibrated(at, learning._calibrate(raw, right)) == pytest.approx(
        logistic(at / 2), abs=0.05
    )


# --- the threshold --------------------------------------------------------------------------------

CURVE = st.lists(st.tuples(st.integers(1, 99), st.booleans()), min_size=1, max_size=60)


def with_curve(rows: list[tuple[int, bool]], prior: float = 0.5) -> Model:
    probability = np.array([r[0] / 100 for r in rows])
    curve = learning._held_curve(probability, np.array([r[1] for r in rows]))
    return Model(None, None, None, curve, source="learned", queries=len(rows), prior=prior)


@given(CURVE, st.sampled_from([0.5, 0.8, 0.9, 0.98]))
def test_the_threshold_is_the_lowest_that_reaches_the_target(
    rows: list[tuple[int, bool]], target: float
) -> None:
    found = with_curve(rows).threshold(target, 0.5)
    reached = [
        at
        for at in sorted({r[0] for r in rows})
        if np.mean([right for p, right in [*rows, (100, False)] if p >= at]) >= target
    ]
    assert found == (max(reached[0] / 100, 0.05) if reached else 1.0)


def test_more_absent_firms_raise_the_threshold() -> None:
    rows = [(99 - i // 2, i % 9 != 0 or i < 40) for i in range(150)]
    model = with_curve(rows)
    found = [model.threshold(0.95, share) for share in (0.9, 0.5, 0.2)]
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_a_target_out_of_reach_accepts_nothing() -> None:
    assert with_curve([(90, False), (80, True)]).threshold(0.9, 0.5) == 1.0


# --- the shipped model ----------------------------------------------------------------------------


def test_the_default_model_loads_and_fits_the_evidence() -> None:
    model = default_model()
    assert model.source == "default"
    known = list(FEATURES)[:-1]
    assert [n.replace("_", " ") for n in model.alone.feature_name()] == known
    assert [n.replace("_", " ") for n in model.together.feature_name()] == [*known, *RIVALRY]
    assert 0 < model.prior < 1
    assert 0.05 <= model.threshold(0.98, model.prior) < 1
    assert (np.diff(model.knots[0]) > 0).all()


def test_the_default_model_knows_the_plain_cases() -> None:
    same = {"name equal": 3, "explained of award": 1, "explained of recipient": 1, "letters": 1,
            "unexplained in award": 0, "unexplained in recipient": 0, "shared rarity": 1.5,
            "beginning": 1, "first word": 1, "contained": 0, "initials": 0, "numbers": 1,
            "words apart": 0, "state": 1, "city": 1, "ZIP": 1, "designator": 1,
            "same name elsewhere": np.log1p(1), "other name": 0}  # fmt: skip
    other = {**same, "name equal": 0, "explained of award": 0.1, "explained of recipient": 0.1,
             "unexplained in award": 0.9, "unexplained in recipient": 0.9, "letters": 0.3,
             "shared rarity": 0.1, "beginning": 0.4, "first word": 0, "words apart": 3,
             "state": 0, "city": 0, "ZIP": 0}  # fmt: skip
    features = {name: [same[name], other[name]] for name in same}
    made = links([0, 1], [0, 1], features=features)
    likely, unlikely = default_model().probability(made, np.array([0, 1]))
    assert likely > 0.95
    assert unlikely < 0.05


def test_a_model_survives_being_saved(
    learned: Model, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    learning.save(learned, tmp_path / "models")
    monkeypatch.setattr(learning.resources, "files", lambda _: tmp_path)
    made, firm, _, _ = labelled()
    again = default_model()
    assert again.probability(made, firm) == pytest.approx(learned.probability(made, firm), abs=1e-5)
    assert again.threshold(0.9, 0.5) == pytest.approx(learned.threshold(0.9, 0.5), abs=1e-5)


def test_the_best_of_a_query_is_told_by_content_where_it_is_tied() -> None:
    made = links([0, 0, 1, 1], [0, 1, 2, 3], identity=[5, 4, 1, 2])
    assert best_of_query(made, np.array([1.0, 1.0, 0.0, 2.0])).tolist() == [1, 3]


def test_the_strength_is_what_rivalry_compares(learned: Model) -> None:
    made, firm, _, _ = labelled()
    strength = learned.strength(made)
    assert rivalry(made, firm, strength)[:, 0] == pytest.approx(strength, rel=1e-6)
