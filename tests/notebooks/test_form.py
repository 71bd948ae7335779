"""The five notebooks have one skeleton, are stored clean, and read well."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

from proofbook.params import NOTEBOOKS

ROOT = Path(__file__).resolve().parents[2]
FILES = {name: ROOT / "notebooks" / f"{name}.ipynb" for name in NOTEBOOKS}
MOST_LINES = 8
PARAMETERS = {
    "run_folder", "awards", "recipients", "truth", "n_awards", "n_recipients", "seed", "settings",
}  # fmt: skip


@pytest.fixture(params=NOTEBOOKS)
def notebook(request):
    return nbformat.read(FILES[request.param], as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tagged(notebook, tag):
    return [c for c in code(notebook) if tag in c.metadata.get("tags", [])]


def test_the_folder_holds_these_and_no_others():
    assert sorted(p.stem for p in (ROOT / "notebooks").glob("*.ipynb")) == sorted(NOTEBOOKS)


def test_it_is_stored_without_outputs_and_runs_on_any_python_kernel(notebook):
    assert all(not c.outputs and c.execution_count is None for c in code(notebook))
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_it_begins_with_a_title_and_parameters(notebook):
    title, parameters = notebook.cells[:2]
    assert title.source.startswith("# ")
    assert tagged(notebook, "parameters") == [parameters]
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(parameters.source).body
    }
    assert set(values) >= PARAMETERS
    assert all(isinstance(v, str | int | dict | list) for v in values.values())
    assert not any(values[n] for n in ("run_folder", "awards", "recipients", "truth", "settings"))


def test_the_first_thing_shown_is_the_headline(notebook):
    ids = [c.id for c in code(notebook)]
    before = code(notebook)[: ids.index("headline")]
    for cell in before[1:]:
        assert cell.metadata.jupyter.source_hidden
        assert not any(word in cell.source for word in ("page.say", "page.show", "page.table"))
    assert "page.headline(" in code(notebook)[ids.index("headline")].source


def test_the_last_cell_records_and_judges(notebook):
    assert notebook.cells[-1].source == "page.finish()"


def test_cells_are_short_and_call_the_package(notebook):
    for cell in code(notebook):
        if cell.id == "parameters":
            continue
        assert len(cell.source.splitlines()) <= MOST_LINES, cell.id
        tree = ast.parse(cell.source)
        kinds = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.While)
        assert not any(isinstance(node, kinds) for node in ast.walk(tree)), cell.id


def test_no_cell_leaves_a_value_behind_to_be_shown(notebook):
    for cell in code(notebook):
        last = ast.parse(cell.source).body[-1]
        if isinstance(last, ast.Expr):
            assert isinstance(last.value, ast.Call), cell.id


def test_text_stands_before_every_result(notebook):
    place = [cell.id for cell in notebook.cells].index("headline")
    headed = False
    for cell in notebook.cells[place + 1 :]:
        if cell.cell_type == "markdown":
            headed = True
            assert cell.source.startswith("## ")
            assert len(cell.source.splitlines()) >= 3, f"{cell.id} says nothing to look for"
        assert headed, cell.id


def test_every_figure_is_followed_by_what_it_means(notebook):
    for cell in code(notebook):
        if "page.show(" in cell.source and cell.id not in ("identifiers", "scores"):
            assert "page.say(" in cell.source.split("page.show(")[1], cell.id


def test_at_most_one_cell_is_not_compared():
    ignored = [
        cell.id
        for path in FILES.values()
        for cell in tagged(nbformat.read(path, as_version=4), "nbval-ignore-output")
    ]
    assert ignored == ["cost"]  # its sentence names the slowest stage
