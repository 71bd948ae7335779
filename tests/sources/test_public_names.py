"""The public names of sources are exactly those that are promised."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from proofbook import sources
from proofbook.sources import alternates, columns, files, personal


def test_all_is_curated() -> None:
    assert sources.__all__ == [
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
    assert all(hasattr(sources, name) for name in sources.__all__)


@pytest.mark.parametrize("module", [alternates, columns, files, personal])
def test_the_examples_in_docstrings_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
