"""Names and places of both sides: how long, how common, how alike, and rows that repeat."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.matching.places import clean_state
from proofbook.quality import frames

#: Name, city and state as the two sides call them.
AWARD_SIDE = ("Company", "City", "State")
RECIPIENT_SIDE = ("legal_business_name", "city", "state")

#: A designator of the legal form at the end of a name, upper case.
_LEGAL_FORM = (
    r"\b(INC|INCORPORATED|LLC|L\.L\.C|CORP|CORPORATION|CO|COMPANY|LTD|LIMITED|LP|LLP|PC|PLLC)\W*$"
)
_WORD = r"[\p{L}\p{N}]+"
_SLICE = 250_000


def statistics(awards: pa.Table, recipients: pa.Table) -> pd.DataFrame:
    """What the names of both sides are like: ``[statistic, awards, recipients]``."""
    ours, theirs = _side(awards, AWARD_SIDE), _side(recipients, RECIPIENT_SIDE)
    return pd.DataFrame(
        [(name, ours[name], theirs[name]) for name in ours],
        columns=["statistic", "awards", "recipients"],
    )


def common_words(awards: pa.Table, recipients: pa.Table, n: int = 12) -> pd.DataFrame:
    """The words in most award names, and their share of the distinct names of both sides.

    ``[word, award share, recipient share]``, shares of 0-1, case folded, most frequent on the
    awards first.
    """
    ours = _word_shares(_names(awards, "Company"))
    theirs = _word_shares(_names(recipients, "legal_business_name"))
    top = ours.sort("share", "word", descending=[True, False]).head(n)
    both = top.join(theirs, on="word", how="left", suffix="_theirs", maintain_order="left")
    return frames.to_pandas(
        both.select(
            "word",
            pl.col("share").alias("award share"),
            pl.col("share_theirs").fill_null(0.0).alias("recipient share"),
        )
    )


def states(awards: pa.Table, recipients: pa.Table, n: int = 12) -> pd.DataFrame:
    """The states of most awards, and their share of both sides.

    ``[state, award share, recipient share]``, shares of 0-1. States are compared by their code;
    what is no state of the USA is "none".
    """
    ours = _shares(clean_state(frames.raw(awards, "State")))
    theirs = _shares(clean_state(frames.raw(recipients, "state")))
    top = sorted(ours, key=lambda state: (-ours[state], state))[:n]
    rows = [(state, ours[state], theirs.get(state, 0.0)) for state in top]
    return pd.DataFrame(rows, columns=["state", "award share", "recipient share"])


def keys(awards: pa.Table) -> pd.DataFrame:
    """Whether a number could serve as an award's key: ``[key, rows, distinct, repeated_rows]``.

    ``rows``: awards that have it; ``repeated_rows``: awards whose value an earlier one has.
    """
    rows = []
    for key in (("Agency Tracking Number",), ("Contract",), ("Agency Tracking Number", "Contract")):
        values = pl.DataFrame([frames.text(awards, column) for column in key]).drop_nulls()
        distinct = values.n_unique() if values.height else 0
        rows.append((" + ".join(key), values.height, distinct, values.height - distinct))
    return pd.DataFrame(rows, columns=["key", "rows", "distinct", "repeated_rows"])


def repeated_rows(awards: pa.Table) -> pd.DataFrame:
    """Award rows equal to an earlier row in every column, with that row: ``[award_row, same_as]``.

    Also ``Company`` and ``Award Title``, by which a reader finds them.
    """
    marks = [pl.Series(pl.from_arrow(awards[name])).hash() for name in awards.column_names]
    mark = pl.DataFrame([m.alias(str(i)) for i, m in enumerate(marks)]).hash_rows()
    rows = mark.alias("mark").to_frame().with_row_index("award_row")
    rows = rows.with_columns(same_as=pl.col("award_row").first().over("mark"))
    again = rows.filter(pl.col("award_row") != pl.col("same_as"))
    shown = [frames.raw(awards, c).gather(again["award_row"]) for c in ("Company", "Award Title")]
    return frames.to_pandas(again.select("award_row", "same_as").with_columns(shown))


def _side(table: pa.Table, columns: tuple[str, str, str]) -> dict[str, float]:
    name, city, state = columns
    names = frames.text(table, name).str.to_uppercase()
    places = pl.DataFrame(
        [names, frames.text(table, city).str.to_uppercase(), clean_state(frames.raw(table, state))]
    )
    distinct = names.drop_nulls().unique()
    length = distinct.str.len_chars()
    words = distinct.str.count_matches(_WORD)
    return {
        "rows": len(names),
        "rows without a name": int(names.null_count()),
        "distinct names": len(distinct),
        "distinct names and places": places.filter(names.is_not_null()).n_unique(),
        "characters, median": _number(length.median()),
        "characters, longest": _number(length.max()),
        "words, median": _number(words.median()),
        "words, most": _number(words.max()),
        "names of one word, %": 100 * _number((words == 1).mean()),
        "names with a legal form, %": 100 * _number(distinct.str.contains(_LEGAL_FORM).mean()),
    }


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _names(table: pa.Table, column: str) -> pl.Series:
    return frames.text(table, column).str.to_uppercase().drop_nulls().unique()


def _word_shares(names: pl.Series) -> pl.DataFrame:
    """Every word with the share of the names that hold it; slice by slice, to spare memory."""
    counts = []
    for start in range(0, max(len(names), 1), _SLICE):
        words = names.slice(start, _SLICE).str.extract_all(_WORD).list.unique().explode()
        counts.append(words.drop_nulls().alias("word").value_counts(name="n"))
    whole = pl.concat(counts).group_by("word").agg(pl.col("n").sum())
    return whole.select("word", share=pl.col("n") / max(len(names), 1))


def _shares(values: pl.Series) -> dict[str, float]:
    counts = values.fill_null("none").value_counts(name="n").iter_rows()
    return {value: n / max(len(values), 1) for value, n in counts}
