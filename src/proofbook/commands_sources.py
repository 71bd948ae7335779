"""Commands of the command line that bring data in; ``cli`` puts them in place."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from proofbook.commands import Json, print_json, tell

#: Seconds between two lines of progress in a log, where there is no terminal.
_LOG_INTERVAL = 30.0

MaxGb = Annotated[
    float,
    typer.Option(metavar="N", min=0.001, help="Most GB of text that one table may hold."),
]
MaxRatio = Annotated[
    float,
    typer.Option(metavar="N", min=1, help="Most times its size that a table may become."),
]


class What(StrEnum):
    """What can be fetched."""

    AWARDS = "awards"
    RECIPIENTS = "recipients"


def inspect(
    archive: Annotated[Path, typer.Argument(help="pg_dump directory archive: zip or folder.")],
    rows: Annotated[bool, typer.Option(help="Count rows: reads every table through.")] = True,
    max_gb: MaxGb = 500,
    max_ratio: MaxRatio = 200,
    json_: Json = False,
) -> None:
    """What an archive of a database holds: tables, columns, rows, compressed bytes, members."""
    from proofbook.sources import archives  # noqa: PLC0415 - --help stays quick

    limits = archives.Limits(ratio=max_ratio, text_bytes=round(max_gb * 1e9))
    held = archives.inspect(archive, count_rows=rows, limits=limits)
    if json_:
        print_json({"archive": str(archive), "tables": [asdict(table) for table in held]})
        return
    for table in held:
        counted = "" if table.rows is None else f"{table.rows:,}"
        member = table.member or "missing"
        print(f"{table.name:<40}{counted:>15} rows{table.compressed_bytes:>17,} bytes  {member}")
        print(f"    {', '.join(table.columns)}")


def convert(
    archive: Annotated[Path, typer.Argument(help="pg_dump directory archive: zip or folder.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Parquet file to write.")],
    table: Annotated[
        str, typer.Option(metavar="NAME", help="Table, with its schema.")
    ] = "rpt.recipient_lookup",
    max_gb: MaxGb = 500,
    max_ratio: MaxRatio = 200,
    json_: Json = False,
) -> None:
    """Write one table of an archive as Parquet; nothing else is unpacked."""
    from proofbook.sources import archives  # noqa: PLC0415 - --help stays quick
    from proofbook.sources.targets import check_target  # noqa: PLC0415

    check_target(out, (archive,))
    limits = archives.Limits(ratio=max_ratio, text_bytes=round(max_gb * 1e9))
    with _bar(table) as bar:
        done = archives.convert(archive, table, out, limits=limits, progress=bar.update)
    if json_:
        print_json(asdict(done) | {"path": str(done.path)})
        return
    print(f"{done.table}: {done.rows:,} rows, {done.bytes:,} bytes")
    print(done.path)


def fetch(
    what: Annotated[What, typer.Argument(help="What to download.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write into.")],
    url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Address of an award file, or of a zipped archive of USAspending's database; "
            "without it the official place is asked.",
        ),
    ] = None,
    sha256: Annotated[
        str | None,
        typer.Option(metavar="HEX", help="SHA-256 that the file at the address must have."),
    ] = None,
    json_: Json = False,
) -> None:
    """Download awards from sbir.gov or recipients from USAspending; goes on where it stopped."""
    from proofbook.sources.fetch import fetch_awards, fetch_recipients  # noqa: PLC0415

    with _bar(what.value) as bar:

        def progress(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        if what is What.AWARDS:
            path = fetch_awards(out, url=url, expected=sha256, progress=progress)
        else:
            path = fetch_recipients(out, url=url, expected=sha256, progress=progress, tell=tell)
    if json_:
        print_json(json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8")))
        return
    print(path)


@contextmanager
def _bar(title: str) -> Iterator[Any]:
    """Progress in bytes on stderr: a bar in a terminal, a line now and then in a log."""
    from tqdm import tqdm  # noqa: PLC0415 - --help stays quick

    interval = 0.2 if sys.stderr.isatty() else _LOG_INTERVAL
    with tqdm(
        unit="B", unit_scale=True, desc=title, file=sys.stderr, mininterval=interval, delay=interval
    ) as bar:
        yield bar
