"""The gates there are, with the bounds their users already know (DESIGN.md, "Gates")."""

from __future__ import annotations

from typing import Literal

from proofbook.suite.gates import Gate

#: What is downstream of a notebook, and so what its gates hold back.
AFTER_01 = ("02_enrichment", "03_quality", "04_regression", "05_readiness")
AFTER_02, AFTER_03, AFTER_04 = AFTER_01[1:], AFTER_01[2:], AFTER_01[3:]


def _law(metric: str, title: str, remedy: str) -> Gate:
    return Gate(
        metric, "lower", fail=0, blocks=AFTER_02, every_size=True, title=title, remedy=remedy
    )


def _complete(column: str, fail: float, words: str) -> Gate:
    return Gate(
        f"completeness_{column}_rate",
        "higher",
        fail=fail,
        blocks=AFTER_01,
        title=f"Awards with {words}",
        remedy="look at the empty rows in 01_profiling, or lower the bound for this file",
    )


def _drop(metric: str, words: str) -> Gate:
    return Gate(
        metric,
        "lower",
        fail=5.0,
        blocks=AFTER_04,
        inclusive=True,
        any_drop=True,
        baseline=True,
        title=f"Drop of the match rate {words}",
        remedy="compare the awards that were accepted then and are not now",
    )


def _change(metric: str, warn: float, fail: float, words: str) -> Gate:
    return Gate(
        metric,
        "lower",
        warn=warn,
        fail=fail,
        blocks=AFTER_04,
        judge="interval",
        baseline=True,
        title=f"{words} against the baseline",
        remedy="look at the stages in 04_regression, and repeat on a quiet machine",
    )


def _true(metric: str, words: str) -> Gate:
    """Precision against truth, with the bounds of the estimated one.

    The whole interval is judged: links shown to be wrong fail, however few, a truth too small to
    say is unresolved, and only what is shown to be right passes.
    """
    return Gate(
        metric,
        "higher",
        warn=0.97,
        fail=0.95,
        blocks=AFTER_03,
        judge="interval",
        title=f"Precision against truth of {words}",
        remedy="see the wrong links in 03_quality, and raise match.target_precision",
    )


def _unbound(metric: str, better: Literal["higher", "lower"], blocks: tuple[str, ...]) -> Gate:
    return Gate(metric, better, blocks=blocks, remedy="see the rows that count against it")


#: Every gate there is, by metric. Bounds: DESIGN.md, "Gates"; those without bounds are off until
#: a parameter ``gates.<metric>`` sets one.
DEFAULTS: dict[str, Gate] = {
    gate.metric: gate
    for gate in (
        Gate(
            "award_valid_rate",
            "higher",
            fail=0.95,
            blocks=AFTER_01,
            title="Award rows that validate",
            remedy="see the failing rows in 01_profiling and export the file again",
        ),
        _complete("award_id", 1.00, "an identifier of the award"),
        _complete("company", 0.95, "a company"),
        _complete("amount", 0.90, "an amount"),
        _complete("award_date", 0.95, "an award date"),
        _complete("program", 0.98, "a program"),
        _law(
            "conservation_breaches",
            "Awards lost, doubled or invented",
            "this is a fault of the enrichment: send the failing rows with a report",
        ),
        _law(
            "determinism_breaches",
            "Rows that differ when enriched again",
            "this is a fault of the enrichment: send the failing rows with a report",
        ),
        _law(
            "personal_columns",
            "Columns about persons in the output",
            "leave them out of the columns asked for",
        ),
        Gate(
            "match_rate",
            "higher",
            fail=0.70,
            blocks=AFTER_02,
            title="Awards with an accepted match",
            remedy="check the recipient file, and see the unmatched awards in 02_enrichment",
        ),
        Gate(
            "seconds_per_award",
            "lower",
            warn=0.02,
            fail=0.1,
            blocks=AFTER_02,
            title="Seconds per award",
            remedy="see the slowest stage in 02_enrichment",
        ),
        Gate(
            "memory_pressure_pct",
            "lower",
            warn=80,
            fail=95,
            blocks=AFTER_02,
            every_size=True,
            title="Peak memory as a share of the limit",
            remedy="lower run.chunk_size or raise run.memory_limit",
        ),
        Gate(
            "fuzzy_precision_estimate_rate",
            "higher",
            warn=0.97,
            fail=0.95,
            blocks=AFTER_03,
            judge="low",
            title="Estimated precision of accepted fuzzy matches",
            remedy="raise match.target_precision, or review the least probable matches",
        ),
        _true("precision_rate", "accepted matches"),
        _unbound("recall_rate", "higher", AFTER_03),
        _unbound("f1_rate", "higher", AFTER_03),
        _true("fuzzy_precision_rate", "accepted fuzzy matches"),
        _unbound("fuzzy_recall_rate", "higher", AFTER_03),
        _unbound("fuzzy_f1_rate", "higher", AFTER_03),
        _unbound("absent_linked_rate", "lower", AFTER_03),
        _change("time_change_pct", 10, 25, "Time"),
        _change("memory_change_pct", 20, 50, "Peak memory"),
        _drop("match_rate_drop_pp", "against the baseline"),
        _drop("match_rate_uei_drop_pp", "of awards with a valid UEI"),
        _drop("match_rate_duns_drop_pp", "of awards with a valid DUNS and no valid UEI"),
        _drop("match_rate_none_drop_pp", "of awards with neither identifier"),
        _unbound("scaling_exponent", "lower", AFTER_04),
        Gate(
            "readiness_failures",
            "lower",
            fail=0,
            title="Failed points of the deployment checklist",
            remedy="see the checklist in 05_readiness",
        ),
    )
}
