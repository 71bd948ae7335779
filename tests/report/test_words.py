"""Numbers and texts as a reader gets them."""

from __future__ import annotations

import doctest
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.report import places, secrets, theme, words


def test_examples() -> None:
    for module in (words, places, secrets, theme):
        assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.7, "rate", "70.0 %"),
        (1, "rate", "100 %"),
        (0.9996, "rate", "99.96 %"),
        (0.0004, "rate", "0.04 %"),
        (-3.25, "pp", "−3.2 pp"),
        (10.9, "pct", "10.9 %"),
        (0.00213, "s", "0.00213 s"),
        (812.4, "MB", "812 MB"),
        (23_456, "MB", "23.5 GB"),
        (214_381, "rows", "214,381"),
        (123.4, "awards/s", "123 awards/s"),
        (None, "rate", "–"),
        (float("nan"), "rate", "nan"),
        ("yes\x00", "", "yes␀"),
        (-0.0, "pp", "0 pp"),
    ],
)
def test_quantity(value: object, unit: str, said: str) -> None:
    assert words.quantity(value, unit) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fails at 3000x15000.", "fails at 3,000 × 15,000."),
        ("02_enrichment@3000x15000 failed", "02_enrichment@3000x15000 failed"),
        ("logs/02_enrichment@100x500.log", "logs/02_enrichment@100x500.log"),
        ("bad year '20x6'", "bad year '20x6'"),
        ("stopped at 0x1f", "stopped at 0x1f"),
    ],
)
def test_sizes_in_a_sentence(text: str, said: str) -> None:
    assert words.with_sizes(text) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [("pi_email_malformed", "PI email malformed"), ("ri_poc_zip", "RI POC ZIP"), ("pi", "PI")],
)
def test_letters_of_a_name(name: str, said: str) -> None:
    assert words.title_of(name) == said


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_value_never_reads_like_a_bound_it_is_not(value: float, bound: float) -> None:
    if abs(value - bound) > 1e-6:
        said = words.quantity(value, "rate", beside=(bound,))
        assert said != words.exact(bound, "rate")


@given(st.text())
def test_visible_text_is_legal_xml_and_utf8(text: str) -> None:
    shown = words.visible(text)
    shown.encode("utf-8")
    element = ET.Element("x", value=shown)
    element.text = shown
    assert ET.fromstring(ET.tostring(element)).text in (shown, None)
    assert not any(ord(c) < 32 and c not in "\t\n" for c in shown)


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u200f", "\u2066", "\ufeff", "\u200b", "\x7f", "\x9b"]
)
def test_what_hides_is_shown(hidden: str) -> None:
    assert hidden not in words.visible(f"a{hidden}b")


def test_ordinary_text_of_any_language_is_left_alone() -> None:
    for text in ("Société Générale", "日本電気", "شركة", "O’Neill & Sons – №5"):
        assert words.visible(text) == text


@pytest.mark.parametrize(
    ("now", "base", "unit", "said"),
    [
        (0.75, 0.75, "rate", "no change"),
        (0.7, 0.75, "rate", "−5 pp"),
        (1.0, 0.0, "s", ""),
        (None, 1.0, "s", ""),
        (4.0, 1.0, "pp", "+3 pp"),
    ],
)
def test_change(now: object, base: object, unit: str, said: str) -> None:
    assert words.change(now, base, unit) == said
