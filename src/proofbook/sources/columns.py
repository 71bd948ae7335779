"""The columns of sbir.gov's award file and of USAspending's recipient lookup, by name."""

from __future__ import annotations

AWARD_COLUMNS: tuple[str, ...] = (
    "Company",
    "Award Title",
    "Agency",
    "Branch",
    "Phase",
    "Program",
    "Agency Tracking Number",
    "Contract",
    "Proposal Award Date",
    "Contract End Date",
    "Solicitation Number",
    "Solicitation Year",
    "Solicitation Close Date",
    "Proposal Receipt Date",
    "Date of Notification",
    "Topic Code",
    "Award Year",
    "Award Amount",
    "UEI",
    "Duns",
    "HUBZone Owned",
    "Socially and Economically Disadvantaged",
    "Woman Owned",
    "Number Employees",
    "Company Website",
    "Address1",
    "Address2",
    "City",
    "State",
    "Zip",
    "Abstract",
    "Contact Name",
    "Contact Title",
    "Contact Phone",
    "Contact Email",
    "PI Name",
    "PI Title",
    "PI Phone",
    "PI Email",
    "RI Name",
    "RI POC Name",
    "RI POC Phone",
)

#: Columns about people: contact, principal investigator, research institution's point of contact.
PERSONAL_COLUMNS: frozenset[str] = frozenset(
    c for c in AWARD_COLUMNS if c.startswith(("Contact ", "PI ", "RI POC "))
)

#: Spellings of other exports, each with the name used here.
AWARD_ALIASES: dict[str, str] = {
    "Number of Employees": "Number Employees",
    "DUNS": "Duns",
    "Unique Entity ID": "UEI",
    "Unique Entity Identifier": "UEI",
    "Company Name": "Company",
    "ZIP": "Zip",
    "Zip Code": "Zip",
}

#: Left out of the enriched table unless asked for: personal columns, and the long abstract.
DEFAULT_DROPPED: frozenset[str] = PERSONAL_COLUMNS | {"Abstract"}

#: What an award file must have to be enriched at all.
REQUIRED_AWARD_COLUMNS: tuple[str, ...] = ("Company",)

RECIPIENT_COLUMNS: tuple[str, ...] = (
    "recipient_hash",
    "legal_business_name",
    "duns",
    "uei",
    "parent_duns",
    "parent_uei",
    "parent_legal_business_name",
    "address_line_1",
    "address_line_2",
    "city",
    "state",
    "zip5",
    "zip4",
    "country_code",
    "alternate_names",
    "source",
)
REQUIRED_RECIPIENT_COLUMNS: tuple[str, ...] = ("legal_business_name",)
