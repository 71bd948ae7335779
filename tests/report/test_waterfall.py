"""The waterfall adds up what it draws, says it in words, and draws every frame it can meet."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from proofbook.report import figures
from proofbook.report.figures.style import RED
from proofbook.report.figures.waterfall import MOST_STEPS

STEPS = pd.DataFrame(
    {"evidence": ["before any evidence", "names are equal", "ZIP code"],
     "chosen": ["", "as written", "different"], "chosen_log_odds": [-3.0, 5.0, -0.5],
     "next": ["", "no", "same"], "next_log_odds": [-3.0, -1.0, 0.5]}
)  # fmt: skip
HOSTILE = "$\\frac{1}</text><script>alert(1)</script> \x1b[31m \u202e 漢字 " + "x" * 10_000


def bars(plot: figures.Plot, panel: int) -> list[tuple[float, float]]:
    """Where each bar starts and how long it is."""
    return [(round(b.get_x(), 6), round(b.get_width(), 6)) for b in plot.figure.axes[panel].patches]


def test_each_bar_starts_where_the_one_above_ended() -> None:
    plot = figures.waterfall(STEPS, "ACME", "ACNE", 0.8)
    assert bars(plot, 0) == [(0, -3), (-3, 5), (2, -0.5)]
    assert bars(plot, 1) == [(0, -3), (-3, -1), (-4, 0.5)]
    assert plot.alt == "ACME 81.8 %; next best: ACNE 2.9 %. What weighs most: names are equal."
    assert plot.title == "Why ACME"
    assert plot.png().startswith(b"\x89PNG")


def test_the_bound_is_drawn_where_it_lies() -> None:
    with_bound = figures.waterfall(STEPS, "ACME", "ACNE", 0.8)
    (line,) = [x for x in with_bound.figure.axes[0].lines if x.get_color() == RED]
    assert line.get_xdata()[0] == pytest.approx(np.log(4))
    assert "accepted from 80.0 %" in [t.get_text() for t in with_bound.figure.axes[0].texts]
    for accept in (None, 0.0, 1.0):
        plot = figures.waterfall(STEPS, "ACME", "ACNE", accept)
        assert not [t for t in plot.figure.axes[0].texts if "accepted" in t.get_text()]


def test_without_a_next_there_is_one_panel() -> None:
    alone = STEPS.assign(next="", next_log_odds=np.nan)
    plot = figures.waterfall(alone, "ACME")
    assert len(plot.figure.axes) == 1
    assert plot.alt == "ACME 81.8 %. What weighs most: names are equal."


def test_small_steps_are_drawn_as_one_and_still_add_up() -> None:
    many = pd.DataFrame(
        {"evidence": [f"step {i}" for i in range(30)], "chosen": "x", "next": "y",
         "chosen_log_odds": np.linspace(0.1, 3, 30), "next_log_odds": -np.linspace(0.1, 3, 30)}
    )  # fmt: skip
    plot = figures.waterfall(many, "ACME", "ACNE")
    drawn = bars(plot, 0)
    assert len(drawn) == MOST_STEPS
    assert sum(width for _, width in drawn) == pytest.approx(many["chosen_log_odds"].sum())
    labels = [t.get_text() for t in plot.figure.axes[0].get_yticklabels()]
    assert labels[0] == "step 0"
    assert labels[-2:] == ["all other evidence", "probability"]


@pytest.mark.parametrize(
    "frame", [pd.DataFrame(), STEPS.iloc[:0], STEPS.iloc[:1], STEPS.map(lambda _: None)]
)
def test_poor_frames(frame: pd.DataFrame) -> None:
    plot = figures.waterfall(frame, "")
    assert plot.alt
    assert plot.png()


def test_hostile_labels_are_drawn_as_text() -> None:
    plot = figures.waterfall(STEPS.assign(evidence=HOSTILE, chosen=HOSTILE), HOSTILE, HOSTILE, 0.5)
    svg = plot.svg()
    assert b"<script" not in svg
    assert len(plot.alt) < 2_000
    assert "\x1b" not in plot.alt
    assert "\u202e" not in plot.title


def test_same_frame_same_bytes() -> None:
    assert (
        figures.waterfall(STEPS, "ACME", "ACNE").png()
        == figures.waterfall(STEPS, "ACME", "ACNE").png()
    )
