"""The evidence model: learned from awards whose identifiers already tell the recipient.

Two gradient-boosted models stand behind a probability. The first weighs the evidence of a pair by
itself; the second adds how far its rivals of other firms are behind. Both are bound to the
direction in which each piece of evidence can only help. Predictions for queries that were held
back give the calibration and the threshold of acceptance.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from proofbook.matching.evidence import FEATURES
from proofbook.matching.links import RIVALRY, Links, rivalry

FOLDS = 4
#: Fewer labelled queries than this say too little about rare kinds of evidence: among some
#: hundreds, the few firms that have namesakes decide how far a name alone is believed.
ENOUGH = 600
#: Even perfect evidence joins two firms this often: registers hold errors of their own.
RECORD_ERROR = 0.001
_NAMES = [*FEATURES, *RIVALRY]
_ROUNDS = 120
_CURVE = 400  # points kept of the held-back predictions
# One thread of LightGBM's own: idle OpenMP threads that spin beside another busy process can make a
# second of fitting last a minute. Folds have threads of ours.
_THREADS = 1
_CORES = os.cpu_count() or 1
_FITTING: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 15,
    "min_data_in_leaf": 30,
    "lambda_l2": 1.0,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": _THREADS,
    "verbosity": -1,
}


@dataclass(frozen=True)
class Model:
    """A fitted evidence model: both boosters, the calibration, and what was held back."""

    alone: lgb.Booster
    together: lgb.Booster
    knots: tuple[NDArray[np.float64], NDArray[np.float64]]  # raw and calibrated log-odds
    curve: NDArray[np.float64]  # held-back predictions: probability, right and wrong from there up
    source: str  # "learned" or "default"
    queries: int  # labelled queries it was learned from
    prior: float  # share of them whose best candidate is right

    def evidence(self, links: Links) -> NDArray[np.float32]:
        """The features of links that the model was learned with, the first ones."""
        return links.features[:, : self.alone.num_feature()]

    def strength(self, links: Links) -> NDArray[np.float64]:
        """Log-odds of each pair by itself."""
        return _log_odds(self.alone, self.evidence(links))

    def probability(self, links: Links, firm: NDArray[np.int64]) -> NDArray[np.float64]:
        """Calibrated probability that each link joins one and the same firm."""
        features = np.hstack([self.evidence(links), rivalry(links, firm, self.strength(links))])
        return calibrated(_log_odds(self.together, features), self.knots)

    def threshold(self, target: float, share: float) -> float:
        """The least probability from which up held-back predictions reach the target precision.

        ``share`` is the share of awards whose best candidate is right; the held-back predictions,
        among which it was ``prior``, are weighted accordingly. They err on the safe side: some that
        count as wrong are the right firm, listed again under another identifier, and one more
        wrong one is taken for granted, so that a handful of right ones proves nothing.
        """
        right = self.curve[:, 1] * share / self.prior
        wrong = self.curve[:, 2] * (1 - share) / (1 - self.prior)
        precise = np.flatnonzero(right / (right + wrong + 1) >= target)
        return float(np.clip(self.curve[precise[-1], 0], 0.05, 0.999)) if len(precise) else 1.0


def logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)), without overflow."""
    out: NDArray[np.float64] = 0.5 * (1 + np.tanh(0.5 * x))
    return out


def learn(
    links: Links,
    firm: NDArray[np.int64],
    right: NDArray[np.bool_],
    number: NDArray[np.uint64],
    *,
    seed: int,
) -> Model:
    """The model of labelled links.

    ``right`` tells whether a link joins the firm that the query's identifier names, ``number`` is
    a number from each link's query (its content), by which folds are drawn. Links must be in an
    order given by content, so that the fitted trees do not depend on the order of the input.
    """
    fold = (number % np.uint64(FOLDS)).astype(np.int64)
    settings = {**_FITTING, "seed": seed}
    label = right.astype(np.float64)
    strength = _held_back(links.features, label, fold, settings, list(FEATURES.values()))
    features = np.hstack([links.features, rivalry(links, firm, strength)])
    directions = [*FEATURES.values(), *RIVALRY.values()]
    raw = _held_back(features, label, fold, settings, directions)
    best = best_of_query(links, raw)
    knots = _calibrate(raw[best], right[best])
    held = calibrated(raw[best], knots)
    with ThreadPoolExecutor(_CORES) as pool:
        first = pool.submit(
            _fit, links.features, label, settings, list(FEATURES.values()), list(FEATURES)
        )
        together = _fit(features, label, settings, directions, _NAMES)
        alone = first.result()
    return Model(
        alone=alone,
        together=together,
        knots=knots,
        curve=_held_curve(held, right[best]),
        source="learned",
        queries=len(best),
        prior=_share(right[best]),
    )


def _share(right: NDArray[np.bool_]) -> float:
    """The share that is right, neither all nor none."""
    return float((right.sum() + 0.5) / (len(right) + 1))


def best_of_query(links: Links, value: NDArray[np.float64]) -> NDArray[np.int64]:
    """Row of the best link of every query; ties by the recipient's content."""
    order = np.lexsort((links.identity, -value, links.query))
    out: NDArray[np.int64] = order[np.diff(links.query[order], prepend=-1) != 0]
    return out


def _held_curve(probability: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Held-back predictions from the most probable down: probability, right and wrong so far."""
    order = np.argsort(-probability, kind="stable")
    curve = np.stack(
        [probability[order], np.cumsum(right[order]), np.cumsum(~right[order])], axis=1
    )
    last = np.append(np.diff(curve[:, 0]) != 0, True)
    curve = curve[last]
    kept: NDArray[np.float64] = curve[
        np.unique(np.linspace(0, len(curve) - 1, _CURVE).round().astype(int))
    ]
    return kept


def _fit(
    features: NDArray[np.generic],
    label: NDArray[np.float64],
    settings: dict[str, Any],
    directions: list[int],
    names: list[str],
) -> lgb.Booster:
    data = lgb.Dataset(features, label, feature_name=[n.replace(" ", "_") for n in names])
    return lgb.train({**settings, "monotone_constraints": directions}, data, _ROUNDS)


def _log_odds(booster: lgb.Booster, features: NDArray[np.generic]) -> NDArray[np.float64]:
    values = booster.predict(features, raw_score=True, num_threads=_THREADS)
    return np.asarray(values, np.float64)


def _held_back(
    features: NDArray[np.generic],
    label: NDArray[np.float64],
    fold: NDArray[np.int64],
    settings: dict[str, Any],
    directions: list[int],
) -> NDArray[np.float64]:
    """Log-odds of every row from a model that did not see its fold."""
    names = [str(i) for i in range(features.shape[1])]

    def of_fold(k: int) -> NDArray[np.float64]:
        mine = fold == k
        booster = _fit(features[~mine], label[~mine], settings, directions, names)
        return _log_odds(booster, features[mine])

    raw = np.zeros(len(label))
    with ThreadPoolExecutor(_CORES) as pool:
        for k, values in enumerate(pool.map(of_fold, range(FOLDS))):
            raw[fold == k] = values
    return raw


def _calibrate(
    raw: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Knots of the calibration: raw log-odds, and log-odds of being right.

    Isotonic regression over groups of about fifty held-back predictions (Zadrozny and Elkan 2002).
    Each level of it gets half a success and half a failure more, so that none is certain.
    """
    order = np.argsort(raw, kind="stable")
    groups = np.array_split(order, max(len(order) // 50, 1))
    centre = np.array([raw[g].mean() for g in groups])
    size = np.array([len(g) for g in groups])
    level = isotonic_regression([right[g].mean() for g in groups], weights=size).x
    # One knot per level, in its middle: between levels the odds rise steadily.
    starts = np.flatnonzero(np.diff(level, prepend=-1))
    weight = np.add.reduceat(size, starts)
    middle = np.add.reduceat(centre * size, starts) / weight
    share = (level[starts] * weight + 0.5) / (weight + 1)
    share = np.minimum(np.maximum.accumulate(share), 1 - RECORD_ERROR)
    return middle, np.log(share / (1 - share))


def calibrated(
    raw: NDArray[np.float64], knots: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Probabilities of raw log-odds: linear between knots, beyond the last ones parallel to raw."""
    x, y = knots
    inside = np.interp(raw, x, y)
    outside = np.minimum(raw - x[0], 0) + np.maximum(raw - x[-1], 0)
    return logistic(inside + outside)


def to_arrays(model: Model) -> dict[str, NDArray[Any]]:
    """A model as arrays, from which ``from_arrays`` makes one that predicts exactly the same."""
    trees = {name: getattr(model, name).model_to_string() for name in ("alone", "together")}
    return {
        **{name: np.frombuffer(text.encode(), np.uint8) for name, text in trees.items()},
        "knots": np.stack(model.knots),
        "curve": model.curve,
        "queries": np.array([model.queries]),
        "prior": np.array([model.prior]),
    }


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Model:
    """The learned model that ``to_arrays`` took apart."""
    alone, together = (
        lgb.Booster(model_str=arrays[name].tobytes().decode()) for name in ("alone", "together")
    )
    x, y = arrays["knots"]
    return Model(
        alone=alone,
        together=together,
        knots=(x, y),
        curve=arrays["curve"],
        source="learned",
        queries=int(arrays["queries"][0]),
        prior=float(arrays["prior"][0]),
    )


def save(model: Model, folder: Any) -> None:
    """Write a model as the shipped default: two text files of trees and one of numbers."""
    model.alone.save_model(str(folder / "alone.txt"))
    model.together.save_model(str(folder / "together.txt"))
    numbers = {
        "knots": [k.round(6).tolist() for k in model.knots],
        "curve": model.curve.round(6).tolist(),
        "queries": model.queries,
        "prior": model.prior,
    }
    (folder / "calibration.json").write_text(json.dumps(numbers, indent=2) + "\n")


def default_model() -> Model:
    """The shipped model, learned from synthetic worlds, for inputs with too few identifiers."""
    folder = resources.files("proofbook.matching") / "models"
    numbers = json.loads((folder / "calibration.json").read_text())
    x, y = (np.array(k) for k in numbers.pop("knots"))
    return Model(
        knots=(x, y),
        curve=np.array(numbers.pop("curve")),
        alone=lgb.Booster(model_str=(folder / "alone.txt").read_text()),
        together=lgb.Booster(model_str=(folder / "together.txt").read_text()),
        source="default",
        **numbers,
    )
