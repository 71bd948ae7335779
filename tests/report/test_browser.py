"""Every kind of page in a real browser: requests, accessibility, width, keys, print, no scripts."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from proofbook.report import figures, tables
from proofbook.report.difference import render_difference
from proofbook.report.index import render_run
from proofbook.report.pages import render_notebooks
from proofbook.report.review import render_review
from proofbook.suite.files import write_text

from .conftest import HOSTILE, LONG, MADE, make_diff, make_hostile, make_passed, make_review

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND",
]  # fmt: skip
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: The kinds of pages there are, by the way to make them.
INDEXES = [f"index of a {kind} run" for kind in MADE]
OTHERS = ["notebook", "notebook, hostile", "diff", "diff, hostile", "diff of other awards",
          "review", "review, hostile"]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is needed in continuous integration: apt-get install chromium")
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


def _executed(text: str) -> str:
    """An executed notebook with prose, code, a figure and a table, around some text."""
    plot = figures.stages(pd.DataFrame({"stage": [text], "seconds": [1.0], "peak_mb": [100.0]}))
    shown, about = plot._repr_mimebundle_()
    frame = pd.DataFrame({"Company": [text, "Firm"], "State": "CO", "rate": [0.5, None]})
    outputs = [
        {"output_type": "display_data", "data": shown, "metadata": about},
        {"output_type": "display_data", "data": {"text/html": tables.table(frame, text).html},
         "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": text},
    ]  # fmt: skip
    code = {"cell_type": "code", "source": f"show({text!r})", "execution_count": 1}
    cells = [
        {"cell_type": "markdown", "source": f"# Title\n\n{text}\n\n## Part", "metadata": {}},
        {**code, "metadata": {"tags": ["parameters"]}, "outputs": []},
        {**code, "metadata": {}, "outputs": outputs},
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


@pytest.fixture(scope="module")
def page_of(
    rendered: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """The page of a kind, with everything that a run's folder has."""
    folder = tmp_path_factory.mktemp("run")
    passed = make_passed()
    for run, text in ((passed, "text"), (make_hostile(), LONG)):
        book = replace(passed.notebooks[1], html=f"html/{text[:4]}.html".replace("<", "h"))
        write_text(folder / str(book.notebook), _executed(text))
        render_notebooks(replace(run, notebooks=[book, *run.notebooks[2:]]), folder)
    for name in [f for n in passed.notebooks for f in (n.notebook, n.log, n.html)] + ["run.json"]:
        if not (folder / str(name)).exists():
            write_text(folder / str(name), "{}")
    render_run(passed, folder)
    found = make_diff()
    named = {
        "notebook": folder / "html" / "text.html",
        "notebook, hostile": folder / "html" / "hscr.html",
        "diff": render_difference(found, folder),
        "diff, hostile": render_difference(
            replace(make_diff(text=LONG), was=replace(make_hostile(), run_id="hostile")), folder
        ),
        "diff of other awards": render_difference(
            replace(found, was=replace(passed, run_id="o"), changes=[], why="the awards differ"),
            folder,
        ),
        "review": render_review(make_review(), folder / "r").with_name("index.html"),
        "review, hostile": render_review(
            make_review(make_hostile(), text=LONG), folder / "h"
        ).with_name("index.html"),
        "index of a passed run": folder / "index.html",
    }

    def page(kind: str) -> Path:
        return named.get(kind) or rendered(kind.split()[3]) / "index.html"

    return page


class Opened:
    """A page that is open, with what it asked for and what its console said."""

    def __init__(self, context: BrowserContext, path: Path) -> None:
        self.page: Page = context.new_page()
        self.asked: list[str] = []
        self.console: list[str] = []
        self.page.on("request", lambda r: self.asked.append(r.url))
        self.page.on("console", lambda m: self.console.append(m.text))
        self.page.on("pageerror", lambda e: self.console.append(str(e)))
        self.page.goto(path.as_uri())

    def beyond(self) -> list[str]:
        """Requests for anything but the page itself and the data inside it."""
        return [url for url in self.asked[1:] if not url.startswith("data:")]

    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        root = "document.documentElement"
        return int(self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))

    def unfold(self) -> None:
        self.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")

    def violations(self) -> list[str]:
        """What axe-core finds."""
        options = {"runOnly": WCAG, "resultTypes": ["violations"]}
        found = Axe().run(self.page, options=options).response["violations"]
        return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Opened]]:
    contexts: list[BrowserContext] = []

    def opened(path: Path, width: int = 1400, **options: Any) -> Opened:
        viewport = {"width": width, "height": 800}
        context = browser.new_context(viewport=viewport, **options)  # type: ignore[arg-type]
        contexts.append(context)
        return Opened(context, path)

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("kind", [*INDEXES, *OTHERS])
def test_every_page_is_silent_accessible_and_fits(
    kind: str, page_of: Callable[[str], Path], open_page: Callable[..., Opened]
) -> None:
    for width, scheme in ((360, "dark"), (1400, "light")):
        opened = open_page(page_of(kind), width, color_scheme=scheme)
        where = f"{width} px, {scheme}"
        assert opened.overflow() == 0, where
        opened.unfold()
        assert opened.overflow() == 0, f"{where}, unfolded"
        assert opened.violations() == [], where
        assert opened.beyond() == [], where
        assert opened.console == [], where


def test_these_checks_would_notice(tmp_path: Path, open_page: Callable[..., Opened]) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        '<title>bad</title><p style="width: 999px; color: #ccc; background: #fff">pale</p>'
        '<img src="http://picture.proofbook.test/x.png"><script>console.log("loud")</script>'
    )
    opened = open_page(path, 360)
    assert opened.overflow() > 500
    assert opened.beyond() == ["http://picture.proofbook.test/x.png"]
    assert "loud" in opened.console
    found = {v.split(":")[0] for v in opened.violations()}
    assert {"image-alt", "color-contrast", "html-has-lang"} <= found


@pytest.mark.parametrize("kind", ["index of a passed run", "notebook", "diff"])
def test_every_link_leads_somewhere(
    kind: str, page_of: Callable[[str], Path], open_page: Callable[..., Opened]
) -> None:
    page = open_page(page_of(kind)).page
    addresses = page.eval_on_selector_all("a[href]", "links => links.map(a => a.href)")
    assert len(addresses) > 5
    for address in addresses:
        parts = urlsplit(address)
        assert parts.scheme == "file"
        assert Path(unquote(parts.path)).is_file(), address
        if parts.fragment:
            assert page.locator(f"[id='{unquote(parts.fragment)}']").count() == 1, address
    page.locator("nav.contents a").last.click()
    target = page.locator(page.locator("nav.contents a").last.get_attribute("href") or "")
    assert target.evaluate("h => Math.abs(h.getBoundingClientRect().bottom) < innerHeight")


def test_folds_open_by_mouse_and_by_key(
    page_of: Callable[[str], Path], open_page: Callable[..., Opened]
) -> None:
    for options in ({}, {"java_script_enabled": False}):
        page = open_page(page_of("notebook"), **options).page
        fold = page.locator("details.code").last
        code = fold.locator(".highlight").first
        assert not code.is_visible()
        fold.locator("summary").click()
        assert code.is_visible()
        page.keyboard.press("Enter")
        assert not code.is_visible()


def test_the_keyboard_reaches_the_report_and_what_scrolls(
    page_of: Callable[[str], Path], open_page: Callable[..., Opened]
) -> None:
    page = open_page(page_of("index of a failed run"), 360).page
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    assert skip.evaluate("a => a === document.activeElement && a.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    region = page.get_by_role("region", name="Table: gates")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("r => r.scrollLeft > 0", arg=region.element_handle(), timeout=5_000)
    assert region.evaluate("r => getComputedStyle(r).outlineStyle") == "solid"


def test_a_telephone_shows_state_gate_and_value_side_by_side(
    page_of: Callable[[str], Path], open_page: Callable[..., Opened]
) -> None:
    page = open_page(page_of("index of a passed run"), 360).page
    table = page.get_by_role("region", name="Table: gates")
    for row in table.locator("tbody tr").all():
        ends = [cell.bounding_box() for cell in row.locator("th, td").all()[:3]]
        assert all(box is not None and box["x"] + box["width"] <= 360 for box in ends)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("index of a passed run", "Table: gates"), ("diff", "Table: awards that changed")],
)
def test_a_wide_screen_shows_whole_tables(
    kind: str, name: str, page_of: Callable[[str], Path], open_page: Callable[..., Opened]
) -> None:
    table = open_page(page_of(kind)).page.get_by_role("region", name=name)
    assert table.evaluate("t => t.scrollWidth <= t.clientWidth")


def _seen(page: Page) -> list[str]:
    """The kinds of the rows that can be seen."""
    rows = page.locator("#changes tbody tr")
    return [
        (row.get_attribute("class") or "").removeprefix("kind-")
        for row in rows.all()
        if row.is_visible()
    ]


@pytest.mark.parametrize("scripts", [True, False])
def test_rows_are_chosen_by_kind_with_scripts_and_without(
    scripts: bool, page_of: Callable[[str], Path], open_page: Callable[..., Opened]
) -> None:
    page = open_page(page_of("diff"), java_script_enabled=scripts).page
    assert len(_seen(page)) == 6
    page.get_by_label("gained (3)").check()
    assert _seen(page) == ["gained"] * 3
    page.keyboard.press("ArrowLeft")
    assert _seen(page) == ["changed"]
    assert page.get_by_label("Find in all columns").is_visible() is scripts


def test_rows_are_found_by_words_and_counted(
    page_of: Callable[[str], Path], open_page: Callable[..., Opened]
) -> None:
    page = open_page(page_of("diff")).page
    said = page.locator("#said")
    assert said.inner_text() == "6 of 6 rows shown"
    page.get_by_label("Find in all columns").fill("boulder MAINE")
    assert _seen(page) == ["lost"]
    assert said.inner_text() == "1 of 6 rows shown"
    page.get_by_label("gained (3)").check()
    assert said.inner_text() == "0 of 6 rows shown"
    page.get_by_label("Find in all columns").fill("")
    assert said.inner_text() == "3 of 6 rows shown"


def test_hostile_text_runs_nothing(
    page_of: Callable[[str], Path], open_page: Callable[..., Opened]
) -> None:
    for kind in ("index of a hostile run", "notebook, hostile", "diff, hostile", "review, hostile"):
        opened = open_page(page_of(kind))
        dialogs: list[str] = []
        opened.page.on("dialog", lambda d, to=dialogs: to.append(d.message))
        opened.unfold()
        assert opened.page.locator("img[onerror], [onload], iframe").count() == 0
        assert opened.page.locator("script").count() == (1 if "diff" in kind else 0)
        text = opened.page.locator("body").text_content() or ""
        assert HOSTILE[:25] in text
        assert dialogs == []


@pytest.mark.parametrize("kind", ["index of a passed run", "notebook", "diff"])
def test_it_prints(
    kind: str, page_of: Callable[[str], Path], open_page: Callable[..., Opened]
) -> None:
    page = open_page(page_of(kind), color_scheme="dark").page
    paper = page.pdf(format="A4")
    pages = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert paper.startswith(b"%PDF-")
    assert 1 <= pages <= 25
    page.emulate_media(media="print")
    for gone in (".contents", ".skip", ".trail", ".choices", ".find"):
        assert not any(e.is_visible() for e in page.locator(gone).all()), gone

    assert (
        page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    for image in page.locator("img").all():
        assert image.evaluate("e => getComputedStyle(e).filter") == "none"
