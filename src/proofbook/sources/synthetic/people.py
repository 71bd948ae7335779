"""Invented people: names, titles, and e-mail addresses and telephone numbers that cannot exist.

Addresses end in example.com, example.org or example.net (reserved by RFC 2606); numbers are of
the range 555-0100 to 555-0199, which is kept free for fiction.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import lexicon
from .addresses import padded
from .streams import Ints, below, weighted

_TITLES = ("President", "CEO", "Chief Scientist", "Principal Investigator", "Director of Research",
           "Senior Engineer", "Contracts Manager", "Vice President", "Research Scientist", "Founder")
_DOMAINS = ("example.com", "example.org", "example.net")
_INSTITUTIONS = ("University of Northfield", "Lakeland State University", "Midvale Institute of Technology",
                 "Harbor National Laboratory", "Westbrook University", "Eastfield Polytechnic",
                 "Summit State University", "Granite Medical School", "Clearview Research Institute",
                 "University of South Harbor", "Prairie State University", "Riverdale College")


def people(rng: np.random.Generator, n: int) -> tuple[Ints, Ints]:
    """Given and family name of ``n`` people, as positions in the lexicon."""
    return below(rng, n, len(lexicon.GIVEN)), below(rng, n, len(lexicon.SURNAMES))


def contact_columns(
    rng: np.random.Generator, prefix: str, who: tuple[Ints, Ints]
) -> dict[str, pa.Array]:
    """Name, title, telephone and e-mail address of somebody, under columns with this prefix."""
    n = len(who[0])
    given = pa.array(lexicon.GIVEN, pa.string()).take(pa.array(who[0]))
    family = pa.array(lexicon.SURNAMES, pa.string()).take(pa.array(who[1]))
    email = pc.binary_join_element_wise(
        pc.utf8_lower(pc.binary_join_element_wise(given, family, ".")),
        pa.array(_DOMAINS, pa.string()).take(pa.array(below(rng, n, 3))), "@",
    )
    titles = pa.array(_TITLES, pa.string()).take(pa.array(below(rng, n, len(_TITLES))))
    return {
        f"{prefix} Name": pc.binary_join_element_wise(given, family, " "),
        f"{prefix} Title": titles,
        f"{prefix} Phone": phones(rng, n),
        f"{prefix} Email": email,
    }


def phones(rng: np.random.Generator, n: int) -> pa.Array:
    """Telephone numbers of the fictitious range, written in three ways."""
    area, line = padded(201 + below(rng, n, 780), 3), padded(below(rng, n, 100), 2)
    forms = (("(", ") 555-01"), ("", "-555-01"), ("", ".555.01"))
    choice = weighted(rng, n, [55, 35, 10])
    written = [pc.binary_join_element_wise(a, area, b, line, "") for a, b in forms]
    return pc.choose(pa.array(choice), *written)


def institution_columns(rng: np.random.Generator, n: int, has: np.ndarray) -> dict[str, pa.Array]:
    """Research institution and its contact, "" where an award ``has`` none."""
    given, family = people(rng, n)
    columns = {
        "RI Name": pa.array(_INSTITUTIONS, pa.string()).take(pa.array(below(rng, n, len(_INSTITUTIONS)))),
        "RI POC Name": pc.binary_join_element_wise(
            pa.array(lexicon.GIVEN, pa.string()).take(pa.array(given)),
            pa.array(lexicon.SURNAMES, pa.string()).take(pa.array(family)), " ",
        ),
        "RI POC Phone": phones(rng, n),
    }
    return {c: pc.if_else(pa.array(has), v, "") for c, v in columns.items()}
