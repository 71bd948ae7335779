"""Identifiers as they stand in the award file, with all the defects that they suffer there."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .identifiers import duns_texts, uei_texts
from .links import DUNS, ELSEWHERE, NONE, Links
from .mixture import DunsForm, IdentifierShares, NoDunsForm, NoUeiForm, UeiForm
from .streams import Bools, below, chance, stream, weighted

#: Null words seen in the award file.
NULL_WORDS = ("<NA>", "NAN", "NAT", "NONE", "NULL", "N/A", "\\N")


def identifier_columns(links: Links, seed: int, shares: IdentifierShares) -> dict[str, pa.Array]:
    """The columns UEI and Duns; what stands there where an award has none is made up as well.

    Invalid UEIs and short DUNS numbers are given only where nothing valid is expected.
    """
    rng = stream(seed, "numbers")
    spoilt = (links.outcome == NONE) | (links.outcome == DUNS)
    uei = pc.coalesce(_uei(rng, links, seed, shares), _no_uei(rng, spoilt, shares))
    lost = links.outcome == NONE
    duns = pc.coalesce(_duns(rng, links, seed, shares), _no_duns(rng, lost, shares))
    return {"UEI": uei, "Duns": duns}


def _uei(rng: np.random.Generator, links: Links, seed: int, shares: IdentifierShares) -> pa.Array:
    plain = uei_texts(links.uei, seed)
    thirds = [pc.utf8_slice_codeunits(plain, i, i + 4) for i in (0, 4, 8)]
    forms = {
        "plain": plain,
        "lower_case": pc.utf8_lower(plain),
        "blank_before": around(plain, " ", ""),
        "blank_after": around(plain, "", " "),
        "blanks_inside": pc.binary_join_element_wise(*thirds, " "),
    }
    return chosen(rng, forms, shares.uei.row(get_args(UeiForm)))


def _no_uei(rng: np.random.Generator, spoilt: Bools, shares: IdentifierShares) -> pa.Array:
    n = len(spoilt)
    made = uei_texts(below(rng, n, 2**40), 0)
    head, tail = pc.utf8_slice_codeunits(made, 0, 5), pc.utf8_slice_codeunits(made, 6, 11)
    forms = {
        "empty": constant("", n),
        "null_word": _null_words(rng, n),
        "eleven": pc.utf8_slice_codeunits(made, 0, 11),
        "thirteen": around(made, "", "7"),
        "letters": pc.binary_join_element_wise(head, tail, "O") if n else made,
        "placeholder": constant("000000000000", n),
    }
    forms["letters"] = around(pc.utf8_slice_codeunits(forms["letters"], 0, 11), "", "I")
    usual = chosen(rng, forms, shares.no_uei.row(get_args(NoUeiForm)))
    harmless = chosen(rng, forms, shares.no_uei.row(get_args(NoUeiForm))[:2])
    return pc.if_else(pa.array(spoilt), usual, harmless)


def _duns(rng: np.random.Generator, links: Links, seed: int, shares: IdentifierShares) -> pa.Array:
    n = len(links.duns)
    plain = duns_texts(links.duns, seed)
    stripped = pc.utf8_ltrim(plain, "0")
    parts = [pc.utf8_slice_codeunits(plain, a, b) for a, b in ((0, 3), (3, 6), (6, 9))]
    forms = {
        "plain": plain,
        "dashes": pc.binary_join_element_wise(*parts, "-"),
        "lost_zero": stripped,
        "float": around(stripped, "", ".0"),
        "quoted": around(plain, "'", "'"),
        "plus4": around(plain, "", "0000"),
    }
    text = chosen(rng, forms, shares.duns.row(get_args(DunsForm)))
    nowhere = links.outcome == ELSEWHERE
    shifted = pa.array(nowhere & chance(rng, n, shares.zero_shift.value))
    text = pc.if_else(shifted, pc.utf8_rpad(stripped, 9, "0"), text)
    employer = nowhere & chance(rng, n, shares.employer_number.value) & (links.duns >= 0)
    two = pc.cast(pa.array(10 + below(rng, n, 89)), pa.string())
    seven = pc.cast(pa.array(1_000_000 + below(rng, n, 8_999_999)), pa.string())
    number = pc.binary_join_element_wise(two, seven, "-")
    return pc.if_else(pa.array(employer), number, text)


def _no_duns(rng: np.random.Generator, lost: Bools, shares: IdentifierShares) -> pa.Array:
    n = len(lost)
    forms = {
        "empty": constant("", n),
        "null_word": _null_words(rng, n),
        "zeros": constant("000000000", n),
        "quoted_zeros": constant("'000000000'", n),
        "short": pc.cast(pa.array(1_000 + below(rng, n, 900_000)), pa.string()),
    }
    usual = chosen(rng, forms, shares.no_duns.row(get_args(NoDunsForm)))
    harmless = chosen(rng, forms, shares.no_duns.row(get_args(NoDunsForm))[:4])
    return pc.if_else(pa.array(lost), usual, harmless)


def _null_words(rng: np.random.Generator, n: int) -> pa.Array:
    return pa.array(NULL_WORDS, pa.string()).take(pa.array(below(rng, n, len(NULL_WORDS))))


def around(text: pa.Array, before: str, after: str) -> pa.Array:
    """The texts with something before and after each; null stays null."""
    return pc.binary_join_element_wise(before, text, after, "")


def constant(text: str, n: int) -> pa.Array:
    """``n`` times the same text."""
    return pa.repeat(pa.scalar(text, pa.string()), n)


def chosen(rng: np.random.Generator, forms: dict[str, pa.Array], weights: list[float]) -> pa.Array:
    """For every row one of the forms, drawn by weights in the order of ``forms``."""
    columns = list(forms.values())
    if not sum(weights) > 0:
        return columns[0]
    return pc.choose(pa.array(weighted(rng, len(columns[0]), weights)), *columns[: len(weights)])
