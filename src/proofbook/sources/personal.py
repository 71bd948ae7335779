"""Which columns are about people, under any spelling an export may use."""

from __future__ import annotations

import re

from proofbook.sources.columns import PERSONAL_COLUMNS, fold

_FOLDED = frozenset(fold(column) for column in PERSONAL_COLUMNS)

#: Words that make a column personal wherever they stand in its name.
_TELLING_WORDS = frozenset({"contact", "contacts", "poc", "pi", "investigator", "investigators"})

#: Ways to reach a person; a bare "Email" or "Phone 2" belongs to somebody too.
_REACH = re.compile(r"(e?mail|(tele)?phone|fax|mobile)(number|address|no|ext|extension)?\d*$")

#: Telling beginnings and parts of names written without any separator ("PIName", "pocemail").
_RUN_TOGETHER = re.compile(
    r"contact|investigator|(first|last|middle|sur)name"
    r"|^(ri)?poc(name|title|phone|e?mail|fax)|^pi(name|title|phone|e?mail|fax|dept|department)"
)


def is_personal(column: str) -> bool:
    """Whether a column is about a person: contact, PI, RI point of contact, e-mail, telephone.

    Case, spaces, punctuation and the spellings of other exports do not matter. ``RI Name`` is
    an institution, and not personal.

    >>> [is_personal(c) for c in ("pi_email", "Point of Contact", "Contract", "RI Name")]
    [True, True, False, False]
    """
    folded = fold(column)
    if folded in _FOLDED:
        return True
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    words = frozenset(re.findall(r"[a-z0-9]+", spaced.casefold()))
    return (
        bool(words & _TELLING_WORDS)
        or bool(_RUN_TOGETHER.search(folded))
        or bool(_REACH.search(folded))
    )
