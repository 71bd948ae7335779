"""A synthetic world: awards, recipients and the truth about who is who, from a seed."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from proofbook.errors import OutputError, ParameterError

from .awards import Awards, make_awards
from .firms import Firms, make_firms
from .mixture import Mixture, default_mixture
from .recipients import SCHEMA, Hashes, Rows, award_firm_rows, blocks, write_rows
from .streams import stream


@dataclass(frozen=True)
class World:
    """A world in memory.

    ``awards``: the 42 columns of sbir.gov, all text. ``recipients``: columns of USAspending's
    recipient lookup. ``truth``: ``award_row`` (int64), ``recipient_hash`` (null: none; several
    rows: any is right), ``kind`` (what is hard about the award), ``identifier`` (what its
    identifiers lead to) and ``firm`` (int64, equal for awards of one firm).
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


@dataclass(frozen=True)
class _Plan:
    awards: Awards
    truth: pa.Table
    special: dict[str, pa.Array]
    hashes: Hashes


def make_world(n_awards: int, n_recipients: int, seed: int, mixture: Mixture | None = None) -> World:
    """The world of this size and seed, in memory; the same tables on any machine.

    ParameterError if a number of rows is below 1 or the seed below 0.
    """
    mixture = mixture or default_mixture()
    plan = _plan(n_awards, n_recipients, seed, mixture)
    parts = blocks(plan.special, n_recipients, seed, mixture, plan.hashes)
    recipients = pa.concat_tables(list(parts)).combine_chunks()
    return World(plan.awards.table, recipients, plan.truth)


def write_world(
    out: Path | str, n_awards: int, n_recipients: int, seed: int, mixture: Mixture | None = None,
    *, progress: bool = False,
) -> WorldFiles:
    """Writes the same world as awards.csv.gz, recipients.parquet and truth.parquet into ``out``.

    Recipients are made and written in blocks, so that memory stays bounded. ParameterError as in
    :func:`make_world`; OutputError when the folder cannot be written or the disk is full: then
    no file of the world is left behind.
    """
    mixture = mixture or default_mixture()
    _check(n_awards, n_recipients, seed)
    folder = Path(out)
    files = WorldFiles(folder / "awards.csv.gz", folder / "recipients.parquet", folder / "truth.parquet")
    with _output(folder, files):
        plan = _plan(n_awards, n_recipients, seed, mixture)
        _write_awards(plan.awards.table, _temporary(files.awards))
        pq.write_table(plan.truth, _temporary(files.truth), compression="zstd")
        plan.awards.table.slice(0, 0)
        parts = blocks(plan.special, n_recipients, seed, mixture, plan.hashes)
        with pq.ParquetWriter(_temporary(files.recipients), SCHEMA, compression="zstd") as writer:
            for part in _watched(parts, n_recipients, progress):
                writer.write_table(part)
    return files


def _check(n_awards: int, n_recipients: int, seed: int) -> None:
    for name, value, least in (("awards", n_awards, 1), ("recipients", n_recipients, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ParameterError(
                f"{name}: must be a whole number of at least {least} (got {value!r}). "
                f"Remedy: give a larger number"
            )


def _plan(n_awards: int, n_recipients: int, seed: int, mixture: Mixture) -> _Plan:
    _check(n_awards, n_recipients, seed)
    firms = make_firms(n_awards, n_recipients, seed, mixture)
    rows = award_firm_rows(firms, n_recipients, seed, mixture)
    hashes = Hashes()
    special = write_rows(rows, stream(seed, "recipients.text"), seed, mixture, hashes)
    names = special.columns["legal_business_name"]
    awards = make_awards(firms, rows, names, special.done, seed, mixture)
    truth = _truth(firms, rows, special.columns["recipient_hash"], awards)
    return _Plan(awards, truth, special.columns, hashes)


def _truth(firms: Firms, rows: Rows, hashes: pa.Array, awards: Awards) -> pa.Table:
    """One row for every award and right recipient, or one with null for awards without any.

    Right are all rows of the firm that did the work; for an award that names the firm's parent
    also the rows of the parent.
    """
    n = len(firms)
    owner = np.where(rows.entity < n, rows.entity, -1)
    by_firm = np.argsort(np.where(owner < 0, n, owner), kind="stable")[: int((owner >= 0).sum())]
    starts = np.searchsorted(owner[by_firm], np.arange(n + 1))
    counts = (starts[1:] - starts[:-1])[awards.firm]
    award = np.repeat(np.arange(len(awards.firm)), np.maximum(counts, 1))
    within = np.arange(len(award)) - np.repeat(np.cumsum(np.maximum(counts, 1)) - np.maximum(counts, 1), np.maximum(counts, 1))
    none = counts[award] == 0
    position = np.minimum(starts[awards.firm[award]] + within, max(len(by_firm) - 1, 0))
    row = by_firm[position] if len(by_firm) else np.zeros(len(award), dtype=np.int64)

    parent_row = np.full(n + len(firms.parents), -1)
    heads = np.flatnonzero((rows.entity >= n) & (rows.entity < n + len(firms.parents)))
    parent_row[rows.entity[heads]] = heads
    named = np.flatnonzero(awards.names_parent)
    of_parent = parent_row[n + firms.parent[awards.firm[named]]]
    named, of_parent = named[of_parent >= 0], of_parent[of_parent >= 0]

    award = np.concatenate([award, named])
    row = np.concatenate([row, of_parent])
    none = np.concatenate([none, np.zeros(len(named), dtype=bool)])
    order = np.argsort(award, kind="stable")
    award, row, none = award[order], row[order], none[order]
    index = pa.array(award)
    return pa.table(
        {
            "award_row": pa.array(award, pa.int64()),
            "recipient_hash": hashes.take(pa.array(row, mask=none)),
            "kind": awards.kind.take(index),
            "identifier": awards.outcome.take(index),
            "firm": pa.array(awards.firm[award], pa.int64()),
        }
    )


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.part")


@contextmanager
def _output(folder: Path, files: WorldFiles) -> Iterator[None]:
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
            "Remedy: free space or name a folder that can be written"
        ) from error
    finally:
        for path in paths:
            if folder.is_dir():
                _temporary(path).unlink(missing_ok=True)


def _write_awards(table: pa.Table, path: Path) -> None:
    """A gzipped CSV as sbir.gov writes it; the same bytes at any time (no time stamp in it)."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as file:
        options = pyarrow.csv.WriteOptions(batch_size=8192, quoting_style="needed")
        pyarrow.csv.write_csv(table, file, options)


def _watched(parts: Iterator[pa.Table], total: int, progress: bool) -> Iterator[pa.Table]:
    if not progress:
        yield from parts
        return
    from tqdm import tqdm

    with tqdm(total=total, unit="row", desc="recipients") as bar:
        for part in parts:
            yield part
            bar.update(len(part))
