"""What is wrong with an award file and survives reading: counted, never repaired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from string import ascii_lowercase

import polars as pl
import pyarrow as pa

from proofbook.sources.columns import NULL_PATTERN
from proofbook.sources.personal import is_personal

#: Every defect that is counted, and what one count is.
DEFECTS: dict[str, str] = {
    "byte_order_mark": "the file begins with a UTF-8 byte order mark",
    "duplicate_rows": "rows equal to an earlier row in every column",
    "multi_line_values": "values that contain a line end",
    "outer_blanks": "values with blanks at the beginning or end",
    "null_words": "values that are a word for nothing: <NA>, NAN, NAT, NONE, NULL, N/A, \\N",
    "html_entities": "values with an HTML entity such as &amp;",
    "damaged_characters": "values with a replacement character or UTF-8 read as Windows-1252",
    "quoted_identifiers": "UEI or DUNS inside quotation marks, or after an apostrophe",
    "float_text_identifiers": "DUNS written as a number with decimals: 78269681.0",
    "lost_zero_duns": "DUNS of seven or eight digits: leading zeros are lost",
    "dashed_duns": "DUNS written 123-456-789",
    "long_duns": "DUNS of 13 digits: four digits of a branch follow the nine",
    "placeholder_identifiers": "UEI or DUNS of one repeated character, or 123456789",
    "zip_defects": "ZIP codes that are neither 99999 nor 99999-9999",
    "amounts_with_separators": "amounts with a dollar sign or thousands separators",
    "month_name_dates": "dates with a month in words: August 28, 2018",
    "mixed_dates": "dates in digits, in another layout than most of their column",
    "float_text_counts": "employees or years written with decimals: 15.0",
    "double_blanks": "company names with several blanks in a row",
    "several_names": "company names that hold a second name: d/b/a, formerly",
    "personal_values": "values in columns about people",
}

_DATES = (
    "Proposal Award Date",
    "Contract End Date",
    "Solicitation Close Date",
    "Proposal Receipt Date",
    "Date of Notification",
)
_COUNTS = ("Number Employees", "Award Year", "Solicitation Year")
_ENTITY = r"&(#\d+|#[xX][0-9A-Fa-f]+|[A-Za-z]+\d?);"
_MOJIBAKE = "[\ufffd]|Ã[\u0080-\u00bf\u2018-\u203a\u20ac]|â€|Â[\u00a0-\u00bf]"
_PART = 1 << 15  # rows converted at once
_PLACEHOLDER = (
    "^(?i:0+|123456789|" + "|".join(c + "{7,}" for c in "123456789" + ascii_lowercase) + ")$"
)
_LAYOUTS = {
    "month-day-year": r"^\d{1,2}-\d{1,2}-\d{4}$",
    "month/day/year": r"^\d{1,2}/\d{1,2}/\d{4}$",
    "year-month-day": r"^\d{4}-\d{1,2}-\d{1,2}",
}


def count_defects(awards: pa.Table) -> dict[str, int]:
    """How often each of ``DEFECTS`` occurs in an award table of text; zero where it does not.

    Values are counted, except for rows that repeat an earlier one. Columns that are missing
    count nothing.
    """
    counts = Counter(dict.fromkeys(DEFECTS, 0))
    for name in awards.column_names:
        found: Counter[str] = Counter()
        for part in _parts(awards.column(name)):
            sums = pl.DataFrame({"x": part}).select(**_sums(name)).row(0, named=True)
            found.update(sums)
        layouts = [found.pop(layout, 0) for layout in _LAYOUTS]
        counts["mixed_dates"] += sum(layouts) - max(layouts)
        counts.update(found)
    counts["duplicate_rows"] = _repeated_rows(awards)
    return dict(counts)


def _parts(column: pa.ChunkedArray) -> Iterator[pl.Series]:
    """The column piece by piece: converted at once, a long column would double the memory."""
    for start in range(0, len(column), _PART):
        yield pl.Series(pl.from_arrow(column.slice(start, _PART)))


def _sums(name: str) -> dict[str, pl.Expr]:
    """For one column, every defect to look for and the expression that counts it."""
    x, bare = pl.col("x"), pl.col("x").str.strip_chars(" '\"")
    tests = {
        "multi_line_values": x.str.contains(r"[\r\n]"),
        "outer_blanks": x.str.len_bytes() != x.str.strip_chars().str.len_bytes(),
        "null_words": x.str.contains(NULL_PATTERN),
        "html_entities": x.str.contains(_ENTITY),
        "damaged_characters": x.str.contains(_MOJIBAKE),
    }
    if is_personal(name):
        tests["personal_values"] = x.str.strip_chars() != ""
    if name in ("UEI", "Duns"):
        tests["quoted_identifiers"] = x.str.contains(r"""^\s*['"]""")
        tests["placeholder_identifiers"] = bare.str.contains(_PLACEHOLDER)
    if name == "Duns":
        tests["float_text_identifiers"] = bare.str.contains(r"^\d+\.\d*$|^\d\.\d+[eE]\+?\d+$")
        tests["lost_zero_duns"] = bare.str.contains(r"^\d{7,8}$") & ~bare.str.contains(_PLACEHOLDER)
        tests["dashed_duns"] = bare.str.contains(r"^\d{2,3}-\d{3}-\d{4}$|^\d{3}-\d{3}-\d{3}$")
        tests["long_duns"] = bare.str.contains(r"^\d{13}$")
    if name == "Zip":
        tests["zip_defects"] = (x.str.strip_chars() != "") & ~bare.str.contains(r"^\d{5}(-\d{4})?$")
    if name == "Award Amount":
        tests["amounts_with_separators"] = x.str.contains(r"[$,]")
    if name in _DATES:
        tests |= {layout: x.str.contains(p) for layout, p in _LAYOUTS.items()}
        tests["month_name_dates"] = x.str.contains(r"^\s*[A-Za-z]{3,9}\.? \d{1,2}, *\d{4}")
    if name in _COUNTS:
        tests["float_text_counts"] = x.str.contains(r"^\s*\d+\.0*\s*$")
    if name == "Company":
        tests["double_blanks"] = x.str.contains(r"\S\s{2,}\S")
        tests["several_names"] = x.str.contains(
            r"(?i)\b(d[/.]?b[/.]?a\b|formerly\b|f/?k/?a\b|a/k/a\b)"
        )
    return {defect: test.sum() for defect, test in tests.items()}


def _repeated_rows(awards: pa.Table) -> int:
    """Rows that equal an earlier one; rows are compared in full only where their hashes meet."""
    rows = pl.DataFrame({"row": pl.zeros(awards.num_rows, pl.UInt64, eager=True)})
    for column in awards.columns:
        hashes = pl.concat([part.hash() for part in _parts(column)])
        rows = pl.DataFrame({"row": rows.with_columns(hashes.alias("column")).hash_rows()})
    twice = rows["row"].is_duplicated().arg_true()
    suspects = pl.DataFrame(pl.from_arrow(awards.take(twice.to_arrow())))
    return suspects.height - suspects.unique().height
