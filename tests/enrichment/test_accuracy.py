"""Accuracy from end to end: floors that a worse matcher falls through, on two worlds with truth."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from proofbook.enrichment import enrich
from proofbook.quality.accuracy import evaluate
from proofbook.quality.firms import evaluate_firms
from proofbook.quality.laws import conservation
from proofbook.sources import read_truth
from proofbook.sources.synthetic import make_world


def test_the_synthetic_world() -> None:
    """Measured when written: precision .973, recall .956 without identifiers; offered .986."""
    world = make_world(4_000, 25_000, 12)
    found = evaluate(enrich(world.awards, world.recipients).table, world.truth)
    by_name = found.without_identifier
    assert by_name.n > 1_500
    assert by_name.precision.value >= 0.95
    assert by_name.recall.value >= 0.93
    assert found.overall.precision.value >= 0.98
    assert found.offered.value >= 0.975


@pytest.mark.real
def test_the_published_real_world(real_data: Path) -> None:
    """By firm, as its readme asks; what the suite promises of it, DUNS given."""
    result = enrich(real_data / "sbir_awards.csv.gz", real_data / "recipients.parquet")
    assert conservation(4_947, result.table) == []
    truth = read_truth(real_data / "truth_awards.parquet", 4_947)
    with (real_data / "truth.csv").open(encoding="utf-8") as file:
        never = {r["recipient_hash"] for r in csv.DictReader(file)
                 if r["status"] in ("recipient_none", "recipient_other")}  # fmt: skip
    found = evaluate_firms(result.table, truth, never_right=never)
    assert found.firms == 1_626
    assert found.precision.value >= 0.995
    assert found.recall_without_successions.value >= 0.970
    assert found.absent_linked.value <= 0.010
    by_award = evaluate(result.table, truth)
    assert by_award.overall.precision.value >= 0.990
    assert by_award.overall.recall.value >= 0.985
