"""The old rule, kept for comparison: identifiers, then whole names by ``token_set_ratio``.

Names in upper case and without punctuation are compared as rapidfuzz's ``token_set_ratio`` does: a
score of 90 or more is accepted, 75 to 89 is left to review. Only the legal name counts, no place,
no other name. An equal name comes first, then the higher score, then the recipient's content.

The rule has no probability: ``match_probability`` is the score / 100, and not calibrated. It gives
100 to every name that is part of another ("Systems", "Advanced Systems"), and is then right about
one time in four among millions of recipients.

Cost: 1,692 names against 2.0 million took 13 s and 1.2 GB on two cores (3 ms for each name after
indexes of 8 s), so that the full size takes two to three minutes instead of days.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from proofbook.matching.by_name import ByName
from proofbook.matching.decide import ACCEPT, LEAVE, REVIEW, Decisions
from proofbook.matching.evidence import AT, FEATURES
from proofbook.matching.links import Links
from proofbook.matching.settings import MatchSettings
from proofbook.matching.sides import text_of
from proofbook.matching.token_sets import LEAST, partners
from proofbook.measure import Recorder
from proofbook.sources.columns import NULL_PATTERN
from proofbook.sources.recipients import Recipients

ACCEPTED = 90.0


def normalised(names: pl.Series) -> pl.Series:
    """Names in upper case, punctuation as blanks, single blanks between words; nothing is "".

    >>> normalised(pl.Series(["Acme  Labs, Inc.", None])).to_list()
    ['ACME LABS INC', '']
    """
    text = names.cast(pl.String).fill_null("").str.replace(NULL_PATTERN, "").str.to_uppercase()
    return text.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars(" ")


def match_token_sets(
    told: pl.DataFrame,
    awards: pa.Table,
    recipients: Recipients,
    settings: MatchSettings,
    recorder: Recorder,
) -> ByName:
    """Decide every award of ``told`` that its identifiers do not settle, as ``match_names`` does.

    ``told`` has a row per award.
    """
    settled = pl.col("recipient").is_not_null() & ~pl.col("undecided")
    named = told.with_columns(name=normalised(pl.Series(pl.from_arrow(awards.column("Company")))))
    asks = named.filter((~settled).fill_null(value=True), pl.col("name") != "").unique("ask")
    legal = recipients.read(["legal_business_name", "recipient_hash"])
    identity = text_of(legal, "recipient_hash").hash()
    theirs = (
        pl.DataFrame(
            {"name": normalised(text_of(legal, "legal_business_name")), "identity": identity}
        )
        .with_row_index("recipient")
        .filter(pl.col("name") != "")
        .sort("name", "identity")
    )
    with recorder.stage("candidates", rows=len(asks)):
        asked = asks["name"].unique().sort()
        names = theirs.group_by("name", maintain_order=True).agg(pl.col("identity").first())
        count = max(settings.candidates, 1)
        best, compared = partners(
            asked, names["name"], names["identity"].to_numpy(), count, settings.threads or -1
        )
    pairs = pl.DataFrame(
        {"asked": asked.gather(best.asked), "name": names["name"].gather(best.name)}
    ).with_columns(score=pl.Series(best.score), equal=pl.col("asked") == pl.col("name"))
    first = theirs.group_by("name", maintain_order=True).head(count)
    ranked = pairs.join(first, "name").sort(
        "asked", "equal", "score", "identity", descending=[False, True, True, False]
    )
    ranked = ranked.group_by("asked", maintain_order=True).head(count)
    rows = (
        asks.sort("ask")
        .select("ask", asked="name")
        .join(ranked, "asked", maintain_order="left_right")
    )
    counters = {"pairs_compared": compared, "candidate_links": len(rows)}
    return _by_name(rows, counters)


def _by_name(rows: pl.DataFrame, counters: dict[str, int]) -> ByName:
    """The ranked recipients of every ask in the form that decisions are combined from."""
    score = rows["score"].to_numpy()
    features = np.full((len(rows), len(FEATURES)), np.nan, np.float32)
    features[:, AT["name equal"]] = 2 * rows["equal"].to_numpy()
    links = Links(
        query=rows["ask"].to_numpy().astype(np.int64),
        recipient=rows["recipient"].to_numpy().astype(np.int64),
        features=features,
        score=score,
        kind=np.zeros(len(rows), np.int8),
        key=np.zeros(len(rows), np.uint64),
        state=np.zeros(len(rows), np.int32),
        address=np.zeros(len(rows), np.uint64),
        identity=rows["identity"].to_numpy(),
    )
    best = np.flatnonzero(np.diff(links.query, prepend=-1))
    verdict = np.where(score >= ACCEPTED, ACCEPT, np.where(score >= LEAST, REVIEW, LEAVE))
    decisions = Decisions(
        query=links.query[best],
        best=best,
        probability=score[best] / 100,
        verdict=verdict[best].astype(np.int8),
        ambiguous=np.zeros(len(best), np.bool_),
    )
    return ByName(
        links=links,
        firm=np.arange(len(rows)),
        probability=score / 100,
        decisions=decisions,
        judge=None,
        accept=ACCEPTED / 100,
        counters=counters,
    )
