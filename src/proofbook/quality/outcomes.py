"""Who got which recipient, award by award, in a form small enough for a benchmark's record."""

from __future__ import annotations

import base64
import hashlib
import zlib
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from proofbook.errors import UsageError
from proofbook.matching.schema import ACCEPTED_METHODS
from proofbook.quality import frames, groups

#: Groups of awards by identifier, as one letter each.
LETTERS = {groups.UEI: "u", groups.DUNS_ONLY: "d", groups.NO_IDENTIFIER: "n"}

#: A recipient that is joined without a hash.
NAMELESS = "?"


@dataclass(frozen=True)
class Outcomes:
    """For every award in order: the letter of its identifier, and whom it got ("" for nobody).

    A recipient is eight hex digits of a digest of its hash: enough to see that it changed.
    """

    groups: list[str]
    recipients: list[str]

    def encode(self) -> str:
        """The outcomes as compressed text: about five bytes per award."""
        pairs = zip(self.groups, self.recipients, strict=True)
        text = ",".join(letter + recipient for letter, recipient in pairs)
        return base64.b64encode(zlib.compress(text.encode(), 9)).decode()

    @classmethod
    def decode(cls, text: str) -> Outcomes:
        """The outcomes that ``encode`` made text of; ValueError for any other text."""
        try:
            words = zlib.decompress(base64.b64decode(text)).decode().split(",")
        except (zlib.error, ValueError) as error:
            raise ValueError(f"are no outcomes of awards ({error})") from None
        return cls([word[:1] for word in words], [word[1:] for word in words])


def outcomes(enriched: pa.Table, awards: pa.Table) -> Outcomes:
    """The outcomes of an enriched table; the kind of identifier is read from the awards.

    UsageError where the table does not have each award once, in order.
    """
    frame = frames.select(enriched, "award_row", "match_method", "recipient_hash")
    if frame["award_row"].to_list() != list(range(awards.num_rows)):
        raise UsageError("awards are lost, doubled or out of order: they cannot be paired")
    accepted = frame["match_method"].is_in(list(ACCEPTED_METHODS))
    digests = {h: _digest(h) for h in frame["recipient_hash"].unique().drop_nulls()}
    recipients = frame.select(
        pl.when(accepted)
        .then(pl.col("recipient_hash").replace_strict(digests, default=NAMELESS))
        .otherwise(pl.lit(""))
        .alias("recipient")
    )["recipient"]
    kinds = groups.identifier_type(awards).replace_strict(LETTERS)
    return Outcomes(kinds.to_list(), recipients.to_list())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
