"""Enrichment: awards with their recipients joined, as one table."""

from proofbook.enrichment.enrich import Enrichment, enrich
from proofbook.enrichment.explain import explain
from proofbook.enrichment.table import write_enriched

__all__ = ["Enrichment", "enrich", "explain", "write_enriched"]
