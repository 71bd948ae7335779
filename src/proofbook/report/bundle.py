"""One zip of a run to send: the report with everything that it links to, and no input data."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from proofbook.report.secrets import hide, masked
from proofbook.suite.files import write_bytes
from proofbook.suite.result import RunResult

#: What goes in: the report, its pages and data, the executed notebooks and their logs. The inputs
#: and the enriched tables stay: they are large, and a receiver of the report need not have them.
_PARTS = (
    "index.html", "html/*.html", "figures/*", "notebooks/*.ipynb", "logs/*", "metrics.json",
    "metrics.prom", "failing_rows.csv", "junit.xml", "summary.md", "baseline.json", "diff/*",
)  # fmt: skip
_TEXT = {".ipynb", ".log", ".json", ".jsonl"}

#: The time of every member: the same run gives the same bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def write_bundle(result: RunResult, folder: Path) -> Path:
    """Writes the zip of a run beside its folder, in one step, and returns its path.

    Secrets are masked in the record, the notebooks and the logs too.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(_members(result, folder)):
            member = zipfile.ZipInfo(f"{folder.name}/{name}", _MOMENT)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, data)
    target = folder.parent / f"{folder.name}.zip"
    write_bytes(target, out.getvalue())
    return target


def _members(result: RunResult, folder: Path) -> Iterator[tuple[str, bytes]]:
    yield "run.json", f"{masked(result).to_json()}\n".encode()
    for pattern in _PARTS:
        for path in folder.glob(pattern):
            if path.is_file():
                data = path.read_bytes()
                if path.suffix in _TEXT:
                    data = hide(data.decode("utf-8", "replace")).encode()
                yield path.relative_to(folder).as_posix(), data
