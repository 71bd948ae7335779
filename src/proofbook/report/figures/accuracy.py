"""Figures of how right it is: precision and recall over the threshold, reliability."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from proofbook.report.figures import style
from proofbook.report.figures.frames import Numbers, floats, spread, total
from proofbook.report.figures.style import Plot
from proofbook.report.words import interval, number, quantity


@style.drawing
def precision_recall(
    frame: pd.DataFrame,
    operating_point: float | None = None,
    *,
    bound: float | None = None,
    bound_label: str = "precision wanted",
    source: str = "",
) -> Plot:
    """Precision and recall over the threshold: ``frame[threshold, precision, recall]``.

    ``precision_low``, ``precision_high``, ``recall_low`` and ``recall_high`` are the ends of 95 %
    intervals, ``known`` the awards that recall is of, where given. ``operating_point`` is the
    threshold in use; ``bound`` the precision that is asked for.
    """
    title = "Precision and recall over the threshold"
    frame = frame[np.isfinite(floats(frame, "threshold"))]
    at = floats(frame, "threshold")
    if len(at) == 0:
        return style.empty(title, "no threshold was evaluated; truth is needed.")
    order = np.argsort(at, kind="stable")
    at = at[order]
    figure, (ax,) = style.canvas(title, _curve_subtitle(frame, source), 2.6)
    marker = "o" if len(at) < 12 else ""
    rates: dict[str, list[Numbers]] = {}
    for name, colour, line in (
        ("precision", style.BLUE, "-"),
        ("recall", style.AMBER, (0, (5, 2))),
    ):
        columns = (name, f"{name}_low", f"{name}_high")
        rates[name] = [floats(frame, column)[order] for column in columns]
        rate, low, high = rates[name]
        ax.fill_between(at, low, high, color=colour, alpha=0.2, linewidth=0)
        ax.plot(at, rate, color=colour, ls=line, marker=marker, markersize=3.5, label=name)
    style.legend(ax)
    style.value_grid(ax, "y")
    style.percent_axis(ax, "y", "precision, recall")
    style.number_axis(ax, "x", "threshold (probability a match is accepted from)")
    ax.set_ylim(-0.02, 1.04)
    if bound is not None:
        style.bound_line(ax, bound, f"{bound_label} {quantity(bound, 'rate')}", vertical=False)
    alt = f"{title}, {len(at)} thresholds."
    if operating_point is not None and np.isfinite(operating_point):
        style.bound_line(ax, operating_point, f"in use {number(operating_point)}")
        near = min(int(np.searchsorted(at, operating_point)), len(at) - 1)
        ends = {n: [_known(v[near]) for v in values] for n, values in rates.items()}
        said = [f"{n} {_with_ends(*of)}" for n, of in ends.items()]
        _beside_line(ax, operating_point, [line.replace(" (", "\n(") for line in said])
        alt += f" At the threshold in use, {number(operating_point)}: {', '.join(said)}."
    return Plot(figure, alt, "A higher threshold accepts fewer matches.", title)


def _curve_subtitle(frame: pd.DataFrame, source: str) -> str:
    known = floats(frame, "known")
    n = ""
    if np.isfinite(known).any():
        n = f"n = {number(np.nanmax(known))} awards with a recipient and no identifier that decides"
    ends = "with 95 % intervals" if np.isfinite(floats(frame, "precision_low")).any() else ""
    return " · ".join(p for p in (n or "against truth", ends, source) if p)


def _with_ends(value: float | None, low: float | None, high: float | None) -> str:
    ends = interval(low, high, "rate")
    return quantity(value, "rate") + (f" ({ends})" if ends else "")


def _beside_line(ax: Axes, at: float, lines: list[str]) -> None:
    """Words half way up a vertical line, on the side where there is more room."""
    left = at > sum(ax.get_xlim()) / 2
    ground = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    ax.annotate(
        "\n".join(lines), (at, 0.5), xycoords=("data", "axes fraction"),
        xytext=(-6 if left else 6, 0), textcoords="offset points", ha="right" if left else "left",
        va="center", linespacing=1.5, bbox=ground,
    )  # fmt: skip


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


@style.drawing
def reliability(frame: pd.DataFrame, source: str = "") -> Plot:
    """Observed against predicted probability: ``frame[predicted, observed, low, high, n]``."""
    title = "Reliability of the match probability"
    frame = frame[np.isfinite(floats(frame, "predicted")) & np.isfinite(floats(frame, "observed"))]
    predicted, observed = floats(frame, "predicted"), floats(frame, "observed")
    if len(predicted) == 0:
        return style.empty(title, "no probability could be held against truth.")
    counts = floats(frame, "n")
    error = spread(observed, floats(frame, "low"), floats(frame, "high"))
    subtitle = (
        f"n = {number(total(counts))} pairs · with 95 % intervals · dotted: predicted = observed"
    )
    figure, (ax,) = style.canvas(title, " · ".join(p for p in (subtitle, source) if p), 3.0)
    ax.plot([0, 1], [0, 1], color=style.MUTED, linestyle=(0, (2, 3)), linewidth=1)
    ax.errorbar(predicted, observed, yerr=error, fmt="o", color=style.BLUE, ecolor=style.SKY,
                elinewidth=2.2, markersize=5)  # fmt: skip
    for x, y, n in zip(predicted, observed, counts, strict=True):
        if np.isfinite(n):
            ax.annotate(f"n {number(n)}", (x, y), xytext=(6, 4), textcoords="offset points",
                        color=style.MUTED, size=7.6, annotation_clip=False)  # fmt: skip
    style.value_grid(ax, "both")
    ax.spines["left"].set_visible(True)
    style.percent_axis(ax, "x", "predicted probability")
    style.percent_axis(ax, "y", "observed share of true matches")
    ax.set_xlim(-0.02, 1.03)
    ax.set_ylim(-0.02, 1.03)
    gap = np.abs(observed - predicted)
    worst = int(np.argmax(gap))
    alt = (
        f"{title} in {len(gap)} bins: mean distance from the diagonal "
        f"{number(_mean(gap, counts) * 100, 1)} points; largest "
        f"{number(gap[worst] * 100, 1)} points, "
        f"where {quantity(predicted[worst], 'rate')} was predicted and "
        f"{quantity(observed[worst], 'rate')} observed."
    )
    return Plot(figure, alt, "On the diagonal a probability means what it says.", title)


def _mean(gap: Numbers, counts: Numbers) -> float:
    weights = np.nan_to_num(counts)
    return float(np.average(gap, weights=weights)) if weights.sum() > 0 else float(gap.mean())
