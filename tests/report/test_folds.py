"""Code that shows nothing is folded together, so that a page begins with what it found."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from proofbook.report import pages


def code(source: str, *tags: str, shows: str = ""):
    outputs = [new_output("display_data", {"text/plain": shows})] if shows else []
    return new_code_cell(source, outputs=outputs, metadata={"tags": list(tags)})


def read(path: Path, *cells):
    nbformat.write(new_notebook(cells=list(cells)), path)
    return [(c.cell_type, c.source) for c in pages._read(path).cells]


def test_silent_code_joins_the_next_code(tmp_path):
    cells = read(
        tmp_path / "a.ipynb",
        new_markdown_cell("# Title\n\ntext over\ntwo lines"),
        code("p = 1", "parameters"),
        code("p = 2", "injected-parameters"),
        code("a = 1"),
        code("b = 2"),
        code("show()", shows="x"),
        code("c = 3"),
        new_markdown_cell("## More"),
        code("d = 4"),
    )
    assert cells == [
        ("markdown", "# Title\n\ntext over\ntwo lines"),
        ("code", "p = 1"),
        ("code", "p = 2"),
        ("code", "a = 1\n\nb = 2\n\nshow()"),
        ("code", "c = 3"),
        ("markdown", "## More"),
        ("code", "d = 4"),
    ]


def test_a_cell_that_shows_something_keeps_its_own_fold(tmp_path):
    cells = read(tmp_path / "a.ipynb", code("a", shows="x"), code("b", shows="y"))
    assert [source for _, source in cells] == ["a", "b"]
