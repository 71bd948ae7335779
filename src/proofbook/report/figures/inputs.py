"""Figures of what came in: completeness of columns, health of identifiers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from proofbook.report.figures import style
from proofbook.report.figures.frames import Numbers, floats, texts
from proofbook.report.figures.style import Plot
from proofbook.report.words import exact, number, quantity

MOST_ROWS = 18
STATE_COLOURS = {"valid": style.BLUE, "absent": style.GREY, "invalid": style.AMBER}


@style.drawing
def completeness(
    frame: pd.DataFrame, bounds: Mapping[str, float] | None = None, source: str = ""
) -> Plot:
    """Share of rows that have a value, by column: ``frame[column, present?, rate]``.

    ``bounds`` are by column. Columns with one come first, then the least complete, 18 in all.
    """
    title, bounds = "Completeness by column", dict(bounds or {})
    rates, names = floats(frame, "rate"), texts(frame, "column")
    known = [i for i in range(len(names)) if np.isfinite(rates[i])]
    if not known:
        return style.empty(title, "no column was counted.")
    order = sorted(known, key=lambda i: (names[i] not in bounds, rates[i], names[i]))
    shown, hidden = order[:MOST_ROWS], len(order) - MOST_ROWS
    left_out = f"{hidden} more complete columns are not drawn." if hidden > 0 else ""
    rows = _rows(floats(frame, "present"), rates)
    subtitle = " · ".join(p for p in (rows, "rows with a value / all rows", source) if p)
    figure, (ax,) = style.canvas(title, subtitle, 0.62 + 0.22 * len(shown))
    failing = [i for i in shown if names[i] in bounds and rates[i] < bounds[names[i]]]
    colours = [style.AMBER if i in failing else style.BLUE for i in shown]
    ys = np.arange(len(shown))
    ax.barh(ys, rates[shown], color=colours, height=0.6)
    for y, i in enumerate(shown):
        need = bounds.get(names[i])
        text = quantity(rates[i], "rate", beside=(need,))
        if need is not None:
            ax.plot([need, need], [y - 0.42, y + 0.42], color=style.RED, linewidth=1.6)
            text += f"   {'below' if i in failing else 'meets'} {exact(need, 'rate')}"
        ax.text(1.02, y, text, transform=ax.get_yaxis_transform(), va="center")
    ax.set_yticks(ys, [style.plain(names[i], 34) for i in shown])
    ax.set_ylim(len(shown) - 0.45, -0.55)
    ax.set_xlim(0, 1.01)
    style.value_grid(ax, "x")
    style.percent_axis(ax, "x", "completeness")
    least = min(known, key=lambda i: rates[i])
    below = ", ".join(style.plain(names[i], 40) for i in failing)
    alt = (
        f"Completeness of {len(known)} columns; least complete is "
        f"{style.plain(names[least], 40)} with {quantity(rates[least], 'rate')}. "
        + (f"Below their bound: {below}." if failing else _all_meet(bounds))
    )
    mark = "The red mark is the column's bound. " if bounds else ""
    return Plot(figure, alt.strip(), f"{mark}{left_out}".strip(), title)


def _rows(present: Numbers, rates: Numbers) -> str:
    """The number of rows, from the fullest column."""
    fullest = int(np.nanargmax(rates))
    rows = present[fullest] / rates[fullest] if rates[fullest] else np.nan
    return f"n = {number(round(rows))} rows" if np.isfinite(rows) else ""


def _all_meet(bounds: Mapping[str, float]) -> str:
    return "Every column with a bound meets it." if bounds else ""


@style.drawing
def identifier_health(frame: pd.DataFrame, source: str = "") -> Plot:
    """Identifiers valid, absent or invalid on both sides: ``frame[side, identifier, state, n]``."""
    title = "Health of identifiers"
    counted = pd.DataFrame(
        {
            "row": [
                f"{i} of {s}"
                for s, i in zip(texts(frame, "side"), texts(frame, "identifier"), strict=True)
            ],
            "state": texts(frame, "state"),
            "n": np.nan_to_num(floats(frame, "n")),
        }
    )
    if counted["n"].sum() == 0:
        return style.empty(title, "no identifier was counted.")
    names = list(dict.fromkeys(counted["row"]))
    states = [s for s in STATE_COLOURS if s in set(counted["state"])]
    states += sorted(set(counted["state"]) - set(states))
    cells = counted.groupby(["row", "state"])["n"].sum()
    totals = counted.groupby("row")["n"].sum()
    figure, (ax,) = style.canvas(
        title, " · ".join(p for p in ("share of rows", source) if p), 0.95 + 0.3 * len(names)
    )
    parts = []
    for y, name in enumerate(names):
        left = 0.0
        for state in states:
            share = float(cells.get((name, state), 0.0)) / max(float(totals[name]), 1.0)
            ax.barh(y, share, left=left, height=0.62, color=STATE_COLOURS.get(state, style.VIOLET),
                    label=style.plain(state) if y == 0 else None)  # fmt: skip
            if share > 0.09:
                ax.text(left + share / 2, y, quantity(share, "rate"), ha="center", va="center",
                        color="white", size=8.2)  # fmt: skip
            left += share
        n = number(float(totals[name]))
        ax.text(1.02, y, f"n {n}", transform=ax.get_yaxis_transform(), va="center")
        valid = float(cells.get((name, "valid"), 0.0)) / max(float(totals[name]), 1.0)
        parts.append(f"{style.plain(name, 60)} {quantity(valid, 'rate')} of {n}")
    ax.set_yticks(range(len(names)), [style.plain(n, 34) for n in names])
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.set_xlim(0, 1)
    style.value_grid(ax, "x")
    style.percent_axis(ax, "x", "share of rows")
    style.legend(ax)
    alt = f"Share of valid identifiers: {', '.join(parts)}."
    return Plot(figure, alt, "Absent is not invalid.", title)
