"""The selftest: it catches every fault here, and says so where a check has gone blind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.test_cli import call

from proofbook import selftest
from proofbook.quality import laws
from proofbook.selftest import fault, plant, records, speed, tables
from proofbook.suite import check, gates


def missed(faults: list[selftest.Fault]) -> list[str]:
    return [f"{f.title}: {f.how}" for f in selftest.run(faults) if not f.caught]


def test_every_fault_is_caught() -> None:
    assert missed(selftest.FAULTS) == []
    assert len(selftest.FAULTS) > 100
    assert len({(f.area, f.title) for f in selftest.FAULTS}) == len(selftest.FAULTS)


def blind(*words: object, **more: object) -> list[Any]:
    return []


def test_a_blind_law_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laws, "conservation", blind)
    found = missed(tables.FAULTS)
    assert "an award is doubled: nothing noticed it" in found
    assert len(found) == 8


def test_a_gate_that_always_passes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "_over", lambda *words, **more: False)
    found = missed(plant.gates.FAULTS)
    assert any(line.startswith("match_rate is beyond its fail bound") for line in found)
    assert not any("is not a number" in line for line in found)


def test_a_gate_that_always_fails_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that cries at a sound value has caught nothing."""
    monkeypatch.setattr(gates, "_over", lambda *words, **more: True)
    assert any("match_rate is beyond" in line for line in missed(plant.gates.FAULTS))
    monkeypatch.setattr(check.laws, "total", lambda breaches: 1)
    assert any("an award is lost" in line for line in missed(tables.FAULTS))


def test_stale_metrics_that_are_believed_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records.runner, "recorded", lambda *words: None)
    assert sum("metric" in line for line in missed(records.FAULTS)) == 3


def test_a_comparison_without_confidence_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "contest", lambda *words: 1 / 0)
    assert any("ZeroDivisionError" in line for line in missed(speed.FAULTS))


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [fault.Fault("law", "seen", lambda: "yes"), fault.Fault("law", "not", lambda: None)]
    monkeypatch.setattr(plant.run, "__defaults__", (faults,))
    assert call("selftest") == 1
    said = capsys.readouterr().out
    assert "caught  law      seen: yes" in said
    assert "MISSED  law      not: nothing noticed it" in said
    assert said.endswith("1 of 2 faults caught\n")
    monkeypatch.setattr(plant.run, "__defaults__", (faults[:1],))
    assert call("selftest", "--json") == 0
    assert json.loads(capsys.readouterr().out)["missed"] == 0
