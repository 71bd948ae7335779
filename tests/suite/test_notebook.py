"""The page of a notebook: what it records, what it refuses, and what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from proofbook.errors import NotebookError, ParameterError
from proofbook.measure.statistics import wilson
from proofbook.report.figures import Plot
from proofbook.suite import notebook
from proofbook.suite.notebook import Page

Shown = list[tuple[dict[str, str], dict[str, Any] | None]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    seen: Shown = []
    monkeypatch.setattr(
        notebook, "display", lambda data, metadata, raw: seen.append((data, metadata))
    )
    return seen


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return make_page("05_readiness", tmp_path)


def make_page(name: str, tmp_path: Path, **more: Any) -> Page:
    folder = tmp_path / "run-1"
    folder.mkdir(exist_ok=True)
    return notebook.start(
        name, run_folder=str(folder), awards="awards.csv", recipients="recipients.csv", **more
    )


def test_a_page_knows_its_inputs(page: Page) -> None:
    assert (page.key, page.run_id, page.size) == ("05_readiness", "run-1", "all")
    assert page.awards_path == Path("awards.csv")
    assert page.source == "awards.csv and recipients.csv"
    assert page.truth() is None
    assert page.baseline is None


def test_the_sized_notebook_has_its_size_in_its_key(tmp_path: Path) -> None:
    page = make_page("02_enrichment", tmp_path, size="10x20", settings={"sizes": ["10x20", "all"]})
    page.record("match_rate", np.float64(0.5), low=0.4, high=0.6, n=np.int64(10))
    metric = page._recording.metrics[0]
    assert (metric.notebook, metric.size) == ("02_enrichment@10x20", "10x20")
    assert (metric.value, metric.n, metric.unit, metric.direction) == (0.5, 10, "rate", "higher")


@pytest.mark.parametrize(
    ("name", "value", "error", "words"),
    [
        ("readiness_failuers", 1, NotebookError, "did you mean 'readiness_failures'"),
        ("match_rate", 1, NotebookError, "belongs to 02_enrichment, not 05_readiness"),
        ("readiness_failures", float("nan"), ValueError, "readiness_failures is nan"),
        ("readiness_failures", None, ValueError, "readiness_failures has no value"),
    ],
)
def test_a_record_that_cannot_be_right_is_refused(
    page: Page, name: str, value: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        page.record(name, value)


def test_a_metric_has_one_value(page: Page) -> None:
    page.record("readiness_failures", 0)
    with pytest.raises(NotebookError, match="recorded twice"):
        page.record("readiness_failures", 1)


def test_a_change_without_baseline_is_recorded_as_none(tmp_path: Path) -> None:
    page = make_page("04_regression", tmp_path)
    page.record("match_rate_drop_pp", None, note="no baseline main")
    assert page._recording.metrics[0].value is None


def test_tables_and_evidence_are_small_and_without_persons(page: Page) -> None:
    frame = pd.DataFrame({"award_row": range(30), "PI Name": "Ann", "Contact Email": "a@b.example"})
    page.record_table("rows", frame)
    assert page._recording.tables[0].columns == ["award_row"]
    page.evidence("readiness_failures", frame, 30, 0.5)
    kept = page._recording.evidence["readiness_failures"]
    assert (len(kept.examples), kept.count, kept.rate) == (20, 30, 0.5)
    assert kept.examples[0] == {"award_row": 0}
    with pytest.raises(NotebookError, match="recorded twice"):
        page.record_table("rows", frame)
    with pytest.raises(NotebookError, match="has 501 rows, at most 500"):
        page.record_table("long", pd.DataFrame({"a": range(501)}))
    with pytest.raises(NotebookError, match="no metric 'x'"):
        page.evidence("x", frame, 1)


def test_the_first_screen_and_tables_are_escaped(page: Page, shown: Shown) -> None:
    page.headline("Is it?", "It is.", pd.DataFrame({"<a>": ["<script>"], "b": [None]}))
    page.table(pd.DataFrame({"a": [1]}), caption="1 < 2")
    texts = [data.get("text/html", "") for data, _ in shown]
    assert shown[0][0]["text/markdown"] == "**Is it?**\n\nIt is."
    assert "&lt;script&gt;" in texts[1]
    assert "<script>" not in texts[1]
    assert "<caption>1 &lt; 2</caption>" in texts[2]
    assert shown[2][0]["text/plain"].startswith("1 < 2\n")


def test_a_plot_is_shown_with_its_words(page: Page, shown: Shown) -> None:
    figure = Figure()
    figure.subplots().plot([1, 2])
    page.show(Plot(figure, "A line that rises."))
    data, metadata = shown[0]
    assert data["text/plain"] == "A line that rises."
    assert metadata is not None
    assert metadata["image/png"]["alt"] == "A line that rises."
    assert len(data["image/png"]) > 1000


def test_the_last_cell_shows_the_gates(page: Page, shown: Shown) -> None:
    page.record("readiness_failures", 2)
    page.record("readiness_warnings", 1)
    page.finish()
    assert "Failed points of the deployment checklist" in shown[-1][0]["text/html"]
    assert "fail" in shown[-1][0]["text/plain"]


def test_the_last_cell_names_a_forgotten_metric(page: Page, shown: Shown) -> None:
    page.record("readiness_failures", 0)
    with pytest.raises(NotebookError, match="forgot to record readiness_warnings"):
        page.finish()


def test_a_parameter_of_a_notebook_is_checked(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="did you mean 'candidates'"):
        make_page("03_quality", tmp_path, settings={"match": {"candidats": 3}})


def test_a_run_folder_comes_with_inputs(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="got a run folder without inputs"):
        notebook.start("01_profiling", run_folder=str(tmp_path))


def test_alone_the_first_notebook_makes_its_world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    page = notebook.start("01_profiling", n_awards=20, n_recipients=40)
    assert page.awards_path.exists()
    assert page.awards_path.is_relative_to(tmp_path)
    assert page.source == "synthetic world of 20 × 40, seed 7"
    assert (page.size, page.run_id) == ("20x40", "interactive")
    truth = page.truth()
    assert truth is not None
    assert truth.num_rows


def test_the_verdict_says_what_does_not_pass_before_the_last_cell(tmp_path: Path) -> None:
    page = make_page("05_readiness", tmp_path)
    page.record("readiness_failures", 0)
    assert page.verdict() == "**The gate passes.**"
    page = make_page("05_readiness", tmp_path)
    page.record("readiness_failures", 2)
    assert page.verdict().startswith("**0 of 1 gates pass.**\n\n- **fail**: Failed points")


def test_the_verdict_counts_gates_without_a_baseline_in_one_line(tmp_path: Path) -> None:
    page = make_page("04_regression", tmp_path)
    page.record("time_change_pct", 3.0, low=2.0, high=4.0)
    page.record("memory_change_pct", None, note="there is no baseline")
    for kind in ("", "uei_", "duns_", "none_"):
        page.record(f"match_rate_{kind}drop_pp", None, note="there is no baseline")
    lines = page.verdict().splitlines()
    assert lines[0] == "**1 of 6 gates pass.**"
    assert lines[2:] == ["- **no baseline**: nothing to hold 5 of the gates against."]


def test_an_estimate_is_recorded_and_summed_up_with_its_interval(tmp_path: Path) -> None:
    page = make_page("02_enrichment", tmp_path, size="all")
    page.estimate("match_rate", wilson(64, 100))
    page.record("seconds", 1.5, n=100)
    assert page.summary().values.tolist() == [
        ["Match rate", "64.0 %", "54.2 to 72.7 %", "100"],
        ["Time", "1.5 s", "", ""],
    ]
    assert page.summary("seconds")["what"].to_list() == ["Time"]


def test_an_estimate_of_nothing_is_recorded_without_a_value(tmp_path: Path) -> None:
    page = make_page("03_quality", tmp_path)
    page.estimate("match_rate_uei_rate", wilson(0, 0))
    metric = page._recording.metrics[0]
    assert (metric.value, metric.n, metric.note) == (None, 0, "0 of 0 is no rate")
    assert page.summary()["value"].to_list() == ["–"]
