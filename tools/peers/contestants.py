"""Who takes part: the command of each, and how its answers are read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from peers import quality
from peers.prepare import HELD, OPEN, QUESTIONS, RECIPIENTS
from peers.quality import Quality

TOOLS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Inputs:
    """The folder of a world, and that of what was prepared from it."""

    world: Path
    prepared: Path

    def truth(self) -> pl.DataFrame:
        """``award_row`` and ``recipient_hash`` of every right pair; null for none."""
        truth = pl.read_parquet(self.world / "truth.parquet")
        return truth.select("award_row", "recipient_hash")

    def asked(self) -> pl.DataFrame:
        """``award_row`` and ``question`` of every open award."""
        return pl.read_parquet(self.prepared / OPEN)


@dataclass(frozen=True)
class Contestant:
    """One way to link.

    ``command`` gives the command for the inputs, the file of questions and the file to write;
    ``judge`` the qualities, by what is said of each, of the answers in that file to some of the
    open awards. ``whole`` marks a complete run from the world's own files, which includes
    identifiers and preparation and cannot be given a share of the questions.
    """

    name: str
    command: Callable[[Inputs, Path, Path], list[str]]
    judge: Callable[[Inputs, pl.DataFrame, Path], dict[str, Quality]]
    whole: bool = False


def peer(name: str, module: str, python: Path) -> Contestant:
    """A module with a function ``run(awards, recipients)``, see `peers.methods`."""

    def command(inputs: Inputs, questions: Path, answers: Path) -> list[str]:
        worker = [str(python), "-m", "peers.worker", module]
        return [*worker, str(questions), str(inputs.prepared / RECIPIENTS), str(answers)]

    def judge(inputs: Inputs, asked: pl.DataFrame, answers: Path) -> dict[str, Quality]:
        truth, held = inputs.truth(), pl.read_parquet(inputs.prepared / HELD)
        ranked = quality.of_pairs(pl.read_parquet(answers), asked, held, truth)
        return {"best threshold": quality.at_best(ranked, asked, truth)}

    return Contestant(name, command, judge)


def enricher(name: str, *options: str) -> Contestant:
    """proofbook from the world's files to the enriched table, judged as decided and at its best."""

    def command(inputs: Inputs, _: Path, answers: Path) -> list[str]:
        files = [str(inputs.world / "awards.csv.gz"), str(inputs.world / "recipients.parquet")]
        enrich = [sys.executable, "-m", "proofbook", "enrich", *files]
        return [*enrich, "--out", str(answers), *options]

    def judge(inputs: Inputs, asked: pl.DataFrame, answers: Path) -> dict[str, Quality]:
        truth = inputs.truth()
        columns = ["award_row", "match_method", "match_probability", "recipient_hash", "candidates"]
        enriched = pl.read_parquet(answers, columns=columns)
        ranked = quality.of_enriched(enriched, asked, truth)
        return {
            "as decided": quality.decided(ranked, asked, truth),
            "best threshold": quality.at_best(ranked, asked, truth),
        }

    return Contestant(name, command, judge, whole=True)


def everyone(python: Path) -> list[Contestant]:
    """proofbook, the peers in their own environment's ``python``, and the old rule."""
    return [
        enricher("proofbook"),
        peer("DuckDB SQL", "peers.methods.duckdb_sql", python),
        peer("Splink 5", "peers.methods.splink5", python),
        peer("sparse TF-IDF", "peers.methods.tfidf", python),
        peer("rapidfuzz cdist", "peers.methods.rapidfuzz_cdist", python),
        enricher("old rule", "--set", "match.scorer=token_set_ratio"),
    ]


def questions_of(inputs: Inputs) -> Path:
    """The file with all questions."""
    return inputs.prepared / QUESTIONS
