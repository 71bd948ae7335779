"""Sheets come back as spreadsheets leave them; what is wrong in them is named by line and value."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from proofbook.errors import InputError
from proofbook.quality.verdicts import Answer, kappa, read_answers, settle

KNOWN = {"q1": 2, "q2": 5, "q3": 1}
HEAD = "question,verdict,reviewer,note,Company"


def _sheet(folder: Path, *lines: str, end: str = "\n", bom: bool = False) -> Path:
    path = folder / "sheet.csv"
    text = end.join([HEAD, *lines, ""])
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.encode())
    return path


def _said(answers: list[Answer]) -> list[tuple[str, str, str]]:
    return [(a.question, a.verdict, a.reviewer) for a in answers]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [False, True])
def test_what_a_spreadsheet_changes_is_understood(tmp_path, end, bom):
    path = _sheet(
        tmp_path, 'q3,none,Ann,"two\nlines",Acme', "", '"q1","2.0"," Ann ",,"a, b"',
        "q2,,,,untouched", " q2 , Unsure ,,,", end=end, bom=bom,
    )  # fmt: skip
    assert _said(read_answers(path, KNOWN)) == [
        ("q3", "none", "Ann"), ("q1", "2", "Ann"), ("q2", "unsure", str(path)),
    ]  # fmt: skip


def test_a_sheet_may_have_only_the_two_columns(tmp_path):
    path = tmp_path / "s.csv.gz"
    path.write_bytes(gzip.compress(b"Verdict,QUESTION\n1,q1\n"))
    assert _said(read_answers(path, KNOWN)) == [("q1", "1", str(path))]


@pytest.mark.parametrize(
    ("line", "problem", "value"),
    [
        ("q1,3,,,", "names a candidate that question q1 does not have", "3"),
        ("q1,0,,,", "has an unknown verdict", "0"),
        ("q1,-1,,,", "has an unknown verdict", "-1"),
        ("q1,1.5,,,", "has an unknown verdict", "1.5"),
        ("q1,nome,,,", "has an unknown verdict — did you mean 'none'?", "nome"),
        ("q1,\u0661,,,", "has an unknown verdict", "\u0661"),
        ("q1,yes,,,", "has an unknown verdict", "yes"),
        ("q9,1,,,", "has a question that this run does not ask", "q9"),
        (",1,,,", "has a question that this run does not ask", ""),
    ],
)
def test_a_wrong_verdict_is_named_by_file_line_and_value(tmp_path, line, problem, value):
    path = _sheet(tmp_path, 'q1,1,,"a\nb",', "", line)
    with pytest.raises(InputError) as caught:
        read_answers(path, KNOWN)
    assert str(caught.value).startswith(f"{path}, line 5: {problem}")
    assert f"(got {value!r})" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("s.csv", b"question;verdict\nq1;1\n", "separate values by commas, not by ';'"),
        ("s.csv", b"verdict\n1\n", "has no column 'question'"),
        ("s.csv", b"question,verdict\nq1,\xe9\n", "is not valid UTF-8"),
        ("s.csv", b"PK\x03\x04", "is not what its suffix says"),
        ("s.parquet", b"PAR1PAR1", "is no CSV"),
        ("s.xlsx", b"PK\x03\x04", "has no suffix that is understood"),
    ],
)
def test_what_is_no_sheet_is_refused(tmp_path, name, content, problem):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_answers(path, KNOWN)
    assert problem in str(caught.value)


def _answers(**by: str) -> list[Answer]:
    """Answers to q1, q2 … of each reviewer, a word for each; a dash for none given."""
    return [
        Answer(f"q{n}", word, who, Path(f"{who}.csv"), n)
        for who, words in by.items()
        for n, word in enumerate(words.split(), 1)
        if word != "-"
    ]


@pytest.mark.parametrize(
    ("ann", "bob", "verdict", "against"),
    [
        ("1", "-", "1", 0),
        ("1", "1", "1", 0),
        ("none", "none", "none", 0),
        ("1", "unsure", "1", 0),
        ("unsure", "unsure", "unsure", 0),
        ("1", "2", "unsure", 2),
        ("1", "none", "unsure", 2),
    ],
)
def test_what_two_say_together(ann, bob, verdict, against):
    found = settle(_answers(Ann=ann, Bob=bob))
    assert found.verdicts == {"q1": verdict}
    assert len(found.contradictions) == against


def test_contradictions_are_listed_and_agreement_is_measured():
    found = settle(_answers(Bob="1 1 none none 1", Ann="1 none none none -", Cy="- - - - 2"))
    assert found.contradictions.to_numpy().tolist() == [
        ["q2", "Ann", "none", "Ann.csv"], ["q2", "Bob", "1", "Bob.csv"],
        ["q5", "Bob", "1", "Bob.csv"], ["q5", "Cy", "2", "Cy.csv"],
    ]  # fmt: skip
    assert found.agreement.to_numpy().tolist() == [
        ["Ann", "Bob", 4, 3, 0.5], ["Bob", "Cy", 1, 0, 0.0],
    ]  # fmt: skip


def test_agreement_by_chance_alone_has_no_kappa():
    found = settle(_answers(Ann="1 1 -", Bob="1 1 2", Cy="- - none"))
    assert found.agreement["kappa"].isna().tolist() == [True, False]


def test_two_sheets_without_names_are_two_reviewers(tmp_path):
    answers = []
    for name, said in (("a", "1"), ("b", "2")):
        (tmp_path / name).mkdir()
        answers += read_answers(_sheet(tmp_path / name, f"q1,{said},,,"), KNOWN)
    assert len(settle(answers).contradictions) == 2


def test_a_reviewer_who_contradicts_himself_is_an_error(tmp_path):
    answers = read_answers(_sheet(tmp_path, "q1,1,Ann,,", "q2,1,Ann,,", "q1,2,Ann,,"), KNOWN)
    with pytest.raises(InputError) as caught:
        settle(answers)
    path = tmp_path / "sheet.csv"
    assert str(caught.value).startswith(
        f"{path}, line 4: contradicts {path}, line 2, where Ann says '1' of question q1 (got '2')"
    )
    assert settle(answers[:2] + answers[:1]).verdicts == {"q1": "1", "q2": "1"}


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("a", "a")] * 3 + [("b", "b")] * 3, 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15, 0.4),
        ([("a", "a")] * 4, None),
    ],
)
def test_kappa(pairs, expected):
    assert kappa(pairs) == (expected if expected is None else pytest.approx(expected))
