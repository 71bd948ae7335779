"""Columns about people are known under any spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.sources import AWARD_COLUMNS, PERSONAL_COLUMNS, RECIPIENT_COLUMNS, is_personal


def test_of_the_award_columns_exactly_the_personal_ones() -> None:
    assert {c for c in AWARD_COLUMNS if is_personal(c)} == PERSONAL_COLUMNS
    assert len(PERSONAL_COLUMNS) == 10


def test_no_recipient_or_enrichment_column_is_personal() -> None:
    others = (*RECIPIENT_COLUMNS, "match_method", "candidates", "recipient_name", "recipient_zip5")
    assert not [c for c in others if is_personal(c)]


@given(
    st.sampled_from(sorted(PERSONAL_COLUMNS)),
    st.sampled_from(["", " ", "  ", "_", "-", "."]),
    st.sampled_from([str.lower, str.upper, str.title, str.swapcase, str]),
    st.sampled_from(["", " ", "\ufeff"]),
)
def test_case_and_separators_do_not_matter(
    column: str, separator: str, case: type[str], around: str
) -> None:
    assert is_personal(around + case(column).replace(" ", separator) + around)


@pytest.mark.parametrize(
    "column",
    ["Contact E-mail", "Principal Investigator Name", "POC Phone", "pi_email", "PiEmail", "Email",
     "E-Mail Address", "Point of Contact", "RI POC Email", "Contact Person", "PI", "piPhone",
     "Co-Investigator", "PI_Fax", "Phone Number", "First Name", "LastName", "poc_title",
     "Business Contact Telephone", "PI Phone Ext", "Mobile"],
)  # fmt: skip
def test_spellings_of_other_exports(column: str) -> None:
    assert is_personal(column)


@pytest.mark.parametrize(
    "column",
    ["Contract", "Contract End Date", "RI Name", "Company", "Company Name", "Topic Code",
     "API Version", "Pilot Program", "Program Title", "Address1", "Mailing Address", "Phase",
     "Emailed", "Microphones"],
)  # fmt: skip
def test_what_is_not_about_people(column: str) -> None:
    assert not is_personal(column)
