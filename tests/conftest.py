"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine makes any call slow once in a while.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the published real world; the test is skipped where it is not there."""
    folder = Path(os.environ.get("PROOFBOOK_REAL_DATA", ROOT.parent / "shared" / "data" / "real"))
    if not (folder / "sbir_awards.csv.gz").is_file():
        pytest.skip(f"no published real world in {folder} (set PROOFBOOK_REAL_DATA)")
    return folder
