"""One decision per award: what its flags say of it."""

from __future__ import annotations

import pytest
from tests.matching.conftest import Matched

from proofbook.matching import MatchSettings, by_name
from proofbook.matching.learning import Model

THERE = {"city": "YORK", "state": "PA", "zip5": "17401", "address_line_1": "9 ELM ST"}
AWARD = {"City": "York", "State": "PA", "Zip": "17401", "Address1": "9 Elm Street"}
FILLER = [{"legal_business_name": f"OTHER FIRM {i:02}", "state": "CA"} for i in range(12)]


@pytest.mark.parametrize(
    ("company", "flags"), [("Acme", ["name-disagrees"]), ("Zeta Photonics Labs", [])]
)
def test_a_firm_of_quite_another_name_is_flagged(
    matched: Matched, monkeypatch: pytest.MonkeyPatch, company: str, flags: list[str]
) -> None:
    monkeypatch.setattr(by_name, "LEAST", {"default": 0.0})
    monkeypatch.setattr(Model, "threshold", lambda *_: 0.0)
    recipient = {"legal_business_name": "ZETA PHOTONICS", **THERE}
    (row,) = matched([{"Company": company, **AWARD}], [recipient, *FILLER])
    assert row["match_method"] == "name-fuzzy-auto"
    assert (row["recipient_hash"], row["match_flags"]) == ("r0", flags)


def test_the_old_rule_flags_nothing_of_the_kind(matched: Matched) -> None:
    recipient = {"legal_business_name": "ZETA PHOTONICS", **THERE}
    old = MatchSettings(scorer="token_set_ratio")
    (row,) = matched([{"Company": "Zeta Photonics Labs", **AWARD}], [recipient, *FILLER], old)
    assert row["match_method"] == "name-fuzzy-auto"
    assert row["match_flags"] == []
