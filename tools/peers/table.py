"""The contest as a table: text for a terminal, Markdown, and plain values for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from peers.contest import Contest, Outcome
from peers.quality import Quality

HEAD = ("method", "wall s", "CPU s", "peak MB", "precision", "recall", "F1", "top 5", "judged")


def rows(contest: Contest) -> list[tuple[str, ...]]:
    """A row for each contestant and each way to judge it, the shared preparation first."""
    cost = contest.preparation
    times = (f"{cost.seconds:.1f}", f"{cost.cpu_seconds:.1f}", f"{cost.peak_mb:.0f}")
    found: list[tuple[str, ...]] = [("(preparation)", *times, "", "", "", "", "")]
    for outcome in contest.outcomes:
        if outcome.cost is None:
            found.append((outcome.name, *[""] * 7, outcome.failed.splitlines()[-1][:80]))
        for said, quality in outcome.qualities.items():
            found.append(_row(outcome, said, quality))
    return found


def _row(outcome: Outcome, said: str, quality: Quality) -> tuple[str, ...]:
    cost = outcome.cost
    assert cost is not None
    about = "~" if outcome.share < 1 else ""
    least = ">=" if outcome.share < 1 else ""
    rates = (quality.precision, quality.recall, quality.f1, quality.top5)
    if quality.threshold is not None:
        said = f"{said} {quality.threshold:.3g}"
    if outcome.share < 1:
        said += f", one question in {1 / outcome.share:.0f}"
    return (
        outcome.name + ("*" if outcome.whole else ""),
        f"{about}{cost.seconds:.1f}",
        f"{about}{cost.cpu_seconds:.1f}",
        f"{least}{cost.peak_mb:.0f}",
        *(f"{rate:.4f}" for rate in rates),
        said,
    )


def notes(contest: Contest, budget: float) -> list[str]:
    """What a reader of the table must know, a sentence a line."""
    lines = [
        f"Judged on the {contest.open_awards:,} awards that no identifier settles "
        f"({contest.questions:,} distinct names with places); truth names a recipient for "
        f"{contest.known:,} of them.",
        "* complete run from the award and recipient files: identifiers, cleaning and all awards "
        "included. The others start from the preparation, whose time is not in theirs.",
        "Best threshold: the one with the highest F1, chosen with truth in hand.",
    ]
    if any(o.share < 1 for o in contest.outcomes):
        lines.append(
            f"~ did not end within {budget:.0f} s: times extrapolated by a straight line through "
            "two shares of the questions; memory and rates are those of the larger share."
        )
    return lines


def text(contest: Contest, budget: float) -> str:
    """The table in aligned columns, with its notes."""
    table = [HEAD, *rows(contest)]
    widths = [max(len(row[i]) for row in table) for i in range(len(HEAD))]
    last = len(HEAD) - 1
    lines = [
        "  ".join(
            cell.ljust(width) if i in (0, last) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
    return "\n".join([*lines, "", *notes(contest, budget)])


def markdown(contest: Contest, budget: float) -> str:
    """The table in Markdown, with its notes."""
    align = ["---", *["---:"] * (len(HEAD) - 2), "---"]
    lines = ["| " + " | ".join(_plain(c) for c in row) + " |" for row in [HEAD, *rows(contest)]]
    lines.insert(1, "|" + "|".join(align) + "|")
    return "\n".join([*lines, "", *(f"- {_plain(note)}" for note in notes(contest, budget)), ""])


def _plain(cell: str) -> str:
    return cell.replace("*", "\\*").replace("~", "\\~").replace("|", "\\|")


def values(contest: Contest) -> dict[str, Any]:
    """Everything as plain JSON values."""
    return asdict(contest)
