"""Matching awards with recipients: normalise, identify, find candidates, weigh evidence, decide."""

from proofbook.matching.schema import ACCEPTED_METHODS, ENRICHED_SCHEMA, FLAGS, METHODS
from proofbook.matching.settings import MatchSettings

__all__ = ["ACCEPTED_METHODS", "ENRICHED_SCHEMA", "FLAGS", "METHODS", "MatchSettings"]
