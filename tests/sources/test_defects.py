"""What survives reading is counted; every defect has a value that shows it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from proofbook.sources import DEFECTS, count_defects

CASES = [
    ("multi_line_values", "Award Title", "a\nb"),
    ("outer_blanks", "Company", "Acme "),
    ("outer_blanks", "Company", " Acme"),
    ("outer_blanks", "City", "\tReno"),
    ("null_words", "Branch", "N/A"),
    ("null_words", "UEI", "<NA>"),
    ("null_words", "Contract", r"\N"),
    ("null_words", "Contract", "nan"),
    ("html_entities", "Company", "A &amp; B"),
    ("html_entities", "Award Title", "it&#39;s"),
    ("html_entities", "Award Title", "&#x27;"),
    ("damaged_characters", "Award Title", "caf\ufffd"),
    ("damaged_characters", "Award Title", "cafÃ©"),
    ("damaged_characters", "Award Title", "itâ€™s"),
    ("quoted_identifiers", "Duns", "'079179794'"),
    ("quoted_identifiers", "UEI", '"ABCDEFGHJK12"'),
    ("float_text_identifiers", "Duns", "78269681.0"),
    ("float_text_identifiers", "Duns", "7.8269681E+7"),
    ("lost_zero_duns", "Duns", "78269681"),
    ("lost_zero_duns", "Duns", "9485124"),
    ("dashed_duns", "Duns", "123-456-789"),
    ("dashed_duns", "Duns", "12-345-6789"),
    ("long_duns", "Duns", "1234567890123"),
    ("placeholder_identifiers", "Duns", "000000000"),
    ("placeholder_identifiers", "Duns", "0"),
    ("placeholder_identifiers", "Duns", "999999999"),
    ("placeholder_identifiers", "UEI", "XXXXXXXXXXXX"),
    ("placeholder_identifiers", "Duns", "123456789"),
    ("zip_defects", "Zip", "-"),
    ("zip_defects", "Zip", "12345-"),
    ("zip_defects", "Zip", "12345-Array"),
    ("zip_defects", "Zip", "1566"),
    ("amounts_with_separators", "Award Amount", "149,943"),
    ("amounts_with_separators", "Award Amount", "$149943"),
    ("month_name_dates", "Proposal Award Date", "August 28, 2018"),
    ("float_text_counts", "Number Employees", "15.0"),
    ("double_blanks", "Company", "MAGIS GROUP,  LLC"),
    ("several_names", "Company", "XW, LLC dba Xtendwave"),
    ("several_names", "Company", "XW d/b/a Xtendwave"),
    ("several_names", "Company", "XW (formerly Tendwave)"),
    ("personal_values", "PI E-mail", "a@example.com"),
]


def counts(column: str, *values: str) -> dict[str, int]:
    found = count_defects(
        pa.table({column: list(values), "Row": [str(i) for i in range(len(values))]})
    )
    return {defect: n for defect, n in found.items() if n}


@pytest.mark.parametrize(("defect", "column", "value"), CASES)
def test_each_defect(defect: str, column: str, value: str) -> None:
    assert counts(column, value, "", value) == {defect: 2}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Company", "AT&T Labs"),
        ("Company", "Nonesuch & Sons"),
        ("Company", "Abd baker"),
        ("Duns", "079179794"),
        ("UEI", "ABCDEFGHJK12"),
        ("Zip", "02139"),
        ("Zip", "02139-4307"),
        ("Award Amount", "149943.50"),
        ("Number Employees", "15"),
        ("Proposal Award Date", "04-05-2019"),
        ("Award Title", "Ärger in São Paulo"),
        ("PI Name", ""),
    ],
)
def test_what_is_no_defect(column: str, value: str) -> None:
    assert counts(column, value) == {}


def test_every_defect_has_a_case() -> None:
    elsewhere = {"byte_order_mark", "duplicate_rows", "mixed_dates"}
    assert {case[0] for case in CASES} | elsewhere == set(DEFECTS)


def test_dates_in_another_layout_than_most() -> None:
    dates = ["04-05-2019", "04-06-2019", "04/05/2019", "2019-04-05", "", "unknown"]
    assert counts("Contract End Date", *dates) == {"mixed_dates": 2}


def test_repeated_rows_are_equal_in_every_column() -> None:
    table = pa.table({"Company": ["A", "A", "A", "A", "AB"], "UEI": ["BC", "BC", "BC", "x", "C"]})
    assert count_defects(table)["duplicate_rows"] == 2


def test_counts_do_not_depend_on_how_the_table_is_cut() -> None:
    values = ["A ", "B", "&amp;", "N/A"] * 20_000  # more than one part
    whole = pa.table({"Company": pa.chunked_array([values])})
    cut = pa.table({"Company": pa.chunked_array([values[:7], values[7:50_000], values[50_000:]])})
    assert count_defects(whole) == count_defects(cut)
    assert count_defects(whole)["outer_blanks"] == 20_000


@pytest.mark.real
def test_real_defective_values_are_found(real_data: Path) -> None:
    hygiene = pd.read_csv(real_data / "id_hygiene.csv", dtype=str, keep_default_na=False)
    expected = {
        "amount_thousands": ("Award Amount", "amounts_with_separators"),
        "date_month_name": ("Proposal Award Date", "month_name_dates"),
        "duns_lost_zero": ("Duns", "lost_zero_duns"),
        "duns_placeholder": ("Duns", "placeholder_identifiers"),
        "duns_quoted": ("Duns", "quoted_identifiers"),
        "employees_float": ("Number Employees", "float_text_counts"),
        "name_blank_end": ("Company", "outer_blanks"),
        "name_dba_or_formerly": ("Company", "several_names"),
        "name_double_space": ("Company", "double_blanks"),
        "name_entity": ("Company", "html_entities"),
        "zip_array": ("Zip", "zip_defects"),
        "zip_dash": ("Zip", "zip_defects"),
        "zip_lost_zero": ("Zip", "zip_defects"),
        "zip_trailing_dash": ("Zip", "zip_defects"),
    }
    for kind, (column, defect) in expected.items():
        values = hygiene.loc[hygiene["class"] == kind, "raw"].tolist()
        assert counts(column, *values)[defect] == len(values) > 0, kind
