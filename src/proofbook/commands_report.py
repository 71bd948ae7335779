"""Commands of the command line that show what a run recorded; ``cli`` puts them in place."""

from __future__ import annotations

from typing import Annotated

import typer

from proofbook.commands import print_json

Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, its folder, or 'latest'.")]


def report(
    run: Run,
    against: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Also the page of what changed since this run."),
    ] = None,
    bundle: Annotated[
        bool, typer.Option("--bundle", help="Also one zip to send, without the input data.")
    ] = False,
) -> None:
    """Render the report of a run again, from its record; the path of what was asked for is last."""
    from proofbook.report.bundle import write_bundle  # noqa: PLC0415 - --help stays quick
    from proofbook.report.difference import render_difference  # noqa: PLC0415
    from proofbook.suite import layers, project  # noqa: PLC0415
    from proofbook.suite.diff import diff  # noqa: PLC0415
    from proofbook.suite.result import load_run  # noqa: PLC0415
    from proofbook.suite.run import render  # noqa: PLC0415

    home = project.find()
    outputs = home.with_outputs(layers.load(home.params).settings.run.outputs)
    folder = outputs.run_folder(run)
    found = diff(outputs.run_folder(against), folder) if against else None
    print(render(load_run(folder), folder))
    if found is not None:
        print(render_difference(found, folder))
    if bundle:
        print(write_bundle(load_run(folder), folder))


def schema() -> None:
    """Print the JSON schema of a run's run.json."""
    from proofbook.report.schema import run_schema  # noqa: PLC0415 - --help stays quick

    print_json(run_schema())
