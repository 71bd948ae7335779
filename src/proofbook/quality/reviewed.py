"""What a clerical review says: how far it is, the precision of links, and a table of truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.quality.clerical import REASONS
from proofbook.quality.sampling import Precision, precision
from proofbook.quality.verdicts import NONE, UNSURE


@dataclass(frozen=True)
class Reviewed:
    """The questions with their verdicts, and what follows.

    ``reasons``: ``[reason, questions, answered, confirmed, none, unsure]``, a question counted
    under every reason it has. ``precision``: of links by name, from the sample. ``confirmed``:
    awards without a recipient of which people named one. ``truth``: ``award_row`` and
    ``recipient_hash`` of every award of a settled question, null where none is right.
    """

    reasons: pd.DataFrame
    precision: Precision
    confirmed: int
    truth: pa.Table


def reviewed(questions: pl.DataFrame, verdicts: Mapping[str, str]) -> Reviewed:
    """Takes stock of a review; ``questions`` as `proofbook.quality.clerical.questions` gives them.

    ``verdicts``: of the questions that were answered (see `proofbook.quality.verdicts.settle`).
    """
    said = pl.DataFrame(
        {"question": list(verdicts), "verdict": list(verdicts.values())},
        schema={"question": pl.String, "verdict": pl.String},
    )
    number = pl.col("verdict").cast(pl.Int64, strict=False)
    chosen = pl.col("candidates").list.get(number - 1).struct.field("recipient_hash")
    settled = pl.col("verdict") != UNSURE
    found = (
        questions.join(said, "question", "left", maintain_order="left")
        .with_columns(chosen=pl.when(number.is_not_null()).then(chosen))
        .with_columns(
            right=pl.when(settled & (pl.col("by_name") > 0)).then(
                pl.col("chosen").eq_missing(pl.col("joined"))
            )
        )
    )
    truth = found.filter(settled).select(pl.col("award_rows").alias("award_row"), "chosen")
    truth = truth.explode("award_row").rename({"chosen": "recipient_hash"}).sort("award_row")
    return Reviewed(
        _by_reason(found),
        precision(found),
        int(found.filter(number.is_not_null())["open"].sum()),
        truth.to_arrow().cast(
            pa.schema([("award_row", pa.int64()), ("recipient_hash", pa.string())])
        ),
    )


def _by_reason(found: pl.DataFrame) -> pd.DataFrame:
    rows = []
    for reason in REASONS:
        of = found.filter(pl.col("reasons").list.contains(reason))
        said = of["verdict"].drop_nulls().to_list()
        none, unsure = said.count(NONE), said.count(UNSURE)
        rows.append((reason, of.height, len(said), len(said) - none - unsure, none, unsure))
    columns = ["reason", "questions", "answered", "confirmed", NONE, UNSURE]
    return pd.DataFrame(rows, columns=columns)
