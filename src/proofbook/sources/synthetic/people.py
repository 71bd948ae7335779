"""Invented people: names, titles, and e-mail addresses and telephone numbers that cannot exist.

Addresses end in example.com, example.org or example.net, which RFC 2606 reserves; telephone
numbers are of the range 555-0100 to 555-0199, which is kept free for fiction.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import lexicon
from .addresses import padded
from .streams import Bools, Ints, below, weighted

_TITLES = (
    "President",
    "CEO",
    "Chief Scientist",
    "Principal Investigator",
    "Director of Research",
    "Senior Engineer",
    "Contracts Manager",
    "Vice President",
    "Research Scientist",
    "Founder",
)
_DOMAINS = ("example.com", "example.org", "example.net")
_INSTITUTIONS = (
    "University of Northfield",
    "Lakeland State University",
    "Midvale Institute of Technology",
    "Harbor National Laboratory",
    "Westbrook University",
    "Eastfield Polytechnic",
    "Summit State University",
    "Granite Medical School",
    "Clearview Research Institute",
    "University of South Harbor",
    "Prairie State University",
    "Riverdale College",
)


def draw_people(rng: np.random.Generator, n: int) -> tuple[Ints, Ints]:
    """Given and family name of ``n`` people, as positions in the lexicon."""
    return below(rng, n, len(lexicon.GIVEN)), below(rng, n, len(lexicon.SURNAMES))


def person_columns(
    rng: np.random.Generator, prefix: str, who: tuple[Ints, Ints]
) -> dict[str, pa.Array]:
    """Name, title, telephone and e-mail address of people, under columns with this prefix."""
    n = len(who[0])
    given, family = _picked(lexicon.GIVEN, who[0]), _picked(lexicon.SURNAMES, who[1])
    local = pc.utf8_lower(pc.binary_join_element_wise(given, family, "."))
    domain = _picked(_DOMAINS, below(rng, n, len(_DOMAINS)))
    return {
        f"{prefix} Name": pc.binary_join_element_wise(given, family, " "),
        f"{prefix} Title": _picked(_TITLES, below(rng, n, len(_TITLES))),
        f"{prefix} Phone": phones(rng, n),
        f"{prefix} Email": pc.binary_join_element_wise(local, domain, "@"),
    }


def phones(rng: np.random.Generator, n: int) -> pa.Array:
    """Telephone numbers of the fictitious range, written in three ways."""
    area, line = padded(201 + below(rng, n, 780), 3), padded(below(rng, n, 100), 2)
    forms = (("(", ") 555-01"), ("", "-555-01"), ("", ".555.01"))
    written = [pc.binary_join_element_wise(a, area, b, line, "") for a, b in forms]
    return pc.choose(pa.array(weighted(rng, n, [55, 35, 10])), *written)


def institution_columns(rng: np.random.Generator, has: Bools) -> dict[str, pa.Array]:
    """Research institution and its contact; "" where an award ``has`` none."""
    n = len(has)
    given, family = draw_people(rng, n)
    name = pc.binary_join_element_wise(
        _picked(lexicon.GIVEN, given), _picked(lexicon.SURNAMES, family), " "
    )
    columns = {
        "RI Name": _picked(_INSTITUTIONS, below(rng, n, len(_INSTITUTIONS))),
        "RI POC Name": name,
        "RI POC Phone": phones(rng, n),
    }
    return {c: pc.if_else(pa.array(has), v, "") for c, v in columns.items()}


def _picked(words: tuple[str, ...], index: Ints) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(index))
