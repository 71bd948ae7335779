"""The groups whose match rates are told apart: phase, agency, year, company size, identifier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import polars as pl
import pyarrow as pa

from proofbook.matching.identifiers import VALID, clean_duns, clean_uei
from proofbook.quality import frames

Dimension = Literal["phase", "agency", "year", "company_size", "identifier"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)

NOT_GIVEN = "not given"
UEI, DUNS_ONLY, NO_IDENTIFIER = "UEI", "DUNS only", "none"
PHASES = ("Phase I", "Phase II", "Phase III")

#: Agencies of the programs, by the short name they use themselves.
AGENCIES: dict[str, str] = {
    "DEPARTMENT OF AGRICULTURE": "USDA",
    "DEPARTMENT OF COMMERCE": "DOC",
    "DEPARTMENT OF DEFENSE": "DOD",
    "DEPARTMENT OF EDUCATION": "ED",
    "DEPARTMENT OF ENERGY": "DOE",
    "DEPARTMENT OF HEALTH AND HUMAN SERVICES": "HHS",
    "DEPARTMENT OF HOMELAND SECURITY": "DHS",
    "DEPARTMENT OF THE INTERIOR": "DOI",
    "DEPARTMENT OF TRANSPORTATION": "DOT",
    "DEPARTMENT OF VETERANS AFFAIRS": "VA",
    "ENVIRONMENTAL PROTECTION AGENCY": "EPA",
    "NATIONAL AERONAUTICS AND SPACE ADMINISTRATION": "NASA",
    "NATIONAL SCIENCE FOUNDATION": "NSF",
    "NUCLEAR REGULATORY COMMISSION": "NRC",
}

#: Lower ends of the classes of Number Employees; 500 is the limit of the programs.
SIZES: tuple[tuple[int, str], ...] = (
    (1, "1–9"),
    (10, "10–49"),
    (50, "50–249"),
    (250, "250–499"),
    (500, "500 or more"),
)


def labels(table: pa.Table, dimension: Dimension) -> pl.Series:
    """The group of every row; "not given" where the file does not say or the column is absent."""
    return _LABELS[dimension](table).fill_null(NOT_GIVEN).alias("label")


def ordered(sizes: dict[str, int], dimension: Dimension) -> list[str]:
    """The groups present: agencies largest first, others in natural order, "not given" last."""
    natural: tuple[str, ...] = {
        "phase": PHASES,
        "company_size": tuple(name for _, name in SIZES),
        "identifier": (UEI, DUNS_ONLY, NO_IDENTIFIER),
        "year": tuple(sorted(sizes)),
        "agency": tuple(sorted(sizes, key=lambda name: (-sizes[name], name))),
    }[dimension]
    known = [name for name in natural if name in sizes and name != NOT_GIVEN]
    return known + [NOT_GIVEN] * (NOT_GIVEN in sizes)


def identifier_type(table: pa.Table) -> pl.Series:
    """For every award ``UEI`` (a valid one), else ``DUNS only`` (a valid one), else ``none``."""
    uei = clean_uei(frames.raw(table, "UEI"))["state"] == VALID
    duns = clean_duns(frames.raw(table, "Duns"))["state"] == VALID
    kind = pl.when(uei).then(pl.lit(UEI)).when(duns).then(pl.lit(DUNS_ONLY))
    return pl.select(kind.otherwise(pl.lit(NO_IDENTIFIER))).to_series()


def _phase(table: pa.Table) -> pl.Series:
    roman = frames.text(table, "Phase").str.to_uppercase().str.extract(r"^(?:PHASE\s*)?(I{1,3})$")
    return "Phase " + roman


def _agency(table: pa.Table) -> pl.Series:
    name = frames.text(table, "Agency")
    short = name.str.to_uppercase().replace_strict(AGENCIES, default=None, return_dtype=pl.String)
    return pl.select(pl.coalesce(short, name)).to_series()


def _year(table: pa.Table) -> pl.Series:
    return frames.text(table, "Award Year").str.extract(r"^((?:19|20)\d\d)(?:\.0+)?$")


def _company_size(table: pa.Table) -> pl.Series:
    written = frames.text(table, "Number Employees").str.replace_all(",", "")
    number = written.cast(pl.Float64, strict=False)
    size = pl.lit(None, dtype=pl.String)  # 0 employees is how the file says "not known"
    for least, name in SIZES:
        size = pl.when(number >= least).then(pl.lit(name)).otherwise(size)
    return number.to_frame("number").select(size).to_series()


_LABELS: dict[Dimension, Callable[[pa.Table], pl.Series]] = {
    "phase": _phase,
    "agency": _agency,
    "year": _year,
    "company_size": _company_size,
    "identifier": identifier_type,
}
