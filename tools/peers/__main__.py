"""proofbook and its peers side by side on one synthetic world.

    python -m peers 20000x300000 --seed 5 --out build/peers

The world is made by ``proofbook synth`` and kept in the folder. Prints the table; peers.md and
peers.json are written beside the world. Exit code 1 when a contestant failed.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

from peers import table
from peers.contest import hold, machine
from peers.contestants import Inputs, everyone


def main() -> int:
    """Make the world unless it is there, hold the contest, show and keep the table."""
    options = _options()
    awards, recipients = options.size
    folder = options.out / f"{awards}x{recipients}_seed{options.seed}"
    world = folder / "world"
    if not (world / "truth.parquet").exists():
        _tell("world")
        numbers = ["--awards", str(awards), "--recipients", str(recipients)]
        synth = [sys.executable, "-m", "proofbook", "synth", *numbers]
        synth += ["--seed", str(options.seed), "--out", str(world)]
        subprocess.run(synth, check=True, stdout=subprocess.DEVNULL)
    before = machine()
    inputs = Inputs(world, folder / "prepared")
    contest = hold(inputs, everyone(options.python), options.budget, options.repeats, _tell)
    title = (
        f"{awards:,} awards, {recipients:,} recipients, seed {options.seed}; "
        f"{before} at the start; medians of {options.repeats}"
    )
    report = {"title": title, "budget": options.budget, **table.values(contest)}
    (folder / "peers.json").write_text(json.dumps(report, indent=2) + "\n")
    (folder / "peers.md").write_text(f"{title}\n\n{table.markdown(contest, options.budget)}")
    print(f"{title}\n\n{table.text(contest, options.budget)}")
    return int(any(outcome.failed for outcome in contest.outcomes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m peers", description="proofbook and its peers side by side on a synthetic world."
    )
    parser.add_argument("size", type=_size, help="AWARDSxRECIPIENTS")
    parser.add_argument("--seed", type=int, default=5, help="of the world (default 5)")
    parser.add_argument(
        "--budget",
        type=float,
        default=600,
        help="seconds after which one that has not ended is stopped (default 600)",
    )
    parser.add_argument("--repeats", type=int, default=1, help="runs of each (default 1)")
    parser.add_argument("--out", type=Path, default=Path("build/peers"))
    parser.add_argument(
        "--python",
        type=Path,
        default=Path(".venv-peers/bin/python"),
        help="interpreter of the peers' environment",
    )
    return parser.parse_args()


def _size(written: str) -> tuple[int, int]:
    numbers = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", written)
    if not numbers:
        raise argparse.ArgumentTypeError(f"{written!r} is not AWARDSxRECIPIENTS, 20000x300000 say")
    return int(numbers[1]), int(numbers[2])


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
