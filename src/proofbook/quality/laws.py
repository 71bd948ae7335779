"""The laws an enriched table must keep: conservation and determinism; each breach with examples."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.matching.schema import (
    ACCEPTED_METHODS,
    CANDIDATE,
    ENRICHED_SCHEMA,
    JOINED_RECIPIENT_COLUMNS,
    METHODS,
)
from proofbook.quality import frames

MOST_EXAMPLES = 20

#: Rules that ask for a value in a column; another pipeline's file need not have that column.
NEEDS = {
    "accepted without a recipient": "recipient_hash",
    "for review without candidates": "candidates",
    "accepted without a match_score": "match_score",
    "accepted without a match_probability": "match_probability",
}


@dataclass(frozen=True)
class Breach:
    """One way in which a law is broken: what, in how many rows, and at most 20 of them."""

    rule: str
    count: int
    examples: pd.DataFrame

    @property
    def sentence(self) -> str:
        """The rule, in how many rows it is broken, and the first of them by its award."""
        words = f"{self.rule}: {self.count:,} row{'s' * (self.count != 1)}"
        for column in ("award_row", "column"):
            if column in self.examples:
                return f"{words}, such as {column} {self.examples[column].iloc[0]}"
        return words


def total(breaches: Sequence[Breach]) -> int:
    """The rows in breach, all rules added up; 0 means that the law is kept."""
    return sum(breach.count for breach in breaches)


def table(breaches: Sequence[Breach]) -> pd.DataFrame:
    """The examples of all breaches, the rule in front."""
    parts = [breach.examples.assign(rule=breach.rule) for breach in breaches]
    if not parts:
        return pd.DataFrame({"rule": []})
    whole = pd.concat(parts, ignore_index=True)
    return whole[["rule", *(c for c in whole.columns if c != "rule")]]


def conservation(
    awards: int | pa.Table, enriched: pa.Table, absent: Collection[str] = ()
) -> list[Breach]:
    """Where the table is not exactly one well-formed row per award, in input order.

    Rows lost, doubled, invented or out of order; unknown methods, without which the counts of
    the known ones would not add up; accepted rows without a recipient and others with one; rows
    for review without candidates; scores outside 0-100 and probabilities outside 0-1, missing
    for an accepted row, or not finite. With the awards themselves (a table) also values of the
    input that were changed. Columns in ``absent`` are not in the file that the table was read
    from: the rules that need one (``NEEDS``) are not judged.
    """
    n = awards if isinstance(awards, int) else awards.num_rows
    missing = [name for name in ENRICHED_SCHEMA.names if name not in enriched.column_names]
    if missing:
        return [Breach("column missing", len(missing), pd.DataFrame({"column": missing}))]
    frame = frames.select(enriched, *ENRICHED_SCHEMA.names).with_row_index("position")
    breaches = [*_rows(frame, n), *_methods(frame), *_numbers(frame)]
    if isinstance(awards, pa.Table) and awards.num_rows == enriched.num_rows:
        breaches += _carried(awards, enriched)
    return [breach for breach in breaches if NEEDS.get(breach.rule) not in absent]


def determinism(a: pa.Table, b: pa.Table) -> list[Breach]:
    """Rows that differ between two results which must be the same, and columns that do."""
    if a.schema.names != b.schema.names:
        only = sorted(set(a.schema.names) ^ set(b.schema.names)) or list(a.schema.names)
        return [Breach("other columns", len(only), pd.DataFrame({"column": only[:MOST_EXAMPLES]}))]
    breaches = []
    if a.num_rows != b.num_rows:
        rows = pd.DataFrame({"first": [a.num_rows], "second": [b.num_rows]})
        breaches.append(Breach("other number of rows", abs(a.num_rows - b.num_rows), rows))
    shared = min(a.num_rows, b.num_rows)
    one, two = (frames.select(t.slice(0, shared), *t.column_names) for t in (a, b))
    differ = one.hash_rows() != two.hash_rows()
    if differ.any():
        shown = []
        for row in differ.arg_true()[:MOST_EXAMPLES]:
            for column, left, right in zip(one.columns, one.row(row), two.row(row), strict=True):
                if repr(left) != repr(right):
                    shown.append((row, column, str(left)[:80], str(right)[:80]))
        examples = pd.DataFrame(shown, columns=["row", "column", "first", "second"])
        breaches.append(Breach("rows differ", int(differ.sum()), examples.head(MOST_EXAMPLES)))
    return breaches


def content_hash(enriched: pa.Table) -> str:
    """Sixteen hex digits of the table's content, whatever its chunks; for one set of versions."""
    frame = frames.select(enriched, *enriched.column_names)
    names = ",".join(frame.columns).encode()
    return hashlib.sha256(names + frame.hash_rows().to_numpy().tobytes()).hexdigest()[:16]


def _rows(frame: pl.DataFrame, n: int) -> list[Breach]:
    there = frame["award_row"]
    lost = pl.Series("award_row", range(n), dtype=pl.Int64)
    lost = lost.filter(~lost.is_in(there.implode()))
    row = pl.col("award_row")
    return [
        *_breach("award lost", lost.to_frame(), pl.lit(value=True)),
        *_breach("award doubled", frame, ~row.is_first_distinct()),
        *_breach("award invented", frame, row.is_null() | (row < 0) | (row >= n)),
        *_breach("out of order", frame, row < row.shift(1)),
    ]


def _methods(frame: pl.DataFrame) -> list[Breach]:
    method, recipient = pl.col("match_method"), pl.col("recipient_hash")
    accepted = method.is_in(list(ACCEPTED_METHODS))
    joined = pl.any_horizontal(pl.col(c).is_not_null() for c in JOINED_RECIPIENT_COLUMNS)
    return [
        *_breach("unknown method", frame, ~method.is_in(list(METHODS)) | method.is_null()),
        *_breach("accepted without a recipient", frame, accepted & recipient.is_null()),
        *_breach("a recipient without being accepted", frame, ~accepted & joined),
        *_breach(
            "for review without candidates",
            frame,
            (method == CANDIDATE) & (pl.col("candidates").list.len().fill_null(0) == 0),
        ),
    ]


def _numbers(frame: pl.DataFrame) -> list[Breach]:
    accepted = pl.col("match_method").is_in(list(ACCEPTED_METHODS))
    breaches = []
    for column, top in (("match_score", 100), ("match_probability", 1)):
        value = pl.col(column)
        wrong = ~value.is_finite() | ~value.is_between(0, top)
        breaches += _breach(f"{column} outside 0-{top}", frame, wrong)
        breaches += _breach(f"accepted without a {column}", frame, accepted & value.is_null())
    return breaches


def _carried(awards: pa.Table, enriched: pa.Table) -> list[Breach]:
    """Input columns whose values in the enriched table are not those of the award file."""
    breaches = []
    for name in awards.column_names:
        if name in enriched.column_names and name not in ENRICHED_SCHEMA.names:
            pair = pl.DataFrame(
                {"input": frames.raw(awards, name), "output": frames.raw(enriched, name)}
            ).with_row_index("award_row")
            differs = pl.col("input").fill_null("") != pl.col("output").fill_null("")
            breaches += _breach(f"{name} changed", pair, differs)
    return breaches


def _breach(rule: str, frame: pl.DataFrame, wrong: pl.Expr) -> list[Breach]:
    """The breach that the rows of ``frame`` where ``wrong`` are, or nothing."""
    rows = frame.filter(wrong)
    if rows.is_empty():
        return []
    shown = ("award_row", "position", "match_method", "match_score", "match_probability",
             "recipient_hash", "recipient_name", "input", "output")  # fmt: skip
    columns = [c for c in shown if c in frame.columns]
    return [Breach(rule, rows.height, frames.to_pandas(rows.select(columns).head(MOST_EXAMPLES)))]
