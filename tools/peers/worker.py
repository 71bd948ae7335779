"""The process that is measured: one peer, from two Parquet files to one.

python -m peers.worker METHOD AWARDS RECIPIENTS ANSWERS
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pyarrow.parquet as pq


def main() -> None:
    """Run the module that is named, and write what it answers."""
    method, awards, recipients, answers = sys.argv[1:]
    run = importlib.import_module(method).run
    pq.write_table(run(Path(awards), Path(recipients)), answers)


if __name__ == "__main__":
    main()
