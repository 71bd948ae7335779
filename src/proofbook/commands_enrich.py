"""The command enrich: a table from two files, in any memory, watched, and resumed when it ends."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofbook.commands import Json, print_json
from proofbook.errors import ParameterError

if TYPE_CHECKING:
    from proofbook.enrichment import Operation
    from proofbook.enrichment.engine import UnitEngine
    from proofbook.params import Settings

#: Parameters that --set may give here, besides those of matching; the others have flags.
_SETTABLE = ("match.", "run.retry_", "run.chunk_time_limit_s")

Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a parameter; may be repeated."),
]


class EngineName(StrEnum):
    """Where the chunks of an enrichment are worked on."""

    LOCAL = "local"
    DASK = "dask"


def enrich(
    awards: Annotated[Path, typer.Argument(help="Award file: CSV(.gz, .zip) or Parquet.")],
    recipients: Annotated[Path, typer.Argument(help="Recipient file: CSV(.gz) or Parquet.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Parquet file to write.")],
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Known links: also show the accuracy.")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,…",
            help="Award columns to keep; without it all but the personal ones and the abstract.",
        ),
    ] = None,
    engine: Annotated[
        EngineName, typer.Option(help="Where chunks are worked on: this machine, or Dask.")
    ] = EngineName.LOCAL,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="A running Dask scheduler; without it --engine dask starts workers here.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Worker processes; without it none (local), or one per core (dask).",
        ),
    ] = None,
    chunk_size: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Rows worked on at a time, at most.")
    ] = None,
    memory_limit: Annotated[
        str | None,
        typer.Option(
            metavar="2GB",
            help="Memory to stay under; without it that of the container, if it has a limit.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an earlier run was stopped.")
    ] = False,
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where finished chunks are kept until the end; without it FILE.checkpoints.",
        ),
    ] = None,
    set_: Sets = None,
    json_: Json = False,
) -> None:
    """Match awards with recipients and write the enriched table.

    Finished chunks are kept until the table is written, FILE.progress.json tells how far it is.
    Ctrl-C stops after the chunk at work; --resume goes on from there.
    """
    from proofbook import enrichment  # noqa: PLC0415 - --help stays quick
    from proofbook.enrichment.fingerprint import fingerprint  # noqa: PLC0415
    from proofbook.quality.rates import match_rates  # noqa: PLC0415
    from proofbook.sources import read_truth  # noqa: PLC0415
    from proofbook.sources.targets import check_target  # noqa: PLC0415

    check_target(out, (awards, recipients, truth))
    flags = {
        "run.engine": engine.value,
        "run.scheduler": scheduler,
        "run.workers": workers,
        "run.chunk_size": chunk_size,
        "run.memory_limit": memory_limit,
    }
    settings = _settings(set_ or (), flags)
    operation = replace(
        settings.run.operation,
        threads=settings.match.threads,
        memory_limit=settings.run.memory_limit_bytes if memory_limit else None,
        checkpoints=checkpoints or out.with_name(f"{out.name}.checkpoints"),
        resume=resume,
    )
    wanted = None if columns is None else [c.strip() for c in columns.split(",")]
    known_by = fingerprint(awards, recipients, settings.match, wanted)
    with _operated(operation, known_by, out) as running:
        found = enrichment.enrich(
            awards, recipients, settings.match, columns=wanted, engine=running
        )
        known = read_truth(truth, found.table.num_rows) if truth else None
        enrichment.write_enriched(found.table, out)
    rates = match_rates(found.table)
    methods = {
        str(m): int(n) for m, n in zip(rates.methods["method"], rates.methods["n"], strict=True)
    }
    judged = accuracy(found.table, known, truth) if known is not None else None
    document = {
        "out": str(out),
        "awards": found.table.num_rows,
        "match_rate": rates.overall.value,
        "methods": methods,
        "model": found.model,
        "stages": [{"name": s.name, "seconds": s.wall_s} for s in found.stages],
        "accuracy": judged.to_json() if judged else None,
    }
    if json_:
        print_json(document)
        return
    print(f"{found.table.num_rows:,} awards, match rate {rates.overall.value:.1%}")
    for method, count in methods.items():
        print(f"  {method:<22}{count:>9,}")
    if judged is not None:
        print(judged.table().to_string(index=False))
    print(out)


def accuracy(table: Any, truth: Any, source: Path | None) -> Any:
    """The accuracy of an enriched table; InputError when the truth is not about its awards."""
    from proofbook.quality.accuracy import evaluate  # noqa: PLC0415 - --help stays quick
    from proofbook.suite.check import unfit  # noqa: PLC0415

    try:
        return evaluate(table, truth)
    except ValueError as error:
        raise unfit(source or "truth", error) from None


def command_line() -> list[str]:
    """The command as it was typed, under its own name."""
    return ["proofbook", *sys.argv[1:]]


def _settings(assignments: Sequence[str], flags: dict[str, Any]) -> Settings:
    from proofbook.suite import layers  # noqa: PLC0415 - --help stays quick

    for text in assignments:
        if not text.startswith(_SETTABLE):
            raise ParameterError(
                f"--set {text}: enrich knows parameters of the section match, and run.retry_… and "
                "run.chunk_time_limit_s; for others see its options (--help)"
            )
    given = {key: value for key, value in flags.items() if value is not None}
    return layers.load(None, assignments=assignments, options=given).settings


@contextmanager
def _operated(operation: Operation, known_by: dict[str, str], out: Path) -> Iterator[UnitEngine]:
    """An engine that is watched, and stopped by signals with a word on how to go on."""
    from proofbook.enrichment import operate  # noqa: PLC0415 - --help stays quick
    from proofbook.enrichment.interrupts import stoppable  # noqa: PLC0415
    from proofbook.enrichment.limits import tree_memory  # noqa: PLC0415
    from proofbook.enrichment.progress import Progress  # noqa: PLC0415

    again = command_line()
    if not operation.resume:
        again.append("--resume")
    file = out.with_name(f"{out.name}.progress.json")
    progress = Progress(file=file, stream=sys.stderr, memory=tree_memory)
    with (
        stoppable(progress.tell) as stop,
        operate(
            operation, fingerprint=known_by, progress=progress, stop=stop, again=shlex.join(again)
        ) as engine,
    ):
        yield engine
