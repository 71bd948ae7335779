"""The inputs of a run: read once and found sound before any notebook starts, at every size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from proofbook.errors import ParameterError, writing
from proofbook.params import Settings, parse_size
from proofbook.sources import read_awards, read_recipients, read_truth
from proofbook.sources.files import identify
from proofbook.sources.parquet import parquet_rows
from proofbook.suite.files import NO_ROOM
from proofbook.suite.inputs import InputPaths, made_once, world_files, world_paths
from proofbook.suite.provenance import input_file
from proofbook.suite.result import InputFile


@dataclass(frozen=True)
class Inputs:
    """The inputs of a run: their paths at every size, and what identifies each file."""

    paths: dict[str, InputPaths]
    files: list[InputFile]


def prepare(settings: Settings, folder: Path) -> Inputs:
    """The inputs of a run, read once and found sound, at every size; made ones go to ``folder``.

    A size of a file is its first awards and recipients. Raises InputError for a file that cannot
    be used, ParameterError for a size larger than the files, OutputError when the folder is full.
    """
    with writing(folder, NO_ROOM):
        files = (_worlds if settings.synthetic else _given)(settings, folder)
        return Inputs(input_paths(settings, folder), files)


def input_paths(settings: Settings, folder: Path) -> dict[str, InputPaths]:
    """Where the inputs of every size are, or will be once they are prepared in ``folder``."""
    data, found = settings.data, {}
    for size in settings.effective_sizes():
        if settings.synthetic:
            found[size] = world_paths(folder / size)
        elif size == "all":
            truth = Path(data.truth) if data.truth else None
            found[size] = InputPaths(Path(data.awards), Path(data.recipients), truth)
        else:
            truth = folder / size / "truth.parquet" if data.truth else None
            awards, recipients = (folder / size / f"{n}.parquet" for n in ("awards", "recipients"))
            found[size] = InputPaths(awards, recipients, truth)
    return found


def _worlds(settings: Settings, folder: Path) -> list[InputFile]:
    files = []
    paths = input_paths(settings, folder)
    for size in paths:
        awards, recipients = parse_size(size) or (0, 0)
        world_files(folder / size, awards, recipients, settings.data.seed)
        suffix = "" if size == list(paths)[-1] else f"@{size}"
        rows = {"awards": awards, "recipients": recipients, "truth": None}
        for role, count in rows.items():
            files.append(input_file(f"{role}{suffix}", getattr(paths[size], role), count))
    return files


def _given(settings: Settings, folder: Path) -> list[InputFile]:
    data = settings.data
    told = {"awards": _rows_told(data.awards), "recipients": _rows_told(data.recipients)}
    _check_sizes(settings, told)
    awards, recipients = read_awards(data.awards), read_recipients(data.recipients)
    files = [
        InputFile(role, str(file.path), file.rows, file.bytes, file.sha256)
        for role, file in (("awards", awards), ("recipients", recipients))
    ]
    truth = None
    if data.truth:
        truth = read_truth(data.truth, awards.rows)
        files.append(input_file("truth", Path(data.truth), truth.num_rows))
    _check_sizes(settings, {"awards": awards.rows, "recipients": recipients.rows})
    for size in settings.effective_sizes():
        counts = parse_size(size)
        if counts is not None:
            first = (awards.table[: counts[0]], recipients.table[: counts[1]], truth)
            made_once(folder / size, partial(_write_first, first))
    return files


def _rows_told(path: str) -> int | None:
    """The rows that a file says it has, before it is read; None where it does not say."""
    return parquet_rows(Path(path)) if identify(Path(path)) == "parquet" else None


def _check_sizes(settings: Settings, rows: Mapping[str, int | None]) -> None:
    known = {role: count for role, count in rows.items() if count is not None}
    for size in settings.effective_sizes():
        asked = dict(zip(("awards", "recipients"), parse_size(size) or (0, 0), strict=True))
        if any(asked[role] > count for role, count in known.items()):
            held = " and ".join(f"{count} {role}" for role, count in known.items())
            raise ParameterError(
                f"sizes: {size} is larger than the files, which hold {held}; use --set sizes=all"
            )


def _write_first(tables: tuple[pa.Table, pa.Table, pa.Table | None], folder: Path) -> None:
    """The first awards and recipients; a true recipient that is not among them counts as none."""
    awards, recipients, truth = tables
    pq.write_table(awards, folder / "awards.parquet")
    pq.write_table(recipients, folder / "recipients.parquet")
    if truth is not None:
        pq.write_table(_links_within(truth, awards.num_rows, recipients), folder / "truth.parquet")


def _links_within(truth: pa.Table, n_awards: int, recipients: pa.Table) -> pa.Table:
    known = truth.filter(pc.less(truth["award_row"], n_awards))
    hashes = recipients["recipient_hash"].combine_chunks().cast(truth["recipient_hash"].type)
    found = known.filter(pc.is_in(known["recipient_hash"], hashes))
    lost = known.filter(pc.invert(pc.is_in(known["award_row"], found["award_row"])))
    others = [name for name in lost.column_names if name != "award_row"]
    lost = lost.group_by("award_row", use_threads=False).aggregate([(c, "first") for c in others])
    lost = lost.rename_columns([name.removesuffix("_first") for name in lost.column_names])
    place = lost.column_names.index("recipient_hash")
    none = pa.nulls(lost.num_rows, truth["recipient_hash"].type)
    lost = lost.set_column(place, "recipient_hash", none).select(known.column_names)
    return pa.concat_tables([found, lost.cast(found.schema)]).sort_by("award_row")
