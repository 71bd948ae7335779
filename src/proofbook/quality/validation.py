"""Validation: which awards break which rule, by the rules that the users of the data know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd
import polars as pl
import pyarrow as pa

from proofbook.errors import ParameterError, did_you_mean
from proofbook.quality.award_values import (
    amount_of,
    award_frame,
    date_of,
    is_present,
    keyed_rows,
    year_of,
)
from proofbook.sources.columns import STATES

FIRST_YEAR = 1983  # the first SBIR awards
LARGE_AMOUNT = 5_000_000  # dollars

_START, _END = "Proposal Award Date", "Contract End Date"
_EMAIL = r"^[\w.%+'&/-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$"
_PHONE = r"^(\+?1[-. ]?)?\(?\d{3}\)?[-. /]{0,3}\d{3}[-. ]?\d{4}(\s*(x|ext\.?)\s*\d+)?$"


@dataclass(frozen=True)
class Rule:
    """A rule for awards: its name, what it means, how grave it is, and when a row breaks it."""

    name: str
    severity: Literal["error", "warning"]
    columns: tuple[str, ...]
    broken: pl.Expr = field(repr=False)
    description: str


def rules(today: date) -> tuple[Rule, ...]:
    """All rules, errors first; a column that is missing breaks every error rule about it."""
    return (*_errors(today.year), *_warnings())


def _errors(this_year: int) -> Iterator[Rule]:
    for column in ("Company", "Award Title", "Agency"):
        name = f"{column.lower().replace(' ', '_')}_blank"
        yield Rule(name, "error", (column,), ~is_present(column), f"{column} is blank")
    yield _unlike(
        "phase_unknown", "error", "Phase", r"^(?i:phase)?[\s-]*(?i:I{1,3}|[123])$",
        "Phase is not I, II or III",
    )  # fmt: skip
    yield _unlike(
        "program_unknown", "error", "Program", r"^(?i:SBIR|STTR)$", "Program is not SBIR or STTR"
    )
    year = year_of("Award Year").is_between(FIRST_YEAR, this_year)
    yield Rule(
        "award_year_invalid",
        "error",
        ("Award Year",),
        ~year.fill_null(False),
        f"Award Year is missing or not within {FIRST_YEAR} to {this_year}",
    )
    yield Rule(
        "award_amount_invalid",
        "error",
        ("Award Amount",),
        ~(amount_of("Award Amount") > 0).fill_null(False),
        "Award Amount is missing, not a number, or not positive",
    )


def _warnings() -> Iterator[Rule]:
    large = (amount_of("Award Amount") > LARGE_AMOUNT).fill_null(False)
    yield Rule(
        "award_amount_large",
        "warning",
        ("Award Amount",),
        large,
        f"Award Amount is over ${LARGE_AMOUNT:,}",
    )
    yield _malformed("UEI", r"^[A-Za-z0-9]{12}$", "12 letters and digits")
    yield _malformed("Duns", r"^\d{9}$", "9 digits")
    for column in ("Contact Email", "PI Email"):
        yield _malformed(column, _EMAIL, "an e-mail address")
    for column in ("Contact Phone", "PI Phone", "RI POC Phone"):
        yield _malformed(column, _PHONE, "a telephone number of 10 digits")
    state = pl.col("State").str.strip_chars().str.to_uppercase()
    known = state.is_in([*STATES, *STATES.values()])
    yield Rule(
        "state_unknown",
        "warning",
        ("State",),
        is_present("State") & ~known,
        "State is neither the name nor the code of a state or territory",
    )
    yield _malformed("Zip", r"^\d{5}(-?\d{4})?$", "5 or 9 digits")
    yield Rule(
        "end_before_start",
        "warning",
        (_START, _END),
        (date_of(_END) < date_of(_START)).fill_null(False),
        f"{_END} is before {_START}",
    )
    unlike = date_of(_START).dt.year() != year_of("Award Year")
    yield Rule(
        "year_unlike_award_date",
        "warning",
        ("Award Year", _START),
        unlike.fill_null(False),
        f"Award Year is not the year of {_START}",
    )


def _malformed(column: str, pattern: str, need: str) -> Rule:
    name = f"{column.lower().replace(' ', '_')}_malformed"
    return _unlike(name, "warning", column, pattern, f"{column} is not {need}")


def _unlike(
    name: str, severity: Literal["error", "warning"], column: str, pattern: str, description: str
) -> Rule:
    """A rule about the shape of one column; an absent value breaks it only if it is an error."""
    fits = pl.col(column).str.strip_chars().str.contains(pattern)
    broken = ~fits if severity == "error" else is_present(column) & ~fits
    return Rule(name, severity, (column,), broken, description)


@dataclass(frozen=True)
class Validation:
    """What the rules say about an award table.

    ``valid_rows`` break no error rule; ``warning_rows`` break at least one warning rule; rates
    are shares of all rows (0-1). ``issues`` has a row for every rule, also for those that nothing
    breaks: ``rule``, ``severity``, ``column``, ``count``, ``rate``, ``description``.
    """

    rows: int
    valid_rows: int
    valid_rate: float
    warning_rows: int
    warning_rate: float
    issues: pd.DataFrame = field(repr=False)
    _awards: pa.Table = field(repr=False)
    _broken: dict[str, pl.Series] = field(repr=False)
    _columns: dict[str, tuple[str, ...]] = field(repr=False)

    def examples(self, rule: str, k: int = 20) -> pd.DataFrame:
        """The first ``k`` rows that break a rule: ``award_row``, keys and ``value``.

        The values of personal columns are withheld. Raises ParameterError for an unknown rule.
        """
        if rule not in self._broken:
            raise ParameterError(f"rule {rule!r} is unknown{did_you_mean(rule, self._broken)}")
        return keyed_rows(self._awards, self._broken[rule].head(k).to_list(), self._columns[rule])

    def invalid_examples(self, k: int = 20) -> pd.DataFrame:
        """The first ``k`` rows that break an error rule, each with the first it breaks."""
        errors = self.issues.loc[self.issues["severity"] == "error", "rule"]
        parts = [self.examples(rule, k).assign(rule=rule) for rule in errors]
        together = pd.concat(parts).drop_duplicates("award_row")
        return together.sort_values("award_row", ignore_index=True).head(k)


def validate_awards(awards: pa.Table, today: date | None = None) -> Validation:
    """Holds every award against the rules; ``today`` (default: the day it is) bounds the year.

    Words for nothing (``N/A``, ``NULL``, …) count as blank. A warning rule is never broken by an
    absent value.
    """
    checked = rules(today or date.today())
    frame = award_frame(awards, {column for rule in checked for column in rule.columns})
    broken = frame.select(**{rule.name: rule.broken for rule in checked})
    by_severity = {
        severity: broken.select(
            pl.any_horizontal(*(r.name for r in checked if r.severity == severity)).sum()
        ).item()
        for severity in ("error", "warning")
    }
    total = awards.num_rows
    counts = [int(broken[rule.name].sum()) for rule in checked]
    issues = pd.DataFrame(
        {
            "rule": [rule.name for rule in checked],
            "severity": [rule.severity for rule in checked],
            "column": [", ".join(rule.columns) for rule in checked],
            "count": counts,
            "rate": [count / total if total else 0.0 for count in counts],
            "description": [rule.description for rule in checked],
        }
    )
    valid = total - by_severity["error"]
    return Validation(
        rows=total,
        valid_rows=valid,
        valid_rate=valid / total if total else 0.0,
        warning_rows=by_severity["warning"],
        warning_rate=by_severity["warning"] / total if total else 0.0,
        issues=issues,
        _awards=awards,
        _broken={rule.name: broken[rule.name].arg_true() for rule in checked},
        _columns={rule.name: rule.columns for rule in checked},
    )
