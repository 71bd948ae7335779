"""Completeness: how many awards have a value, column by column, and where a gate asks for it."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.quality.award_values import award_frame, is_present, keyed_rows

#: The gated completeness: metric, and the columns of which at least one must have a value.
#: Neither tracking number nor contract is there in every award, and either identifies it.
GATED: dict[str, tuple[str, ...]] = {
    "completeness_award_id_rate": ("Agency Tracking Number", "Contract"),
    "completeness_company_rate": ("Company",),
    "completeness_amount_rate": ("Award Amount",),
    "completeness_award_date_rate": ("Proposal Award Date",),
    "completeness_program_rate": ("Program",),
}


def completeness(awards: pa.Table) -> pd.DataFrame:
    """For every column of an award table: ``column``, ``present`` (rows) and ``rate`` (0-1).

    Blank values and words for nothing (``N/A``, ``NULL``, …) are absent.
    """
    present = [
        int(award_frame(awards, [name]).select(is_present(name).sum()).item())
        for name in awards.column_names
    ]
    rates = [count / awards.num_rows if awards.num_rows else 0.0 for count in present]
    return pd.DataFrame({"column": awards.column_names, "present": present, "rate": rates})


def gated_completeness(awards: pa.Table) -> dict[str, float]:
    """The rates (0-1) that gates ask for, by metric name; a column that is missing has rate 0."""
    return {
        metric: 1 - len(_absent(awards, metric)) / awards.num_rows if awards.num_rows else 0.0
        for metric in GATED
    }


def incomplete_rows(awards: pa.Table, metric: str, k: int = 20) -> pd.DataFrame:
    """The first ``k`` awards that lower a gated completeness, with their keys and the value."""
    return keyed_rows(awards, _absent(awards, metric).head(k).to_list(), GATED[metric])


def _absent(awards: pa.Table, metric: str) -> pl.Series:
    columns = GATED[metric]
    absent = ~pl.any_horizontal(*(is_present(name) for name in columns))
    return award_frame(awards, columns).select(absent).to_series().arg_true()
