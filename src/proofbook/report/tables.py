"""Small tables for notebooks and pages: a DataFrame as HTML in which every value is escaped."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

from proofbook.report.words import is_number, number, one_line, quantity, visible

#: Longest text shown in a cell unless another width is asked for; ten times as much of what was
#: cut is kept in the cell's title.
CELL = 80


@dataclass(frozen=True)
class HtmlTable:
    """A table with its caption: HTML for a notebook, plain text for everything else."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def table(
    frame: pd.DataFrame,
    caption: str = "",
    *,
    units: dict[str, str] | None = None,
    rows: int = 50,
    width: int = CELL,
) -> HtmlTable:
    """The first ``rows`` of a frame with their caption; ``units`` gives a column's unit by name.

    Text is shown up to ``width`` characters; the whole of it is the cell's title. Numbers are
    right-aligned and carry their unit ("rate" reads as percent). Markup, control and direction
    characters in the data are shown as text.
    """
    shown, units = frame.head(rows), units or {}
    names = [str(column) for column in frame.columns]
    numeric = [_all_numbers(shown.iloc[:, i]) for i in range(len(names))]
    head = "".join(
        f'<th scope="col"{_right(right)}>{escape(one_line(name, CELL))}</th>'
        for name, right in zip(names, numeric, strict=True)
    )
    body, plain_rows = [], []
    for values in shown.itertuples(index=False, name=None):
        words = [_words(v, units.get(n, ""), width) for n, v in zip(names, values, strict=True)]
        cells = zip(values, words, numeric, strict=True)
        body.append("".join(_cell(value, word, right, width) for value, word, right in cells))
        plain_rows.append("\t".join(words))
    title = one_line(caption, 400)
    if len(frame) > rows:
        title = f"{title} First {rows} of {number(len(frame))} rows.".strip()
    html = (
        '<table class="dataframe proofbook">'
        + (f"<caption>{escape(title)}</caption>" if title else "")
        + f"<thead><tr>{head}</tr></thead><tbody>"
        + "".join(f"<tr>{cells}</tr>" for cells in body)
        + "</tbody></table>"
    )
    text = "\n".join([title, "\t".join(one_line(n, CELL) for n in names), *plain_rows]).strip()
    return HtmlTable(html, text)


def _all_numbers(column: pd.Series) -> bool:
    known = [v for v in column if not _absent(v)]
    return bool(known) and all(is_number(v) for v in known)


def _absent(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or value != value  # noqa: PLR0124


def _words(value: object, unit: str, width: int) -> str:
    if _absent(value):
        return "–"
    return quantity(value, unit) if is_number(value) else one_line(value, width)


def _right(numeric: bool) -> str:
    return ' class="number" align="right"' if numeric else ""


def _cell(value: object, word: str, numeric: bool, width: int) -> str:
    full = "" if is_number(value) or _absent(value) else visible(value)
    title = f' title="{escape(full[: CELL * 10])}"' if len(full) > width else ""
    return f"<td{_right(numeric)}{title}><bdi>{escape(word)}</bdi></td>"
