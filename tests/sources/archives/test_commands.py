"""``proofbook inspect`` and ``proofbook convert`` on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.sources.archives.conftest import hostile_recipients
from tests.sources.archives.making import END, ROWS, folder, zipped

from proofbook import cli


def call(*words: object) -> int:
    """The exit code of the command line with these words."""
    before, sys.argv = sys.argv, ["proofbook", *map(str, words)]
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        sys.argv = before
    return int(ended.value.code or 0)


def test_inspect_shows_every_table(dump: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("inspect", dump) == 0
    said = capsys.readouterr().out.splitlines()
    at = next(i for i, line in enumerate(said) if line.startswith("rpt.recipient_lookup"))
    assert " 39 rows" in said[at]
    assert said[at].endswith(".dat.gz")
    assert said[at + 1].strip().startswith("id, recipient_hash, legal_business_name, duns")


@pytest.mark.parametrize(("option", "rows"), [("--rows", 2), ("--no-rows", None)])
def test_inspect_as_json(
    tmp_path: Path, option: str, rows: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = zipped(folder(tmp_path / "d"), tmp_path / "d.zip")
    size = (tmp_path / "d" / "77.dat.gz").stat().st_size
    assert call("inspect", path, "--json", option) == 0
    assert json.loads(capsys.readouterr().out) == {
        "archive": str(path),
        "tables": [
            {
                "name": "rpt.t",
                "columns": ["note", "id", "names"],
                "rows": rows,
                "compressed_bytes": size,
                "member": "77.dat.gz",
            }
        ],
    }


def test_inspect_marks_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder(tmp_path / "d")
    (path / "77.dat.gz").unlink()
    assert call("inspect", path) == 0
    assert "missing" in capsys.readouterr().out


def test_convert(dump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "r.parquet"
    assert call("convert", dump, "--table", "rpt.recipient_lookup", "--out", out) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [f"rpt.recipient_lookup: 39 rows, {out.stat().st_size:,} bytes", str(out)]
    assert pq.read_table(out).to_pylist() == hostile_recipients()
    assert call("convert", dump, "--out", out, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["path"], told["rows"], told["bytes"]) == (str(out), 39, out.stat().st_size)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("inspect", "Missing argument"),
        ("convert d", "Missing option '--out'"),
        ("inspect none.zip", "none.zip: does not exist"),
        ("inspect d --max-gb 0", "--max-gb"),
        ("inspect d --max-gb 0.001", "holds more than 0 GB of text"),
        ("convert d --out o.parquet --table rpt.tt", "did you mean 'rpt.t'?"),
        ("convert d --out o.parquet --table rpt.t --max-gb 0.001", "more than 0 GB of text"),
        ("convert d --out no/o.parquet --table rpt.t", "no/o.parquet: "),
    ],
)
def test_wrong_usage_gets_one_message(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder(tmp_path / "d", ROWS * 100_000 + END)
    monkeypatch.chdir(tmp_path)
    assert call(*words.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert "Traceback" not in said.err
    assert [p.name for p in tmp_path.iterdir()] == ["d"]


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    path, out = folder(tmp_path / "d", ROWS * 100_000 + END), tmp_path / "out" / "t.parquet"
    out.parent.mkdir()
    out.write_bytes(b"before")
    words = ["convert", str(path), "--table", "rpt.t", "--out", str(out)]
    limited = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", sys.executable, "-m", "proofbook"]
    done = subprocess.run([*limited, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert out.read_bytes() == b"before"
    assert list(out.parent.iterdir()) == [out]
