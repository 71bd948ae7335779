"""Writes the verdict as Markdown: for the summary of the job, and for the comment.

python tools/ci/comment.py --out ci
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from proofbook.report.summary import MOST_BYTES, plain

#: By this line the comment is found again.
MARK = "<!-- proofbook -->"

SIGNS = {"pass": "✅", "warn": "⚠️", "fail": "❌", "unresolved": "❔", "no_baseline": "➖"}

#: Findings that are told in full; more are counted.
MOST_FINDINGS = 40


def load(path: Path) -> dict[str, Any] | None:
    """The document of a step, or None when the step did not come to write it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def links() -> str:
    """Where the report of this job is, as far as the environment tells."""
    parts = [
        os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    ]
    if not all(parts):
        return ""
    return f"[Report and raw samples]({parts[0]}/{parts[1]}/actions/runs/{parts[2]}#artifacts)"


def bench_lines(bench: dict[str, Any] | None) -> list[str]:
    """The benchmark: its verdict, the table of what was compared, and what did not pass."""
    document = (bench or {}).get("document")
    if not document:
        return ["### Benchmark", "", "❌ The benchmark did not run."]
    verdict = document["verdict"]
    lines = ["### Benchmark", ""]
    if verdict is None:
        lines.append("➖ There was no base to compare with.")
    else:
        lines.append(f"{SIGNS[verdict['state']]} {plain(verdict['sentence'], 500)}")
    lines += [
        "",
        "| Size | Time (s) | Awards/s | Peak (MB) | Match rate |",
        "|---|--:|--:|--:|--:|",
    ]
    for point in document["points"]:
        derived, rate = point["derived"], point["quality"]["match_rate"]["value"]
        lines.append(
            f"| {plain(point['size'])} | {derived['seconds']:.3f} | "
            f"{derived['awards_per_second']:,.0f} | {derived['peak_mb']:,.0f} | {rate:.1%} |"
        )
    findings = [f for f in (verdict or {}).get("findings", []) if f["state"] != "pass"]
    if findings:
        lines += ["", "| State | Size | What was found |", "|---|---|---|"]
    for f in findings[:MOST_FINDINGS]:
        words = f["state"].replace("_", " ")
        cells = f"{plain(f['size'])} | {plain(f['message'], 300)}"
        lines.append(f"| {SIGNS[f['state']]} {words} | {cells} |")
    if len(findings) > MOST_FINDINGS:
        lines += ["", f"{len(findings) - MOST_FINDINGS} more are in bench.json."]
    return lines


def suite_lines(suite: dict[str, Any] | None, summary: str) -> list[str]:
    """The suite: its own summary, or why there is none."""
    if summary:
        return summary.splitlines()
    told = plain(suite["verdict"], 500) if suite else "The suite did not run."
    return ["### Suite", "", f"❌ {told}"]


def fitted(lines: list[str], most: int = MOST_BYTES) -> str:
    """The lines that fit into so many bytes; the others are counted, not cut in half."""
    room, kept = most - 100, list[str]()
    for at, line in enumerate(lines):
        room -= len(line.encode()) + 1
        if room < 0:
            kept += ["", f"{len(lines) - at} more lines are in the report."]
            break
        kept.append(line)
    return "\n".join(kept) + "\n"


def main() -> int:
    """Writes OUT/comment.md, and adds it to the summary of the job where there is one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    suite, bench = load(out / "suite.json"), load(out / "bench.json")
    summary = out / "suite.md"
    text = summary.read_text(encoding="utf-8") if suite and summary.is_file() else ""
    lines = [MARK, *bench_lines(bench), "", *suite_lines(suite, text), "", links()]
    comment = fitted(lines)
    (out / "comment.md").write_text(comment, encoding="utf-8")
    job = os.environ.get("GITHUB_STEP_SUMMARY")
    if job:
        with Path(job).open("a", encoding="utf-8") as stream:
            stream.write(comment)
    return 0


if __name__ == "__main__":
    sys.exit(main())
