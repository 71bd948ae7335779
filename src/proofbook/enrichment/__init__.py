"""Enrichment: awards with their recipients joined, as one table."""

from proofbook.enrichment.enrich import Enrichment, enrich
from proofbook.enrichment.explain import explain
from proofbook.enrichment.operation import Operation, operate
from proofbook.enrichment.table import write_enriched

__all__ = ["Enrichment", "Operation", "enrich", "explain", "operate", "write_enriched"]
