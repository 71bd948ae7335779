"""The columns of sbir.gov's award file and of USAspending's recipient lookup, by name."""

from __future__ import annotations

import re

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

#: Spellings of other exports, each with the name used here; case, spaces and punctuation aside.
AWARD_ALIASES: dict[str, str] = {
    "Number of Employees": "Number Employees",
    "DUNS": "Duns",
    "DUNS Number": "Duns",
    "Unique Entity ID": "UEI",
    "Unique Entity Identifier": "UEI",
    "Company Name": "Company",
    "Firm": "Company",
    "Women Owned": "Woman Owned",
    "Socially Economically Disadvantaged": "Socially and Economically Disadvantaged",
    "Address 1": "Address1",
    "Address 2": "Address2",
    "ZIP": "Zip",
    "Zip Code": "Zip",
}

#: Left out of the enriched table unless asked for: personal columns, and the long abstract.
DEFAULT_DROPPED: frozenset[str] = PERSONAL_COLUMNS | {"Abstract"}

#: What an award file must have to be enriched at all.
REQUIRED_AWARD_COLUMNS: tuple[str, ...] = ("Company",)

#: The table of USAspending's database that holds the recipients.
RECIPIENT_TABLE = "rpt.recipient_lookup"

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

#: Words that stand for "no value" in exports, in upper case; the empty text is one of them.
NULL_WORDS: frozenset[str] = frozenset(
    {"", "<NA>", "NAN", "NAT", "NONE", "NULL", "N/A", r"\N"},
)

#: A word for nothing, in any case, with blanks around it: the pattern of an absent value.
NULL_PATTERN = r"^\s*(?i:" + "|".join(map(re.escape, sorted(NULL_WORDS - {""}))) + r")\s*$"

#: USPS codes of states, the District of Columbia, territories, freely associated states and
#: military addresses, with their names in upper case.
STATES: dict[str, str] = {
    "AL": "ALABAMA",
    "AK": "ALASKA",
    "AZ": "ARIZONA",
    "AR": "ARKANSAS",
    "CA": "CALIFORNIA",
    "CO": "COLORADO",
    "CT": "CONNECTICUT",
    "DE": "DELAWARE",
    "DC": "DISTRICT OF COLUMBIA",
    "FL": "FLORIDA",
    "GA": "GEORGIA",
    "HI": "HAWAII",
    "ID": "IDAHO",
    "IL": "ILLINOIS",
    "IN": "INDIANA",
    "IA": "IOWA",
    "KS": "KANSAS",
    "KY": "KENTUCKY",
    "LA": "LOUISIANA",
    "ME": "MAINE",
    "MD": "MARYLAND",
    "MA": "MASSACHUSETTS",
    "MI": "MICHIGAN",
    "MN": "MINNESOTA",
    "MS": "MISSISSIPPI",
    "MO": "MISSOURI",
    "MT": "MONTANA",
    "NE": "NEBRASKA",
    "NV": "NEVADA",
    "NH": "NEW HAMPSHIRE",
    "NJ": "NEW JERSEY",
    "NM": "NEW MEXICO",
    "NY": "NEW YORK",
    "NC": "NORTH CAROLINA",
    "ND": "NORTH DAKOTA",
    "OH": "OHIO",
    "OK": "OKLAHOMA",
    "OR": "OREGON",
    "PA": "PENNSYLVANIA",
    "RI": "RHODE ISLAND",
    "SC": "SOUTH CAROLINA",
    "SD": "SOUTH DAKOTA",
    "TN": "TENNESSEE",
    "TX": "TEXAS",
    "UT": "UTAH",
    "VT": "VERMONT",
    "VA": "VIRGINIA",
    "WA": "WASHINGTON",
    "WV": "WEST VIRGINIA",
    "WI": "WISCONSIN",
    "WY": "WYOMING",
    "AS": "AMERICAN SAMOA",
    "GU": "GUAM",
    "MP": "NORTHERN MARIANA ISLANDS",
    "PR": "PUERTO RICO",
    "VI": "VIRGIN ISLANDS",
    "FM": "FEDERATED STATES OF MICRONESIA",
    "MH": "MARSHALL ISLANDS",
    "PW": "PALAU",
    "AA": "ARMED FORCES AMERICAS",
    "AE": "ARMED FORCES EUROPE",
    "AP": "ARMED FORCES PACIFIC",
}


def fold(name: str) -> str:
    """A column's name without case, spaces and punctuation, by which spellings are compared.

    >>> fold(" Agency_Tracking  Number") == fold("Agency Tracking Number")
    True
    """
    return re.sub(r"[\W_]+", "", name).casefold()
