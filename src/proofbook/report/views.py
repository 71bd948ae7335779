"""Tables and figures as the templates want them: words and data only, nothing left to decide."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from proofbook.report.figures import Plot
from proofbook.report.tables import kind_of
from proofbook.report.theme import badge, cell
from proofbook.report.words import heading, is_number, number, one_line, title_of, visible
from proofbook.suite.result import RunResult, Table

#: Rows of a table that a page shows; the record has the others.
MOST_ROWS = 60

_RATES = re.compile(r"(^|_)(rate|share|precision|recall|f1|observed|predicted|low|high)$")
_KEYS = re.compile(r"(^|_)(row|id|year|duns|zip|zip5|cell)$", re.I)
#: The columns of example rows that a reader looks for first, in this order.
_FIRST = (
    "award_row", "error", "rule", "Company", "City", "State", "Agency Tracking Number", "Contract",
    "value", "method", "score", "probability",
)  # fmt: skip
_UNITS = {"seconds": "s", "peak_mb": "MB", "start_mb": "MB"}


@dataclass(frozen=True)
class Column:
    """A column's heading, and how its values stand: "number", or as ``kind_of`` tells."""

    title: str
    kind: str = ""


@dataclass(frozen=True)
class TableView:
    """A table ready to print: cells are markup, made by ``cell``."""

    label: str
    columns: list[Column]
    rows: list[list[Markup]]
    caption: str = ""
    note: str = ""
    folded: str = ""  # the words under which it can be unfolded; empty: it is in view


@dataclass(frozen=True)
class FigureView:
    """A figure ready to print, with its finding in words and the numbers it was drawn from."""

    name: str
    title: str
    source: str
    width: int
    height: int
    alt: str
    finding: str
    caption: str
    numbers: TableView | None
    media: str
    data: bytes


def unit_of(column: str) -> str:
    """The unit a recorded table's column has by its name; "key" or "state" for no quantity."""
    name = column.lower().replace(" ", "_")
    if name in _UNITS:
        return _UNITS[name]
    if name == "state":
        return "state"
    if _RATES.search(name):
        return "rate"
    return "key" if _KEYS.search(name) else ""


def rows_view(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    label: str,
    caption: str = "",
    folded: str = "",
    units: Mapping[str, str] | None = None,
    most: int = MOST_ROWS,
) -> TableView:
    """Rows of values as a table; a column's unit comes from ``units``, else from its name."""
    named = [(units or {}).get(c, unit_of(c)) for c in columns]
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    numeric = [
        unit != "key" and any(is_number(v) for v in column) and not any(_is_text(v) for v in column)
        for unit, column in zip(named, values, strict=True)
    ]
    note = f"First {most} of {number(len(rows))} rows." if len(rows) > most else ""
    return TableView(
        label=f"Table: {one_line(label, 120)}",
        columns=[
            Column(heading(c), _kind(right, column))
            for c, right, column in zip(columns, numeric, values, strict=True)
        ],
        rows=[[_print(v, unit) for v, unit in zip(row, named, strict=True)] for row in rows[:most]],
        caption=caption,
        note=note,
        folded=folded,
    )


def _kind(numeric: bool, values: Sequence[object]) -> str:
    if numeric:
        return "number"
    return kind_of(["" if v is None else str(v) for v in values])


def key_columns_first(columns: Iterable[str]) -> list[str]:
    """Names of columns with those first that tell which award a row is; the others in order."""
    names = list(dict.fromkeys(columns))
    return [c for c in _FIRST if c in names] + [c for c in names if c not in _FIRST]


def _is_text(value: object) -> bool:
    return isinstance(value, str | list | dict | bool)


def _print(value: Any, unit: str) -> Markup:
    if unit == "state" and isinstance(value, str):
        return badge(value)
    if unit == "key" and is_number(value):
        whole = float(value).is_integer()
        return cell(str(int(value)) if whole else str(value))
    return cell(value, unit)


def table_view(table: Table, **options: Any) -> TableView:
    """A recorded table as a table of the page."""
    label = options.pop("label", None) or title_of(table.name)
    return rows_view(table.columns, table.rows, label=label, **options)


def frame_of(table: Table) -> pd.DataFrame:
    """A recorded table as a DataFrame."""
    return pd.DataFrame(table.rows, columns=table.columns)


def largest(result: RunResult, name: str) -> Table | None:
    """The table of that name that belongs to the largest size; the last one among equals."""
    found = [t for t in result.tables if t.name == name]
    return max(reversed(found), key=lambda t: _size(t.size), default=None)


def _size(size: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", size or "")[:2])


def figure_view(
    name: str,
    draw: Callable[[pd.DataFrame], Plot],
    table: Table | None,
    *,
    captioned: bool = True,
    **options: Any,
) -> FigureView | None:
    """The figure drawn from a recorded table, with its numbers; None when there is no table."""
    if table is None or not table.rows:
        return None
    plot = draw(frame_of(table))
    numbers = table_view(table, label=f"numbers of {plot.title}", **options)
    return plot_view(name, plot, numbers, captioned=captioned)


def plot_view(
    name: str, plot: Plot, numbers: TableView | None = None, *, captioned: bool = True
) -> FigureView:
    """A plot as a figure of the page, in the smaller of its two forms."""
    media, data = plot.smallest()
    width, height = plot.size
    return FigureView(
        name=name,
        title=visible(plot.title),
        source=f"data:{media};base64,{base64.b64encode(data).decode()}",
        width=width,
        height=height,
        alt=visible(plot.alt),
        finding=_without_title(visible(plot.alt), visible(plot.title)),
        caption=visible(plot.caption) if captioned else "",
        numbers=numbers,
        media=media,
        data=data,
    )


def _without_title(alt: str, title: str) -> str:
    rest = alt.removeprefix(title).lstrip(":., ") if alt.startswith(f"{title}. ") else alt
    return rest[:1].upper() + rest[1:]
