"""Puts the base commit into a folder of its own, to be measured beside the head.

    python tools/ci/base.py --commit SHA --into ci/base

Without a base (a first push has none) nothing is made, and the benchmark stands alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

#: What a push that creates a branch names as the commit before it.
NOTHING = {"", "0" * 40}


def main() -> int:
    """Adds a worktree of the commit; 0 also where there is no base."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--commit", required=True)
    parser.add_argument("--into", type=Path, required=True)
    given = parser.parse_args()
    if given.commit in NOTHING:
        print("no base commit")
        return 0
    given.into.parent.mkdir(parents=True, exist_ok=True)
    added = subprocess.run(
        ["git", "worktree", "add", "--detach", "--force", str(given.into), given.commit],
        capture_output=True,
        text=True,
        check=False,
    )
    if added.returncode:
        print(f"the base commit {given.commit} is not there: {added.stderr.strip()}")
        return 0
    print(f"base {given.commit} in {given.into}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
