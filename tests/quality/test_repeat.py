"""The determinism check sees an engine whose result depends on how the work is cut."""

from __future__ import annotations

from types import SimpleNamespace

import pyarrow as pa
import pytest

from proofbook.quality import repeat

AWARDS = pa.table({"Company": [f"Firm {i}" for i in range(5)]})


def engine(result):
    def enrich(awards, recipients, settings, *, chunk_size):
        return SimpleNamespace(table=pa.table({"x": result(awards, settings.threads, chunk_size)}))

    return enrich


@pytest.mark.parametrize(
    "result",
    [
        lambda awards, threads, chunk: [threads] * awards.num_rows,
        lambda awards, threads, chunk: [min(chunk, 10_000)] * awards.num_rows,
    ],
    ids=["threads", "chunks"],
)
def test_an_engine_that_depends_on_threads_or_chunks_is_caught(monkeypatch, result):
    monkeypatch.setattr(repeat, "enrich", engine(result))
    (breach,) = repeat.enriched_again(AWARDS, AWARDS)
    assert (breach.rule, breach.count) == ("rows differ", 5)


def test_an_engine_that_does_not_is_not(monkeypatch):
    monkeypatch.setattr(repeat, "enrich", engine(lambda awards, t, c: list(range(len(awards)))))
    assert repeat.enriched_again(AWARDS, AWARDS) == []


def test_only_a_part_is_done_again(monkeypatch):
    seen = []
    monkeypatch.setattr(repeat, "AWARDS", 2)
    monkeypatch.setattr(
        repeat, "enrich", engine(lambda awards, t, c: seen.append(len(awards)) or [1])
    )
    repeat.enriched_again(AWARDS, AWARDS)
    assert seen == [2, 2]
