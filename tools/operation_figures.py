"""How enrich behaves when it is killed, chunked at random, held to a memory limit; what that costs.

    python tools/operation_figures.py kills --times 50 --awards 20000 --recipients 300000
    python tools/operation_figures.py settings --times 20 --awards 20000 --recipients 300000
    python tools/operation_figures.py limit --gb 2 --awards 214381 --recipients 3400000
    python tools/operation_figures.py costs --times 5 --awards 20000 --recipients 300000

``kills``: SIGKILL after a random part of the time of an undisturbed run, then --resume, and the
table is held against the undisturbed one. ``settings``: random chunk sizes, workers, memory limits
and numbers of threads. ``limit``: under a hard limit of a control group (v1 or v2; needs root),
against no limit. ``costs``: CPU seconds bare, watched, with a memory limit of --gb, and with
checkpoints, run in turn, the least and the median of each. Worlds are synthetic and made in a
temporary folder, or kept with --world DIR. One JSON document is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

T = TypeVar("T")

PROOFBOOK = [sys.executable, "-m", "proofbook"]
CGROUPS = Path("/sys/fs/cgroup")

#: A run of one variant: files, a folder, the variant, a limit in bytes. Gives its CPU seconds, and
#: those of them that were spent in watching, and in keeping results.
COST = """
import json, sys, time
from contextlib import contextmanager
from pathlib import Path
from proofbook.enrichment import Operation, backends, enrich, operate, operation, results
from proofbook.enrichment.checkpoints import Checkpoints
from proofbook.enrichment.fingerprint import fingerprint
from proofbook.enrichment.limits import tree_memory
from proofbook.enrichment.progress import Progress
from proofbook.matching import MatchSettings
from proofbook.measure import Recorder, memory
from proofbook.measure.recorder import Stage
spent = {"watching": 0.0, "keeping": 0.0}
def timed(what, owner, *names):
    for name in names:
        def wrapper(*args, _inner=getattr(owner, name), **more):
            began = time.thread_time()
            try:
                return _inner(*args, **more)
            finally:
                spent[what] += time.thread_time() - began
        setattr(owner, name, wrapper)
timed("watching", Progress, "_refresh", "done", "passed")
timed("watching", memory, "tree_cpu_seconds", "waited_seconds")
timed("watching", memory.MemoryWatch, "open", "close", "_sample")
timed("keeping", Checkpoints, "plan", "found", "close")
timed("keeping", operation, "open_checkpoints")
timed("keeping", backends, "write_arrays")
timed("keeping", results, "write_arrays")
timed("keeping", sys.modules[__name__], "fingerprint")
class Blind(Recorder):
    @contextmanager
    def stage(self, name, rows=None):
        yield Stage(name, rows)
awards, recipients, folder = map(Path, sys.argv[1:4])
variant, limit = sys.argv[4], int(float(sys.argv[5]))
began = time.process_time()
kept, watched = variant == "kept", variant != "bare"
known_by = fingerprint(awards, recipients, MatchSettings(), None) if kept else None
progress = Progress(file=folder / "p.json", memory=tree_memory) if watched else None
how = Operation(memory_limit=limit if variant == "limited" else None,
                checkpoints=folder / "kept" if kept else None)
with operate(how, fingerprint=known_by, progress=progress) as engine:
    enrich(awards, recipients, engine=engine, recorder=None if watched else Blind())
print(json.dumps({"all": time.process_time() - began, **spent}))
"""


#: Variants of a run whose costs are told, each with the one that it is held against.
VARIANTS = {"bare": "", "watched": "bare", "limited": "watched", "kept": "watched"}


def enrich(world: Path, out: Path, *options: str) -> list[str]:
    """The command on a world."""
    files = str(world / "awards.csv.gz"), str(world / "recipients.parquet")
    return [*PROOFBOOK, "enrich", *files, "--out", str(out), *options]


def timed(command: list[str], **more: Any) -> float:
    """Seconds of a command that must succeed."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, **more)
    return time.perf_counter() - began


def last_progress(out: Path) -> dict[str, Any]:
    """What the run that wrote a table told at last."""
    path = out.with_name(f"{out.name}.progress.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def same(out: Path, expected: pa.Table) -> bool:
    """Whether a table has the same content, order, types and account of its decisions."""
    return bool(pq.read_table(out).equals(expected, check_metadata=True))


def kills(world: Path, folder: Path, times: int, draw: random.Random) -> dict[str, Any]:
    """Killed, resumed, compared; ``lost_cpu_s`` is what both took beyond the undisturbed run.
    Among it is the beginning of a run: it imports, reads and prepares the awards twice.
    """
    first = folder / "first.parquet"
    undisturbed, seconds = cpu(lambda: timed(enrich(world, first)))
    expected, trials = pq.read_table(first), list[dict[str, Any]]()
    for number in range(times):
        out, after = folder / f"{number}.parquet", draw.uniform(0.02, 1) * seconds
        killed, at_work = cpu(lambda: _killed(enrich(world, out), after))  # noqa: B023 - at once
        at_work &= not out.exists()
        files = folder.glob(f"{out.name}.checkpoints/*.arrays")
        kept = sum(not file.name.startswith(("model-", "evidence-")) for file in files)
        resumed, _ = cpu(lambda: timed(enrich(world, out, "--resume")))  # noqa: B023
        told = last_progress(out)
        trials.append(
            {
                "after_s": round(after, 2),
                "at_work": at_work,
                "kept": kept,
                "resumed": told["chunks_resumed"],
                "of": told["total_chunks"],
                "lost_cpu_s": round(killed + resumed - undisturbed, 2),
                "same": same(out, expected),
            }
        )
        out.unlink()
        print(trials[-1], file=sys.stderr)
    return {
        "undisturbed_s": round(seconds, 2),
        "undisturbed_cpu_s": round(undisturbed, 2),
        "same": sum(t["same"] for t in trials),
        "kept_chunks_lost": sum(max(0, t["kept"] - t["resumed"]) for t in trials),
        "killed_at_work": sum(t["at_work"] for t in trials),
        "most_lost_cpu_s": max((t["lost_cpu_s"] for t in trials if t["at_work"]), default=None),
        "trials": trials,
    }


def _killed(command: list[str], after_s: float) -> bool:
    """Kills a command after some time; whether it was still at work then."""
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    return False


def cpu(run: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds of the processes that something starts and waits for, and its result."""
    before = os.times()
    result = run()
    after = os.times()
    used = after.children_user - before.children_user
    return used + after.children_system - before.children_system, result


def settings(world: Path, folder: Path, times: int, draw: random.Random) -> dict[str, Any]:
    """The same table whatever the chunks, the workers and the memory."""
    first, trials = folder / "first.parquet", []
    timed(enrich(world, first))
    expected = pq.read_table(first)
    for number in range(times):
        out, options = folder / f"{number}.parquet", list[str]()
        options += ["--chunk-size", str(int(10 ** draw.uniform(3, 6)))]
        options += draw.choice([[], ["--workers", "1"], ["--workers", "2"], ["--workers", "3"]])
        options += draw.choice([[], ["--memory-limit", f"{draw.uniform(0.4, 2):.2f}GB"]])
        options += draw.choice([[], ["--set", f"match.threads={draw.randint(1, 2)}"]])
        seconds = timed(enrich(world, out, *options))
        told = last_progress(out)
        trials.append(
            {
                "options": " ".join(options),
                "seconds": round(seconds, 2),
                "chunks": told["total_chunks"],
                "same": same(out, expected),
            }
        )
        out.unlink()
        print(trials[-1], file=sys.stderr)
    return {"same": sum(t["same"] for t in trials), "trials": trials}


@contextmanager
def limited(limit: int) -> Iterator[tuple[Callable[[], None], Callable[[], int]]]:
    """A control group with a hard limit: how a process enters it, and the peak it has seen."""
    old = (CGROUPS / "memory").is_dir()
    group = (CGROUPS / "memory" if old else CGROUPS) / f"proofbook-{os.getpid()}"
    group.mkdir()
    names = ("limit_in_bytes", "max_usage_in_bytes") if old else ("max", "peak")
    (group / f"memory.{names[0]}").write_text(str(limit))
    if not old:
        (group / "memory.swap.max").write_text("0")

    def enter() -> None:
        (group / "cgroup.procs").write_text(str(os.getpid()))

    try:
        yield enter, lambda: int((group / f"memory.{names[1]}").read_text())
    finally:
        group.rmdir()


def limit(world: Path, folder: Path, gb: float) -> dict[str, Any]:
    """The same table under a hard limit, and how much slower."""
    free, held = folder / "free.parquet", folder / "held.parquet"
    without = timed(enrich(world, free))
    with limited(int(gb * 1e9)) as (enter, peak):
        began = time.perf_counter()
        ended = subprocess.run(
            enrich(world, held), preexec_fn=enter, capture_output=True, text=True, check=False
        )
        seconds, highest = time.perf_counter() - began, peak()
    told = last_progress(held)
    counted = "memory_pressure_warnings chunk_size_reductions chunks_spilled final_chunk_size"
    return {
        "limit_gb": gb,
        "exit_code": ended.returncode,
        "stderr": ended.stderr[-2000:],
        "same": ended.returncode == 0 and same(held, pq.read_table(free)),
        "seconds": round(seconds, 1),
        "without_limit_s": round(without, 1),
        "slower": round(seconds / without, 2),
        "peak_gb": round(highest / 1e9, 3),
        **{name: told[name] for name in counted.split()},
    }


def costs(world: Path, folder: Path, times: int, gb: float) -> dict[str, Any]:
    """CPU seconds bare, watched, and watched and limited, or watched and kept.

    They differ by less than one run differs from the next. So that is told too which CPU seconds
    of the watched and the kept runs were spent in watching and in keeping, counted as they ran.
    """
    files = [str(world / "awards.csv.gz"), str(world / "recipients.parquet"), str(folder)]
    found: dict[str, list[dict[str, float]]] = {v: [] for v in VARIANTS}
    for _ in range(times):
        for variant, seconds in found.items():
            command = [sys.executable, "-c", COST, *files, variant, str(gb * 1e9)]
            ran = subprocess.run(command, check=True, capture_output=True)
            seconds.append(json.loads(ran.stdout))
    whole = {variant: [s["all"] for s in seconds] for variant, seconds in found.items()}
    counted = {"watched": "watching", "kept": "keeping"}
    return {
        "cpu_seconds": {v: [round(s, 2) for s in seconds] for v, seconds in whole.items()},
        **{
            f"{name}_pct": {
                variant: round(100 * (middle(whole[variant]) / middle(whole[before]) - 1), 2)
                for variant, before in VARIANTS.items()
                if before
            }
            for name, middle in (("least", min), ("median", statistics.median))
        },
        "counted_pct": {
            what: round(statistics.median(100 * s[what] / s["all"] for s in found[variant]), 2)
            for variant, what in counted.items()
        },
    }


def main() -> None:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=["kills", "settings", "limit", "costs"])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--gb", type=float, default=2.0)
    parser.add_argument("--awards", type=int, default=20_000)
    parser.add_argument("--recipients", type=int, default=300_000)
    parser.add_argument("--world", type=Path, help="a folder to make the world in, or to find it")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="figures-") as name:
        folder, draw = Path(name), random.Random(asked.seed)
        world = asked.world or folder / "world"
        if not (world / "awards.csv.gz").exists():
            size = "--awards", str(asked.awards), "--recipients", str(asked.recipients)
            timed([*PROOFBOOK, "synth", *size, "--seed", "11", "--out", str(world)])
        if asked.what == "kills":
            found = kills(world, folder, asked.times, draw)
        elif asked.what == "settings":
            found = settings(world, folder, asked.times, draw)
        elif asked.what == "limit":
            found = limit(world, folder, asked.gb)
        else:
            found = costs(world, folder, asked.times, asked.gb)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
