"""The sheet of a clerical review is blind and runs nothing; its page is complete and inert."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from proofbook.quality.clerical import queue
from proofbook.report import review
from proofbook.report.review import render_review, review_html, sheet
from proofbook.suite.review import Review

from .conftest import LONG, make_hostile, make_review
from .reading import Page, faults


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", Page(html).text)


def _html(**about) -> str:
    found = make_review(**about)
    return review_html(found, queue(found.questions))


def test_it_is_well_formed_and_says_what_is_asked() -> None:
    html = _html()
    assert faults(html) == []
    assert "<script" not in html
    text = _text(html)
    assert "6 questions for people, about 14 awards." in text
    assert "In doubt: 4. Only drawn, to estimate the precision of links by name: 2." in text
    assert re.search(r"candidate ?a recipient resembles it\D+4 ?12 ?\$1,200,000", text)
    assert re.search(r"name-exact, 0.99 to 0.995 ?2 ?2", text)
    assert re.search(r"Acme 0 ?Boston, MA, 02139 ?3 ?\$300,000 ?candidate ?ACME ONE", text)
    assert "in other awards Acme Labs or Acme Tec · 60.0 %" in text
    assert "Shown are all 4." in text


def test_the_page_does_not_tell_what_was_drawn() -> None:
    assert "Drawn a" not in _html()


def test_what_is_cut_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "MOST", 3)
    html = _html()
    assert "Shown are the first 3 of 4." in _text(html)
    assert html.count('<th scope="row">') == 3


def test_nothing_in_doubt_is_a_page_too() -> None:
    html = _html(doubts=0)
    assert faults(html) == []
    assert "Table: questions" not in html
    assert "None is in doubt." in _text(html)


def test_hostile_text_is_shown_as_text(tmp_path: Path) -> None:
    found = make_review(make_hostile(), text=LONG)
    render_review(found, tmp_path)
    html = (tmp_path / "review" / "index.html").read_text(encoding="utf-8")
    assert faults(html) == []
    assert "<img" not in html
    assert not set(html) & set("\x00\x07\x1b\u202e\u200f")
    assert "<script>alert(1)</script>" in Page(html).text


def _sheet(found: Review) -> str:
    return sheet(queue(found.questions), found.known_as)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_sheet_asks_and_hides_what_was_decided() -> None:
    text = _sheet(make_review())
    rows = _rows(text)
    assert list(rows[0]) == [
        "question", "verdict", "reviewer", "note", "Company", "City", "State", "Zip",
        *(f"candidate {n}" for n in range(1, 6)), "awards", "award amount", "award rows",
    ]  # fmt: skip
    row = next(row for row in rows if row["Company"] == "Acme 0")
    assert (row["verdict"], row["reviewer"], row["note"]) == ("", "", "")
    assert (row["candidate 1"], row["candidate 2"], row["candidate 3"]) == (
        "ACME ONE, in other awards Acme Labs or Acme Tec", "ACME TWO", "",
    )  # fmt: skip
    assert (row["awards"], row["award amount"], row["award rows"]) == ("3", "300000", "0; 1; 2")
    assert {row["Company"] for row in rows} == {
        *(f"Acme {n}" for n in range(4)),
        "Drawn a",
        "Drawn b",
    }
    for word in ("name-exact", "name-fuzzy", "sample", "0.6", "0.99", "100.0"):
        assert word not in text


def test_a_notebook_gets_the_queue_as_a_pandas_frame() -> None:
    frame = make_review().table(limit=1)
    assert isinstance(frame, pd.DataFrame)
    assert frame["awards"].tolist().count(3) == 1
    assert len(frame) == 3
    assert [c["name"] for c in frame["candidates"][frame["awards"].idxmax()]] == [
        "ACME ONE", "ACME TWO",
    ]  # fmt: skip


def test_many_awards_are_known_by_the_first() -> None:
    assert review._rows([5, 9, 12, 40, 41]) == "5; 9; 12 and 2 more"


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@SUM(A1)"])
def test_no_formula_gets_into_the_sheet(text: str) -> None:
    for row in _rows(_sheet(make_review(text=text))):
        assert all(not value.startswith(("=", "+", "-", "@")) for value in row.values())
        assert row["candidate 1"].startswith(f"'{text}".upper())


def test_no_personal_value_gets_out(tmp_path: Path) -> None:
    render_review(make_review(), tmp_path)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(path.name for path in written) == ["design.json", "index.html", "queue.csv"]
    assert not any("Jane" in path.read_text(encoding="utf-8") for path in written)


def test_what_answers_are_understood_by_is_kept(tmp_path: Path) -> None:
    render_review(make_review(), tmp_path)
    kept = json.loads((tmp_path / "review" / "design.json").read_text(encoding="utf-8"))
    assert kept == {"size": "1000x5000", "sample": 200, "seed": 0}


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    files = [render_review(make_review(), tmp_path / name).parent for name in "ab"]
    for name in ("queue.csv", "index.html", "design.json"):
        assert len({(folder / name).read_bytes() for folder in files}) == 1
