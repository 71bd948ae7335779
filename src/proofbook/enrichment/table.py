"""The enriched table: the award columns, then what matching found, as DESIGN specifies it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from proofbook.atomic import replacing
from proofbook.errors import InputError, ParameterError, did_you_mean, writing
from proofbook.matching.judge import Judge, to_text
from proofbook.matching.schema import (
    AWARD_COLUMNS_READ,
    ENRICHED_SCHEMA,
    JOINED_RECIPIENT_COLUMNS,
)
from proofbook.sources.columns import DEFAULT_DROPPED, fold
from proofbook.sources.personal import is_personal
from proofbook.sources.recipients import Recipients

#: Keys of what an enriched table tells about its run, beside its columns: how it decided (see
#: ``matching.judge``), and the award columns that matching read, joined by commas.
JUDGE, COLUMNS_READ = b"proofbook.judge", b"proofbook.columns_read"


_PART = 1 << 15  # awards whose new columns are made at a time


def award_columns(
    available: Sequence[str], chosen: Sequence[str] | None, source: str | Path = "awards"
) -> list[str]:
    """The award columns that go into the enriched table, in the order of the input.

    Without a choice: all but personal ones and the abstract. A choice may name personal columns.
    InputError when ``source`` (what messages call the awards) has a column that enrichment adds.
    """
    kept = _chosen(available, chosen)
    refuse_added(kept, source)
    return kept


def refuse_added(names: Sequence[str], source: str | Path) -> None:
    """InputError when award columns have a name of the enriched table, in any spelling."""
    added = {fold(name) for name in ENRICHED_SCHEMA.names}
    for name in names:
        if fold(name) in added:
            raise InputError(
                source,
                f"already has a column {name!r}, which enrichment adds",
                place="header",
                remedy="give the awards as they were before an enrichment, rename the column, or "
                "choose the others with --columns",
            )


def _chosen(available: Sequence[str], chosen: Sequence[str] | None) -> list[str]:
    if chosen is None:
        return [c for c in available if c not in DEFAULT_DROPPED and not is_personal(c)]
    for name in chosen:
        if name not in available:
            raise ParameterError(
                f"--columns: the awards have no column {name!r}{did_you_mean(name, available)}; "
                f"they have {', '.join(available)}"
            )
    return [c for c in available if c in set(chosen)]


def enriched_table(
    awards: pa.Table, recipients: Recipients, matches: pl.DataFrame, columns: Sequence[str]
) -> pa.Table:
    """The enriched table of awards and their matches (see ``matching.match``)."""
    used = pl.concat(
        [
            matches["recipient"].drop_nulls(),
            matches["candidates"].explode().struct.field("recipient").drop_nulls(),
        ]
    ).unique()
    used = used.sort()
    wanted = sorted(set(JOINED_RECIPIENT_COLUMNS.values()))
    known = pl.DataFrame(pl.from_arrow(recipients.take(used.to_numpy(), wanted)))
    known = known.with_columns(used.alias("recipient"))
    # Part by part: the lists of candidates take several times their room while they are made.
    parts = [_added(part, known) for part in matches.iter_slices(_PART)]
    arrow = pa.concat_tables(parts) if parts else ENRICHED_SCHEMA.empty_table()
    table = awards.select(list(columns))
    for field in ENRICHED_SCHEMA:
        table = table.append_column(field, arrow.column(field.name))
    return table


def _added(matches: pl.DataFrame, known: pl.DataFrame) -> pa.Table:
    """The columns that enrichment adds to some awards."""
    joined = matches.join(known, "recipient", "left", maintain_order="left")
    listed = _candidates(matches, known)
    added = joined.select(
        "award_row",
        "match_method",
        "match_score",
        "match_probability",
        "match_flags",
        *(pl.col(source).alias(name) for name, source in JOINED_RECIPIENT_COLUMNS.items()),
    ).with_columns(listed)
    arrow = added.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(
        pa.schema([f.with_nullable(True) for f in ENRICHED_SCHEMA])
    )
    return arrow.cast(ENRICHED_SCHEMA)


def with_judge(table: pa.Table, judge: Judge | None, available: Sequence[str]) -> pa.Table:
    """The table with what explains its decisions later; ``available`` are all award columns."""
    if judge is None:
        return table
    read = ",".join(c for c in AWARD_COLUMNS_READ if c in available)
    return table.replace_schema_metadata({JUDGE: to_text(judge), COLUMNS_READ: read})


def _candidates(matches: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """The candidates of each award with the recipients' names and places."""
    flat = matches.select("award_row", "candidates").explode("candidates").unnest("candidates")
    flat = flat.drop_nulls("recipient").join(known, "recipient", "left", maintain_order="left")
    lists = flat.group_by("award_row", maintain_order=True).agg(
        candidates=pl.struct(
            "recipient_hash",
            pl.col("legal_business_name").alias("name"),
            "city",
            "state",
            "score",
            "probability",
        )
    )
    out = matches.select("award_row").join(lists, "award_row", "left", maintain_order="left")
    empty = pl.lit([], dtype=lists.schema["candidates"])
    return out.select(pl.col("candidates").fill_null(empty)).to_series()


def write_enriched(table: pa.Table, path: str | Path) -> Path:
    """Write an enriched table as Parquet; the file appears whole or not at all."""
    path = Path(path)
    with writing(path), replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")
    return path
