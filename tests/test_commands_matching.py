"""The command explain: evidence as text, JSON and figure, and one message for what is wrong."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from proofbook import cli
from proofbook.enrichment import enrich, write_enriched

AWARDS = pa.table(
    {
        "Company": ["Acme Photonics", "Acme Photonix \x1b[31m", "Nothing Like It"],
        "UEI": ["ZQGGHHJH74DA", "", ""],
        "State": ["MA", "MA", "TX"],
        "City": ["Boston", "Boston", ""],
        "Zip": ["02139", "02139", ""],
    }
)
RECIPIENTS = pa.table(
    {
        "recipient_hash": ["h1", "h2"],
        "legal_business_name": ["ACME PHOTONICS INC", "ACME PHOTONICS SUPPLY LLC"],
        "uei": ["ZQGGHHJH74DA", None],
        "city": ["BOSTON", "SALEM"],
        "state": ["MA", "MA"],
        "zip5": ["02139", "01970"],
    }
)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    pq.write_table(RECIPIENTS, "r.parquet")
    pq.write_table(AWARDS, "a.parquet")
    write_enriched(enrich("a.parquet", "r.parquet").table, "e.parquet")
    write_enriched(enrich("a.parquet", "r.parquet", columns=["Company"]).table, "short.parquet")
    return tmp_path


def call(*words: str) -> int:
    before, sys.argv = sys.argv, ["proofbook", "explain", *words]
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        sys.argv = before
    return int(ended.value.code or 0)


RUN = ("e.parquet", "--recipients", "r.parquet", "--row")


def test_evidence_is_shown_in_words(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*RUN, "1") == 0
    said = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[0] == "award 1 Acme Photonix ␛[31m Boston MA 02139"
    assert lines[1].startswith("decided name-")
    assert lines[2].startswith("chosen ACME PHOTONICS INC, BOSTON MA 02139")
    assert lines[3].startswith("next best ACME PHOTONICS SUPPLY LLC, SALEM MA 01970")
    assert lines[5] == "evidence chosen log-odds next log-odds"
    assert any(line.startswith("city same +") for line in lines)
    assert lines[-1].startswith("together ")
    assert "\x1b" not in said


def test_an_identifier_needs_few_words(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*RUN, "0") == 0
    said = capsys.readouterr().out
    assert "decided    uei-exact, probability 99.8 %" in said
    assert "UEI of the award" in said
    assert "next" not in said


def test_no_recipient_resembles_it(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*RUN, "2", "--plot", "w.png") == 0
    assert capsys.readouterr().out.endswith("No recipient resembles it.\n")
    assert Path("w.png").read_bytes().startswith(b"\x89PNG")


def test_json_is_all_and_plain(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for row in ("0", "1", "2"):
        assert call(*RUN, row, "--json") == 0
        document = json.loads(capsys.readouterr().out)
        assert document["award_row"] == int(row)
        assert {"method", "probability", "joined", "chosen", "next", "steps"} <= set(document)
    assert document["steps"] == []


def test_a_figure_is_written(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*RUN, "1", "--plot", "w.png") == 0
    assert Path("w.png").read_bytes().startswith(b"\x89PNG")


def test_awards_are_given_where_needed(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("short.parquet", "--row", "1", "--recipients", "r.parquet")
    assert call(*words) == 2
    assert "give the awards too (--awards FILE)" in capsys.readouterr().err
    assert call(*words, "--awards", "a.parquet") == 0


@pytest.mark.parametrize(
    ("words", "message"),
    {
        "e.parquet --row 1": "explain needs --recipients FILE",
        "e.parquet --recipients r.parquet": "Missing option '--row'",
        "e.parquet --row 3 --recipients r.parquet": "row 3: the enriched table has rows 0 to 2",
        "e.parquet --row x --recipients r.parquet": "Invalid value for '--row'",
        "no.parquet --row 1 --recipients r.parquet": "no.parquet: does not exist",
        "e.parquet --row 1 --recipients no.parquet": "no.parquet: does not exist",
        "e.parquet --row 1 --recipients r.parquet --plot no/w.png": "no/w.png: cannot be written",
        "a.parquet --row 1 --recipients r.parquet": "award_row",
    }.items(),
)
def test_wrong_usage_gets_one_message(
    files: Path, words: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*words.split()) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
