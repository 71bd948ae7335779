"""What comparable runs recorded before a run, kept in its record so that trends can be drawn."""

from __future__ import annotations

from collections.abc import Sequence

from proofbook.quality.metrics import DEFINITIONS
from proofbook.suite.baselines import circumstances, differences
from proofbook.suite.history import Entry
from proofbook.suite.result import RunResult, Table

#: The table's name in the record.
PAST = "past_runs"

#: How many runs back.
LAST = 30

#: The metrics whose trend is drawn: quality over runs on equal data, cost over runs that also
#: have equal parameters and one class of machine.
QUALITY = (
    "match_rate", "fuzzy_precision_estimate_rate", "precision_rate", "recall_rate",
    "candidate_rate",
)  # fmt: skip
COST = ("seconds", "peak_memory_mb")


def past_runs(result: RunResult, entries: Sequence[Entry]) -> Table:
    """``[metric, run_id, started, value, low, high]`` of the last comparable runs, oldest first.

    ``entries`` are the runs that ended, oldest first; of those whose metrics belong to sizes the
    run's largest size is taken.
    """
    now = circumstances(result)
    apart = [(entry, *differences(entry.circumstances, now)) for entry in entries]
    alike = [entry for entry, quality, _ in apart if not quality][-LAST:]
    as_fast = [entry for entry, _, speed in apart if not speed][-LAST:]
    rows = []
    for names, runs in ((QUALITY, alike), (COST, as_fast)):
        for name in names:
            key = (name, now.sizes[-1] if DEFINITIONS[name].per_size else None)
            for entry in runs:
                found = entry.values.get(key)
                if found is not None:
                    started = entry.started.isoformat(timespec="seconds")
                    rows.append([name, entry.run_id, started, found.value, found.low, found.high])
    columns = ["metric", "run_id", "started", "value", "low", "high"]
    return Table(PAST, columns, rows, caption="What comparable runs recorded before")
