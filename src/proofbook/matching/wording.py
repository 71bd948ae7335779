"""Pieces of evidence in words: what each one is called, and what its value means."""

from __future__ import annotations

import math

from proofbook.matching.names import ALTERNATE, AWARD_ALIAS, DBA, LEGAL, PARENT

#: What a piece of evidence (FEATURES) is called in tables and figures.
LABELS: dict[str, str] = {
    "name equal": "names are equal",
    "explained of award": "award's words found in the recipient's",
    "explained of recipient": "recipient's words found in the award's",
    "unexplained in award": "rarest word only in the award's name",
    "unexplained in recipient": "rarest word only in the recipient's name",
    "shared rarity": "rarity of the words in common",
    "letters": "letters in common",
    "beginning": "beginning in common",
    "first word": "first word in common",
    "contained": "one name begins with the other",
    "initials": "one name is the other's initials",
    "numbers": "numbers agree",
    "words apart": "words without a counterpart",
    "state": "state",
    "city": "city",
    "ZIP": "ZIP code",
    "designator": "legal form",
    "same name elsewhere": "recipients of this very name",
    "other name": "which name it is",
    "street": "street and house number",
}

_SAME = {0.0: "different", 1.0: "same"}
_YES = {0.0: "no", 1.0: "yes"}
_WORDS: dict[str, dict[float, str]] = {
    "name equal": {0: "no", 1: "in another order", 2: "but for abbreviations", 3: "as written"},
    "contained": _YES,
    "initials": _YES,
    "numbers": _YES,
    "state": _SAME,
    "city": _SAME,
    "ZIP": _SAME | {0.5: "same area"},
    "street": {0.0: "different or unknown", 1.0: "same"},
    "designator": _SAME,
}
_FORMS: dict[str, str] = {
    **dict.fromkeys(
        ["explained of award", "explained of recipient", "letters", "beginning", "first word"],
        "{:.0%}",
    ),
    **dict.fromkeys(["words apart", "same name elsewhere"], "{:.0f}"),
}

#: What the kinds of names are called.
KINDS: dict[int, str] = {
    LEGAL: "legal name",
    DBA: "trading or former name",
    ALTERNATE: "alternate name",
    AWARD_ALIAS: "name in identified awards",
    PARENT: "name of the parent",
}


def spoken(evidence: str, value: float, kind: int = LEGAL) -> str:
    """The value of a piece of evidence in words; ``kind`` is the kind of the name that met.

    >>> spoken("ZIP", 0.5), spoken("letters", 0.914), spoken("city", float("nan"))
    ('same area', '91 %', 'unknown')
    """
    if evidence == "other name":
        return KINDS[kind]
    if math.isnan(value):
        return "unknown"
    if evidence in _WORDS:
        return _WORDS[evidence][round(value, 1)]
    if evidence == "same name elsewhere":
        value = math.expm1(value)
    return _FORMS.get(evidence, "{:.2f}").format(value).replace("%", " %")
