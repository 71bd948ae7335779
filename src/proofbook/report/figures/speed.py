"""Figures of cost and change: stages, scaling over sizes, comparison with the baseline."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from proofbook.report.figures import style
from proofbook.report.figures.frames import Numbers, floats, texts
from proofbook.report.figures.style import Plot
from proofbook.report.words import change, count_of, metric_title, number, quantity, size_words

MOST_ROWS = 24
MOST_PCT = 60.0  # a rare count that doubles must not hide the others


@style.drawing
def stages(frame: pd.DataFrame, source: str = "") -> Plot:
    """Wall time and true peak memory per stage: ``frame[stage, seconds, peak_mb]``, in order."""
    title = "Time and peak memory per stage"
    seconds, names = floats(frame, "seconds")[:MOST_ROWS], texts(frame, "stage")[:MOST_ROWS]
    peak = floats(frame, "peak_mb")[:MOST_ROWS]
    if not np.isfinite(seconds).any():
        return style.empty(title, "no stage was timed.")
    left_out = len(frame) - len(names)
    subtitle = " · ".join(
        p for p in ("wall time; highest resident memory while it ran", source) if p
    )
    figure, (left, right) = style.canvas(title, subtitle, 0.62 + 0.27 * len(names), columns=2)
    ys = range(len(names))
    for ax, values, unit, colour in (
        (left, seconds, "s", style.BLUE),
        (right, peak, "MB", style.TEAL),
    ):
        ax.barh(ys, np.nan_to_num(values), color=colour, height=0.6)
        for y, value in enumerate(values):
            text = quantity(float(value), unit) if np.isfinite(value) else "not measured"
            text = f"< 0.001 {unit}" if 0 < value < 0.001 else text
            ax.annotate(text, (np.nan_to_num(value), y), xytext=(4, 0), va="center",
                        textcoords="offset points")  # fmt: skip
        style.value_grid(ax, "x")
        ax.set_xlim(0, max(float(np.nan_to_num(values).max()) * 1.02, 1e-9))
        ax.locator_params(axis="x", nbins=4)
    left.set_yticks(ys, [style.plain(n, 26) for n in names])
    left.set_ylim(len(names) - 0.45, -0.55)
    style.number_axis(left, "x", "wall time (s)")
    style.number_axis(right, "x", "peak memory (MB = 10⁶ bytes)")
    slowest = int(np.nanargmax(seconds))
    alt = f"Slowest stage: {style.plain(names[slowest], 60)} with {quantity(seconds[slowest], 's')}"
    if np.isfinite(peak).any():
        most = int(np.nanargmax(peak))
        alt += f"; most memory: {style.plain(names[most], 60)} with {quantity(peak[most], 'MB')}"
    caption = f"{left_out} further stages are not drawn." if left_out > 0 else ""
    return Plot(figure, f"{alt}.", caption, title)


@style.drawing
def scaling(frame: pd.DataFrame, exponent: float | None = None, source: str = "") -> Plot:
    """Time over the size of the work: ``frame[size, awards, recipients, seconds]``, log scales.

    ``exponent`` is that of time in awards (1 = linear), as fitted elsewhere.
    """
    title = "Time over the number of awards"
    usable = (floats(frame, "awards") > 0) & (floats(frame, "seconds") > 0)
    if not usable.any():
        return style.empty(title, "no size was timed.")
    frame = frame[usable].sort_values("awards", kind="stable")
    awards, seconds = floats(frame, "awards"), floats(frame, "seconds")
    sizes_drawn = f"{count_of(len(awards), 'size')}, awards × recipients"
    subtitle = f"{sizes_drawn} · logarithmic · dotted: linear growth"
    figure, (ax,) = style.canvas(title, " · ".join(p for p in (subtitle, source) if p), 2.7)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.plot(awards, seconds, "o-", color=style.BLUE, markersize=5)
    sizes = [size_words(t) for t in texts(frame, "size")]
    for x, y, size in zip(awards, seconds, sizes, strict=True):
        ax.annotate(f"{style.plain(size, 24)}: {quantity(y, 's')}", (x, y), xytext=(7, -10),
                    textcoords="offset points", size=8.2, annotation_clip=False)  # fmt: skip
    alt = f"{style.plain(sizes[-1], 40)} took {quantity(seconds[-1], 's')}."
    if len(set(awards)) > 1:
        line = seconds[0] * (awards / awards[0])
        ax.plot(awards, line, color=style.MUTED, linestyle=(0, (2, 3)), linewidth=1.1)
    if exponent is not None and np.isfinite(exponent):
        alt = f"Time grows with the number of awards to the power {number(exponent)}. {alt}"
    _log_axes(ax, awards, np.append(seconds, seconds[0] * awards / awards[0]))
    style.value_grid(ax, "both")
    style.number_axis(ax, "x", "awards (rows)")
    style.number_axis(ax, "y", "wall time (s)")
    return Plot(figure, alt, "The dotted line would be linear growth.", title)


def _log_axes(ax: Axes, awards: Numbers, seconds: Numbers) -> None:
    """Room for the labels, and ticks at 1, 2 and 5 where one decade or less is shown."""
    ax.set_xlim(awards.min() / 1.6, awards.max() * 6)
    ax.set_ylim(seconds.min() / 2.2, seconds.max() * 2.2)
    for axis, (low, high) in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 100 else (1,)))
        axis.set_minor_locator(NullLocator())


@style.drawing
def comparison(frame: pd.DataFrame, source: str = "") -> Plot:
    """Change of each metric against the baseline: ``frame[metric, baseline, now, low?, high?]``.

    The axis is the change in percent of the baseline, a triangle at its edge means beyond;
    ``low`` and ``high`` are the ends of the interval of ``now``; ``unit`` and ``state``, where
    given, are shown as words. Metrics that are the same are counted, not drawn.
    """
    title = "Change against the baseline"
    now, base = floats(frame, "now"), floats(frame, "baseline")
    known = np.isfinite(now) & np.isfinite(base)
    same, ratio = known & (now == base), known & (now != base) & (base != 0)
    note = " ".join(
        f"{number(int(n))} {'has' if n == 1 else 'have'} {words}."
        for n, words in (
            (same.sum(), "not changed at all"),
            ((~same & ~ratio).sum(), "no baseline other than 0"),
        )
        if n
    )
    if not known.any():
        return style.empty(title, "no metric has a baseline.")
    if not ratio.any():
        return style.empty(title, f"nothing to draw: {note}")
    frame = frame[ratio].iloc[:MOST_ROWS]
    now, base = floats(frame, "now"), floats(frame, "baseline")
    percent = (now / base - 1) * 100 * np.sign(base)
    ends = [(floats(frame, c) / base - 1) * 100 * np.sign(base) for c in ("low", "high")]
    error = np.vstack([percent - ends[0], ends[1] - percent])
    figure, (ax,) = style.canvas(
        title, " · ".join(p for p in ("percent of the baseline's value", source) if p),
        0.62 + 0.27 * len(now),
    )  # fmt: skip
    ys = np.arange(len(now))
    ax.axvline(0, color=style.INK, linewidth=1)
    reach = float(np.clip(np.nanmax(np.abs([percent, *np.nan_to_num(ends)])) * 1.15, 1, MOST_PCT))
    inside, ends_in = np.abs(percent) <= reach, np.nan_to_num(error).clip(min=0)
    ax.errorbar(percent[inside], ys[inside], xerr=ends_in[:, inside], fmt="o", color=style.BLUE,
                ecolor=style.SKY, elinewidth=2.2, markersize=5)  # fmt: skip
    for far in np.flatnonzero(~inside):
        mark = ">" if percent[far] > 0 else "<"
        ax.plot([np.sign(percent[far]) * reach * 0.97], [far], marker=mark, color=style.BLUE)
    units, states = texts(frame, "unit"), texts(frame, "state")
    names = [style.plain(metric_title(t), 46) for t in texts(frame, "metric")]
    parts = []
    for y in range(len(now)):
        unit = style.plain(units[y], 12) if units[y] != "(none)" else ""
        move = change(now[y], base[y], unit)
        before, after = (
            quantity(values[y], unit, beside=(other[y],))
            for values, other in ((base, now), (now, base))
        )
        text = f"{before} → {after}"
        word = "" if states[y] in ("", "(none)") else f" · {style.plain(states[y], 14)}"
        ax.text(
            1.02,
            y,
            style.plain(text + word, 42),
            transform=ax.get_yaxis_transform(),
            va="center",
            size=8.2,
        )
        parts.append(f"{names[y]} {move}")
    ax.set_yticks(ys, [textwrap.fill(name, 24) for name in names])
    ax.set_ylim(len(now) - 0.45, -0.55)
    ax.set_xlim(-reach, reach)
    style.value_grid(ax, "x")
    style.number_axis(ax, "x", "change (%)")
    alt = f"Against the baseline: {'; '.join(parts)}. {note}".strip()
    return Plot(figure, alt, "", title)
