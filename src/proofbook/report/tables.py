"""Small tables for notebooks and pages: a DataFrame as HTML in which every value is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from proofbook.report.words import heading, is_number, number, one_line, quantity, visible

#: Longest text shown in a cell unless another width is asked for; ten times as much of what was
#: cut is kept in the cell's title.
CELL = 80

#: A column of texts no longer than this is not broken into lines; one with a text longer than the
#: second gets room for a line, so that it does not stretch the rows of a small screen.
SHORT, LONG = 20, 60


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
    said = [
        [_words(v, units.get(n, ""), width) for n, v in zip(names, values, strict=True)]
        for values in shown.itertuples(index=False, name=None)
    ]
    kinds = [_kind(shown.iloc[:, i], [words[i] for words in said]) for i in range(len(names))]
    head = "".join(
        f'<th scope="col"{kind}>{escape(heading(name, CELL))}</th>'
        for name, kind in zip(names, kinds, strict=True)
    )
    body = [
        "".join(_cell(*of, width) for of in zip(values, words, kinds, strict=True))
        for values, words in zip(shown.itertuples(index=False, name=None), said, strict=True)
    ]
    title = one_line(caption, 400)
    if not body:
        words = f"{title}: none." if title else "No rows."
        return HtmlTable(f"<p>{escape(words)}</p>", words)
    if len(frame) > rows:
        title = f"{title} First {rows} of {number(len(frame))} rows.".strip()
    html = (
        '<table class="dataframe proofbook">'
        + (f"<caption>{escape(title)}</caption>" if title else "")
        + f"<thead><tr>{head}</tr></thead><tbody>"
        + "".join(f"<tr>{cells}</tr>" for cells in body)
        + "</tbody></table>"
    )
    text = "\n".join(
        [title, "\t".join(one_line(n, CELL) for n in names), *map("\t".join, said)]
    ).strip()
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


def _kind(column: pd.Series, words: Sequence[str]) -> str:
    """How the cells of a column stand: numbers to the right, texts by their length."""
    if _all_numbers(column):
        return ' class="number" align="right"'
    kind = kind_of(words)
    return f' class="{kind}"' if kind else ""


def kind_of(texts: Sequence[str]) -> str:
    """What a column of texts needs: "short" stays on one line, "long" gets room, "" neither."""
    longest = max(map(len, texts), default=0)
    return "short" if longest <= SHORT else "long" if longest > LONG else ""


def _cell(value: object, word: str, kind: str, width: int) -> str:
    full = "" if is_number(value) or _absent(value) else visible(value)
    title = f' title="{escape(full[: CELL * 10])}"' if len(full) > width else ""
    return f"<td{kind}{title}><bdi>{escape(word)}</bdi></td>"
