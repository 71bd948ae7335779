"""The report of a run: ``index.html``, figures, JUnit and Markdown, all from the RunResult."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from markupsafe import Markup

from proofbook import __version__
from proofbook.errors import writing
from proofbook.report import (
    alertlist,
    gatelist,
    headline,
    judgement,
    junit,
    prometheus,
    spreadsheet,
    summary,
    theme,
)
from proofbook.report.places import link, moment, page_link
from proofbook.report.secrets import masked
from proofbook.report.sections import Section, sections
from proofbook.report.views import FigureView, TableView, rows_view
from proofbook.report.words import count_of, one_line, quantity, visible
from proofbook.suite.files import NO_ROOM, write_text
from proofbook.suite.result import NotebookOutcome, Parameter, RunResult

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


#: The same run in other forms, beside the page: name and what is in it.
_FILES = [
    ("run.json", "everything, as data; proofbook schema prints its JSON schema"),
    (spreadsheet.FAILING_ROWS, "the rows behind gates that did not pass, for a spreadsheet"),
    ("junit.xml", "a case for every notebook and every gate"),
    ("summary.md", "Markdown, for a comment"),
    (prometheus.METRICS_PROM, "metrics for Prometheus"),
]


@dataclass(frozen=True)
class Failure:
    """A notebook that did not run to its end: where, why, and the cell that ended it."""

    anchor: str
    status: str
    title: str
    reason: str
    where: str
    error: str
    source: str
    traceback: str


@dataclass(frozen=True)
class BookRow:
    """A notebook's row in the list of notebooks."""

    key: str
    status: str
    href: str
    time: str
    words: str
    files: list[tuple[str, str]]


def render_run(result: RunResult, folder: Path) -> Path:
    """Writes the report of a run into its folder and returns the path of ``index.html``.

    Also written: ``figures/``, ``junit.xml``, ``summary.md``, ``failing_rows.csv`` and
    ``metrics.prom``. The same record gives the same bytes. OutputError when the folder cannot be
    written.
    """
    result = masked(result)
    drawn = sections(result)
    for section in drawn:
        for view in section.figures:
            _write_figure(folder / "figures", view)
    write_text(folder / "junit.xml", junit.junit_xml(result))
    write_text(folder / "summary.md", summary.summary_markdown(result))
    write_text(folder / spreadsheet.FAILING_ROWS, spreadsheet.failing_rows(result))
    write_text(folder / prometheus.METRICS_PROM, prometheus.prometheus_text(result))
    page = folder / "index.html"
    write_text(page, _page(result, drawn))
    return page


def index_html(result: RunResult) -> str:
    """The page itself."""
    result = masked(result)
    return _page(result, sections(result))


def _page(result: RunResult, drawn: list[Section]) -> str:
    gates, alerts = gatelist.gates(result), alertlist.alerts(result)
    tiles, failures = headline.tiles(result, {s.id for s in drawn}), _failures(result)
    contents = [
        ("headline", "Headline figures") if tiles else None,
        ("gates", "Gates"),
        ("alerts", "Alerts") if alerts else None,
        ("failures", "What did not run") if failures else None,
        *((s.id, s.title) for s in drawn),
        ("notebooks", "Notebooks"),
        ("again", "Run it again"),
        ("parameters", "Parameters"),
        ("provenance", "Provenance"),
        ("files", "As data"),
    ]
    return theme.render(
        "index.html.j2",
        head=judgement.head(result),
        reasons=judgement.reasons(result, gates),
        tiles=tiles,
        gates=gates,
        alerts=alerts,
        failures=failures,
        sections=drawn,
        notebooks=[_book(n) for n in result.notebooks],
        commands=_commands(result),
        parameters=_parameters(result.parameters),
        provenance=_provenance(result),
        inputs=_inputs(result),
        versions=_versions(result),
        contents=[c for c in contents if c],
        files=_FILES,
        version=version_of(result),
    )


def version_of(result: RunResult) -> str:
    """The version of proofbook that made the record."""
    return one_line(result.provenance.versions.get("proofbook", __version__), 40)


def _write_figure(folder: Path, view: FigureView) -> None:
    suffix = "svg" if view.media == "image/svg+xml" else "png"
    with writing(folder, NO_ROOM):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{view.name}.{suffix}").write_bytes(view.data)


def without_terminal_codes(text: str) -> str:
    """A terminal's text without its colours; every other control character made visible."""
    return visible(_ANSI.sub("", text))


def _failures(result: RunResult) -> list[Failure]:
    found = []
    for anchor, book in judgement.broken(result):
        error = book.error
        found.append(
            Failure(
                anchor=anchor,
                status=book.status,
                title=one_line(book.key, 80),
                reason=one_line(book.reason, 600),
                where="" if error is None or error.place is None else f"In cell {error.place}:",
                error="" if error is None else one_line(f"{error.ename}: {error.evalue}", 600),
                source="" if error is None else _clip(error.source),
                traceback="" if error is None else _clip(error.traceback),
            )
        )
    return found


def _clip(text: str, most: int = 8_000) -> str:
    """The text without terminal codes; of a very long one the beginning and the end."""
    text = without_terminal_codes(text)
    return text if len(text) <= most else f"{text[: most // 2]}\n…\n{text[-most // 2 :]}"


def _book(book: NotebookOutcome) -> BookRow:
    files = [(book.notebook, "notebook"), (book.log, "log")]
    return BookRow(
        key=one_line(book.key, 80),
        status=book.status,
        href=page_link(book),
        time=quantity(round(book.seconds, 1), "s") if book.seconds else "–",
        words=one_line(book.reason or book.title, 600),
        files=[(link(path), words) for path, words in files if path],
    )


def _commands(result: RunResult) -> list[tuple[str, Markup]]:
    found = [("The same run:", result.provenance.command)]
    seen = {result.provenance.command}
    for gate in result.gates:
        if gate.state != "pass" and gate.rerun and gate.rerun not in seen:
            seen.add(gate.rerun)
            found.append(
                (f"After mending “{one_line(gate.title or gate.metric, 80)}”:", gate.rerun)
            )
    again = f"proofbook report {_run_argument(result)}"
    found.append(("This report, from its record:", again))
    found.append(("What has changed since another run:", f"{again} --against OTHER_RUN"))
    return [(words, theme.command(command)) for words, command in found if command]


def _run_argument(result: RunResult) -> str:
    """How a command names the run: its folder where only this run was told to put it elsewhere."""
    outputs = next((p for p in result.parameters if p.key == "run.outputs"), None)
    if outputs is None or not outputs.origin.startswith(("--set", "profile ")):
        return result.run_id
    return shlex.quote(str(PurePath(str(outputs.value), result.run_id)))


def _parameters(parameters: list[Parameter]) -> list[TableView]:
    """What was given, in view; what has its default, folded."""
    given = [p for p in parameters if p.origin != "default"]
    left = [p for p in parameters if p.origin == "default"]
    others = f"{count_of(len(left), 'parameter')} {'has its' if len(left) == 1 else 'have their'}"
    return [
        rows_view(
            ["Parameter", "Value", "Origin"],
            _as_text([[p.key, p.value, p.origin] for p in shown]),
            label=label,
            folded=folded,
            most=200,
        )
        for shown, label, folded in (
            (given, "parameters that were given", ""),
            (left, "parameters at their default", f"{others} default"),
        )
        if shown
    ]


def _as_text(rows: list[list[Any]]) -> list[list[Any]]:
    """Numbers as they were given: a parameter is not rounded."""
    return [
        [str(v) if isinstance(v, int | float) and not isinstance(v, bool) else v for v in row]
        for row in rows
    ]


def _provenance(result: RunResult) -> TableView:
    known = result.provenance
    dirty = {True: ", with changes that are not committed", False: "", None: ""}[known.dirty]
    rows: list[list[Any]] = [
        ["Run", result.run_id],
        ["Command", known.command],
        ["Commit", f"{known.commit}{dirty}" if known.commit else None],
        ["Started", moment(known.started)],
        ["Finished", moment(known.finished)],
        ["Took", _took(known.started, known.finished)],
        ["Machine", known.machine_class],
        ["Exit code", str(result.exit_code)],
    ]
    return rows_view(["What", "Value"], rows, label="provenance")


def _took(started: str, finished: str) -> str | None:
    try:
        span = datetime.fromisoformat(finished) - datetime.fromisoformat(started)
    except (ValueError, TypeError):
        return None
    return quantity(round(span.total_seconds(), 1), "s")


def _inputs(result: RunResult) -> TableView:
    rows = [[i.role, i.path, i.rows, i.bytes, i.sha256] for i in result.provenance.inputs]
    return rows_view(["Input", "Path", "Rows", "Bytes", "SHA-256"], rows, label="inputs")


def _versions(result: RunResult) -> TableView:
    known = result.provenance
    rows = [[name, value] for name, value in sorted(known.versions.items())]
    rows += [[f"machine: {name}", value] for name, value in sorted(known.machine.items())]
    return rows_view(["Name", "Value"], _as_text(rows), label="versions and machine", most=200)
