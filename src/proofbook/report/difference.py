"""The page of what changed between two runs: awards, gates, metrics, parameters, circumstances."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from markupsafe import Markup

from proofbook.report import judgement, theme
from proofbook.report.between import between
from proofbook.report.index import version_of
from proofbook.report.places import moment
from proofbook.report.secrets import masked
from proofbook.report.spreadsheet import csv_text
from proofbook.report.theme import cell
from proofbook.report.words import (
    change,
    count_of,
    interval,
    is_number,
    number,
    one_line,
    quantity,
)
from proofbook.suite.diff import AwardChange, Kind, Match, RunDiff
from proofbook.suite.files import write_text
from proofbook.suite.result import RunResult

#: Awards of a kind that the page shows; the CSV beside it has all.
MOST = 250

#: Below this p-value a loss is called one.
_CHANCE = 0.05

_KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class _Row:
    """An award of the page: every cell is markup."""

    kind: str
    award_row: str
    company: Markup
    place: Markup
    agency: Markup
    phase: Markup
    year: Markup
    was: Markup
    was_by: str
    now: Markup
    now_by: str


def render_difference(found: RunDiff, folder: Path) -> Path:
    """Writes the page and the CSV of awards into ``diff/`` of the later run; the page's path."""
    page = folder / "diff" / f"{_file_name(found)}.html"
    if found.changes:
        write_text(page.with_suffix(".csv"), _csv(found))
    write_text(page, difference_html(found))
    return page


def _file_name(found: RunDiff) -> str:
    """A name for the files of a difference: the id of the earlier run, whatever a record says."""
    return re.sub(r"[^A-Za-z0-9-]", "_", found.was.run_id)[:80]


def difference_html(found: RunDiff) -> str:
    """The page itself."""
    was, now = masked(found.was), masked(found.now)
    counts = Counter[str](c.kind for c in found.changes)
    sections = between(was, now)
    worse = counts["lost"] > counts["gained"] and found.p_value < _CHANCE
    return theme.render(
        "diff.html.j2",
        "diff.js" if found.changes else "",
        page={
            "was": one_line(was.run_id, 80),
            "now": one_line(now.run_id, 80),
            "was_when": moment(was.provenance.started),
            "now_when": moment(now.provenance.started),
            "tone": "fail" if worse else "none",
            "verdict": _verdict(found, counts),
            "detail": _detail(found, was, now, counts),
            "runs": [_run("Before", was), _run("Now", now)],
            "why": found.why,
            "awards": number(found.awards),
            "extent": _extent(counts),
            "csv": f"{_file_name(found)}.csv",
            "kinds": [("all", f"all ({number(len(found.changes))})")]
            + [(kind, f"{kind} ({number(counts[kind])})") for kind in _KINDS],
            "changes": [_row(c) for kind in _KINDS for c in found.of(kind)[:MOST]],
            "sections": sections,
        },
        contents=[("awards", "Awards"), *((s.id, s.title) for s in sections)],
        version=version_of(now),
    )


def _verdict(found: RunDiff, counts: Counter[str]) -> str:
    if found.why:
        return "The two runs cannot be compared award by award."
    if not found.changes:
        return f"No match of {count_of(found.awards, 'award')} changed."
    its = "its" if counts["lost"] == 1 else "their"
    said = {
        "lost": f"lost {its} match",
        "changed": "got another recipient",
        "gained": "gained a match",
    }
    parts = [f"{number(counts[kind])} {said[kind]}" for kind in _KINDS if counts[kind]]
    return f"Of {count_of(found.awards, 'award')} {', '.join(parts)}."


def _detail(found: RunDiff, was: RunResult, now: RunResult, counts: Counter[str]) -> str:
    rates = [run.metric("match_rate", found.size or None) for run in (was, now)]
    values = [m.value for m in rates if m is not None and is_number(m.value)]
    said = ""
    if len(values) == 2:
        moved = change(values[1], values[0], "rate")
        said = f"Match rate {quantity(values[0], 'rate')}, now {quantity(values[1], 'rate')} "
        said += f"({moved})."
    if found.why:
        return said or "Metrics, gates and parameters are below."
    if counts["lost"] or counts["gained"]:
        ends = interval(-found.high, -found.low, "pp")
        said += f" 95 % interval of the change {ends}."
    if counts["lost"] > counts["gained"]:
        p = "< 0.001" if found.p_value < 0.001 else f"= {number(found.p_value, 3)}"
        said += f" That so many more are lost than gained by chance has p {p}."
    if found.other_method:
        said += f" {count_of(found.other_method, 'award')} kept the recipient by another method."
    return said.strip()


def _run(title: str, run: RunResult) -> tuple[str, str, str]:
    return title, run.status, judgement.verdict(run)


def _extent(counts: Counter[str]) -> str:
    cut = [f"{MOST} of {number(counts[k])} {k}" for k in _KINDS if counts[k] > MOST]
    return f"Shown are the first {' and '.join(cut)}." if cut else "All that changed are shown."


def _row(found: AwardChange) -> _Row:
    about = found.about
    place = ", ".join(t for t in (about.get("City"), about.get("State")) if t)
    return _Row(
        found.kind,
        str(found.award_row),
        cell(about.get("Company")),
        cell(place),
        cell(about.get("Agency")),
        cell(about.get("Phase")),
        cell(about.get("Award Year")),
        cell(found.was.recipient),
        _by(found.was),
        cell(found.now.recipient),
        _by(found.now),
    )


def _by(match: Match) -> str:
    sure = "" if match.probability is None else f", {quantity(match.probability, 'rate')} sure"
    return f"{one_line(match.method, 40)}{sure}"


def _csv(found: RunDiff) -> str:
    about = list(found.changes[0].about)
    sides = ["method", "recipient", "probability"]
    head = ["change", "award_row", *about]
    head += [f"{side}_{what}" for side in ("was", "now") for what in sides]
    rows = (
        [c.kind, c.award_row, *c.about.values()]
        + [getattr(match, what) for match in (c.was, c.now) for what in sides]
        for kind in _KINDS
        for c in found.of(kind)
    )
    return csv_text(head, rows)
