"""The same work again: for a time that can be trusted, and to see that it comes out the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from proofbook.enrichment import Enrichment, Operation, enrich, operate
from proofbook.matching import MatchSettings
from proofbook.measure import Recorder, StageRecord
from proofbook.quality.laws import Breach, determinism

#: Enough awards that the evidence model is learned from them, and little enough for a second.
AWARDS, RECIPIENTS = 2_000, 10_000

#: An enrichment is timed again while all its runs together take less seconds, and this often.
BUDGET_S, MOST_RUNS = 4.0, 5

#: Two ways to do the same: all at once in one thread; in small, uneven pieces in two.
WAYS = ((1, 10**9), (2, 997))


def enriched_again(
    awards: pa.Table, recipients: pa.Table, settings: MatchSettings | None = None
) -> list[Breach]:
    """What differs when the first awards and recipients are enriched in two ways.

    The ways differ in threads and in chunk size, which must not matter.
    """
    settings = settings or MatchSettings()
    one, two = (
        enrich(
            awards.slice(0, AWARDS),
            recipients.slice(0, RECIPIENTS),
            settings.model_copy(update={"threads": threads}),
            chunk_size=chunk,
        ).table
        for threads, chunk in WAYS
    )
    return determinism(one, two)


@dataclass(frozen=True)
class TimedEnrichment:
    """An enrichment, timed: its first result, and the outermost stage of every run.

    ``stages`` are those of the fastest run, the outermost first. ``breaches`` are rows in which a
    later run differs from the first.
    """

    result: Enrichment
    stages: list[StageRecord]
    runs: list[StageRecord]
    breaches: list[Breach]

    @property
    def peak_mb(self) -> float:
        """Peak memory of the first run, before anything could be left over from another."""
        return self.runs[0].peak_mb

    @property
    def seconds(self) -> list[float]:
        """Wall time of every run, in seconds."""
        return [run.wall_s for run in self.runs]

    @property
    def waited(self) -> list[float]:
        """How long every run waited for a core, in seconds."""
        return [run.waited_s for run in self.runs]


def timed_enrichment(
    awards: Path, recipients: Path, settings: MatchSettings, operation: Operation
) -> TimedEnrichment:
    """Enriches two files, reading included; short work several times, as one run says little.

    A made-up award goes first, so that what is loaded only once is not timed. Neither is the
    start of a cluster.
    """
    made_up = pa.table({"legal_business_name": ["Acme Systems Inc", "Acme Labs LLC"]})
    enrich(pa.table({"Company": ["Acme System"]}), made_up)
    first, fastest = _run(awards, recipients, settings, operation)
    runs, breaches = [fastest[0]], list[Breach]()
    while sum(run.wall_s for run in runs) < BUDGET_S and len(runs) < MOST_RUNS:
        again, stages = _run(awards, recipients, settings, operation)
        breaches = breaches or determinism(first.table, again.table)
        fastest = min(fastest, stages, key=lambda found: found[0].wall_s)
        runs.append(stages[0])
    return TimedEnrichment(first, fastest, runs, breaches)


def _run(
    awards: Path, recipients: Path, settings: MatchSettings, operation: Operation
) -> tuple[Enrichment, list[StageRecord]]:
    recorder = Recorder()
    operation = replace(operation, threads=settings.threads)
    with operate(operation) as engine, recorder.stage("enrichment"):
        result = enrich(awards, recipients, settings, engine=engine, recorder=recorder)
    return result, recorder.stages
