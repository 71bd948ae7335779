"""The defects that reading counted, as a table for people."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from proofbook.sources.defects import DEFECTS

#: Counted by the reader for the law on personal data, and no defect of the file.
_NO_DEFECT = "personal_values"


def defect_table(counts: Mapping[str, int]) -> pd.DataFrame:
    """The defects that occur: ``[defect, count, meaning]``, most frequent first."""
    rows = [
        (name, count, DEFECTS.get(name, name))
        for name, count in counts.items()
        if count and name != _NO_DEFECT
    ]
    rows.sort(key=lambda row: (-row[1], row[0]))
    return pd.DataFrame(rows, columns=["defect", "count", "meaning"])
