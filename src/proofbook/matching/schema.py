"""The enriched table: its columns, the words of its methods and flags, and its Arrow schema."""

from __future__ import annotations

import pyarrow as pa

UEI_EXACT = "uei-exact"
DUNS_EXACT = "duns-exact"
NAME_EXACT = "name-exact"
NAME_FUZZY = "name-fuzzy-auto"
CANDIDATE = "name-fuzzy-candidate"
UNMATCHED = "unmatched"

#: Methods that join a recipient; the only ones that count towards the match rate.
ACCEPTED_METHODS: tuple[str, ...] = (UEI_EXACT, DUNS_EXACT, NAME_EXACT, NAME_FUZZY)
METHODS: tuple[str, ...] = (*ACCEPTED_METHODS, CANDIDATE, UNMATCHED)
IDENTIFIER_METHODS: tuple[str, ...] = (UEI_EXACT, DUNS_EXACT)

IDENTIFIER_CONFLICT = "identifier-conflict"
SHARED_IDENTIFIER = "shared-identifier"
AMBIGUOUS = "ambiguous"
INVALID_UEI = "invalid-uei"
INVALID_DUNS = "invalid-duns"
NAME_DISAGREES = "name-disagrees"
VIA_ALIAS = "via-alias"
VIA_PARENT = "via-parent"

FLAGS: tuple[str, ...] = (
    IDENTIFIER_CONFLICT,
    SHARED_IDENTIFIER,
    AMBIGUOUS,
    INVALID_UEI,
    INVALID_DUNS,
    NAME_DISAGREES,
    VIA_ALIAS,
    VIA_PARENT,
)

CANDIDATE_TYPE = pa.struct(
    [
        pa.field("recipient_hash", pa.string()),
        pa.field("name", pa.string()),
        pa.field("city", pa.string()),
        pa.field("state", pa.string()),
        pa.field("score", pa.float64()),
        pa.field("probability", pa.float64()),
    ]
)

#: Award columns that matching reads; only the first must be there.
AWARD_COLUMNS_READ: tuple[str, ...] = ("Company", "UEI", "Duns", "City", "State", "Zip", "Address1")

#: Columns of the recipient that an accepted award receives, under the prefix ``recipient_``.
JOINED_RECIPIENT_COLUMNS: dict[str, str] = {
    "recipient_hash": "recipient_hash",
    "recipient_name": "legal_business_name",
    "recipient_uei": "uei",
    "recipient_duns": "duns",
    "recipient_city": "city",
    "recipient_state": "state",
    "recipient_zip5": "zip5",
    "recipient_parent_uei": "parent_uei",
}

#: The columns that enrichment adds behind those of the award file, in this order.
ENRICHED_SCHEMA = pa.schema(
    [
        pa.field("award_row", pa.int64(), nullable=False),
        pa.field("match_method", pa.string(), nullable=False),
        pa.field("match_score", pa.float64()),
        pa.field("match_probability", pa.float64()),
        pa.field("match_flags", pa.list_(pa.string()), nullable=False),
        *[pa.field(name, pa.string()) for name in JOINED_RECIPIENT_COLUMNS],
        pa.field("candidates", pa.list_(CANDIDATE_TYPE), nullable=False),
    ]
)
