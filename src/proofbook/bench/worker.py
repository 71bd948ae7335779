"""The process that is measured: loads an enricher, warms up, and runs it when it is told to.

It is started as a file with the package of either side on its path, so that an older checkout is
measured by the same code; it asks of ``proofbook`` no more than enrich, Recorder and MatchSettings.
Orders come as JSON lines on stdin, answers go as JSON lines to stdout; what an enricher prints
goes to stderr.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

LOCAL = "local"

#: Returns what an enricher returned, and its deterministic counters.
Enrich = Callable[[str, str], tuple[Any, dict[str, int]]]


def load(spec: str, parameters: dict[str, Any]) -> Enrich:
    """The enricher meant by ``local`` or ``package.module:function``."""
    if spec == LOCAL:
        from proofbook.enrichment import enrich  # noqa: PLC0415 - of the side that is measured
        from proofbook.matching import MatchSettings  # noqa: PLC0415

        known = {k: v for k, v in parameters.items() if k in MatchSettings.model_fields}
        settings = MatchSettings(**known)

        def local(awards: str, recipients: str) -> tuple[Any, dict[str, int]]:
            found = enrich(awards, recipients, settings)
            return found.table, dict(found.counters)

        return local
    module, _, name = spec.partition(":")
    function = getattr(importlib.import_module(module), name)
    return lambda awards, recipients: (function(awards, recipients), {})


def warm_up(enrich: Enrich, job: dict[str, Any]) -> None:
    """One run on the smallest inputs, so that what is loaded once is not timed."""
    enrich(job["warm_awards"], job["warm_recipients"])


def write(result: Any, path: Path) -> str:
    """Writes a result as Parquet, unless it is the path of a file already; the file's path."""
    import pandas as pd  # noqa: PLC0415 - not part of what is measured
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    if isinstance(result, str | Path):
        return str(Path(result).absolute())
    if isinstance(result, pd.DataFrame):
        result = pa.Table.from_pandas(result, preserve_index=False)
    if not isinstance(result, pa.Table):
        raise TypeError(f"returned {type(result).__name__}, not a DataFrame, pa.Table or path")
    pq.write_table(result, path)
    return str(path)


def bytes_read() -> int:
    """Bytes that this process has read from files so far; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/io").read_text().split()[1])  # rchar, see proc(5)
    except OSError:
        return 0


def serve(orders: TextIO, answer: Callable[[dict[str, Any]], None]) -> None:
    """Answers orders until there are no more: ``run`` is measured, ``keep`` writes the result."""
    from proofbook.measure import Recorder  # noqa: PLC0415 - of the side that is measured

    job = json.loads(orders.readline())
    enrich = load(job["enricher"], job["parameters"])
    warm_up(enrich, job)
    answer({"ready": True})
    result, counters = None, dict[str, int]()
    for line in orders:
        order = json.loads(line)
        if order["do"] == "keep":
            answer({"path": write(result, Path(order["path"])), "counters": counters})
            continue
        result = None
        recorder = Recorder()
        with recorder.stage("run"):
            before = bytes_read()
            result, counters = enrich(job["awards"], job["recipients"])
            counters = counters | {"bytes_read": bytes_read() - before}
        stage = recorder.stages[0]
        answer(
            {
                "seconds": stage.wall_s,
                "cpu_seconds": stage.cpu_s,
                "peak_mb": stage.peak_mb,
                "start_mb": stage.start_mb,
                "waited": getattr(stage, "waited_s", None),  # an older checkout cannot tell
            }
        )


def main() -> None:
    """Serves the orders on stdin; an error becomes an answer, and ends the process."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)

        def answer(words: dict[str, Any]) -> None:
            out.write(json.dumps(words) + "\n")
            out.flush()

        try:
            serve(sys.stdin, answer)
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})
            sys.exit(1)


if __name__ == "__main__":
    main()
