"""Reading an enriched table: our own, or another pipeline's through a mapping file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from proofbook.errors import InputError, did_you_mean
from proofbook.matching.schema import (
    ACCEPTED_METHODS,
    CANDIDATE,
    CANDIDATE_TYPE,
    ENRICHED_SCHEMA,
    FLAGS,
    JOINED_RECIPIENT_COLUMNS,
    METHODS,
)
from proofbook.sources.columns import AWARD_ALIASES, AWARD_COLUMNS
from proofbook.sources.files import identify
from proofbook.sources.hashes import plain_hashes
from proofbook.sources.mappings import Mapping, read_mapping
from proofbook.sources.tables import known_names, read_raw
from proofbook.sources.text import text_column

#: Columns any of which tells which recipient is joined.
_TELLS_RECIPIENT = ("recipient_hash", "recipient_uei", "recipient_duns", "recipient_name")


@dataclass(frozen=True)
class EnrichedFile:
    """An enriched table, and which of its columns the file does not have, each with the reason.

    Our own files have every column; ``candidates`` of another pipeline are absent where no award
    for review has a recipient beside it.
    """

    table: pa.Table
    absent: dict[str, str]


def read_enriched(path: str | Path, mapping: str | Path | None = None) -> pa.Table:
    """The table of `read_enriched_file`."""
    return read_enriched_file(path, mapping).table


def read_enriched_file(path: str | Path, mapping: str | Path | None = None) -> EnrichedFile:
    """Reads an enriched table; its enrichment columns are those of ``ENRICHED_SCHEMA``.

    Without ``mapping`` the file is our own, in Parquet. With it, the columns and words of another
    pipeline's file (Parquet or CSV) are translated: award columns become text in the spelling of
    ``AWARD_COLUMNS``, what is not mapped is null or empty, ``award_row`` is the position in the
    file unless mapped, recipients stay joined only where the method accepts them, and a
    recipient without a hash gets the one of ``plain_hashes``. Unmapped columns with a name of
    ``ENRICHED_SCHEMA`` are left out. Raises InputError for a
    missing column, a type that does not fit, and a word, probability or score out of range,
    with the row (0-based). Whether awards are lost or doubled is not judged here.
    """
    path = Path(path)
    format_ = identify(path)
    if mapping is not None:
        file = _translated(path, format_, read_mapping(mapping))
    elif format_ == "parquet":
        file = EnrichedFile(_own(path, read_raw(path, format_, _own_names).table), absent={})
    else:
        raise InputError(
            path,
            "is a CSV, in which the lists of an enriched table have no place",
            remedy="give it as Parquet, or name a mapping file",
        )
    if not file.table.num_rows:
        raise InputError(path, "holds no award", remedy="enrich again, from awards with rows")
    _check_values(path, file.table)
    return file


def _own_names(path: Path, found: Sequence[str]) -> list[str]:
    return known_names(path, found, (), ENRICHED_SCHEMA.names)


def _own(path: Path, table: pa.Table) -> pa.Table:
    for field in ENRICHED_SCHEMA:
        at = table.schema.get_field_index(field.name)
        try:
            column = table.column(at).cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise InputError(
                path,
                f"has a column of the wrong type: needs {field.type}",
                place=f"column {field.name!r}",
                value=str(table.column(at).type),
                remedy="write it again with that type, or name a mapping file",
            ) from error
        table = table.set_column(at, field, column)
    return table


def _translated(path: Path, format_: str, mapping: Mapping) -> EnrichedFile:
    used = [source for column in mapping.columns for source in mapping.sources(column)]
    raw = read_raw(path, format_, lambda p, found: known_names(p, found, used, ())).table
    columns = _mapped_columns(path, raw, mapping)
    columns["match_method"] = _methods(path, columns["match_method"], mapping)
    accepted = pc.is_in(columns["match_method"], pa.array(ACCEPTED_METHODS))
    columns["recipient_hash"] = _hashes(columns)
    columns["candidates"] = _candidates(columns)
    for name in JOINED_RECIPIENT_COLUMNS:
        columns[name] = pc.if_else(accepted, columns[name], pa.scalar(None, pa.string()))
    columns["match_flags"] = pa.array([[]] * raw.num_rows, pa.list_(pa.string()))
    mine = pa.table([columns[name] for name in ENRICHED_SCHEMA.names], schema=ENRICHED_SCHEMA)
    for name, column in _other_columns(path, raw, used).items():
        mine = mine.add_column(mine.num_columns - len(ENRICHED_SCHEMA), name, column)
    return EnrichedFile(mine, _absent(mapping, raw.column_names, mine))


def _absent(mapping: Mapping, found: Sequence[str], mine: pa.Table) -> dict[str, str]:
    """The columns that neither a mapped one nor others stand for, each with the reason."""
    why = {}
    for column in ("match_score", "match_probability"):
        sources = mapping.sources(column)
        if not sources:
            why[column] = f"the mapping names no column for {column}"
        elif not set(sources) & set(found):
            why[column] = f"the file has no column {' or '.join(map(repr, sources))}"
    if not any(set(mapping.sources(column)) & set(found) for column in _TELLS_RECIPIENT):
        why["recipient_hash"] = "the file has no mapped column that tells a recipient"
    under_review = mine.filter(pc.equal(mine["match_method"], CANDIDATE))["candidates"]
    if len(under_review) and not pc.sum(pc.list_value_length(under_review)).as_py():
        why["candidates"] = "the file puts no recipient beside any award for review"
    return why


def _mapped_columns(path: Path, raw: pa.Table, mapping: Mapping) -> dict[str, pa.ChunkedArray]:
    """Every mappable column in its type; all null when the mapping or the file has none."""
    columns: dict[str, pa.ChunkedArray] = {}
    for field in ENRICHED_SCHEMA:
        sources = mapping.sources(field.name)
        source = next((s for s in sources if s in raw.column_names), None)
        if source is not None:
            columns[field.name] = _typed(path, source, raw.column(source), field.type)
        elif sources and field.name == "match_method":
            raise InputError(
                path,
                f"has no column {sources[0]!r}{did_you_mean(sources[0], raw.column_names)}",
                place="header",
                remedy="correct columns.match_method in the mapping file",
            )
        else:
            columns[field.name] = pa.chunked_array([pa.nulls(raw.num_rows, field.type)])
    if not mapping.sources("award_row"):
        columns["award_row"] = pa.chunked_array([pa.array(range(raw.num_rows), pa.int64())])
    return columns


def _typed(path: Path, name: str, column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    text = text_column(path, name, column)
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    if kind == pa.string():
        return text
    values = pl.Series(pl.from_arrow(text))
    numbers = values.cast(pl.Float64 if kind == pa.float64() else pl.Int64, strict=False)
    unread = (numbers.is_null() & values.is_not_null()).arg_true()
    if len(unread):
        raise InputError(
            path,
            "has a value that is no number" if kind == pa.float64() else "has no whole number",
            place=f"column {name!r}, row {unread[0]}",
            value=values[unread[0]],
            remedy="correct the value, or the column's name in the mapping file",
        )
    return pa.chunked_array([numbers.to_arrow()])


def _methods(path: Path, column: pa.ChunkedArray, mapping: Mapping) -> pa.ChunkedArray:
    known = mapping.method_of()
    words = pl.Series(pl.from_arrow(pc.fill_null(column, "")))
    methods = words.replace_strict(known, default=None, return_dtype=pl.String)
    unknown = methods.is_null().arg_true()
    if len(unknown):
        word = words[unknown[0]]
        raise InputError(
            path,
            "has a match method that the mapping does not explain",
            place=f"row {unknown[0]}",
            value=word,
            remedy=f"add it to `methods` in the mapping file{did_you_mean(word, known)}",
        )
    return pa.chunked_array([methods.to_arrow().cast(pa.string())])


def _hashes(columns: dict[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    """The mapped hashes; where there is none but a recipient, the one its identifiers give."""
    parts = pa.table({ours: columns[name] for name, ours in JOINED_RECIPIENT_COLUMNS.items()})
    return pc.coalesce(columns["recipient_hash"], plain_hashes(parts))


def _candidates(columns: dict[str, pa.ChunkedArray]) -> pa.Array:
    """For an award under review, the recipient that the other pipeline put beside it."""
    names = {"name": "recipient_name", "city": "recipient_city", "state": "recipient_state",
             "score": "match_score", "probability": "match_probability"}  # fmt: skip
    fields = {
        f.name: columns[names.get(f.name, f.name)].combine_chunks() for f in CANDIDATE_TYPE.fields
    }
    one = pa.StructArray.from_arrays(list(fields.values()), fields=CANDIDATE_TYPE.fields)
    proposed = pc.and_(pc.equal(columns["match_method"], CANDIDATE), fields["name"].is_valid())
    ends = pc.cumulative_sum(proposed.cast(pa.int32())).combine_chunks()
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    return pa.ListArray.from_arrays(offsets, one.filter(proposed.combine_chunks()))


def _other_columns(path: Path, raw: pa.Table, used: list[str]) -> dict[str, pa.ChunkedArray]:
    """What is not mapped and does not bear a name of ours; award columns as text."""
    kept = [n for n in raw.column_names if n not in used and n not in ENRICHED_SCHEMA.names]
    names = known_names(path, kept, AWARD_COLUMNS, (), AWARD_ALIASES)
    return {
        name: pc.fill_null(text_column(path, name, raw.column(source)), "")
        if name in AWARD_COLUMNS
        else raw.column(source)
        for name, source in zip(names, kept, strict=True)
    }


def _check_values(path: Path, table: pa.Table) -> None:
    for field in ENRICHED_SCHEMA:
        if not field.nullable:
            missing = table.column(field.name).is_null()
            _refuse(path, field.name, missing, "has nothing where a value is needed", "fill it in")
    methods = pc.is_in(table.column("match_method"), pa.array(METHODS))
    one_of = "use one of {}, or name a mapping file"
    _refuse(
        path, "match_method", pc.invert(methods), "has an unknown word",
        one_of.format(", ".join(METHODS)), table.column("match_method"),
    )  # fmt: skip
    flags = pl.Series(pl.from_arrow(table.column("match_flags")))
    strange = flags.list.eval(~pl.element().is_in(list(FLAGS))).list.any()
    _refuse(
        path, "match_flags", strange.to_arrow(), "has an unknown word",
        one_of.format(", ".join(FLAGS)), table.column("match_flags"),
    )  # fmt: skip
    for name, top in (("match_probability", 1.0), ("match_score", 100.0)):
        column = table.column(name)
        fits = pc.and_(pc.greater_equal(column, 0.0), pc.less_equal(column, top))
        outside = pc.invert(pc.fill_null(fits, True))
        problem = f"has a value outside 0 to {top:g}"
        _refuse(path, name, outside, problem, "correct it, or leave it empty", column)


def _refuse(
    path: Path,
    name: str,
    wrong: pa.ChunkedArray | pa.Array,
    problem: str,
    remedy: str,
    column: pa.ChunkedArray | None = None,
) -> None:
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        value = None if column is None else column[row].as_py()
        place = f"column {name!r}, row {row}"
        raise InputError(path, problem, place=place, value=value, remedy=remedy)
