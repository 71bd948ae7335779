"""A run in Markdown, for a job summary or a comment: the verdict, then the gates as a table."""

from __future__ import annotations

import re

from proofbook.report import judgement
from proofbook.report.gatelist import gates
from proofbook.report.theme import state_words
from proofbook.report.words import one_line
from proofbook.suite.result import RunResult

#: GitHub takes 65,536 characters in a comment and 1 MiB in a job summary.
MOST_BYTES = 64_000

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~:$&=])")
_WORD_JOINER = "\u2060"


def plain(text: object, width: int = 200) -> str:
    """Data as Markdown text on one line: nothing in it is markup, a link, or calls a person."""
    line = one_line(text, width)
    return _MARKUP.sub(r"\\\1", line).replace("@", f"@{_WORD_JOINER}")


def summary_markdown(result: RunResult) -> str:
    """The run in at most 64 kB of Markdown; what does not fit is counted, not cut in half."""
    head, view = judgement.head(result), gates(result)
    lines = [
        f"## {head.status.sign} {head.status.words}: {plain(head.verdict, 300)}",
        "",
        "| State | Gate | Value | Needed | Baseline | Notebook |",
        "|---|---|--:|---|--:|---|",
    ]
    for gate in view.rows:
        state = state_words(gate.state)
        cells = (gate.title, gate.value, gate.needed, gate.baseline, gate.notebook)
        words = " | ".join(plain(c, 120) for c in cells)
        lines.append(f"| {state.sign} {state.words} | {words} |")
    lines += ["", plain(f"{head.detail} {view.summary}", 900), ""]
    lines += _notebooks(result)
    for gate in view.findings:
        lines += ["", f"### {state_words(gate.state).words}: {plain(gate.title)}", ""]
        lines += [plain(" ".join(p for p in (gate.message, gate.extent, gate.blocks) if p), 900)]
        if gate.rerun:
            lines += ["", f"Run it again: {_code(gate.rerun)}"]
    lines += ["", f"Run {plain(head.run_id)}, {plain(head.when)}."]
    return _fitted(lines)


def _code(text: str) -> str:
    """A command as a code span, fenced by more backticks than it has in a row."""
    line = one_line(text, 400)
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def _notebooks(result: RunResult) -> list[str]:
    if not result.notebooks:
        return ["No notebook was run."]
    lines = ["| State | Notebook | Time (s) | What it says |", "|---|---|--:|---|"]
    for book in result.notebooks:
        state = state_words(book.status)
        said = f"{book.error.ename}: {book.error.evalue}" if book.error else book.reason
        cells = f"{plain(book.key, 80)} | {book.seconds:.1f} | {plain(said)}"
        lines.append(f"| {state.sign} {state.words} | {cells} |")
    return lines


def _fitted(lines: list[str]) -> str:
    room, kept = MOST_BYTES - 100, []
    for i, line in enumerate(lines):
        room -= len(line.encode()) + 1
        if room < 0:
            kept += ["", f"{len(lines) - i} more lines: see index\\.html\\."]
            break
        kept.append(line)
    return "\n".join(kept) + "\n"
