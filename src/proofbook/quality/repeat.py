"""Determinism put to the test: a part of the work, done in two ways, must come out the same."""

from __future__ import annotations

import pyarrow as pa

from proofbook.enrichment import enrich
from proofbook.matching import MatchSettings
from proofbook.quality.laws import Breach, determinism

#: Enough awards that the evidence model is learned from them, and little enough for a second.
AWARDS, RECIPIENTS = 2_000, 10_000

#: Two ways to do the same: all at once in one thread; in small, uneven pieces in two.
WAYS = ((1, 10**9), (2, 997))


def warm_up() -> None:
    """Enriches a made-up award, so that what is loaded only once is not timed with the next."""
    recipients = pa.table({"legal_business_name": ["Acme Systems Inc", "Acme Labs LLC"]})
    enrich(pa.table({"Company": ["Acme System"]}), recipients)


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
