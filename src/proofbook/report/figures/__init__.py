"""Figures of the report and of the notebooks: each function takes a frame and draws it."""

from proofbook.report.figures.accuracy import precision_recall, reliability
from proofbook.report.figures.inputs import completeness, identifier_health
from proofbook.report.figures.matching import histogram, methods, rates_by
from proofbook.report.figures.speed import comparison, scaling, stages
from proofbook.report.figures.style import Plot
from proofbook.report.figures.trends import sparkline, trend
from proofbook.report.figures.waterfall import waterfall

__all__ = [
    "Plot",
    "comparison",
    "completeness",
    "histogram",
    "identifier_health",
    "methods",
    "precision_recall",
    "rates_by",
    "reliability",
    "scaling",
    "sparkline",
    "stages",
    "trend",
    "waterfall",
]
