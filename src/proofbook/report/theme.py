"""What every page shares: templates, style, content policy, and data as inert text."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup, escape

from proofbook.report import words

#: A cell shows this much of a text; the rest can be unfolded, up to ``FULL`` characters.
SHORT, FULL = 240, 500

_AMOUNT, _NO_BREAK = (
    re.compile(r"(?<=\d) (?=(?:%|pp|s|MB|GB)(?!\w)|× \d)|(?<=\d ×) (?=\d)"),
    "\u00a0",
)

#: What each state is called on a page, its sign for who sees it, and its tone.
_STATES: dict[str, tuple[str, str, str]] = {
    "pass": ("Pass", "✓", "pass"),
    "warn": ("Warning", "▲", "warn"),
    "fail": ("Fail", "✕", "fail"),
    "missing": ("Missing", "○", "fail"),
    "unresolved": ("Unresolved", "≈", "warn"),
    "no_baseline": ("No baseline", "–", "none"),
    "passed": ("Passed", "✓", "pass"),
    "warned": ("Passed with warnings", "▲", "warn"),
    "failed": ("Failed", "✕", "fail"),
    "crashed": ("Crashed", "✕", "fail"),
    "interrupted": ("Interrupted", "■", "fail"),
    "completed": ("Completed", "✓", "pass"),
    "timed_out": ("Timed out", "✕", "fail"),
    "killed": ("Killed", "✕", "fail"),
    "incomplete": ("Incomplete", "✕", "fail"),
    "blocked": ("Blocked", "■", "warn"),
    "skipped": ("Skipped", "–", "none"),
    "better": ("Better", "✓", "pass"),
    "worse": ("Worse", "▲", "warn"),
    "same": ("Same", "–", "none"),
    "critical": ("Critical", "✕", "fail"),
    "error": ("Error", "✕", "fail"),
    "warning": ("Warning", "▲", "warn"),
    "notice": ("Notice", "–", "none"),
    "gained": ("Gained", "+", "pass"),
    "lost": ("Lost", "−", "fail"),
    "changed": ("Changed", "→", "warn"),
}


@dataclass(frozen=True)
class StateWords:
    """How a state is shown: in words, with a sign, in a tone (pass, warn, fail, none)."""

    words: str
    sign: str
    tone: str


def state_words(state: str) -> StateWords:
    """How to show a state of a gate, a notebook or a run; an unknown one keeps its own name."""
    return StateWords(*_STATES.get(state, (words.one_line(state, 40).capitalize(), "–", "none")))


def badge(state: str) -> Markup:
    """A known state with its sign and in its tone; any other text as a plain cell.

    >>> badge("no baseline").striptags()
    '–No baseline'
    """
    key = state.replace(" ", "_")
    if key not in _STATES:
        return cell(state)
    shown = state_words(key)
    return Markup('<span class="state {}"><i aria-hidden="true">{}</i>{}</span>').format(
        shown.tone, shown.sign, shown.words
    )


def cell(value: object, unit: str = "") -> Markup:
    """A value from data as HTML that cannot do anything: escaped, isolated, shortened.

    A long text keeps its first ``SHORT`` characters in view and unfolds to ``FULL``.
    """
    if value is None or value == "":
        return Markup('<span class="muted">–</span>')
    if isinstance(value, bool):
        return Markup("yes" if value else "no")
    if words.is_number(value):
        return escape(words.quantity(value, unit))
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    text = words.visible(value)
    if len(text) <= SHORT:
        return Markup("<bdi>{}</bdi>").format(text)
    rest = len(text) - FULL
    full = text if rest <= 0 else f"{text[:FULL]}… ({words.number(rest)} more characters)"
    return Markup("<details><summary><bdi>{}</bdi></summary><bdi>{}</bdi></details>").format(
        words.shorten(text, SHORT), full
    )


def command(text: str) -> Markup:
    """A command as it has to be typed, escaped."""
    return escape(words.visible(text))


def _inert(value: Any) -> Any:
    """Every string a template prints has its control and direction characters made visible.

    A number and its unit stay on one line, and so does a size.
    """
    return _AMOUNT.sub(_NO_BREAK, words.visible(value)) if type(value) is str else value


@functools.cache
def _style() -> str:
    text = _template("style.css")
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", text, flags=re.S)).strip()


def _template(name: str) -> str:
    folder = resources.files("proofbook.report") / "templates"
    return (folder / name).read_text(encoding="utf-8")


@functools.cache
def environment() -> jinja2.Environment:
    """The templates, with autoescape for all of them and an error for every undefined name."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("proofbook.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["state"] = state_words
    made.filters["badge"] = badge
    made.globals["zip"] = zip
    return made


def render(template: str, script: str = "", **context: Any) -> str:
    """A page: no network, one style whose hash is the only one allowed, and no script but ours.

    ``script`` is a file beside the templates that makes a page more convenient; everything works
    without it. ``://`` is written with an entity, so that no address stands in the file even as
    text.
    """
    css, code = _style(), _template(script) if script else ""
    policy = f"default-src 'none'; img-src data:; style-src {_digest(css)}; "
    policy += f"script-src {_digest(code)}; " if code else ""
    policy += "base-uri 'none'; form-action 'none'"
    page = (
        environment()
        .get_template(template)
        .render(css=Markup(css), policy=Markup(policy), script=Markup(code), **context)
    )
    return page.replace("://", "&#58;//")


def _digest(text: str) -> str:
    """A source of a content policy: the hash of an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
