"""Reading what goes in: awards, recipients, truth and enriched tables."""

from proofbook.sources.awards import AwardFile, award_table, read_awards
from proofbook.sources.columns import AWARD_COLUMNS, PERSONAL_COLUMNS, RECIPIENT_COLUMNS
from proofbook.sources.defects import DEFECTS, count_defects
from proofbook.sources.personal import is_personal
from proofbook.sources.recipients import RecipientFile, read_recipients, recipient_table
from proofbook.sources.truth import read_truth

# isort: split
# Last, because it needs the schema in matching, whose modules use the names above.
from proofbook.sources.enriched import EnrichedFile, read_enriched, read_enriched_file

__all__ = [
    "AWARD_COLUMNS",
    "DEFECTS",
    "PERSONAL_COLUMNS",
    "RECIPIENT_COLUMNS",
    "AwardFile",
    "EnrichedFile",
    "RecipientFile",
    "award_table",
    "count_defects",
    "is_personal",
    "read_awards",
    "read_enriched",
    "read_enriched_file",
    "read_recipients",
    "read_truth",
    "recipient_table",
]
