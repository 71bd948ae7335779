"""Whether a suite that is killed at a random moment and resumed records the same metrics.

    python tools/suite_kills.py --kills 20 --awards 1000 --recipients 5000

Runs the suite once undisturbed on a synthetic world, then once more for every kill: SIGKILL after
a random part of that time (to the suite alone, not to its notebooks), then ``run --resume``. A
suite killed before its folder has a record is started anew. What depends on the clock or on the
memory of the moment is left out of the comparison. One JSON document is printed.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: Metrics with these words in their names are measured anew by every run.
MEASURED = ("second", "memory", "growth", "exponent", "time", "speed")


def command(outputs: Path, awards: int, recipients: int) -> list[str]:
    """The suite on one synthetic world."""
    values = (
        f"run.outputs={outputs}",
        f"data.n_awards={awards}",
        f"data.n_recipients={recipients}",
        f"sizes={awards}x{recipients}",
    )
    sets = [word for value in values for word in ("--set", value)]
    return [sys.executable, "-m", "proofbook", "run", *sets]


def metrics(outputs: Path) -> dict[str, object]:
    """What the only run in a folder recorded, by notebook and name, without what is measured."""
    (record,) = outputs.glob("*/run.json")
    run = json.loads(record.read_text(encoding="utf-8"))
    found = {
        f"{m['notebook']} {m['name']}": [m["value"], m["low"], m["high"], m["n"]]
        for m in run["metrics"]
        if not any(word in m["name"] for word in MEASURED)
    }
    return found | {"status": run["status"], "notebooks": [n["status"] for n in run["notebooks"]]}


def undisturbed(words: list[str]) -> float:
    """Seconds of a run that nothing happens to."""
    began = time.monotonic()
    subprocess.run(words, capture_output=True, check=False)
    return time.monotonic() - began


def killed(words: list[str], outputs: Path, after: float) -> str:
    """Kills a run after so many seconds and brings it to its end; at which point it was."""
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        time.sleep(after)
        process.kill()
        assert process.stderr is not None
        told = process.stderr.read().decode().strip().splitlines()
    if not list(outputs.glob("*/run.json")):
        undisturbed(words)
        return "before its record"
    (folder,) = (record.parent for record in outputs.glob("*/run.json"))
    again = [*words[:4], "--resume", folder.name, "--set", f"run.outputs={outputs}"]
    subprocess.run(again, capture_output=True, check=False)
    return told[-1] if told else "nothing told"


def main() -> None:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--awards", type=int, default=1000)
    parser.add_argument("--recipients", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        first = Path(folder) / "undisturbed"
        seconds = undisturbed(command(first, asked.awards, asked.recipients))
        expected, same, trials = metrics(first), 0, []
        for number in range(asked.kills):
            outputs = Path(folder) / str(number)
            words, after = (
                command(outputs, asked.awards, asked.recipients),
                draw.uniform(0, seconds),
            )
            point = killed(words, outputs, after)
            found = metrics(outputs)
            differ = sorted(k for k in expected | found if expected.get(k) != found.get(k))
            same += not differ
            trials.append({"after_s": round(after, 1), "at": point, "differ": differ})
            print(
                f"{number + 1}: killed after {after:.1f} s, {point}: {differ or 'same'}",
                file=sys.stderr,
            )
    print(
        json.dumps(
            {"undisturbed_s": round(seconds, 1), "same": same, "of": asked.kills, "trials": trials},
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
