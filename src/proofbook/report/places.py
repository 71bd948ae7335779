"""Where things are and when they were: addresses inside a run's folder, anchors, moments."""

from __future__ import annotations

import re
from urllib.parse import quote

from proofbook.report.words import one_line
from proofbook.suite.result import NotebookOutcome


def moment(iso: str) -> str:
    """A recorded time as a reader wants it.

    >>> moment("2026-11-23T08:05:12.123456+00:00")
    '2026-11-23 08:05 UTC'
    """
    found = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)\S*?(Z|\+00:00)?$", iso)
    if not found:
        return one_line(iso, 40)
    return f"{found[1]} {found[2]}{' UTC' if found[3] else ''}"


def anchor_of(*parts: str | None) -> str:
    """An id made of the words given."""
    text = "-".join(p for p in parts if p)
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:80].strip("-") or "x"


def page_link(outcome: NotebookOutcome | None, up: str = "") -> str:
    """The address of a notebook's page relative to the report; empty when there is none."""
    return up + link(outcome.html) if outcome and outcome.html else ""


def link(path: str) -> str:
    """A path inside the run's folder as an address: never one with a scheme or a host."""
    return quote(path.lstrip("/"))
