"""Figures of a metric over runs: a plot with intervals, and a line small enough for a tile."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from proofbook.report.figures import style
from proofbook.report.figures.frames import Numbers, floats, spread, texts
from proofbook.report.figures.style import Plot
from proofbook.report.words import change, exact, number, quantity

_SPARK = (0.96, 0.26)  # inches


@style.drawing
def trend(
    frame: pd.DataFrame,
    title: str,
    unit: str = "",
    bound: float | None = None,
    source: str = "",
) -> Plot:
    """A metric over runs, oldest first: ``frame[value, low?, high?, started?]``, this run last.

    Bars are the ends of the recorded 95 % intervals; ``bound`` is drawn where it is near enough.
    """
    frame = frame[np.isfinite(floats(frame, "value"))]
    values = floats(frame, "value")
    if len(values) < 2:
        return style.empty(title, "there is no earlier run to compare with.")
    low, high = floats(frame, "low"), floats(frame, "high")
    subtitle = " · ".join(p for p in (f"{len(values)} runs, this one last", source) if p)
    figure, (ax,) = style.canvas(title, subtitle, 1.9)
    places = np.arange(1, len(values) + 1)
    ax.errorbar(places, values, yerr=spread(values, low, high), fmt="o-", color=style.BLUE,
                ecolor=style.SKY, elinewidth=1.6, markersize=3.4, linewidth=1.2)  # fmt: skip
    ax.plot(places[-1:], values[-1:], "o", color=style.INK, markersize=6)
    ax.annotate(
        quantity(values[-1], unit), (places[-1], values[-1]), xytext=(8, 0),
        textcoords="offset points", va="center", weight="bold", annotation_clip=False,
    )  # fmt: skip
    style.value_grid(ax, "y")
    if unit == "rate":
        style.percent_axis(ax, "y", "rate")
    else:
        style.number_axis(ax, "y", unit)
    if bound is not None and _near(bound, values):
        style.bound_line(ax, bound, f"bound {exact(bound, unit)}", vertical=False)
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.set_xlim(0.6, len(values) + 0.4)
    _name_ends(ax, texts(frame, "started"))
    return Plot(figure, f"{title} {_course(values, unit)}", "", title)


def _near(bound: float, values: Numbers) -> bool:
    """Whether the bound can be drawn without pressing the values into a line."""
    reach = max(float(np.ptp(values)), 0.05 * float(np.abs(values).max()))
    return bool(values.min() - 2 * reach <= bound <= values.max() + 2 * reach)


def _name_ends(ax: Axes, started: list[str]) -> None:
    """The dates of the first and the last run under the axis."""
    days = [style.plain(text[:10], 10) for text in (started[0], started[-1])]
    ax.set_xticks([1, len(started)], days)
    first, last = ax.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    ax.set_xlabel("runs, oldest to newest")


@style.drawing
def sparkline(values: Numbers, unit: str = "") -> Plot:
    """The course of a metric over runs, this one last, without axes: for beside its value."""
    figure = Figure(figsize=_SPARK, dpi=200, facecolor="white")
    ax = figure.add_axes((0.02, 0.08, 0.94, 0.84))
    ax.axis("off")
    places = np.arange(len(values))
    ax.plot(places, values, color=style.MUTED, linewidth=1.1)
    ax.plot(places[-1:], values[-1:], "o", color=style.BLUE, markersize=3.6, clip_on=False)
    reach = max(float(np.ptp(values)), 1e-9 * float(np.abs(values).max()), 1e-12)
    ax.set_ylim(values.min() - 0.15 * reach, values.max() + 0.15 * reach)
    return Plot(figure, f"Trend {_course(values, unit)}")


def _course(values: Numbers, unit: str) -> str:
    """Where a series began, where it is now, and between which values it went."""
    over = f"over {number(len(values))} runs"
    first, last = (quantity(float(values[i]), unit) for i in (0, -1))
    if (values == values[0]).all():
        return f"{over}: always {last}."
    moved = change(float(values[-1]), float(values[0]), unit)
    moved = f" ({moved})" if moved else ""
    low, high = (quantity(float(end), unit) for end in (values.min(), values.max()))
    return f"{over}: from {first} to {last}{moved}, within {low} to {high}."
