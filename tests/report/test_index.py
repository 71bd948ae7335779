"""The report of a run: complete, inert, self-contained, the same bytes every time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from proofbook.errors import OutputError
from proofbook.report import figures
from proofbook.report.difference import difference_html
from proofbook.report.headline import tiles
from proofbook.report.index import index_html, render_run
from proofbook.report.sections import sections
from proofbook.suite.diff import RunDiff
from proofbook.suite.result import Metric, Parameter, RunResult

from .reading import Page, faults

Rendered = Callable[[str], Path]


def _html(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8")


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", Page(html).text)


def test_every_kind_of_run_is_well_formed_inert_and_small(kind: str, rendered: Rendered) -> None:
    html = _html(rendered(kind))
    assert faults(html) == []
    assert len(html.encode()) < 2_000_000


def test_same_record_same_bytes(rendered: Rendered, failed: RunResult, tmp_path: Path) -> None:
    first = rendered("failed")
    render_run(RunResult.from_json(failed.to_json()), tmp_path)
    names = sorted(p.relative_to(first) for p in first.rglob("*") if p.is_file())
    assert Path("index.html") in names
    assert names == sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    for name in names:
        assert (first / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_passed_run_has_every_section(rendered: Rendered) -> None:
    page = Page(_html(rendered("passed")))
    assert {a.get("aria-labelledby") for a in page.all("section")} == {
        "headline", "gates", "methods", "groups", "scores", "accuracy", "cost", "baseline",
        "inputs", "checklist", "examples", "more", "notebooks", "again", "parameters", "provenance",
        "files", "alerts", "trends",
    }  # fmt: skip
    assert len(page.all("img")) == 15 + 2 + 2  # trends and their lines


def test_a_section_is_left_out_when_its_table_is_not_there(passed: RunResult) -> None:
    bare = replace(passed, tables=[])
    page = Page(index_html(bare))
    assert page.all("img") == []
    assert "groups" not in str(page.all("section"))


def test_one_size_is_no_curve(passed: RunResult) -> None:
    sizes = next(t for t in passed.tables if t.name == "scaling")
    one = replace(passed, tables=[replace(sizes, rows=sizes.rows[:1])])
    assert 'alt="Time grows' in index_html(replace(passed, tables=[sizes]))
    assert "<img" not in index_html(one)


def test_verdict_reasons_and_what_is_held_back(rendered: Rendered) -> None:
    text = _text(_html(rendered("failed")))
    assert "1 gate failed: the enrichment may not be used." in text
    assert "Failed. Match rate is 69.996 %; needed at least 70 %." in text
    assert "69.996 % (67.0 to 73.0 %), needed ≥ 70.0 %" in text
    assert "It holds back 03_quality, 04_regression, 05_readiness." in text
    assert "Blocked 03_quality, 04_regression, 05_readiness" in text
    assert "300 rows breach it (30.0 %)" in text
    assert "Company 4" in text
    assert "proofbook run --profile smoke --from 02_enrichment" in text


def test_a_gate_that_was_never_measured_is_no_separate_finding(rendered: Rendered) -> None:
    html = _html(rendered("failed"))
    assert 'id="gate-recall-rate"' not in html
    assert 'id="gate-match-rate-1000x5000"' in html


def test_failing_cell_and_its_error(rendered: Rendered) -> None:
    text = _text(_html(rendered("crashed")))
    assert "In cell 7: ValueError: award 17: bad year '20x6'" in text
    assert "enriched = enrich(awards, recipients)" in text
    assert "Traceback (most recent call last)" in text
    assert "[0;31m" not in text


def test_tiles_show_interval_n_and_change(rendered: Rendered) -> None:
    text = _text(_html(rendered("passed")))
    about = "1,000 awards × 5,000 recipients"
    assert f"76.0 %95 % interval 73.2 to 78.6 %, {about}, +2 pp against the baseline" in text


@pytest.mark.parametrize(
    ("size", "n", "said"),
    [
        ("1000x5000", 760, "n = 760, 1,000 awards × 5,000 recipients"),
        ("all", 760, "n = 760"),
        (None, None, ""),
    ],
)
def test_a_tile_says_what_it_is_about(
    passed: RunResult, size: str | None, n: int | None, said: str
) -> None:
    metric = Metric("recall_rate", 0.9, "rate", size=size, n=n)
    assert [t.note for t in tiles(replace(passed, metrics=[metric]))] == [said]


def test_all_of_the_files_is_no_size_to_name(failed: RunResult) -> None:
    run = replace(
        failed,
        gates=[replace(g, size="all") for g in failed.gates],
        alerts=[replace(a, size="all") for a in failed.alerts],
        metrics=[replace(m, size="all") for m in failed.metrics],
        tables=[replace(t, size="all") for t in failed.tables],
    )
    for html in (index_html(run), difference_html(RunDiff(failed, run, why="-"))):
        assert not re.search(r"\((all)?\)|, ?(all)?</", html)
        assert "Match rate" in html


@pytest.mark.parametrize(
    ("size", "source"),
    [("1000x5000", "synthetic world, seed 7, 1,000 × 5,000"), ("all", "synthetic world, seed 7")],
)
def test_the_figure_of_stages_names_its_size(
    passed: RunResult, size: str, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, draw = [], figures.stages
    monkeypatch.setattr(figures, "stages", lambda f, s: drawn.append(s) or draw(f, s))
    sections(replace(passed, tables=[replace(t, size=size) for t in passed.tables]))
    assert drawn == [source]


def test_the_baseline_has_a_column_where_there_is_one(
    rendered: Rendered, crashed: RunResult
) -> None:
    assert ">Baseline</th>" in _html(rendered("passed"))
    assert ">Baseline</th>" not in index_html(crashed)


def test_bounds_stand_under_each_other(rendered: Rendered) -> None:
    html = _html(rendered("passed")).replace("\u00a0", " ")
    assert '<td class="key">≤ 25 %<span class="sub">warns over 10 %</span></td>' in html


def test_parameters_at_their_default_are_folded(passed: RunResult) -> None:
    html = index_html(replace(passed, tables=[]))
    given, _, left = html.partition("<summary>3 parameters have their default</summary>")
    assert "data.seed" in given
    assert "match.target_precision" in left
    bare = index_html(replace(passed, tables=[], parameters=[]))
    assert "No parameter was recorded." in bare


def test_items_that_pass_are_folded(passed: RunResult) -> None:
    table = next(t for t in passed.tables if t.name == "checklist")
    warned = ["Time at 1000x5000", "warn", "10.9 %", "≤ 25 %", "slow"]
    both = replace(table, rows=[warned, *table.rows])
    html = index_html(replace(passed, tables=[both]))
    open_, _, folded = html.partition("<summary>Items that pass (1)</summary>")
    assert "Time at 1,000 × 5,000" in open_.replace("\u00a0", " ")
    assert "the default of production" in folded
    assert "the default of production" not in open_


def test_rules_are_named_in_words(passed: RunResult) -> None:
    table = next(t for t in passed.tables if t.name == "validation")
    rules = replace(table, rows=[["uei_malformed", "warning", "UEI", 2, 0.002]])
    assert "UEI malformed" in _text(index_html(replace(passed, tables=[rules])))


@pytest.mark.parametrize(
    ("origin", "named"),
    [
        ("--set", "'/my runs/20261123T080512Z-ab12cd'"),
        ("params/base.yaml", "20261123T080512Z-ab12cd"),
    ],
)
def test_the_command_finds_a_run_that_was_put_elsewhere(
    passed: RunResult, origin: str, named: str
) -> None:
    outputs = Parameter("run.outputs", "/my runs", origin)
    text = _text(index_html(replace(passed, tables=[], parameters=[outputs])))
    assert f"proofbook report {named} --against OTHER_RUN" in text


def test_hostile_text_is_shown_as_text(rendered: Rendered) -> None:
    html = _html(rendered("hostile"))
    assert "<script" not in html
    assert "<img src=x" not in html
    assert not set(html) & set("\x00\x07\x1b\u202e\u200f")
    text = _text(html)
    assert "<script>alert(1)</script>" in text
    assert "␛[31mred␀␇ [U+202E]RTL[U+200F]" in text
    assert "more characters)" in text


def test_text_contrasts_with_its_ground_in_light_and_dark(rendered: Rendered) -> None:
    css = Page(_html(rendered("empty"))).styles
    light, dark = re.findall(r":root \{(.*?)\}", css, re.S)[:2]
    for scheme in (light, dark):
        colour = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", scheme))
        assert len(colour) >= 13
        for name in set(colour) - {"paper", "panel", "rule"}:
            for ground in ("paper", "panel"):
                ratio = _contrast(colour[name], colour[ground])
                assert ratio >= 4.5, f"{name} on {ground}: {ratio:.1f}"


def _contrast(first: str, second: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    levels = []
    for colour in (first, second):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        levels.append(sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True)))
    return (max(levels) + 0.05) / (min(levels) + 0.05)


def test_secrets_are_masked(passed: RunResult) -> None:
    run = replace(
        passed,
        tables=[],
        parameters=[
            *passed.parameters,
            Parameter("data.awards", "s3://me:letmein@host/awards.csv", "--set"),
        ],
    )
    html = index_html(run)
    assert "hush-hush" not in html
    assert "letmein" not in html
    assert "***" in html


def test_links_of_notebooks_stay_in_the_folder(passed: RunResult) -> None:
    book = replace(passed.notebooks[0], html="//evil.example/x", notebook="javascript:alert(1)")
    html = index_html(replace(passed, notebooks=[book], tables=[]))
    assert faults(html) == []


def test_the_largest_size_is_shown(passed: RunResult) -> None:
    small = next(t for t in passed.tables if t.name == "methods")
    other = replace(small, size="100x500", rows=[["unmatched", 77, 1.0]])
    both = [replace(passed, tables=tables) for tables in ([small, other], [other, small])]
    assert index_html(both[0]) == index_html(both[1])
    assert "n = 77" not in index_html(both[0])


def test_figures_are_written_as_files(rendered: Rendered) -> None:
    names = {p.stem for p in (rendered("failed") / "figures").iterdir()}
    assert names == {"methods", "completeness", "stages"}


def test_output_that_cannot_be_written(failed: RunResult, tmp_path: Path) -> None:
    blocked = tmp_path / "run"
    blocked.mkdir()
    (blocked / "figures").write_text("a file where a folder should be")
    with pytest.raises(OutputError, match="cannot be written"):
        render_run(failed, blocked)
    assert not (blocked / "index.html").exists()
