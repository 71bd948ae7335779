"""Commands of the command line that show what a run recorded; ``cli`` puts them in place."""

from __future__ import annotations

from typing import Annotated

import typer

from proofbook.commands import Run, print_json, project_at_hand


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
    from proofbook.suite.result import load_run  # noqa: PLC0415 - --help stays quick
    from proofbook.suite.run import render  # noqa: PLC0415

    home = project_at_hand()
    folder = home.run_folder(run)
    other = home.run_folder(against) if against else None
    result = load_run(folder)
    print(render(result, folder))
    if other is not None:
        from proofbook.report.difference import render_difference  # noqa: PLC0415
        from proofbook.suite.diff import diff  # noqa: PLC0415

        print(render_difference(diff(other, folder), folder))
    if bundle:
        from proofbook.report.bundle import write_bundle  # noqa: PLC0415

        print(write_bundle(result, folder))


def schema() -> None:
    """Print the JSON schema of a run's run.json."""
    from proofbook.report.schema import run_schema  # noqa: PLC0415 - --help stays quick

    print_json(run_schema())
