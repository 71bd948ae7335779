"""Records of benchmarks that were never run, and enrichers for those that are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proofbook.bench.calibration import VERSION
from proofbook.bench.process import Sample
from proofbook.bench.record import BenchRecord, Point
from proofbook.measure.statistics import wilson
from proofbook.quality.outcomes import Outcomes

ENRICHERS = """
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from proofbook.enrichment import enrich

def good(awards, recipients):
    print("this is not an answer")
    return enrich(awards, recipients).to_pandas()

def table(awards, recipients):
    return enrich(awards, recipients).table

def loses(awards, recipients):
    return table(awards, recipients).slice(1)

def doubles(awards, recipients):
    made = table(awards, recipients)
    return pa.concat_tables([made, made.slice(4, 2)])

def invents(awards, recipients):
    made = table(awards, recipients)
    rows = pa.array([*range(made.num_rows - 1), 777], pa.int64())
    return made.set_column(made.column_names.index("award_row"), "award_row", rows)

def reorders(awards, recipients):
    made = table(awards, recipients)
    return pa.concat_tables([made.slice(10), made.slice(0, 10)])

def nothing(awards, recipients):
    return None

def broken(awards, recipients):
    raise RuntimeError("no luck")

def misnamed(awards, recipients):
    return pd.DataFrame({"row": [1]})

def gone(awards, recipients):
    import os
    os._exit(9)
"""


@pytest.fixture
def enrichers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a module ``theirs`` of enrichers."""
    (tmp_path / "theirs.py").write_text(ENRICHERS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def outcome(lost: int = 0, n: int = 1000, matched: int = 800, group: str = "n") -> Outcomes:
    """Outcomes of n awards in equal parts with UEI, DUNS and neither, of which the first
    ``matched`` got a recipient; the first ``lost`` of the group have lost it."""
    letters = [("u", "d", "n")[row % 3] if group != "all" else "u" for row in range(n)]
    recipients = ["0a1b2c3d" if row < matched else "" for row in range(n)]
    victims = [row for row in range(matched) if group in ("all", letters[row])]
    for row in victims[:lost]:
        recipients[row] = ""
    return Outcomes(letters, recipients)


@pytest.fixture
def make_record() -> Callable[..., BenchRecord]:
    """Makes a record of two sizes: ``seconds`` and ``peak`` of the larger, and its outcomes."""

    def make(
        *,
        seconds: float = 1.0,
        peak: float = 300.0,
        outcomes: Outcomes | None = None,
        counters: dict[str, int] | None = None,
        data: str = "abc",
        breaches: int = 0,
        **more: Any,
    ) -> BenchRecord:
        random = np.random.default_rng(5)
        points = []
        counts = {"pairs_compared": 1000, "bytes_read": 1_000_000}
        for scale, size in ((0.5, "500x2000"), (1.0, "1000x4000")):
            samples = [
                Sample(seconds * scale * float(random.uniform(1, 1.01)), 1.0, peak + p, 200.0, p)
                for p in range(6)
                for _ in range(3)
            ]
            found = outcomes or outcome()
            quality = {"match_rate": wilson(sum(map(bool, found.recipients)), 1000)}
            points.append(
                Point(
                    "world", size, int(1000 * scale), int(4000 * scale), data, samples, quality,
                    breaches, counts | (counters or {}), found.encode(),
                )
            )  # fmt: skip
        about: dict[str, Any] = {
            "enricher": "local",
            "parameters": {"candidates": 5},
            "seed": 7,
            "commit": "c",
            "dirty": False,
            "versions": {"python": "3"},
            "machine": {"cores": 2},
            "machine_class": "linux-2c",
            "started": "2026-01-01T00:00:00+00:00",
            "finished": "2026-01-01T00:01:00+00:00",
            "calibration": [0.01, 0.011],
            "calibration_version": VERSION,
        }
        return BenchRecord(**(about | more), points=points)

    return make
