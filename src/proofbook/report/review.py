"""The sheet of a clerical review, which is filled in without knowing what was decided; its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from proofbook.quality.clerical import MOST_CANDIDATES, REASONS, SAMPLE, SPELLING, queue
from proofbook.quality.sampling import precision
from proofbook.quality.verdicts import ANSWERED
from proofbook.report import theme
from proofbook.report.index import version_of
from proofbook.report.places import moment
from proofbook.report.secrets import masked
from proofbook.report.spreadsheet import csv_text
from proofbook.report.theme import cell
from proofbook.report.views import Column, TableView
from proofbook.report.words import count_of, number, one_line, quantity, size_words
from proofbook.suite.files import write_text
from proofbook.suite.review import PAGE, QUEUE, Review, keep

#: Questions that the page shows; the sheet has all.
MOST = 250

_KEYS = 3  # award rows that a question is known by

_MEANING = {
    "candidate": "a recipient resembles it, not surely enough to be joined",
    "ambiguous": "two firms are about equally likely",
    "identifier-conflict": "its identifiers, or one and its name, point to different recipients",
    "name-disagrees": "the recipient of its identifier or address bears quite another name",
    "shared-identifier": "several recipients bear its identifier",
    "sample": "a link by name, drawn at random to estimate the precision",
}


@dataclass(frozen=True)
class _Row:
    """A question of the page: every cell is markup."""

    company: Markup
    place: str
    awards: str
    amount: str
    why: str
    candidates: list[tuple[Markup, str]]
    empty: int


def render_review(found: Review, folder: Path, limit: int | None = None) -> Path:
    """Writes sheet and page into ``review/`` of the run's folder; the path of the sheet.

    ``limit``: most questions beside the sample.
    """
    asked = queue(found.questions, limit)
    keep(found, folder)
    write_text(folder / QUEUE, sheet(asked, found.known_as))
    write_text(folder / PAGE, review_html(found, asked))
    return folder / QUEUE


def sheet(asked: pl.DataFrame, known_as: Mapping[str, Sequence[str]]) -> str:
    """The questions as CSV, with empty columns for verdict, reviewer and note.

    ``known_as``: what recipients are also called.

    It shows no probability, score, method or reason: a number seen first draws judgement towards
    it (anchoring, Tversky and Kahneman 1974), and a link that people know was accepted is
    confirmed more readily. The last column is never empty: spreadsheets drop those at the end.
    """
    numbers = range(MOST_CANDIDATES)
    head = [*ANSWERED, *SPELLING, *(f"candidate {n + 1}" for n in numbers)]
    rows = (
        [q["question"], None, None, None, *(q[name] for name in SPELLING)]
        + [
            _name(q["candidates"][n], known_as) if n < len(q["candidates"]) else None
            for n in numbers
        ]
        + [q["awards"], None if q["amount"] is None else round(q["amount"]), _rows(q["award_rows"])]
        for q in asked.iter_rows(named=True)
    )
    return csv_text([*head, "awards", "award amount", "award rows"], rows)


def review_html(found: Review, asked: pl.DataFrame) -> str:
    """The page: what is asked and why; the sample only as counts, so that it stays blind."""
    run = masked(found.run)
    doubted = asked.filter(pl.col("reasons").list.first() != SAMPLE)
    return theme.render(
        "review.html.j2",
        page={
            "run": one_line(run.run_id, 80),
            "when": moment(run.provenance.started),
            "size": size_words(found.design.size),
            "verdict": f"{count_of(asked.height, 'question')} for people, about "
            f"{count_of(int(asked['awards'].sum()), 'award')}.",
            "detail": f"In doubt: {number(doubted.height)}. Only drawn, to estimate the precision "
            f"of links by name: {number(asked.height - doubted.height)}.",
            "csv": QUEUE.name,
            "most": MOST_CANDIDATES,
            "why": _why(asked),
            "sample": _strata(found.questions),
            "seed": number(found.design.seed),
            "extent": _extent(doubted.height),
            "numbers": range(1, MOST_CANDIDATES + 1),
            "rows": [_row(q, found.known_as) for q in doubted.head(MOST).iter_rows(named=True)],
        },
        contents=[
            ("settle", "How to settle them"),
            ("why", "Why they are asked"),
            ("sample", "The sample"),
            ("questions", "Questions"),
        ],
        version=version_of(run),
    )


def _name(candidate: dict[str, Any], known_as: Mapping[str, Sequence[str]]) -> str:
    also = known_as.get(candidate["recipient_hash"], ())
    return _listed(candidate["name"], candidate["city"], candidate["state"], _also(also))


def _also(names: Sequence[str]) -> str:
    return f"in other awards {' or '.join(names)}" if names else ""


def _listed(*texts: str | None) -> str:
    return ", ".join(text for text in texts if text)


def _extent(count: int) -> str:
    if not count:
        return "None is in doubt."
    order = "First come those that decide most: many awards, and an open answer."
    shown = f"the first {MOST} of {number(count)}" if count > MOST else f"all {number(count)}"
    return f"Shown are {shown}. {order} The probability is that of the pair being the same firm."


def _rows(rows: list[int]) -> str:
    more = f" and {len(rows) - _KEYS} more" if len(rows) > _KEYS else ""
    return "; ".join(map(str, rows[:_KEYS])) + more


def _row(q: dict[str, Any], known_as: Mapping[str, Sequence[str]]) -> _Row:
    shown = [(cell(c["name"]), _about(c, known_as)) for c in q["candidates"]]
    return _Row(
        cell(q["Company"]),
        one_line(_listed(q["City"], q["State"], q["Zip"]), 80),
        number(q["awards"]),
        _dollars(q["amount"]),
        _listed(*(reason for reason in q["reasons"] if reason != SAMPLE)),
        shown,
        MOST_CANDIDATES - len(shown),
    )


def _about(candidate: dict[str, Any], known_as: Mapping[str, Sequence[str]]) -> str:
    place = one_line(_listed(candidate["city"], candidate["state"]), 60)
    also = one_line(_also(known_as.get(candidate["recipient_hash"], ())), 120)
    return _separated(place, also, quantity(candidate["probability"], "rate"))


def _separated(*texts: str) -> str:
    return " · ".join(text for text in texts if text)


def _dollars(amount: float | None) -> str:
    return "" if amount is None else f"${number(amount, 0)}"


def _why(asked: pl.DataFrame) -> TableView:
    rows = []
    for reason in REASONS:
        of = asked.filter(pl.col("reasons").list.contains(reason))
        amounts = of["amount"].drop_nulls().to_list()
        counts = [
            of.height,
            int(of["awards"].sum()),
            _dollars(sum(amounts) if amounts else None),
        ]
        rows.append([cell(reason), cell(_MEANING[reason]), *map(cell, counts)])
    return TableView(
        "Table: reasons",
        [
            Column("Reason", "short"),
            Column("What it means", "words"),
            Column("Questions", "number"),
            Column("Awards", "number"),
            Column("Award amount", "number"),
        ],
        rows,
        caption="A question with several reasons is counted under each.",
    )


def _strata(questions: pl.DataFrame) -> TableView:
    counts = precision(questions.with_columns(right=pl.lit(None, pl.Boolean))).strata
    return TableView(
        "Table: strata of the sample",
        [Column("Method and probability"), Column("Links", "number"), Column("Drawn", "number")],
        [
            [cell(r["stratum"]), cell(r["links"]), cell(r["drawn"])]
            for r in counts.to_dict("records")
        ],
        caption="Links by name: awards spelled alike that were joined to one recipient.",
    )
