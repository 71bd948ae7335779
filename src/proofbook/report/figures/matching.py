"""Figures of what was matched: methods, match rates by group, distributions of scores."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from proofbook.report.figures import style
from proofbook.report.figures.frames import Numbers, floats, spread, texts, total
from proofbook.report.figures.style import Plot
from proofbook.report.words import exact, number, quantity

ROW = 0.25  # inches per row of a bar chart
MOST_ROWS = 24
ENOUGH = 30  # awards a group needs to be called highest or lowest


def _subtitle(*parts: str) -> str:
    return " · ".join(p for p in parts if p)


@style.drawing
def methods(frame: pd.DataFrame, source: str = "") -> Plot:
    """Awards by the method that decided them: ``frame[method, n, share]``."""
    title = "Awards by the method that decided"
    counts, names = floats(frame, "n"), texts(frame, "method")
    rows = total(counts)
    if rows == 0:
        return style.empty(title, "no award was matched or refused.")
    shares = np.nan_to_num(counts) / rows
    meaning = [style.METHOD_MEANING.get(name, "") for name in names]
    subtitle = _subtitle(f"n = {number(rows)} awards", source)
    figure, (ax,) = style.canvas(title, subtitle, 0.45 + 0.3 * len(names))
    colours = [style.METHOD_COLOURS.get(name, style.GREY) for name in names]
    ax.barh(range(len(names)), shares, color=colours, height=0.62)
    for y, (share, n, word) in enumerate(zip(shares, counts, meaning, strict=True)):
        text = _subtitle(quantity(share, "rate"), f"n {number(float(np.nan_to_num(n)))}", word)
        ax.annotate(text, (share, y), xytext=(5, 0), textcoords="offset points", va="center")
    labels = [style.plain(name, 28) for name in names]
    _rows_axis(ax, labels)
    style.percent_axis(ax, "x", "share of awards")
    ax.set_xlim(0, max(float(shares.max()) * 1.05, 0.05))
    joined = sum(s for s, word in zip(shares, meaning, strict=True) if word == "accepted")
    parts = [f"{name} {quantity(s, 'rate')}" for name, s in zip(labels, shares, strict=True)]
    alt = (
        f"{quantity(joined, 'rate')} of {number(rows)} awards are accepted. "
        f"By method: {', '.join(parts)}."
    )
    return Plot(figure, alt, "A candidate is for review and joins nothing.", title)


def _rows_axis(ax: Axes, labels: Sequence[str]) -> None:
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.45, -0.55)
    style.value_grid(ax, "x")


@style.drawing
def rates_by(
    frame: pd.DataFrame,
    dimension: str,
    bound: float | None = None,
    source: str = "",
    bound_label: str = "bound, overall",
) -> Plot:
    """Match rate by group with 95 % intervals: ``frame[label, n, accepted, rate, low, high]``.

    Groups keep the order of the frame; years are drawn as a line. Of more than 24 other groups
    the largest are drawn, and the caption says how many are not.
    """
    title = f"Match rate by {dimension}"
    kept = frame[np.isfinite(floats(frame, "rate"))]
    if kept.empty:
        return style.empty(title, "no group has a rate.")
    rows = total(floats(kept, "n"))
    subtitle = _subtitle(
        f"n = {number(rows)} awards", "accepted / all awards, with 95 % intervals", source
    )
    left_out = ""
    is_year = np.array([label.isdigit() and len(label) == 4 for label in texts(kept, "label")])
    if is_year.sum() >= 6:
        if not is_year.all():
            left_out = "What has no year is not drawn."
        plot = _over_years(kept[is_year], title, subtitle, bound, bound_label)
    else:
        if len(kept) > MOST_ROWS:
            largest = pd.Series(floats(kept, "n")).nlargest(MOST_ROWS).index
            left_out = f"The {len(kept) - MOST_ROWS} smallest groups are not drawn."
            kept = kept.iloc[sorted(largest)]
        plot = _by_group(kept, title, subtitle, bound, bound_label)
    caption = f"{_reading(bound)} {left_out}".strip()
    return Plot(plot.figure, f"{plot.alt} {left_out}".strip(), caption, title)


def _reading(bound: float | None) -> str:
    line = "" if bound is None else " The dashed line is the bound of the rate over all awards."
    return f"The bars across are 95 % intervals.{line}"


def _finding(frame: pd.DataFrame, bound: float | None) -> str:
    """The highest and the lowest rate; of groups too small to say much only if all are small."""
    rates, labels = floats(frame, "rate"), [style.plain(t, 60) for t in texts(frame, "label")]
    large = floats(frame, "n") >= ENOUGH
    chosen = np.flatnonzero(large) if large.sum() > 1 else np.arange(len(rates))
    best, worst = (int(chosen[find(rates[chosen])]) for find in (np.argmax, np.argmin))
    if len(rates) == 1:
        text = f"{labels[0]}: {quantity(rates[0], 'rate')}."
    else:
        small = f" among groups of {ENOUGH} or more" if len(chosen) < len(rates) else ""
        text = (
            f"Highest{small}: {labels[best]} with {quantity(rates[best], 'rate')}; "
            f"lowest: {labels[worst]} with {quantity(rates[worst], 'rate')}."
        )
    if bound is None:
        return text
    under = int((rates < bound).sum())
    line = exact(bound, "rate")
    if under == 0:
        return f"{text} None lies under {line}."
    return f"{text} {under} of {len(rates)} lie under {line}."


def _by_group(
    frame: pd.DataFrame, title: str, subtitle: str, bound: float | None, bound_label: str
) -> Plot:
    rates, counts = floats(frame, "rate"), floats(frame, "n")
    low, high = floats(frame, "low"), floats(frame, "high")
    figure, (ax,) = style.canvas(title, subtitle, 0.62 + ROW * len(rates))
    ys = np.arange(len(rates))
    ax.errorbar(rates, ys, xerr=spread(rates, low, high), fmt="o", color=style.BLUE, markersize=5,
                elinewidth=2.2, ecolor=style.SKY)  # fmt: skip
    for y in range(len(rates)):
        text = f"{quantity(rates[y], 'rate')}   n {number(float(np.nan_to_num(counts[y])))}"
        ax.text(1.02, y, text, transform=ax.get_yaxis_transform(), va="center")
    _rows_axis(ax, [style.plain(t, 34) for t in texts(frame, "label")])
    style.percent_axis(ax, "x", "match rate")
    ax.set_xlim(-0.02, 1.02)
    if bound is not None:
        style.bound_line(ax, bound, f"{bound_label} {exact(bound, 'rate')}")
    return Plot(figure, f"{title}. {_finding(frame, bound)}")


def _over_years(
    frame: pd.DataFrame, title: str, subtitle: str, bound: float | None, bound_label: str
) -> Plot:
    frame = frame.assign(_year=[int(t) for t in texts(frame, "label")]).sort_values("_year")
    years, rates = floats(frame, "_year"), floats(frame, "rate")
    low, high = floats(frame, "low"), floats(frame, "high")
    figure, (ax,) = style.canvas(title, subtitle, 2.5)
    below, above = spread(rates, low, high)
    ax.fill_between(years, rates - below, rates + above, color=style.SKY, alpha=0.3, linewidth=0)
    ax.plot(years, rates, color=style.BLUE, marker="o", markersize=3.2)
    style.value_grid(ax, "y")
    style.percent_axis(ax, "y", "match rate")
    ax.xaxis.set_major_formatter(lambda v, _: f"{v:.0f}")
    ax.set_xlabel("award year")
    ax.set_ylim(0, 1.02)
    if bound is not None:
        style.bound_line(ax, bound, f"{bound_label} {exact(bound, 'rate')}", vertical=False)
    return Plot(figure, f"{title}. {_finding(frame, bound)}")


@style.drawing
def histogram(
    values: pd.DataFrame | Sequence[float] | npt.NDArray[Any] | pd.Series,
    thresholds: Mapping[str, float] | None = None,
    xlabel: str = "value",
    unit: str = "",
    *,
    title: str = "",
    source: str = "",
    counted: str = "awards",
) -> Plot:
    """A distribution with labelled thresholds: raw values, or ``frame[low, high, n, method?]``.

    Methods are drawn under each other, each on its own scale: most awards lie in one bin.
    """
    title = title or f"Distribution of {xlabel}"
    frame = values if isinstance(values, pd.DataFrame) else _binned(values)
    counts, low, high = floats(frame, "n"), floats(frame, "low"), floats(frame, "high")
    rows = total(counts)
    if rows == 0:
        return style.empty(title, "there is no value to count.")
    deciding = np.array(texts(frame, "method"))
    names = [m for m in style.METHOD_COLOURS if m in deciding]
    names += sorted(set(deciding) - set(names))
    chosen = {name: deciding == name for name in names}
    panels = len(names)
    subtitle = _subtitle(
        f"n = {number(rows)} {counted}", "every scale its own" if panels > 1 else "", source
    )
    height = 2.3 if panels == 1 else 0.5 + 0.85 * panels
    figure, axes = style.canvas(title, subtitle, height, rows=panels)
    for ax, name in zip(axes, names, strict=True):
        _bars(ax, name, *(v[chosen[name]] for v in (counts, low, high)))
    style.number_axis(axes[-1], "x", f"{xlabel} ({unit})" if unit else xlabel)
    figure.supylabel(f"{counted} per bin", color=style.MUTED, size=8.6)
    parts = _thresholds(axes, thresholds or {}, counts, (low + high) / 2)
    middle = _median(low, high, counts)
    alt = f"{title}: n = {number(rows)}, median near {number(middle)}"
    return Plot(figure, "; ".join([alt, *parts]) + ".", "", title)


def _binned(values: Any) -> pd.DataFrame:
    numbers = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(dtype="float64")
    numbers = numbers[np.isfinite(numbers)]
    counts, edges = np.histogram(numbers, bins=min(40, max(1, len(numbers))))
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "n": counts})


def _bars(ax: Axes, name: str, counts: Numbers, low: Numbers, high: Numbers) -> None:
    """The bars of one method, its name and number beside them."""
    colour = style.METHOD_COLOURS.get(name, style.BLUE)
    ax.bar(low, counts, width=(high - low) * 0.94, align="edge", color=colour)
    style.value_grid(ax, "y")
    ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    style.number_axis(ax, "y", "")
    if name:
        words = f"{textwrap.fill(style.plain(name), 14)}\nn {number(total(counts))}"
        ax.text(1.02, 0.5, words, transform=ax.transAxes, va="center")


def _thresholds(
    axes: Sequence[Axes], thresholds: Mapping[str, float], counts: Numbers, middles: Numbers
) -> list[str]:
    """Thresholds through all axes with their words on top; what lies beyond each, in words."""
    parts = []
    for i, (label, at) in enumerate(sorted(thresholds.items(), key=lambda item: item[1])):
        for ax in axes[1:]:
            style.bound_line(ax, at, "")
        style.bound_line(axes[0], at, f"{label} {number(at)}")
        axes[0].texts[-1].set_position((0, 14 if i % 2 else 3))  # neighbours do not overprint
        share = quantity(np.nansum(counts[middles >= at]) / np.nansum(counts), "rate")
        parts.append(f"{share} lie at or above {number(at)} ({style.plain(label, 60)})")
    return parts


def _median(low: Numbers, high: Numbers, counts: Numbers) -> float:
    middles, weights = (low + high) / 2, np.nan_to_num(counts)
    order = np.argsort(middles)
    reached = np.cumsum(weights[order]) >= weights.sum() / 2
    return float(middles[order][int(np.argmax(reached))])
