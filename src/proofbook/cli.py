"""The command line: every command is a thin call into the package; errors become exit codes."""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from proofbook import (
    commands,
    commands_enrich,
    commands_matching,
    commands_report,
    commands_review,
    commands_sources,
)
from proofbook.commands import Json, Run, project_at_hand
from proofbook.commands import print_json as _print_json
from proofbook.commands import tell as _tell
from proofbook.commands_enrich import Sets
from proofbook.errors import ParameterError, ProofbookError
from proofbook.report.words import visible

#: Set to anything, an unexpected error shows its traceback.
DEBUG = "PROOFBOOK_DEBUG"

app = typer.Typer(
    help="Notebooks that prove an enrichment is right, fast, and no worse than last time.\n\n"
    "Exit codes: 0 every gate passed, 1 a gate failed, 2 wrong usage, parameters or input, "
    "3 a notebook crashed, timed out or was killed.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
baseline_app = typer.Typer(
    help="The results that later runs are held to; promoted by a person.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(baseline_app, name="baseline")


class FailOn(StrEnum):
    """From which severity on a run ends with exit code 1."""

    WARN = "warn"
    ERROR = "error"


@app.command()
def run(
    profile: Annotated[
        str | None, typer.Option(help="A file of params/profiles, such as smoke or standard.")
    ] = None,
    set_: Sets = None,
    only: Annotated[
        str | None,
        typer.Option(
            metavar="NB",
            help="This notebook and those it reads from, none after it. With --resume, those "
            "before it are kept and it is run again.",
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="NB",
            help="Run this notebook and those after it again; needs --resume.",
        ),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Go on with a run: its parameters are kept, and what has completed is not run "
            "again.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", help="Independent notebooks side by side (run.jobs)."),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="Whether warnings also end with exit code 1.")
    ] = FailOn.ERROR,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show order, parameters and gates; write nothing.")
    ] = False,
) -> None:
    """Run the suite: notebooks, gates, report. The report's path is printed last."""
    from proofbook.suite import dry, layers, project  # noqa: PLC0415 - --help stays quick
    from proofbook.suite.plan import notebook_name  # noqa: PLC0415
    from proofbook.suite.result import load_run  # noqa: PLC0415
    from proofbook.suite.run import Request, planned, run_suite  # noqa: PLC0415

    for name in (only, from_):
        if name is not None:
            notebook_name(name)
    if from_ and not resume:
        raise ParameterError("--from needs --resume RUN: a notebook reads those before it")
    if resume and profile:
        raise ParameterError("--profile cannot be given with --resume: the parameters are kept")
    options = {} if jobs is None else {"run.jobs": jobs}
    home, folder = project.find(), None
    if resume:
        outputs = layers.load(home.params, assignments=set_ or ()).settings.run.outputs
        folder = home.with_outputs(outputs).run_folder(resume)
        effective = layers.resumed(
            load_run(folder).parameters, assignments=set_ or (), options=options
        )
    else:
        effective = layers.load(
            home.params, profile=profile, assignments=set_ or (), options=options
        )
    request = Request(
        effective,
        home.with_outputs(effective.settings.run.outputs),
        resume=folder,
        last=only,
        first=from_ or (only if resume else None),
        fail_on=fail_on.value,
        command=shlex.join(commands_enrich.command_line()),
    )
    if dry_run:
        print(dry.describe(planned(request), effective))
        return
    result = run_suite(request, _tell)
    print(visible(result.verdict))
    print((folder or request.project.outputs / result.run_id) / "index.html")
    raise typer.Exit(result.exit_code)


@app.command()
def synth(
    awards: Annotated[int, typer.Option(metavar="N", min=1, help="Awards.")] = 1000,
    recipients: Annotated[int, typer.Option(metavar="M", min=1, help="Recipients.")] = 5000,
    seed: Annotated[int, typer.Option(metavar="S", min=0, help="Seed.")] = 7,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write into.")] = Path("world"),
) -> None:
    """Make a synthetic world: awards.csv.gz, recipients.parquet and truth.parquet."""
    from proofbook.sources.synthetic import write_world  # noqa: PLC0415

    write_world(out, awards, recipients, seed)
    print(out)


app.command()(commands_enrich.enrich)


@app.command()
def evaluate(
    enriched: Annotated[Path, typer.Argument(help="An enriched table (Parquet).")],
    truth: Annotated[Path, typer.Argument(help="Known links: award_row, recipient_hash.")],
    json_: Json = False,
) -> None:
    """Precision, recall and F1 of an enriched table against known truth, per tier."""
    from proofbook.sources import read_enriched, read_truth  # noqa: PLC0415 - --help stays quick
    from proofbook.suite.check import refuse_doubled  # noqa: PLC0415

    table = read_enriched(enriched)
    refuse_doubled(table, enriched)
    accuracy = commands_enrich.accuracy(table, read_truth(truth, table.num_rows), truth)
    if json_:
        _print_json(accuracy.to_json())
        return
    print(accuracy.table().to_string(index=False))


app.command()(commands_matching.explain)
app.command()(commands_sources.inspect)
app.command()(commands_sources.convert)
app.command()(commands_sources.fetch)


app.command()(commands_report.report)
app.command()(commands_report.schema)
app.command()(commands_review.review)


@app.command()
def readiness(run: Run) -> None:
    """The deployment checklist of a run; exit code 1 when an item blocks."""
    from proofbook.quality.readiness import readiness as judge  # noqa: PLC0415 - --help stays quick
    from proofbook.suite.result import load_run  # noqa: PLC0415

    result = load_run(project_at_hand().run_folder(run))
    found = judge(result.gates)
    for item in found.items.to_dict("records"):
        print(f"{item['state']:<12}{item['why'] or item['item'] + ': ' + item['value']}")
    undone = [n for n in result.notebooks if n.status != "completed"]
    for notebook in undone:
        print(f"{notebook.status.replace('_', ' '):<12}{notebook.key}: {notebook.reason}")
    blocking = found.failures + len(undone)
    print(f"{blocking} blocking, {found.warnings} to look at")
    raise typer.Exit(int(blocking > 0))


app.command()(commands.check)
app.command()(commands.bench)
app.command()(commands.history)
app.command()(commands.selftest)


@baseline_app.command("list")
def list_baselines() -> None:
    """The baselines there are."""
    from proofbook.suite import baselines, project  # noqa: PLC0415 - --help stays quick

    folder = project.find().baselines
    for name in baselines.names(folder):
        for path in baselines.files(folder, name):
            found = baselines.read(path)
            why = f": {found.why}" if found.why else ""
            print(f"{name:<16}{found.run_id:<26}{found.promoted}  {found.reviewed_by}{why}")
            print(f"{'':<16}{found.circumstances.sizes[-1]} on {found.circumstances.machine_class}")


@baseline_app.command()
def show(name: Annotated[str, typer.Argument(help="The baseline's name.")]) -> None:
    """A baseline as JSON; of several workloads and machines the last promoted."""
    from proofbook.suite import baselines, project  # noqa: PLC0415 - --help stays quick

    print(baselines.to_json(baselines.load(project.find().baselines, name)), end="")


@baseline_app.command()
def promote(
    run: Run,
    name: Annotated[str, typer.Option(help="Name of the baseline, such as main.")],
    reviewed_by: Annotated[str, typer.Option(metavar="WHO", help="Who has looked at the run.")],
    why: Annotated[
        str, typer.Option(metavar="WORDS", help="Why it becomes the baseline; kept in the file.")
    ] = "",
) -> None:
    """Make a passed run the baseline that later runs are held to."""
    from proofbook.suite import baselines, project  # noqa: PLC0415 - --help stays quick
    from proofbook.suite.result import load_run  # noqa: PLC0415

    result = load_run(project_at_hand().run_folder(run))
    folder = project.find().baselines
    print(baselines.promote(result, folder, name=name, reviewed_by=reviewed_by, why=why))


def main() -> None:
    """Runs the command line; ends the process with the exit code of DESIGN.md."""
    try:
        app(prog_name="proofbook")
    except ProofbookError as error:
        _tell(f"proofbook: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("proofbook: interrupted", file=sys.stderr)
        sys.exit(130)
    except Exception as error:
        if os.environ.get(DEBUG):
            traceback.print_exc()
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        _tell(f"proofbook: unexpected error, {words}. Set {DEBUG}=1 to see where, and report it")
        sys.exit(3)
