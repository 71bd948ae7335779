"""A page for every executed notebook: code folded, the report's look, no address, no script."""

from __future__ import annotations

import base64
import functools
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from proofbook.errors import InputError
from proofbook.report import judgement, theme
from proofbook.report.gatelist import GateView, gates
from proofbook.report.index import version_of, without_terminal_codes
from proofbook.report.places import anchor_of, link, page_link
from proofbook.report.secrets import hide, masked
from proofbook.report.words import count_of, one_line, quantity, visible
from proofbook.suite.files import write_text
from proofbook.suite.light import light_imports
from proofbook.suite.result import NotebookOutcome, RunResult

#: Media types that are shown, in the order of preference.
_SHOWN = (
    "image/png", "image/jpeg", "image/svg+xml", "text/html", "text/markdown", "text/plain",
)  # fmt: skip
# fmt: off
_TAGS = [
    "a", "abbr", "b", "bdi", "blockquote", "br", "caption", "code", "dd", "del", "details", "div",
    "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "kbd", "li", "ol", "p", "pre",
    "s", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul",
]
# fmt: on
_KEPT = {"class", "title", "scope", "colspan", "rowspan", "align", "start", "open"}
_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1>", re.S)
_NO_ALT = "Figure without a description"


@dataclass(frozen=True)
class PageHeader:
    """What the top of a notebook's page says of the notebook and its run."""

    head: judgement.Head
    key: str
    title: str
    words: str
    version: str
    source: str = ""
    findings: list[tuple[str, str]] = field(default_factory=list)  # state, words
    trail: list[tuple[str, str]] = field(default_factory=list)


def header_of(result: RunResult, book: NotebookOutcome) -> PageHeader:
    """The header of a notebook's page, from the record."""
    state = theme.state_words(book.status).words.lower()
    took = f" in {quantity(round(book.seconds, 1), 's')}" if book.seconds else ""
    reason = f": {one_line(book.reason, 300)}" if book.reason else ""
    found = gates(result).rows
    trail = [
        ("" if n.key == book.key else page_link(n, "../"), one_line(n.key, 60))
        for n in result.notebooks
        if n.html
    ]
    return PageHeader(
        head=judgement.head(result),
        key=one_line(book.key, 80),
        title=one_line(book.title or book.key, 120),
        words=f"{state}{took}{reason}",
        version=version_of(result),
        source=f"../{link(book.notebook)}" if book.notebook else "",
        findings=_findings([g for g in found if g.notebook == book.key and g.state != "pass"]),
        trail=trail,
    )


def _findings(gates: Sequence[GateView]) -> list[tuple[str, str]]:
    """What a notebook's gates found, those without a baseline in one line."""
    bare = [g for g in gates if g.state == "no_baseline"]
    found = [
        (g.state, f"{g.title}: {judgement.got(g)}, needed {g.needed}")
        for g in gates
        if g not in bare
    ]
    if bare:
        who = bare[0].title if len(bare) == 1 else count_of(len(bare), "gate")
        found.append(("no_baseline", f"{who}: not judged"))
    return found


def render_notebooks(result: RunResult, folder: Path) -> list[Path]:
    """Writes the page of every notebook of the run that has one and was executed.

    Pages are named by the record (``html``); the notebooks are read from the run's folder.
    """
    result = masked(result)
    written = []
    for book in result.notebooks:
        if book.html and book.notebook and (folder / book.notebook).exists():
            target = folder / book.html
            render_notebook(folder / book.notebook, target, header_of(result, book))
            written.append(target)
    return written


def render_notebook(executed: Path, out: Path, header: PageHeader) -> None:
    """Writes the page of one executed notebook; InputError when it cannot be read."""
    body = _body(_read(executed))
    html, contents, headed = _finished(body)
    page = theme.render(
        "notebook.html.j2",
        head=header.head,
        page={
            "key": header.key,
            "title": header.title,
            "words": header.words,
            "findings": header.findings,
            "trail": header.trail,
            "source": header.source,
            "heading": "" if headed else header.title,
        },
        body=Markup(html),
        contents=contents,
        version=header.version,
    )
    write_text(out, page)


def _read(path: Path) -> Any:
    with light_imports():
        import nbformat  # noqa: PLC0415 - half a second that a report without notebooks can save

    try:
        raw = json.loads(hide(path.read_text(encoding="utf-8")))
        cells = raw["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            path, f"cannot be read as a notebook: {error}", remedy="run the notebook again"
        ) from None
    for i, cell in enumerate(cells):
        cell["id"] = f"cell-{i}"  # missing or doubled ids would be repaired at random
        cell["source"] = _joined(cell["source"])
        if cell["cell_type"] == "code":
            cell["outputs"] = list(_shown(cell.get("outputs") or []))
    raw |= {"nbformat": 4, "nbformat_minor": 5, "cells": _silent_joined(cells)}
    return nbformat.from_dict(raw)  # type: ignore[no-untyped-call]


def _silent_joined(cells: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells, code that shows nothing being part of the next code cell: one fold, not seven."""
    kept: list[dict[str, Any]] = []
    for cell in cells:
        before = kept[-1] if kept else None
        if before and _silent(before) and _joins(cell):
            cell["source"] = f"{before['source']}\n\n{cell['source']}"
            kept[-1] = cell
        else:
            kept.append(cell)
    return kept


def _silent(cell: dict[str, Any]) -> bool:
    return cell["cell_type"] == "code" and not cell["outputs"] and not _tagged(cell)


def _joins(cell: dict[str, Any]) -> bool:
    """Whether silent code may go before this cell: code, and not where an error must stand out."""
    if cell["cell_type"] != "code" or _tagged(cell):
        return False
    return not any(output.get("output_type") == "error" for output in cell["outputs"])


def _tagged(cell: dict[str, Any]) -> bool:
    """Whether the cell holds parameters, which have a fold of their own."""
    tags = cell.get("metadata", {}).get("tags", [])
    return bool({"parameters", "injected-parameters"} & set(tags))


def _shown(outputs: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Outputs a reader can see: scraps and other machine records are left out."""
    for output in outputs:
        if "data" not in output:
            yield output
            continue
        data = {k: _joined(v) for k, v in output["data"].items() if k in _SHOWN}
        if data:
            yield {**output, "data": data, "output_type": "display_data"}


def _joined(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _body(notebook: Any) -> str:
    """The cells as HTML."""
    body, _ = _exporter().from_notebook_node(notebook)
    return str(body)


@functools.cache
def _exporter() -> Any:
    with light_imports():
        from nbconvert.exporters import HTMLExporter  # noqa: PLC0415 - as above

    templates = resources.files("proofbook.report") / "templates"
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="notebook",
        extra_template_basedirs=[str(templates)],
        default_preprocessors=[],
        exclude_anchor_links=True,
    )
    for name, function in (
        ("clean", _clean),
        ("visible", visible),
        ("terminal", _terminal),
        ("picture", _picture),
        ("fold_title", _fold_title),
        ("stopped", _stopped),
    ):
        exporter.register_filter(name, function)  # type: ignore[no-untyped-call]
    return exporter


@functools.cache
def _sanitizer() -> Any:
    from nbconvert.preprocessors.sanitize import SanitizeHTML  # noqa: PLC0415 - as above

    return SanitizeHTML(tags=_TAGS, attributes=_keeps)  # type: ignore[no-untyped-call]


def _keeps(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stay: no style, no event, no link that leaves the run's folder."""
    if tag == "a" and name == "href":
        return bool(re.match(r"#|[\w.@%-]+(/|$)|\.\./", value)) and ":" not in value
    return name in _KEPT or (name == "id" and value == "papermill-error-cell")


def _clean(html: str) -> str:
    return str(_sanitizer().sanitize_html_tags(html))


def _terminal(text: str) -> Markup:
    return escape(without_terminal_codes(text).rstrip())


def _picture(output: Any, media: str) -> Markup:
    """An image with words for who cannot see it: its ``alt``, else the text beside it."""
    metadata = output.get("metadata", {}).get(media) or {}
    beside = output["data"].get("text/plain", "")
    alt = metadata.get("alt") or ("" if beside.startswith("<") else beside)
    data = output["data"][media]
    if media == "image/svg+xml":
        data = base64.b64encode(data.encode()).decode()
    data = re.sub(r"[^A-Za-z0-9+/=]", "", data)
    size = "".join(
        f' {side}="{int(metadata[side])}"'
        for side in ("width", "height")
        if isinstance(metadata.get(side), int | float)
    )
    return Markup('<figure><img src="data:{};base64,{}" alt="{}"{}></figure>').format(
        media, data, one_line(alt, 1_000) or _NO_ALT, Markup(size)
    )


def _stopped(cell: Any) -> bool:
    """Whether the cell ended in an error, so that its code must be in view."""
    return any(output.get("output_type") == "error" for output in cell.outputs)


def _fold_title(cell: Any) -> str:
    tags = cell.metadata.get("tags", [])
    if "injected-parameters" in tags:
        return "Parameters of this run"
    return "Parameters, as they are by default" if "parameters" in tags else "Code"


def _scoped(table: str) -> str:
    """The table with a scope for every heading: of its column in the head, else of its row."""
    head, end, rest = table.rpartition("</thead>")
    bare = r"<th(?![^>]*\bscope=)(?=[\s>])"
    return re.sub(bare, '<th scope="col"', head) + end + re.sub(bare, '<th scope="row"', rest)


def _finished(body: str) -> tuple[str, list[tuple[str, str]], bool]:
    """The body with one h1, an id for every heading, tables that scroll; contents; had it an h1."""
    contents: list[tuple[str, str]] = []
    ids: set[str] = set()
    headed = False

    def heading(found: re.Match[str]) -> str:
        nonlocal headed
        level, inner = int(found[1]), found[2]
        if level == 1:
            level, headed = (2, True) if headed else (1, True)
        text = Markup(inner).striptags()
        anchor = anchor_of("section", text)
        while anchor in ids:
            anchor += "-"
        ids.add(anchor)
        if level == 2:
            contents.append((anchor, one_line(text, 80)))
        return f'<h{level} id="{anchor}">{inner}</h{level}>'

    body = _HEADING.sub(heading, body)
    tables, pictures = itertools.count(1), itertools.count(1)
    body = re.sub(
        r"<table\b.*?</table>",
        lambda t: _scrolling(_scoped(t[0]), f"Table {next(tables)}"),
        body,
        flags=re.S,
    )
    body = re.sub(
        r"(?<=<figure>)<img [^>]*>(?=</figure>)",
        lambda t: _scrolling(t[0], f"Figure {next(pictures)}"),
        body,
    )
    return body, contents, headed


def _scrolling(inner: str, name: str) -> str:
    """What may be wider than the page in a box of its own that can be reached and scrolled."""
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{name}">{inner}</div>'
