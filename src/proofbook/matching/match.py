"""match(): every award's recipient, or why it has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from proofbook.matching.by_name import match_names
from proofbook.matching.candidates import SHARD, rarity
from proofbook.matching.combine import combine
from proofbook.matching.identify import identify
from proofbook.matching.judge import Judge
from proofbook.matching.lexicon import Vocabulary
from proofbook.matching.old_rule import match_token_sets
from proofbook.matching.prepare import (
    Awards,
    RecipientSide,
    prepare_awards,
    prepare_recipients,
)
from proofbook.matching.settings import MatchSettings
from proofbook.measure import Recorder
from proofbook.sources.recipients import Recipients, open_recipients


@dataclass(frozen=True)
class Matches:
    """The decision of every award, in input order.

    ``table`` has the columns award_row, match_method, match_score, match_probability, match_flags,
    recipient (row of the recipient table, null unless accepted) and candidates (a list of structs
    recipient, score, probability). ``counters`` are the same on every machine. ``judge`` can decide
    an award again; None where a rule without a model decided.
    """

    table: pl.DataFrame
    counters: dict[str, int]
    model: dict[str, Any]
    judge: Judge | None


@dataclass(frozen=True)
class Sides:
    """Both sides, the rarity of words, and ``told``: a row per award with what ``identify`` says.

    ``told`` has query, uei, duns, uei_state, duns_state, ask (one per distinct query, uei and
    duns), and the columns of ``identify``, null where no recipient is hit.
    """

    told: pl.DataFrame
    ours: Awards
    theirs: RecipientSide
    idf: NDArray[np.float32]
    vocabulary: Vocabulary


def match(
    awards: pa.Table,
    recipients: pa.Table | Recipients,
    settings: MatchSettings | None = None,
    recorder: Recorder | None = None,
    chunk_size: int | None = None,
) -> Matches:
    """Match awards with recipients by UEI, DUNS, and name with place.

    ``chunk_size`` bounds how many recipient names are searched at a time; it never changes the
    result.
    """
    settings, recorder = settings or MatchSettings(), recorder or Recorder()
    if isinstance(recipients, pa.Table):
        recipients = open_recipients(recipients)
    sides = prepare(awards, recipients, recorder)
    told, ours, theirs = sides.told, sides.ours, sides.theirs
    if settings.scorer == "token_set_ratio":
        by_name = match_token_sets(
            told, awards, recipients, theirs.side.identity, settings, recorder
        )
    else:
        by_name = match_names(
            told, ours, theirs, sides.idf, sides.vocabulary, settings, recorder, chunk_size or SHARD
        )
    with recorder.stage("decision", rows=awards.num_rows):
        table = combine(told, by_name, settings.candidates)
    judge = by_name.judge
    counters = {
        "awards": awards.num_rows,
        "questions": len(ours.queries.identity),
        "recipient_names": len(theirs.side.names),
        **by_name.counters,
    }
    model = {
        "source": judge.model.source if judge else settings.scorer,
        "queries": judge.model.queries if judge else 0,
        "threshold": by_name.accept,
    }
    return Matches(table, counters, model, judge)


def prepare(awards: pa.Table, recipients: Recipients, recorder: Recorder) -> Sides:
    """Both sides as arrays, and what the identifiers of every award tell."""
    vocabulary = Vocabulary()
    with recorder.stage("prepare recipients", rows=recipients.rows):
        theirs = prepare_recipients(recipients, vocabulary)
    with recorder.stage("prepare awards", rows=awards.num_rows):
        ours = prepare_awards(awards, vocabulary)
    idf = rarity(theirs.side.names, vocabulary)
    with recorder.stage("identifiers", rows=awards.num_rows):
        asked = ours.rows.select("query", "uei", "duns").unique().sort("query", "uei", "duns")
        named = identify(asked, theirs.identifiers, ours.queries, theirs.side, idf, vocabulary)
        asked = asked.with_row_index("ask")
        told = ours.rows.join(
            asked, ["query", "uei", "duns"], "left", nulls_equal=True, maintain_order="left"
        ).join(named.drop("query"), "ask", "left", maintain_order="left")
    return Sides(told, ours, theirs, idf, vocabulary)
