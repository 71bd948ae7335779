"""Health of UEI and DUNS on both sides: valid, absent, invalid and why, shared, in conflict."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.matching.identifiers import ABSENT, INVALID, VALID, clean_duns, clean_uei
from proofbook.measure.statistics import wilson
from proofbook.quality import frames

AWARDS, RECIPIENTS = "awards", "recipients"
STATES = (VALID, ABSENT, INVALID)


def of_awards(awards: pa.Table) -> pl.DataFrame:
    """The cleaned identifiers of an award file: ``uei, uei_state, duns, duns_state``."""
    return _cleaned(awards, "UEI", "Duns")


def of_recipients(recipients: pa.Table) -> pl.DataFrame:
    """The cleaned identifiers of a recipient file: ``uei, uei_state, duns, duns_state``."""
    return _cleaned(recipients, "uei", "duns")


def health(awards: pl.DataFrame, recipients: pl.DataFrame) -> pd.DataFrame:
    """How many identifiers are valid, absent and invalid: ``[side, identifier, state, n, share]``.

    Takes the cleaned identifiers of both sides.
    """
    rows = []
    for side, frame in ((AWARDS, awards), (RECIPIENTS, recipients)):
        for identifier in ("uei", "duns"):
            counts = dict(frame[f"{identifier}_state"].value_counts().iter_rows())
            for state in STATES:
                n = counts.get(state, 0)
                rows.append((side, identifier.upper(), state, n, n / max(frame.height, 1)))
    return pd.DataFrame(rows, columns=["side", "identifier", "state", "n", "share"])


def invalid(awards: pa.Table, recipients: pa.Table) -> pd.DataFrame:
    """Invalid identifiers by their shape, most frequent first, with the first value of each.

    ``[side, identifier, shape, n, example]``; at most ten shapes per side and identifier.
    """
    parts = []
    for side, table, columns in (
        (AWARDS, awards, ("UEI", "Duns")),
        (RECIPIENTS, recipients, ("uei", "duns")),
    ):
        for column, clean in zip(columns, (clean_uei, clean_duns), strict=True):
            values = frames.raw(table, column)
            bad = values.filter(clean(values)["state"] == INVALID).str.strip_chars()
            shapes = pl.DataFrame({"shape": _shape(bad), "example": bad})
            counted = (
                shapes.group_by("shape", maintain_order=True)
                .agg(pl.len().alias("n"), pl.col("example").first())
                .sort("n", descending=True, maintain_order=True)
                .head(10)
            )
            part = frames.to_pandas(counted.select("shape", "n", "example"))
            part.insert(0, "side", side)
            part.insert(1, "identifier", column.upper())
            parts.append(part)
    return pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)


def shared(recipients: pl.DataFrame) -> pd.DataFrame:
    """Identifiers that stand for several recipients: ``[identifier, values, recipients, most]``.

    ``values``: identifiers that more than one recipient has; ``recipients``: how many have one of
    these; ``most``: the largest number of recipients under one. Takes the cleaned identifiers.
    """
    rows = []
    for identifier in ("uei", "duns"):
        counts = _several(recipients, identifier)["n"]
        rows.append((identifier.upper(), len(counts), int(counts.sum()), counts.max() or 0))
    return pd.DataFrame(rows, columns=["identifier", "values", "recipients", "most"])


def sharing(recipients: pl.DataFrame) -> int:
    """The recipients whose UEI or DUNS is also that of another recipient."""
    held = [
        pl.col(identifier).is_in(_several(recipients, identifier)[identifier].implode())
        for identifier in ("uei", "duns")
    ]
    return recipients.filter(pl.any_horizontal(held)).height


def found(awards: pl.DataFrame, recipients: pl.DataFrame) -> pd.DataFrame:
    """How many award identifiers are on any recipient: ``[identifier, n, found, rate, low, high]``.

    ``n`` counts awards with a valid identifier. Takes the cleaned identifiers of both sides.
    """
    rows = []
    for identifier in ("uei", "duns"):
        theirs = recipients.select(identifier).drop_nulls().unique()
        ours = awards.select(identifier).drop_nulls()
        hit = ours.join(theirs, on=identifier, how="semi").height
        rate = wilson(hit, ours.height)
        rows.append((identifier.upper(), ours.height, hit, rate.value, rate.low, rate.high))
    return pd.DataFrame(rows, columns=["identifier", "n", "found", "rate", "low", "high"])


def conflicts(awards: pl.DataFrame, recipients: pl.DataFrame) -> pl.DataFrame:
    """Awards whose UEI and DUNS are both on recipients, but never on the same: ``award_row``.

    Takes the cleaned identifiers of both sides.
    """
    ours = awards.select("uei", "duns").with_row_index("award_row").drop_nulls()
    number = recipients.select("uei", "duns").with_row_index("recipient")
    by_uei = ours.join(number.select("uei", "recipient"), on="uei", how="inner")
    by_duns = ours.join(number.select("duns", "recipient"), on="duns", how="inner")
    both = by_uei.select("award_row").unique().join(by_duns, on="award_row", how="semi")
    same = by_uei.join(by_duns, on=["award_row", "recipient"], how="semi")
    return both.join(same, on="award_row", how="anti").sort("award_row")


def measures(awards: pl.DataFrame, recipients: pl.DataFrame) -> dict[str, float]:
    """The metrics about identifiers by name; rates are of all rows of a side (0-1).

    Takes the cleaned identifiers of both sides.
    """
    uei, duns = (pl.col(f"{name}_state") == VALID for name in ("uei", "duns"))
    rates = {
        "uei_valid_rate": awards.select(uei.mean()).item(),
        "duns_valid_rate": awards.select(duns.mean()).item(),
        "no_identifier_rate": awards.select((~uei & ~duns).mean()).item(),
        "recipient_uei_valid_rate": recipients.select(uei.mean()).item(),
        "recipient_duns_valid_rate": recipients.select(duns.mean()).item(),
    }
    return {**rates, "shared_identifier_recipients": sharing(recipients)}


def _cleaned(table: pa.Table, uei: str, duns: str) -> pl.DataFrame:
    one, two = clean_uei(frames.raw(table, uei)), clean_duns(frames.raw(table, duns))
    return pl.DataFrame(
        {
            "uei": one["value"],
            "uei_state": one["state"],
            "duns": two["value"],
            "duns_state": two["state"],
        }
    )


def _several(recipients: pl.DataFrame, identifier: str) -> pl.DataFrame:
    """The identifiers that more than one recipient has, with their number ``n``."""
    counts = recipients.select(identifier).drop_nulls().group_by(identifier).len(name="n")
    return counts.filter(pl.col("n") > 1)


def _shape(values: pl.Series) -> pl.Series:
    """The shape of a value: digits as 9, letters as A, anything else as it is, 20 at most."""
    digits = values.str.replace_all(r"\d", "9").str.replace_all(r"\p{L}", "A")
    return digits.str.slice(0, 20)
