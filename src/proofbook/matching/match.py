"""match(): every award's recipient, or why it has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from proofbook.matching.by_name import match_names
from proofbook.matching.combine import combine
from proofbook.matching.identify import identify
from proofbook.matching.judge import Judge
from proofbook.matching.old_rule import match_token_sets
from proofbook.matching.prepare import Awards, prepare_awards
from proofbook.matching.search import Listing, survey_list
from proofbook.matching.settings import MatchSettings
from proofbook.matching.shards import together
from proofbook.matching.units import AtOnce, Engine
from proofbook.matching.vocabulary import Vocabulary
from proofbook.measure import Recorder
from proofbook.measure.memory import give_back
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
    """Both sides, and ``told``: a row per award with what ``identify`` says.

    ``told`` has query, uei, duns, uei_state, duns_state, ask (one per distinct query, uei and
    duns), and the columns of ``identify``, null where no recipient is hit.
    """

    told: pl.DataFrame
    ours: Awards
    listing: Listing


def match(
    awards: pa.Table,
    recipients: pa.Table | Recipients,
    settings: MatchSettings | None = None,
    recorder: Recorder | None = None,
    engine: Engine | None = None,
) -> Matches:
    """Match awards with recipients by UEI, DUNS, and name with place.

    ``engine`` runs the work on shards of the recipients (default: here, one after the other); it
    never changes the result.
    """
    settings, recorder = settings or MatchSettings(), recorder or Recorder()
    engine = AtOnce() if engine is None else engine
    if isinstance(recipients, pa.Table):
        recipients = open_recipients(recipients)
    sides = prepare(awards, recipients, recorder, engine)
    if settings.scorer == "token_set_ratio":
        by_name = match_token_sets(sides.told, awards, recipients, settings, recorder)
    else:
        by_name = match_names(sides.told, sides.ours, sides.listing, settings, recorder)
    with recorder.stage("decision", rows=awards.num_rows):
        table = combine(sides.told, by_name, settings.candidates)
    judge = by_name.judge
    counters = {
        "awards": awards.num_rows,
        "questions": len(sides.ours.queries.identity),
        "recipient_names": sides.listing.frequencies.names,
        **by_name.counters,
    }
    model = {
        "source": judge.model.source if judge else settings.scorer,
        "queries": judge.model.queries if judge else 0,
        "threshold": by_name.accept,
    }
    return Matches(table, counters, model, judge)


def prepare(awards: pa.Table, recipients: Recipients, recorder: Recorder, engine: Engine) -> Sides:
    """The awards as arrays, the recipients surveyed, and what the identifiers of awards tell."""
    vocabulary = Vocabulary()
    with recorder.stage("prepare awards", rows=awards.num_rows):
        ours = prepare_awards(awards, vocabulary)
    identifiers = {c: ours.rows[c].to_numpy() for c in ("uei", "duns")}
    with recorder.stage("prepare recipients", rows=recipients.rows):
        listing = survey_list(recipients, ours.queries, identifiers, vocabulary, engine)
    give_back()
    with recorder.stage("identifiers", rows=awards.num_rows):
        asked = ours.rows.select("query", "uei", "duns").unique().sort("query", "uei", "duns")
        held = together(listing.named, vocabulary)
        named = identify(asked, ours.queries, held, listing.frequencies)
        asked = asked.with_row_index("ask")
        told = ours.rows.join(asked, ["query", "uei", "duns"], "left", maintain_order="left").join(
            named.drop("query"), "ask", "left", maintain_order="left"
        )
    return Sides(told, ours, listing)
