"""Pages of executed notebooks: nothing active, nothing fetched, every picture in words."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from proofbook.errors import InputError
from proofbook.report import figures, tables
from proofbook.report.pages import header_of, render_notebook, render_notebooks
from proofbook.report.views import rows_view
from proofbook.suite.result import RunResult

from .reading import Page, faults

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
STAGES = pd.DataFrame({"stage": ["read"], "seconds": [1.0], "peak_mb": [100.0]})


def _markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def _code(source: str, *outputs: dict[str, Any], tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {"tags": list(tags)},
        "execution_count": 1,
        "outputs": list(outputs),
    }


def _display(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": metadata or {}}


def _page(tmp_path: Path, run: RunResult, *cells: dict[str, Any]) -> str:
    executed = tmp_path / "executed.ipynb"
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}
    executed.write_text(json.dumps(notebook), encoding="utf-8")
    out = tmp_path / "html" / "page.html"
    render_notebook(executed, out, header_of(run, run.notebooks[0]))
    return out.read_text(encoding="utf-8")


def test_a_whole_notebook_is_well_formed_and_inert(tmp_path: Path, passed: RunResult) -> None:
    data, metadata = figures.stages(STAGES)._repr_mimebundle_()
    frame = pd.DataFrame({"Company": [EVIL, "x" * 10_000], "rate": [0.5, None]})
    html = _page(
        tmp_path, passed,
        _markdown(f"# What came in\n\n{EVIL} [link](https://evil.example) [in](#what)"),
        _code("seed = 7", tags=("parameters",)),
        _code("page.show(plot)  # <script>", _display(data, metadata)),
        _code("page.table(frame)", _display({"text/html": tables.table(frame, EVIL).html})),
        _code("frame", _display({"text/html": frame.to_html()})),
        _code("say", _display({"text/markdown": f"# Second\n\n{EVIL} [x](javascript:alert(1))"})),
        _code("js", _display({"application/javascript": "alert(1)"})),
        _code("svg", _display({"image/svg+xml": f"<svg onload='alert(1)'>{EVIL}</svg>",
                               "text/plain": "a drawing"})),
        _code("raw", _display({"image/png": 'AAAA"><script>alert(3)</script>'})),
        _markdown("## Twice\n\n### Twice\n\n![x](http://evil.example/x.png)"),
    )  # fmt: skip
    assert [f for f in faults(html) if "no such place: #what" not in f] == []
    assert "<script>alert(1)</script>" in Page(html).text
    assert [a["alt"][:13] for a in Page(html).all("img")] == [
        "Slowest stage", "a drawing", "Figure withou",
    ]  # fmt: skip


def test_first_heading_is_the_only_h1(tmp_path: Path, passed: RunResult) -> None:
    assert "<h1" in _page(tmp_path, passed, _markdown("no heading"))
    html = _page(tmp_path, passed, _markdown("# One"), _markdown("# Two"))
    assert html.count("<h1") == 1


def test_code_is_folded_but_for_the_cell_that_failed(tmp_path: Path, passed: RunResult) -> None:
    error = {"output_type": "error", "ename": "ValueError", "evalue": "no",
             "traceback": ["\x1b[31mValueError\x1b[0m: no"]}  # fmt: skip
    html = _page(tmp_path, passed, _code("fine = 1"), _code("broken()", error))
    folds = [a for a in Page(html).all("details") if a.get("class") == "code"]
    assert ["open" in a for a in folds] == [False, True]
    assert "ValueError: no" in Page(html).text
    assert "\x1b" not in html


def test_scraps_leave_no_trace(tmp_path: Path, passed: RunResult) -> None:
    scrap = _display({"application/scrapbook.scrap.json+json": {"name": "n", "data": 1}})
    html = _page(tmp_path, passed, _code("glue", scrap))
    assert "scrapbook" not in html
    assert 'class="output"' not in html


def test_header_has_verdict_links_and_what_its_gates_found(
    tmp_path: Path, failed: RunResult
) -> None:
    (tmp_path / "notebooks").mkdir()
    for book in failed.notebooks[:2]:
        assert book.notebook
        (tmp_path / book.notebook).write_text(
            json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": []})
        )
    written = render_notebooks(failed, tmp_path)
    assert [p.name for p in written] == ["01_profiling.html", "02_enrichment@1000x5000.html"]
    html = written[1].read_text(encoding="utf-8")
    text = Page(html).text.replace("\u00a0", " ")
    assert "1 gate failed: the enrichment may not be used." in text
    assert "69.996 % (67.0 to 73.0 %), needed ≥ 70.0 %" in text
    hrefs = [a.get("href") for a in Page(html).all("a")]
    assert "../index.html" in hrefs
    assert "../html/01_profiling.html" in hrefs
    assert "../notebooks/02_enrichment%401000x5000.ipynb" in hrefs


def test_gates_without_a_baseline_are_one_line_of_the_header(passed: RunResult) -> None:
    bare = passed.gates[4]
    both = [passed.gates[3], bare, replace(bare, metric="match_rate_drop_pp")]
    book = passed.notebooks[3]
    header = header_of(replace(passed, gates=both), book)
    assert header.findings == [
        ("warn", "Time against the baseline: 10.9 % (8 to 13.5 %), needed ≤ 25 %; warns over 10 %"),
        ("no_baseline", "2 gates: not judged"),
    ]
    assert header_of(replace(passed, gates=[bare]), book).findings == [
        ("no_baseline", "Drop, awards with neither identifier: not judged")
    ]
    missing = replace(passed.gates[3], state="missing", value=None, low=None, high=None)
    assert (
        header_of(replace(passed, gates=[missing]), book)
        .findings[0][1]
        .startswith("Time against the baseline: no value, needed")
    )


def test_same_notebook_same_bytes(tmp_path: Path, passed: RunResult) -> None:
    cells = (_markdown("# A"), _code("1", _display({"text/plain": "1"})))
    assert _page(tmp_path, passed, *cells) == _page(tmp_path, passed, *cells)


def test_a_file_that_is_no_notebook(tmp_path: Path, passed: RunResult) -> None:
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{")
    with pytest.raises(InputError, match="cannot be read as a notebook"):
        render_notebook(broken, tmp_path / "x.html", header_of(passed, passed.notebooks[0]))


def test_a_table_without_rows_says_so() -> None:
    empty = tables.table(pd.DataFrame({"drop_pp": []}), "Awards <then> and now")
    assert (empty.html, empty.text) == (
        "<p>Awards &lt;then&gt; and now: none.</p>",
        "Awards <then> and now: none.",
    )


def test_our_names_of_columns_are_words_and_those_of_data_stay() -> None:
    html = tables.table(pd.DataFrame({"match_rate_drop_pp": [1.0], "Award Title": ["x"]})).html
    assert '<th scope="col" class="number" align="right">Match rate drop</th>' in html
    assert ">Award Title</th>" in html


@pytest.mark.parametrize(("length", "kind"), [(20, "short"), (21, ""), (60, ""), (61, "long")])
def test_a_column_gets_room_by_its_longest_text(length: int, kind: str) -> None:
    texts = ["x", "y" * length]
    html = tables.table(pd.DataFrame({"why": texts})).html
    assert re.findall(r"<td( class=\"(\w*)\")?>", html)[0][1] == kind
    view = rows_view(["why"], [[t] for t in texts], label="x")
    assert view.columns[0].kind == kind


def test_tables_escape_shorten_and_count() -> None:
    frame = pd.DataFrame({EVIL: [EVIL + "\x1b\u202e" + "z" * 10_000] * 60, "rate": [0.5] * 60})
    table = tables.table(frame, EVIL, units={"rate": "rate"})
    assert "<script" not in table.html
    assert "\x1b" not in table.html + table.text
    assert "50.0 %" in table._repr_html_()
    assert "First 50 of 60 rows." in repr(table)
    assert len(table.html) < 100_000
