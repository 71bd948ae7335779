"""The registry of metrics: every number a notebook may record, with its unit and direction."""

from __future__ import annotations

from dataclasses import dataclass

from proofbook.suite.result import Direction


@dataclass(frozen=True)
class MetricDefinition:
    """What a metric means: its unit, which way is better, and the notebook that records it.

    ``unit`` is "rate" (0-1), "pp", "pct", "s", "MB", "rows", "" or a word. ``per_size``: recorded
    once for every entry of ``sizes``. ``needs_truth``: declared only when there is a truth.
    ``optional``: must be recorded, but may have no value where there is nothing to compute it
    from - no baseline, or a rate of 0 out of 0.
    """

    name: str
    title: str
    unit: str
    direction: Direction
    notebook: str
    description: str
    per_size: bool = False
    needs_truth: bool = False
    optional: bool = False


def _define(
    notebook: str,
    *rows: tuple[str, str, str, Direction, str],
    per_size: bool = False,
    needs_truth: bool = False,
    optional: bool = False,
) -> dict[str, MetricDefinition]:
    return {
        name: MetricDefinition(
            name, title, unit, better, notebook, description, per_size, needs_truth, optional
        )
        for name, title, unit, better, description in rows
    }


# fmt: off
_PROFILING = _define(
    "01_profiling",
    ("award_rows", "Award rows", "rows", "none", "Rows of the award file."),
    ("recipient_rows", "Recipient rows", "rows", "none", "Rows of the recipient file."),
    ("award_valid_rate", "Award rows that validate", "rate", "higher",
     "Award rows without an ERROR of the validation rules, of all award rows."),
    ("award_warning_rate", "Award rows with a warning", "rate", "lower",
     "Award rows with at least one WARNING of the validation rules, of all award rows."),
    ("completeness_award_id_rate", "Completeness: award id", "rate", "higher",
     "Awards with an Agency Tracking Number or a Contract."),
    ("completeness_company_rate", "Completeness: company", "rate", "higher",
     "Awards with a Company."),
    ("completeness_amount_rate", "Completeness: amount", "rate", "higher",
     "Awards with an Award Amount."),
    ("completeness_award_date_rate", "Completeness: award date", "rate", "higher",
     "Awards with a Proposal Award Date."),
    ("completeness_program_rate", "Completeness: program", "rate", "higher",
     "Awards with a Program."),
    ("uei_valid_rate", "Awards with a valid UEI", "rate", "higher",
     "Well-formed UEI, of all awards."),
    ("duns_valid_rate", "Awards with a valid DUNS", "rate", "higher",
     "DUNS of nine digits after cleaning, of all awards."),
    ("no_identifier_rate", "Awards without an identifier", "rate", "lower",
     "Awards with neither a valid UEI nor a valid DUNS."),
    ("recipient_uei_valid_rate", "Recipients with a valid UEI", "rate", "higher",
     "Well-formed UEI, of all recipients."),
    ("recipient_duns_valid_rate", "Recipients with a valid DUNS", "rate", "higher",
     "DUNS of nine digits after cleaning, of all recipients."),
    ("shared_identifier_recipients", "Recipients that share an identifier", "rows", "lower",
     "Recipients whose UEI or DUNS is also that of another recipient."),
    ("duplicate_award_rows", "Duplicate award rows", "rows", "lower",
     "Award rows equal to an earlier row in every column."),
    ("reading_defects", "Defects found while reading", "rows", "lower",
     "Defects of the award file that survived reading, all kinds added up."),
)

_ENRICHMENT = _define(
    "02_enrichment",
    ("match_rate", "Match rate", "rate", "higher",
     "Accepted awards of all awards; a candidate is not a match."),
    ("uei_exact_rate", "Matched by UEI", "rate", "none", "Awards decided by the UEI."),
    ("duns_exact_rate", "Matched by DUNS", "rate", "none", "Awards decided by the DUNS."),
    ("name_exact_rate", "Matched by exact name", "rate", "none",
     "Awards decided by an equal name."),
    ("name_fuzzy_rate", "Matched by similar name", "rate", "none",
     "Awards accepted on a similar name with other evidence."),
    ("candidate_rate", "Left for review", "rate", "none",
     "Awards with candidates for clerical review, nothing joined."),
    ("unmatched_rate", "Unmatched", "rate", "none", "Awards without even a candidate."),
    ("conservation_breaches", "Breaches of conservation", "rows", "lower",
     "Rows lost, doubled, out of order or at odds with their method."),
    ("determinism_breaches", "Breaches of determinism", "rows", "lower",
     "Rows that differ when a part is enriched again with other chunks and threads."),
    ("personal_columns", "Personal data in the output", "columns", "lower",
     "Personal columns, and columns holding a personal value, in the enriched table."),
    ("seconds", "Time", "s", "lower", "Wall time of the enrichment."),
    ("seconds_per_award", "Time per award", "s", "lower", "Wall time divided by the awards."),
    ("awards_per_second", "Throughput", "awards/s", "higher", "Awards divided by wall time."),
    ("cpu_seconds", "CPU time", "s", "lower", "CPU time of the enrichment, children included."),
    ("peak_memory_mb", "Peak memory", "MB", "lower",
     "Highest resident memory of the process tree during the enrichment (1 MB = 1e6 bytes)."),
    ("memory_pressure_pct", "Memory pressure", "pct", "lower",
     "Peak memory in percent of the memory limit."),
    ("pairs_compared", "Pairs compared", "pairs", "lower",
     "Award and recipient pairs whose evidence was weighed; a deterministic count."),
    ("fuzzy_threshold", "Acceptance threshold", "", "none",
     "Probability from which a similar name was accepted."),
    per_size=True,
)

_FLAGS = _define(
    "03_quality",
    ("ambiguous_rate", "Ambiguous awards", "rate", "lower", "Awards flagged as ambiguous."),
    ("conflict_rate", "Awards with an identifier conflict", "rate", "lower",
     "Awards whose UEI and DUNS belong to different recipients."),
)

_QUALITY = _define(
    "03_quality",
    ("fuzzy_precision_estimate_rate", "Estimated precision of fuzzy matches", "rate", "higher",
     "Mean calibrated probability of what was accepted by name, not by an identifier."),
    ("match_rate_uei_rate", "Match rate, awards with a UEI", "rate", "higher",
     "Accepted of the awards that have a valid UEI."),
    ("match_rate_duns_rate", "Match rate, awards with only a DUNS", "rate", "higher",
     "Accepted of the awards that have a valid DUNS and no valid UEI."),
    ("match_rate_none_rate", "Match rate, awards without an identifier", "rate", "higher",
     "Accepted of the awards that have neither a valid UEI nor a valid DUNS."),
    optional=True,
)

_TRUTH = _define(
    "03_quality",
    ("precision_rate", "Precision", "rate", "higher",
     "Right accepted awards of all accepted awards whose truth is known."),
    ("recall_rate", "Recall", "rate", "higher",
     "Right accepted awards of the awards known to have a recipient."),
    ("f1_rate", "F1", "rate", "higher", "Harmonic mean of precision and recall."),
    ("fuzzy_precision_rate", "Precision without identifiers", "rate", "higher",
     "Precision of the awards not decided by an identifier."),
    ("fuzzy_recall_rate", "Recall without identifiers", "rate", "higher",
     "Recall of the awards not decided by an identifier."),
    ("fuzzy_f1_rate", "F1 without identifiers", "rate", "higher", "Harmonic mean of the two."),
    ("absent_linked_rate", "Absent firms that were linked", "rate", "lower",
     "Accepted awards of those known to have no recipient."),
    ("calibration_error_rate", "Calibration error", "rate", "lower",
     "Expected distance of the predicted probability from the share that was right."),
    needs_truth=True,
    optional=True,
)

_REGRESSION = _define(
    "04_regression",
    ("time_change_pct", "Time against the baseline", "pct", "lower",
     "Change of the time per award."),
    ("memory_change_pct", "Peak memory against the baseline", "pct", "lower",
     "Change of the peak memory."),
    ("match_rate_drop_pp", "Match rate lost", "pp", "lower",
     "Baseline's match rate less this one; below zero is a gain."),
    ("match_rate_uei_drop_pp", "Match rate lost, awards with a UEI", "pp", "lower",
     "The same for awards that have a valid UEI."),
    ("match_rate_duns_drop_pp", "Match rate lost, awards with only a DUNS", "pp", "lower",
     "The same for awards that have a valid DUNS and no valid UEI."),
    ("match_rate_none_drop_pp", "Match rate lost, awards without an identifier", "pp", "lower",
     "The same for awards that have neither."),
    ("scaling_exponent", "Scaling exponent", "", "lower",
     "Power of the awards with which time grows over the sizes; 1 is linear."),
    optional=True,
)

_READINESS = _define(
    "05_readiness",
    ("readiness_failures", "Items that block", "", "lower", "Checklist items that failed."),
    ("readiness_warnings", "Items to look at", "", "lower", "Checklist items with a warning."),
)

# fmt: on

#: Every metric by name: the one list of what may be recorded, judged and reported.
DEFINITIONS: dict[str, MetricDefinition] = (
    _PROFILING | _ENRICHMENT | _FLAGS | _QUALITY | _TRUTH | _REGRESSION | _READINESS
)


def declared(notebook: str, *, has_truth: bool) -> tuple[str, ...]:
    """The metrics that ``notebook`` must record, in the registry's order.

    >>> declared("05_readiness", has_truth=False)
    ('readiness_failures', 'readiness_warnings')
    """
    return tuple(
        name
        for name, definition in DEFINITIONS.items()
        if definition.notebook == notebook and (has_truth or not definition.needs_truth)
    )
