"""Benchmarks the head against the base, both measured in turn in this job.

    python tools/ci/bench.py --out ci --base ci/base [--sizes 1000x20000]

Without a base, or with one that cannot be run, the head is measured alone and nothing is compared.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Writes OUT/bench.json: the exit code, and the benchmark's own JSON document."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--sizes", default="250x5000,1000x20000")
    parser.add_argument("--repeats", help="pairs at each size; without it as many as it takes")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "proofbook", "bench", "--sizes", given.sizes, "--json"]
    command += ["--repeats", given.repeats] if given.repeats else []
    comparable = (given.base / "src" / "proofbook" / "bench").is_dir()
    if not comparable:
        print(f"{given.base} holds nothing to compare with")
    beside = ["--against", str(given.base)] if comparable else []
    ended = subprocess.run(command + beside, stdout=subprocess.PIPE, text=True, check=False)
    if comparable and ended.returncode == 2:
        print("base and head cannot be measured together: the head is measured alone")
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    try:
        document = json.loads(ended.stdout)
    except ValueError:
        document = None
    found = {"exit_code": ended.returncode, "document": document}
    (given.out / "bench.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    verdict = (document or {}).get("verdict")
    print(verdict["sentence"] if verdict else "Nothing was compared.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
