"""What recipients are also called: only what sure awards say, and only what is news."""

from __future__ import annotations

import pytest

from proofbook.quality.known_as import known_as

U, D, X = "uei-exact", "duns-exact", "name-exact"


def _award(method: str, name: str | None, **more: object) -> tuple:
    return (method, "r", {"Company": name, "recipient_name": "Acme Labs, Inc.", **more})


def test_the_most_frequent_come_first_and_three_at_most(enriched):
    names = ["Zeta", "Zeta", "Beta", "Beta", " ZETA LLC", "Alpha", "Gamma", "Zeta Inc"]
    rows = [_award((U, D)[n % 2], name) for n, name in enumerate(names)]
    found = known_as(enriched(*rows))
    assert found == {"r": ["ZETA LLC", "Beta", "Alpha"]}
    assert known_as(enriched(*rows[::-1])) == found


@pytest.mark.parametrize(
    "award",
    [
        _award(U, "ACME LABORATORIES LLC"),  # its own name but for abbreviation and form
        _award(X, "Zeta"),
        _award(U, None),
        _award(U, "!"),
        _award(U, "Zeta", recipient_name=None),
        _award(U, "Zeta", match_flags=["name-disagrees"]),
        _award(D, "Zeta", match_flags=["invalid-uei", "identifier-conflict"]),
        _award(D, "Zeta", match_flags=["shared-identifier"]),
    ],
)
def test_what_is_not_listed(enriched, award):
    assert known_as(enriched(award)) == {}


def test_each_recipient_has_its_own(enriched):
    rows = [(U, f"r{n}", {"Company": f"Zeta {n}", "match_flags": ["via-alias"]}) for n in range(2)]
    assert known_as(enriched(*rows)) == {"r0": ["Zeta 0"], "r1": ["Zeta 1"]}
