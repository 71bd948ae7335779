"""Figures draw every frame they can meet, say what they show, and name no address."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from proofbook.report import figures
from proofbook.report.figures import Plot

HOSTILE = "$\\frac{1}</text><script>alert(1)</script> \x1b[31m \u202e 漢字 " + "x" * 10_000

RATES = pd.DataFrame(
    {"label": ["DOD", "NASA"], "n": [100, 50], "accepted": [80, 30], "rate": [0.8, 0.6],
     "low": [0.71, 0.46], "high": [0.87, 0.72]}
)  # fmt: skip
YEARS = pd.DataFrame({"label": [str(y) for y in range(2010, 2020)], "n": 10, "rate": 0.7})
METHODS = pd.DataFrame(
    {"method": ["uei-exact", "name-fuzzy-candidate", "unmatched"], "n": [6, 1, 3]}
)
BINS = pd.DataFrame(
    {"low": [0.0, 0.5, 0.0], "high": [0.5, 1.0, 0.5], "n": [3, 5, 2],
     "method": ["unmatched", "name-fuzzy-auto", "name-fuzzy-candidate"]}
)  # fmt: skip
COMPLETE = pd.DataFrame({"column": ["Company", "UEI"], "rate": [0.94, 0.6]})
CURVE = pd.DataFrame({"threshold": [0.9, 0.5], "precision": [0.99, 0.9], "recall": [0.7, 0.95]})
RELIABLE = pd.DataFrame(
    {"bin": ["a", "b"], "predicted": [0.2, 0.9], "observed": [0.3, 0.9], "low": [0.1, 0.8],
     "high": [0.5, 0.95], "n": [10, 30]}
)  # fmt: skip
STAGES = pd.DataFrame({"stage": ["read", "match"], "seconds": [1, 4.0], "peak_mb": [100, 400]})
SCALING = pd.DataFrame(
    {"size": ["1x2", "10x20"], "awards": [1, 10], "recipients": [2, 20], "seconds": [1, 11.0]}
)
COMPARISON = pd.DataFrame(
    {"metric": ["seconds", "new"], "baseline": [10.0, None], "now": [12.0, 1.0],
     "low": [11.0, None], "high": [13.0, None], "unit": ["s", ""], "state": ["warn", ""]}
)  # fmt: skip
HEALTH = pd.DataFrame(
    {"side": "awards", "identifier": "UEI", "state": ["valid", "absent"], "n": [3, 1]}
)

RUNS = pd.DataFrame(
    {"run_id": ["a", "b", "c"], "started": ["2026-11-21T08:00:00", "2026-11-22", "2026-11-23"],
     "value": [0.8, 0.82, 0.81], "low": [0.78, 0.8, None], "high": [0.82, 0.84, None]}
)  # fmt: skip

DRAW: dict[str, tuple[Callable[[pd.DataFrame], Plot], pd.DataFrame]] = {
    "methods": (figures.methods, METHODS),
    "rates_by": (lambda f: figures.rates_by(f, "agency", 0.7), RATES),
    "rates_by_year": (lambda f: figures.rates_by(f, "award year", 0.7), YEARS),
    "histogram": (lambda f: figures.histogram(f, {"review": 0.4, "accept": 0.6}, "p"), BINS),
    "completeness": (lambda f: figures.completeness(f, {"Company": 0.95}), COMPLETE),
    "precision_recall": (lambda f: figures.precision_recall(f, 0.9, bound=0.98), CURVE),
    "reliability": (figures.reliability, RELIABLE),
    "stages": (figures.stages, STAGES),
    "scaling": (lambda f: figures.scaling(f, 1.04), SCALING),
    "comparison": (figures.comparison, COMPARISON),
    "identifier_health": (figures.identifier_health, HEALTH),
    "trend": (lambda f: figures.trend(f, "Match rate", "rate", 0.7), RUNS),
}


@pytest.mark.parametrize("name", DRAW)
def test_draws_and_speaks(name: str) -> None:
    draw, frame = DRAW[name]
    plot = draw(frame)
    assert plot.alt.endswith(".")
    assert plot.title
    axes = [ax for ax in plot.figure.axes if ax.get_subplotspec().is_last_row()]
    assert all(ax.get_xlabel() for ax in axes), "every axis says what it measures"
    assert plot.png().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", DRAW)
@pytest.mark.parametrize("shape", ["no columns", "no rows", "one row", "nothing known"])
def test_poor_frames(name: str, shape: str) -> None:
    draw, frame = DRAW[name]
    poor = {
        "no columns": pd.DataFrame(),
        "no rows": frame.iloc[:0],
        "one row": frame.iloc[:1],
        "nothing known": frame.map(lambda _: None),
    }[shape]
    plot = draw(poor)
    assert plot.alt
    assert plot.png()


@pytest.mark.parametrize("name", DRAW)
def test_hostile_labels_are_drawn_as_text(name: str) -> None:
    draw, frame = DRAW[name]
    text = [c for c in frame.columns if pd.api.types.is_string_dtype(frame[c])]
    plot = draw(frame.assign(**dict.fromkeys(text, HOSTILE)))
    svg = plot.svg()
    assert b"<script" not in svg
    assert b"http" not in svg.replace(b"http://www.w3.org/", b"")
    assert len(plot.alt) < 2_000
    assert "\x1b" not in plot.alt
    assert "\u202e" not in plot.alt


@pytest.mark.parametrize(
    ("plot", "finding"),
    [
        (DRAW["methods"], "60.0 % of 10 awards are accepted"),
        (DRAW["rates_by"], "1 of 2 lie under 70.0 %"),
        (DRAW["histogram"], "50.0 % lie at or above 0.6 (accept)"),
        (DRAW["completeness"], "Below their bound: Company."),
        (DRAW["precision_recall"], "0.9: precision 99.0 %, recall 70.0 %"),
        (DRAW["reliability"], "mean distance from the diagonal 2.5 points"),
        (DRAW["stages"], "Slowest stage: match with 4 s"),
        (DRAW["scaling"], "to the power 1.04"),
        (DRAW["comparison"], "Time +20 %"),
        (DRAW["identifier_health"], "UEI of awards 75.0 %"),
    ],
)
def test_alt_states_the_finding(
    plot: tuple[Callable[[pd.DataFrame], Plot], pd.DataFrame], finding: str
) -> None:
    draw, frame = plot
    assert finding in draw(frame).alt


def test_log_axes_are_labelled_with_plain_numbers() -> None:
    plot = figures.scaling(SCALING.iloc[:1])
    plot.png()
    labels = [t.get_text() for t in plot.figure.axes[0].get_yticklabels(which="both")]
    assert any(labels)
    assert not any("$" in label for label in labels)


def test_a_small_group_is_not_called_highest() -> None:
    groups = RATES.assign(n=[100, 50])
    tiny = pd.DataFrame({"label": ["tiny"], "n": [2], "rate": [1.0]})
    alt = figures.rates_by(pd.concat([groups, tiny], ignore_index=True), "agency").alt
    assert "Highest among groups of 30 or more: DOD" in alt


def test_raw_values_are_binned_and_nonsense_left_out() -> None:
    plot = figures.histogram([1.0, 2.0, np.nan, np.inf, 3.0], {}, "score", "points")
    assert "n = 3" in plot.alt


def test_many_groups_keep_the_largest_and_say_so() -> None:
    many = pd.DataFrame({"label": [f"g{i}" for i in range(40)], "n": range(40), "rate": 0.5})
    assert "16 smallest groups are not drawn" in figures.rates_by(many, "agency").caption


def test_comparison_counts_what_is_the_same_and_caps_what_is_far_off() -> None:
    frame = pd.DataFrame(
        {"metric": ["seconds", "a", "b"], "baseline": [10.0, 3, 1], "now": [11.0, 3, 9]}
    )
    plot = figures.comparison(frame)
    assert "1 has not changed at all." in plot.alt
    assert "b +800 %" in plot.alt
    assert plot.figure.axes[0].get_xlim() == (-60, 60)


def test_same_frame_same_bytes() -> None:
    first, second = (figures.stages(STAGES) for _ in range(2))
    assert first.png() == second.png()
    assert first.svg() == second.svg()


def test_smallest_is_the_smaller() -> None:
    plot = figures.stages(STAGES)
    media, data = plot.smallest()
    assert len(data) == min(len(plot.png()), len(plot.svg()))
    assert media in ("image/png", "image/svg+xml")


def test_notebook_display_carries_alt_and_size() -> None:
    data, metadata = figures.stages(STAGES)._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"].startswith("Slowest stage")
    assert metadata["image/png"]["width"] == 560


def test_matplotlib_settings_are_left_alone() -> None:
    before = dict(mpl.rcParams)
    figures.stages(STAGES).png()
    assert dict(mpl.rcParams) == before


def test_a_sparkline_is_small_and_says_its_course() -> None:
    plot = figures.sparkline(np.array([0.80, 0.84, 0.82]), "rate")
    assert len(plot.png()) < 3_000
    assert plot.alt == "Trend over 3 runs: from 80.0 % to 82.0 % (+2 pp), within 80.0 % to 84.0 %."
    figures.sparkline(np.zeros(5))  # a flat line has a height of nothing


@pytest.mark.parametrize(("bound", "drawn"), [(0.78, True), (0.2, False), (None, False)])
def test_a_far_bound_does_not_press_a_trend_flat(bound: float | None, drawn: bool) -> None:
    plot = figures.trend(RUNS, "Match rate", "rate", bound)
    assert any("bound" in text.get_text() for text in plot.figure.axes[0].texts) is drawn


def test_the_operating_point_is_said_with_its_intervals_and_n() -> None:
    ends = {"precision_low": [0.97, 0.85], "precision_high": [1.0, 0.94],
            "recall_low": [0.6, 0.9], "recall_high": [0.8, 0.97], "known": 1070}  # fmt: skip
    plot = figures.precision_recall(CURVE.assign(**ends), 0.9)
    assert "precision 99.0 % (97.0 to 100 %), recall 70.0 % (60.0 to 80.0 %)." in plot.alt
    drawn = [text.get_text() for text in plot.figure.axes[0].texts]
    assert "precision 99.0 %\n(97.0 to 100 %)\nrecall 70.0 %\n(60.0 to 80.0 %)" in drawn
    head = " ".join(text.get_text() for text in plot.figure.texts)
    assert "n = 1,070 awards" in head
    assert "with 95 % intervals" in head
    assert len(plot.figure.axes[0].collections) == 2


def test_one_size_is_no_sizes() -> None:
    head = [t.get_text() for t in figures.scaling(SCALING.iloc[:1]).figure.texts]
    assert head[1].startswith("1 size, awards × recipients")


def test_a_course_without_a_change_is_said_once() -> None:
    plot = figures.sparkline(np.array([0.83, 0.83, 0.83]), "rate")
    assert plot.alt == "Trend over 3 runs: always 83.0 %."


def test_the_line_of_linear_growth_is_within_the_axes() -> None:
    slow = SCALING.assign(seconds=[10.0, 11.0])
    ax = figures.scaling(slow).figure.axes[0]
    assert max(ax.lines[-1].get_ydata()) < ax.get_ylim()[1]


def test_a_small_change_is_seen_in_the_numbers_beside_it() -> None:
    frame = pd.DataFrame(
        {"metric": ["match_rate_none_rate"], "baseline": [0.32033], "now": [0.31967],
         "unit": ["rate"], "state": ["same"]}
    )  # fmt: skip
    ax = figures.comparison(frame).figure.axes[0]
    assert [t.get_text() for t in ax.texts] == ["32.03 % → 31.97 % · same"]
    label = ax.get_yticklabels()[0].get_text()
    assert label.split() == ["Match", "rate,", "awards", "without", "an", "identifier"]
    assert "\n" in label


def test_the_operating_point_is_the_first_threshold_that_accepts_no_less() -> None:
    curve = pd.DataFrame(
        {"threshold": [0.5, 0.8, 0.9], "precision": [0.8, 0.9, 1.0], "recall": [0.9, 0.8, 0.7]}
    )
    said = [figures.precision_recall(curve, at).alt for at in (0.55, 0.8, 0.95)]
    assert [re.findall(r"precision [\d.]+", alt) for alt in said] == [
        ["precision 90.0"], ["precision 90.0"], ["precision 100"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("present", "rates", "said"),
    [([962, 500], [0.962, 0.5], "n = 1,000 rows"), ([0, 0], [0.0, 0.0], "")],
)
def test_completeness_says_of_how_many_rows(
    present: list[int], rates: list[float], said: str
) -> None:
    frame = pd.DataFrame({"column": ["a", "b"], "present": present, "rate": rates})
    head = figures.completeness(frame).figure.texts[1].get_text()
    assert head == " · ".join(p for p in (said, "rows with a value / all rows") if p)
