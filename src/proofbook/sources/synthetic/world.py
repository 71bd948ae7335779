"""A synthetic world: awards, recipients and the truth about who is who, from a seed."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from proofbook.errors import OutputError, ParameterError

from .awards import make_awards
from .firmrows import firm_rows
from .firms import make_firms
from .mixture import Mixture, default_mixture
from .recipients import SCHEMA, Hashes, blocks, write_rows
from .streams import stream
from .truth import make_truth


@dataclass(frozen=True)
class World:
    """A world in memory.

    ``awards``: the 42 columns of sbir.gov, all text. ``recipients``: the columns of USAspending's
    recipient lookup, unknown is null. ``truth``: ``award_row`` (int64), ``recipient_hash`` (null:
    none is right; several rows: any is right), ``kind`` (what is hard about the award, see
    truth.KINDS), ``identifier`` (what its identifiers lead to, see links.OUTCOMES) and ``firm``
    (int64, equal for the awards of one firm).
    """

    awards: pa.Table
    recipients: pa.Table
    truth: pa.Table


@dataclass(frozen=True)
class WorldFiles:
    """Where the files of a world are."""

    awards: Path
    recipients: Path
    truth: Path


def make_world(
    n_awards: int, n_recipients: int, seed: int, mixture: Mixture | None = None
) -> World:
    """The world of this size and seed, in memory: the same tables on any machine.

    ParameterError if a number of rows is below 1 or the seed below 0.
    """
    plan = _plan(n_awards, n_recipients, seed, mixture or default_mixture())
    recipients = pa.concat_tables(list(plan.recipients)).combine_chunks()
    return World(plan.awards, recipients, plan.truth)


def write_world(
    out: Path | str,
    n_awards: int,
    n_recipients: int,
    seed: int,
    mixture: Mixture | None = None,
    *,
    progress: bool = False,
) -> WorldFiles:
    """Writes the same world as awards.csv.gz, recipients.parquet and truth.parquet into ``out``.

    Recipients are made and written in blocks, so that memory stays bounded (850 MB for 214,381
    awards and 3.4 million recipients). ParameterError as in :func:`make_world`; OutputError when
    the folder cannot be written or the disk is full: then the files of before are untouched.
    """
    _check(n_awards, n_recipients, seed)
    folder = Path(out)
    files = WorldFiles(
        folder / "awards.csv.gz", folder / "recipients.parquet", folder / "truth.parquet"
    )
    with _replacing(folder, files):
        plan = _plan(n_awards, n_recipients, seed, mixture or default_mixture())
        _write_awards(plan.awards, _temporary(files.awards))
        pq.write_table(plan.truth, _temporary(files.truth), compression="zstd")
        with pq.ParquetWriter(_temporary(files.recipients), SCHEMA, compression="zstd") as writer:
            for part in _watched(plan.recipients, n_recipients, progress):
                writer.write_table(part)
    return files


@dataclass(frozen=True)
class _Plan:
    """Awards and truth, and the recipients still to be made block by block."""

    awards: pa.Table
    truth: pa.Table
    recipients: Iterator[pa.Table]


def _plan(n_awards: int, n_recipients: int, seed: int, mixture: Mixture) -> _Plan:
    _check(n_awards, n_recipients, seed)
    firms = make_firms(n_awards, n_recipients, seed, mixture)
    special = firm_rows(firms, n_recipients, seed, mixture)
    hashes = Hashes()
    text = stream(seed, "rows.text")
    written = write_rows(special.rows, text, seed, mixture, hashes)
    awards = make_awards(firms, special.rows, seed, mixture)
    truth = make_truth(firms, special, written, awards)
    parts = blocks(written.table, n_recipients, seed, mixture, hashes)
    return _Plan(awards.table, truth, parts)


def _check(n_awards: int, n_recipients: int, seed: int) -> None:
    for name, value, least in (
        ("awards", n_awards, 1),
        ("recipients", n_recipients, 1),
        ("seed", seed, 0),
    ):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ParameterError(
                f"{name}: must be a whole number of at least {least} (got {value!r}). "
                f"Remedy: give {least} or more"
            )


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.part")


@contextmanager
def _replacing(folder: Path, files: WorldFiles) -> Iterator[None]:
    """Moves the finished temporary files into place, or removes them if anything went wrong."""
    paths = (files.awards, files.recipients, files.truth)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
        for path in paths:
            _temporary(path).replace(path)
    except OSError as error:
        raise OutputError(
            f"{folder}: the synthetic world could not be written ({error.strerror or error}). "
            "Remedy: free space, or name a folder that can be written"
        ) from error
    finally:
        if folder.is_dir():
            for path in paths:
                _temporary(path).unlink(missing_ok=True)


def _write_awards(table: pa.Table, path: Path) -> None:
    """A gzipped CSV file; no time stamp in it, so that equal worlds are equal files."""
    options = pyarrow.csv.WriteOptions(batch_size=8192)
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as file,
    ):
        pyarrow.csv.write_csv(table, file, options)


def _watched(parts: Iterator[pa.Table], total: int, progress: bool) -> Iterator[pa.Table]:
    if not progress:
        yield from parts
        return
    from tqdm import tqdm  # noqa: PLC0415  (slow to import, seldom needed)

    with tqdm(total=total, unit="row", desc="recipients") as bar:
        for part in parts:
            yield part
            bar.update(len(part))
