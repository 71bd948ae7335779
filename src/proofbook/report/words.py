"""Values as words: text from data made visible and short, numbers with their unit."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

from proofbook.quality.metrics import DEFINITIONS

MINUS, ABSENT = "−", "–"

#: Direction marks and invisible characters that can make a text read as something else.
_HIDDEN = frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\ufeff\uffa0")
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
#: Names that say nothing without the word "rate".
_RATES = frozenset(f"{of}_rate" for of in ("match", "candidate", "unmatched", "conflict"))
#: Words of a name that are spoken letter by letter.
_LETTERS = re.compile(r"\b(uei|duns|f1|cpu|tp|fp|fn|pi|ri|poc|zip)\b")
_SIZES = re.compile(r"(?<=\bat )\d+x\d+\b")
_RISKY = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\uffff\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)


def visible(value: object) -> str:
    """The value as text in which every control, direction or invisible character can be seen.

    Control characters become their Unicode pictures, the others their code point; line feed and
    TAB stay. What is left is legal in XML 1.0 and can be encoded as UTF-8.

    >>> visible("\\x1b[31mred\\u202e")
    '␛[31mred[U+202E]'
    """
    return _RISKY.sub(lambda m: _name(m.group()), str(value))


def _name(character: str) -> str:
    code = ord(character)
    if code in _PICTURES:
        return _PICTURES[code]
    if character in _HIDDEN or unicodedata.category(character) in ("Cf", "Zl", "Zp", "Cc"):
        return f"[U+{code:04X}]"
    return f"[U+{code:04X}]" if 0xD800 <= code <= 0xDFFF or code >= 0xFFF9 else character


def shorten(text: str, width: int) -> str:
    """The text in at most ``width`` characters, an ellipsis at the end of what was cut.

    >>> shorten("Advanced Systems", 9)
    'Advanced…'
    """
    return text if len(text) <= width else text[: max(width - 1, 0)].rstrip() + "…"


def one_line(value: object, width: int = 200) -> str:
    """The value as visible text on one line of at most ``width`` characters."""
    return shorten(" ".join(visible(value).split()), width)


def title_of(name: str) -> str:
    """A metric's or column's name as words: the unit suffix goes, underscores become blanks.

    >>> title_of("completeness_award_id_rate")
    'Completeness award id'
    """
    if len(name) == 1:
        return name
    unit = r"_(pp|pct|mb)$" if name in _RATES else r"_(rate|pp|pct|mb)$"
    words = re.sub(unit, "", name).replace("_", " ").strip()
    words = _LETTERS.sub(lambda m: m.group().upper(), words)
    return words[:1].upper() + words[1:]


def metric_title(name: str) -> str:
    """A metric's title in words, whoever recorded it.

    >>> metric_title("match_rate_none_rate"), metric_title("my_own_rate")
    ('Match rate, awards without an identifier', 'My own')
    """
    known = DEFINITIONS.get(name)
    return known.title if known else title_of(one_line(name, 80))


def heading(column: str, width: int = 60) -> str:
    """A column's name as a heading: one of ours in words, one from data as it is.

    >>> heading("award_row"), heading("Award Title")
    ('Award row', 'Award Title')
    """
    return one_line(title_of(column) if column.islower() else column, width)


def size_words(size: str | None) -> str:
    """A size as words, or nothing; a text that is no size stays as it is.

    >>> size_words("1000x5000")
    '1,000 × 5,000'
    """
    found = re.fullmatch(r"(\d+)x(\d+)", size or "")
    if not found:
        return one_line(size or "", 40)
    return f"{int(found[1]):,} × {int(found[2]):,}"


def size_beside(size: str | None) -> str:
    """A size in brackets, for after what has it; nothing where there is no other: all of the files.

    >>> size_beside("1000x5000"), size_beside("all"), size_beside(None)
    (' (1,000 × 5,000)', '', '')
    """
    return f" ({size_words(size)})" if size and size != "all" else ""


def with_sizes(text: str) -> str:
    """A sentence of ours in which the size that something is at reads as words.

    >>> with_sizes("Match rate at 1000x5000 (02_enrichment@1000x5000)")
    'Match rate at 1,000 × 5,000 (02_enrichment@1000x5000)'
    """
    return _SIZES.sub(lambda m: size_words(m.group()), text)


def is_number(value: object) -> bool:
    """Whether the value is a finite number (a bool is not one)."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return False
    try:
        return math.isfinite(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def number(value: float, decimals: int | None = None, *, fixed: bool = False) -> str:
    """A number with a comma per thousand; about three figures when no decimals are given.

    Zeros at the end of a fraction are dropped unless ``fixed``.

    >>> number(214381), number(0.00213), number(-3.5)
    ('214,381', '0.00213', '−3.5')
    """
    if decimals is None:
        if float(value).is_integer() or abs(value) >= 1000:
            decimals = 0
        else:
            decimals = min(8, max(0, 2 - math.floor(math.log10(abs(value)))))
    text = f"{value:,.{decimals}f}"
    if "." in text and not fixed:
        text = text.rstrip("0").rstrip(".")
    text = text.removeprefix("-") if not text.strip("-0.") else text
    return text.replace("-", MINUS)


def count_of(count: int, noun: str) -> str:
    """A number of things.

    >>> count_of(1, "gate"), count_of(1000, "gate")
    ('1 gate', '1,000 gates')
    """
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def quantity(value: object, unit: str = "", *, beside: tuple[object, ...] = ()) -> str:
    """A value with its unit, in enough decimals to differ from every number ``beside`` it.

    >>> quantity(0.69996, "rate", beside=(0.7,))
    '69.996 %'
    """
    if value is None:
        return ABSENT
    if not is_number(value):
        return one_line(value, 80)
    amount = float(value)  # type: ignore[arg-type]
    others = [float(b) for b in beside if is_number(b) and float(b) != amount]  # type: ignore[arg-type]
    for extra in range(7):
        text = _quantity(amount, unit, extra)
        if all(text != _quantity(other, unit, extra) for other in others):
            break
    return text


def exact(value: float, unit: str = "") -> str:
    """A bound with its unit, in as many decimals as it was given (at most seven).

    >>> exact(0.7, "rate"), exact(0.99995, "rate"), exact(5.0, "pp")
    ('70.0 %', '99.995 %', '5 pp')
    """
    texts = [_quantity(value, unit, extra) for extra in range(7)]
    fine = texts[-1].replace("0", "").replace(".", "").replace(" ", "")
    return next(t for t in texts if t.replace("0", "").replace(".", "").replace(" ", "") == fine)


def _quantity(value: float, unit: str, extra: int) -> str:
    if unit == "rate":
        percent = value * 100
        near_end = 0 < abs(percent) < 1 or 99 < percent < 100
        digits = number(percent, (2 if near_end else 1) + extra, fixed=value not in (0, 1))
        spare = near_end and "." in digits[:-2] and digits.endswith("0")
        return f"{digits[:-1] if spare else digits} %"
    if unit == "pct":
        return f"{number(value, 1 + extra)} %"
    if unit == "pp":
        return f"{number(value, 1 + extra)} pp"
    if unit == "MB" and abs(value) >= 10_000:
        return f"{number(value / 1000, 1 + extra)} GB"
    if unit == "MB":
        return f"{number(value, (0 if abs(value) >= 10 else 1) + extra)} MB"
    plain = number(value) if extra == 0 else number(value, 2 + extra)
    return f"{plain} {unit}" if unit not in ("", "rows", "score", "count") else plain


def interval(low: float | None, high: float | None, unit: str = "") -> str:
    """The two ends of a 95 % interval with their unit, or an empty string.

    >>> interval(0.71, 0.78, "rate")
    '71.0 to 78.0 %'
    """
    if low is None or high is None:
        return ""
    first, last = quantity(low, unit), quantity(high, unit)
    tail = last.split(" ")[-1] if " " in last else ""
    if tail and first.endswith(" " + tail):
        first = first[: -len(tail) - 1]
    return f"{first} to {last}"


def change(now: Any, baseline: Any, unit: str = "") -> str:
    """How far ``now`` is from ``baseline``, signed: points for a rate, percent for the rest.

    >>> change(0.76, 0.74, "rate"), change(11.0, 10.0, "s")
    ('+2 pp', '+10 %')
    """
    if not (is_number(now) and is_number(baseline)):
        return ""
    if unit in ("rate", "pp", "pct"):
        difference = (now - baseline) * (100 if unit == "rate" else 1)
        suffix = "%" if unit == "pct" else "pp"
    elif baseline == 0:
        return ""
    else:
        difference, suffix = (now / baseline - 1) * 100, "%"
    text = number(difference, 1)
    if text in ("0", MINUS + "0"):
        return "no change"
    return f"{'+' if difference > 0 else ''}{text} {suffix}"
