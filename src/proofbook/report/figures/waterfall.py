"""Figure of one decision: how pieces of evidence add up to the probability of a recipient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from proofbook.report.figures import style
from proofbook.report.figures.frames import Numbers, floats, texts
from proofbook.report.figures.style import Plot
from proofbook.report.words import MINUS, quantity

ROW = 0.25  # inches per step
MOST_STEPS = 12
_REST = "all other evidence"


@style.drawing
def waterfall(
    frame: pd.DataFrame,
    chosen: str,
    next_best: str = "",
    accept: float | None = None,
    source: str = "",
) -> Plot:
    """The steps of a decision: ``frame[evidence, chosen, chosen_log_odds, next, next_log_odds]``.

    Each bar starts where the one above it ended; the last line is the probability. ``chosen`` and
    ``next_best`` are the names of the recipients, ``accept`` the probability from which one is
    accepted. Of more than 12 steps the smallest are drawn as one.
    """
    title = f"Why {style.plain(chosen, 60)}" if chosen else "Why no recipient"
    if not np.isfinite(floats(frame, "chosen_log_odds")).any():
        return style.empty(title, "there is no evidence: no recipient resembles the award.")
    columns = ["chosen", "next"][: 1 + bool(np.isfinite(floats(frame, "next_log_odds")).any())]
    labels, values, odds = _steps(frame, columns)
    subtitle = " · ".join(p for p in ("log-odds, added up from the top", source) if p)
    height = 0.35 + len(columns) * (0.4 + ROW * (len(labels) + 1))
    figure, axes = style.canvas(title, subtitle, height, rows=len(columns))
    found = []
    for ax, column, name in zip(axes, columns, (chosen, next_best), strict=False):
        probability = _panel(ax, labels, odds[column], values[column])
        head = (
            style.plain(name, 40) if column == "chosen" else f"next best: {style.plain(name, 40)}"
        )
        ax.set_title(head, size=8.6, loc="left", pad=14 if accept and ax is axes[0] else 6)
        found.append(f"{style.plain(name, 60)} {quantity(probability, 'rate')}")
        if accept is not None and 0 < accept < 1:
            words = f"accepted from {quantity(accept, 'rate')}" if ax is axes[0] else ""
            style.bound_line(ax, float(np.log(accept / (1 - accept))), words)
    style.number_axis(axes[-1], "x", "log-odds")
    evidence = np.abs(odds["chosen"][1:]) if len(labels) > 1 else np.abs(odds["chosen"])
    strongest = labels[int(np.argmax(evidence)) + (len(labels) > 1)]
    alt = f"{'; next best: '.join(found)}. What weighs most: {strongest}."
    return Plot(figure, alt, "Right of where it starts, a bar speaks for the recipient.", title)


def _steps(
    frame: pd.DataFrame, columns: Sequence[str]
) -> tuple[list[str], dict[str, list[str]], dict[str, Numbers]]:
    """Labels, values and log-odds of the steps to draw: the largest, in order, then the rest."""
    odds = {c: np.nan_to_num(floats(frame, f"{c}_log_odds")) for c in columns}
    values = {c: ["" if v == "(none)" else v for v in texts(frame, c)] for c in columns}
    labels = [style.plain(t, 44) for t in texts(frame, "evidence")]
    if len(labels) <= MOST_STEPS:
        return labels, values, odds
    size = np.max([np.abs(o) for o in odds.values()], axis=0)
    size[0] = np.inf  # where the bars start
    kept = np.sort(np.argsort(-size, kind="stable")[: MOST_STEPS - 1])
    rest = np.setdiff1d(np.arange(len(labels)), kept)
    return (
        [*(labels[i] for i in kept), _REST],
        {c: [*(v[i] for i in kept), ""] for c, v in values.items()},
        {c: np.append(o[kept], o[rest].sum()) for c, o in odds.items()},
    )


def _panel(ax: Axes, labels: list[str], odds: Numbers, values: list[str]) -> float:
    """The bars of one recipient; gives the probability that they add up to."""
    ends = np.cumsum(odds)
    starts = ends - odds
    colours = [style.TEAL if o >= 0 else style.AMBER for o in odds]
    ax.barh(range(len(odds)), odds, left=starts, color=colours, height=0.62)
    probability = float(1 / (1 + np.exp(-ends[-1])))
    ax.plot([ends[-1]], [len(odds)], marker="D", color=style.INK, markersize=5, clip_on=False)
    said = [f"{o:+.1f}  {style.plain(v, 26)}".replace("-", MINUS, 1) for o, v in
            zip(odds.round(1) + 0.0, values, strict=True)]  # fmt: skip
    for y, text in enumerate([*said, quantity(probability, "rate")]):
        weight = "bold" if y == len(odds) else "normal"
        ax.text(1.02, y, text, transform=ax.get_yaxis_transform(), va="center", weight=weight)
    ax.set_yticks(range(len(odds) + 1), [*labels, "probability"])
    ax.set_ylim(len(odds) + 0.55, -0.55)
    style.value_grid(ax, "x")
    return probability
