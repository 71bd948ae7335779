"""The probability from which up a match by name is accepted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from proofbook.matching.by_name import LEAST, _threshold
from proofbook.matching.judge import log_odds
from proofbook.matching.learning import Model, default_model

#: Held-back predictions that reach .98 from .9 up, and probabilities that promise it from .6 up.
CURVE = np.array([[0.95, 98, 1], [0.9, 196, 4], [0.8, 200, 50]], np.float64)
BEST = np.array([0.999] * 60 + [0.6] * 2 + [0.1] * 5)


def model(source: str) -> Model:
    return replace(default_model(), curve=CURVE, prior=0.5, source=source)


def test_it_lies_half_way_between_what_was_held_back_and_what_is_promised() -> None:
    assert model("learned").threshold(0.98, 0.5) == 0.9
    found = _threshold(model("learned"), 0.98, 0.5, 0.0, BEST)
    assert log_odds(np.array([found])) == pytest.approx(log_odds(np.array([0.9, 0.6])).mean())


def test_the_default_model_is_not_taken_at_its_word() -> None:
    assert _threshold(model("default"), 0.98, 0.5, 0.0, BEST) == pytest.approx(0.9)


def test_nothing_unlikely_is_accepted_whatever_is_promised() -> None:
    sure = np.full(50, 0.999)
    curve = np.array([[0.2, 100, 0]], np.float64)
    found = _threshold(replace(model("learned"), curve=curve), 0.5, 0.5, 0.0, np.append(sure, 0.05))
    assert found == LEAST
