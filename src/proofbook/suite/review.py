"""The clerical review of a run: its questions, and the record by which answers are understood."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import polars as pl

from proofbook.errors import InputError, UsageError, did_you_mean
from proofbook.matching.schema import ACCEPTED_METHODS
from proofbook.quality import frames
from proofbook.quality.clerical import questions, queue
from proofbook.quality.known_as import known_as
from proofbook.quality.reviewed import Reviewed, reviewed
from proofbook.quality.verdicts import Settled, read_answers, settle
from proofbook.sources import read_enriched
from proofbook.suite.baselines import circumstances
from proofbook.suite.check import refuse_doubled
from proofbook.suite.files import typed, write_text
from proofbook.suite.result import RunResult, load_run

#: In a run's folder: the sheet, its page, and what the sample was drawn with.
QUEUE, PAGE, DESIGN = (Path("review") / name for name in ("queue.csv", "index.html", "design.json"))

SAMPLE, SEED = 200, 0


@dataclass(frozen=True)
class Design:
    """What the questions of a run depend on, beside its enriched table."""

    size: str
    sample: int = SAMPLE
    seed: int = SEED


@dataclass(frozen=True)
class Review:
    """A run, all its questions (`proofbook.quality.clerical.questions`), what recipients are also
    called (`proofbook.quality.known_as`), its awards, and how many of these are accepted."""

    run: RunResult
    design: Design
    questions: pl.DataFrame
    known_as: dict[str, list[str]]
    awards: int
    accepted: int

    def table(self, limit: int | None = None) -> pd.DataFrame:
        """The queue, at most ``limit`` questions beside the sample, for a notebook."""
        return frames.to_pandas(queue(self.questions, limit))


def review(
    folder: Path, size: str | None = None, *, sample: int = SAMPLE, seed: int = SEED
) -> Review:
    """The questions of the run in a folder, at the largest size unless another is named.

    UsageError for a size that the run does not have, InputError where it has not kept the table.
    """
    run = load_run(folder)
    sizes = circumstances(run).sizes
    if size is not None and size not in sizes:
        hint = did_you_mean(size, sizes) or f"; it has {', '.join(sizes)}"
        raise UsageError(f"run {run.run_id} has no size {size!r}{hint}")
    design = Design(size or sizes[-1], sample, seed)
    path = folder / "enriched" / f"{design.size}.parquet"
    if not path.is_file():
        raise InputError(
            path,
            f"is not there: run {run.run_id} has not kept its enriched table of {design.size}",
            remedy="run the suite again, and review before the table is cleaned away",
        )
    table = read_enriched(path)
    refuse_doubled(table, path)
    accepted = sum(method in ACCEPTED_METHODS for method in table["match_method"].to_pylist())
    asked, names = questions(table, sample, seed), known_as(table)
    return Review(run, design, asked, names, table.num_rows, accepted)


def keep(found: Review, folder: Path) -> None:
    """Writes what answers are understood by into the run's folder."""
    write_text(folder / DESIGN, json.dumps(asdict(found.design), indent=2) + "\n")


def answered(folder: Path, sheets: list[Path]) -> tuple[Review, Settled, Reviewed]:
    """The review of a run whose queue was written, and what the filled sheets say.

    InputError for a run without a queue, and for a sheet that does not fit it.
    """
    path = folder / DESIGN
    try:
        design = typed(Design, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(
            path,
            f"does not tell which questions were asked ({error})",
            remedy="write the queue first: proofbook review RUN",
        ) from None
    found = review(folder, design.size, sample=design.sample, seed=design.seed)
    counts = found.questions.select("question", pl.col("candidates").list.len())
    known = dict(counts.iter_rows())
    together = settle(answer for sheet in sheets for answer in read_answers(sheet, known))
    return found, together, reviewed(found.questions, together.verdicts)
