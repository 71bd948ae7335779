"""The page of what changed between two runs: said in a sentence, complete, inert, filterable."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from proofbook.report import difference
from proofbook.report.difference import difference_html, render_difference
from proofbook.suite.diff import RunDiff
from proofbook.suite.result import Parameter

from .conftest import LONG, make_diff, make_hostile, make_passed
from .reading import Page, faults


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", Page(html).text)


def _faults(html: str) -> list[str]:
    """Those of any page, but that this one may have fields to choose rows by and our one script."""
    ours = re.compile(r"active: <(input \['(checked', ')?id', ('name', )?'type'\]|script \[\])>")
    return [fault for fault in faults(html) if not ours.fullmatch(fault)]


def test_it_is_well_formed_and_says_what_changed() -> None:
    html = difference_html(make_diff())
    assert _faults(html) == []
    assert html.count("<script>") == 1
    text = _text(html)
    assert "Of 1,000 awards 2 lost their match, 1 got another recipient, 3 gained a match." in text
    assert "95 % interval of the change −0.4 to 0.5 pp." in text
    assert "4 awards kept the recipient by another method." in text
    assert "by chance" not in text
    assert "Before: ▲Passed with warnings" in text
    assert "Now: ✕Failed 1 gate failed" in text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"why": "the award files differ", "changes": []},
            "award by award: the award files differ.",
        ),
        ({"changes": []}, "No match of 1,000 awards changed."),
    ],
)
def test_nothing_to_list(change: dict[str, object], says: str) -> None:
    html = difference_html(replace(make_diff(), **change))  # type: ignore[arg-type]
    assert _faults(html) == []
    assert says in _text(html)
    assert "<script" not in html
    assert "script-src" not in html


def test_one_award_loses_its_match() -> None:
    found = make_diff()
    html = difference_html(replace(found, changes=found.of("lost")[:1]))
    assert "Of 1,000 awards 1 lost its match." in _text(html)


def test_a_loss_beyond_chance_is_said_and_marked() -> None:
    found = make_diff()
    lost = replace(found, changes=found.of("lost") * 6, p_value=0.0002)
    html = difference_html(lost)
    assert 'class="verdict fail"' in html
    assert "That so many more are lost than gained by chance has p < 0.001." in _text(html)
    assert 'class="verdict none"' in difference_html(found)


def test_lost_come_first_and_what_is_cut_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [a["class"] for a in Page(difference_html(make_diff())).all("tr") if "class" in a]
    assert rows == ["kind-lost"] * 2 + ["kind-changed"] + ["kind-gained"] * 3
    monkeypatch.setattr(difference, "MOST", 2)
    html = difference_html(make_diff())
    assert html.count('class="kind-gained"') == 2
    assert "Shown are the first 2 of 3 gained." in _text(html)


def test_gates_metrics_parameters_and_circumstances() -> None:
    found = make_diff()
    now = replace(
        found.now,
        parameters=[Parameter("match.target_precision", 0.9, "--set"), *found.now.parameters[:3]],
        metrics=[replace(m, value=m.value * 1.3) if m.name in ("seconds", "match_rate") else m  # type: ignore[operator]
                 for m in found.now.metrics],
        provenance=replace(found.now.provenance, commit="deadbeef"),
    )  # fmt: skip
    text = _text(difference_html(replace(found, now=now)))
    assert re.search(r"Match rate \(1,000 × 5,000\) ?✓Pass ?✕Fail", text)
    assert re.search(r"Time \(1,000 × 5,000\) ?5.1 s ?6.63 s ?\+30 % ?▲Worse", text)
    assert re.search(r"match.target_precision ?0.98 ?default ?0.9 ?--set", text)
    assert re.search(r"commit ?3c1fe24a ?deadbeef", text)


def test_the_same_input_elsewhere_is_no_difference() -> None:
    was = make_passed()
    moved = [replace(i, path=f"/other/{Path(i.path).name}") for i in was.provenance.inputs]
    now = replace(was, provenance=replace(was.provenance, inputs=moved))
    text = _text(difference_html(RunDiff(was, now, why="-")))
    assert "Commit, machine, inputs and versions are equal." in text
    changed = [replace(i, sha256="cd" * 32) for i in moved]
    now = replace(was, provenance=replace(was.provenance, inputs=changed))
    text = _text(difference_html(RunDiff(was, now, why="-")))
    assert "awards.csv.gz, SHA-256 cdcdcdcdcdcd…" in text


def test_one_that_differs_is_said_so_and_printed_so() -> None:
    was = make_passed()
    metrics = [replace(m, value=0.76004) if m.name == "match_rate" else m for m in was.metrics]
    seed = replace(was.parameters[1], value=8)
    parameters = [was.parameters[0], seed, *was.parameters[2:]]
    now = replace(was, metrics=metrics, parameters=parameters)
    text = _text(difference_html(RunDiff(was, now, why="-")))
    assert "1 metric differs, 6 are equal." in text
    assert "1 parameter differs." in text
    assert re.search(r"Match rate \(1,000 × 5,000\) ?76.000 % ?76.004 %", text)


def test_measurements_close_to_each_other_are_the_same() -> None:
    was = make_passed()
    now = replace(was, metrics=[replace(m, value=m.value * 1.09) for m in was.metrics])  # type: ignore[operator]
    text = _text(difference_html(RunDiff(was, now, why="-")))
    assert re.search(r"Time \S+ \S+ \S+ ?5.1 s ?5.56 s ?\+9 % ?–Same", text)
    assert re.search(r"Match rate \(1,000 × 5,000\) ?76.0 % ?82.8 % ?\+6.8 pp ?✓Better", text)


def test_hostile_text_is_shown_as_text(tmp_path: Path) -> None:
    found = replace(make_diff(make_hostile(), text=LONG))
    page = render_difference(found, tmp_path)
    html = page.read_text(encoding="utf-8")
    assert _faults(html) == []
    assert html.count("<script") == 1
    assert "<img" not in html
    assert not set(html) & set("\x00\x07\x1b\u202e\u200f")
    assert "<script>alert(1)</script>" in Page(html).text


def test_a_record_cannot_choose_another_folder(tmp_path: Path) -> None:
    found = make_diff()
    page = render_difference(
        replace(found, was=replace(found.was, run_id="../../x.html")), tmp_path / "run"
    )
    assert page == tmp_path / "run" / "diff" / "______x_html.html"
    assert page.with_suffix(".csv").is_file()


def test_every_award_is_in_the_csv(tmp_path: Path) -> None:
    page = render_difference(make_diff(text="=cmd()"), tmp_path)
    assert page == tmp_path / "diff" / "20261123T080512Z-ab12cd.html"
    lines = page.with_suffix(".csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 6
    assert lines[1] == (
        "lost,0,'=cmd(),Boulder,Maine,NASA,Phase II,2019,uei-exact,'=cmd(),1.0,unmatched,,0.02"
    )
