"""A benchmark and its verdict as text for a terminal."""

from __future__ import annotations

import pandas as pd

from proofbook.bench.judge import Verdict
from proofbook.bench.record import BenchRecord
from proofbook.quality.paired import ALL, example_lines

OVERALL = f"match rate of {ALL}"


def table(record: BenchRecord) -> pd.DataFrame:
    """One row per size: repeats, least seconds, throughput, peak, and quality."""
    rows = []
    for p in record.points:
        rates = {name: p.quality.get(name) for name in ("match_rate", "precision_rate")}
        shown = [
            "" if rate is None or rate.value is None else f"{rate.value:.1%}"
            for rate in (*rates.values(), p.quality.get("recall_rate"))
        ]
        rows.append(
            (
                p.size,
                len(p.blocks()),
                f"{p.seconds:.3f}",
                f"{p.awards_per_second:,.0f}",
                f"{p.peak_mb:,.0f}",
                *shown,
            )
        )
    columns = ["size", "repeats", "seconds", "awards/s", "peak MB", "match rate", "precision"]
    return pd.DataFrame(rows, columns=[*columns, "recall"])


def report(record: BenchRecord, verdict: Verdict | None) -> str:
    """The benchmark as a table, how time grows, and the verdict with what did not pass and which
    awards changed.
    """
    lines = [table(record).to_string(index=False)]
    fit = record.scaling
    if fit is not None:
        ends = "" if fit.low is None else f" (95 % interval {fit.low:.2f} to {fit.high:.2f})"
        lines.append(f"time grows with awards to the power {fit.value:.2f}{ends}")
    lines.append(f"calibration workload {min(record.calibration) * 1000:.2f} ms")
    if verdict is not None:
        for f in verdict.findings:
            if f.state != "pass" or (f.examples and f.aspect == OVERALL):
                lines.append(f"{f.state.replace('_', ' '):<12}{f.size}: {f.message}")
                lines += [f"{'':<14}{line}" for line in example_lines(f.examples)]
        lines.append(verdict.sentence)
    return "\n".join(lines)
