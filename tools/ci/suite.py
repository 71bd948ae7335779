"""Runs the suite and keeps how it ended; whether that is a failure is decided at the end.

python tools/ci/suite.py --out ci --profile smoke [--set KEY=VALUE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Writes OUT/suite.json: exit code, verdict and folder of the run; OUT/suite.md its summary."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--profile", default="smoke")
    parser.add_argument("--set", action="append", default=[], dest="assignments")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "proofbook", "run", "--profile", given.profile]
    for assignment in given.assignments:
        command += ["--set", assignment]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    print(ended.stdout, end="")
    lines = ended.stdout.strip().splitlines()
    folder = Path(lines[-1]).parent if lines and lines[-1].endswith("index.html") else None
    summary = folder / "summary.md" if folder else None
    if summary is not None and summary.is_file():
        (given.out / "suite.md").write_text(summary.read_text(encoding="utf-8"), encoding="utf-8")
    found = {
        "exit_code": ended.returncode,
        "verdict": lines[-2] if len(lines) > 1 else "The suite could not be run; see its log.",
        "folder": str(folder) if folder else None,
    }
    (given.out / "suite.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
