"""Fails the job on a failure only: a broken suite, a failed gate, or a regression.

python tools/ci/verdict.py --out ci
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

STEPS = ("suite", "bench")


def main() -> int:
    """1 when a step failed or left no result; warnings and what is unresolved do not fail."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    out, failed = parser.parse_args().out, False
    for step in STEPS:
        try:
            code = json.loads((out / f"{step}.json").read_text(encoding="utf-8"))["exit_code"]
        except (OSError, ValueError, KeyError, TypeError):
            code = None
        failed |= code != 0
        print(f"{step}: {'no result' if code is None else f'exit code {code}'}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
