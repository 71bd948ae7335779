"""The schema of the parameters: types, ranges, sizes and what follows from them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from proofbook.params import Bounds, Run, Settings, parse_size, size_key
from proofbook.suite.gate_defaults import DEFAULTS


@pytest.mark.parametrize(
    ("text", "size"),
    [("512MB", 512_000_000), ("2GB", 2_000_000_000), ("1.5gib", 1_610_612_736), ("100 b", 100)],
)
def test_memory_limits_are_bytes(text: str, size: int) -> None:
    assert Run(memory_limit=text).memory_limit_bytes == size


@pytest.mark.parametrize(
    ("section", "values"),
    [
        (Run, {"memory_limit": "2"}),
        (Run, {"memory_limit": "two GB"}),
        (Run, {"jobs": 0}),
        (Run, {"jobs": True}),
        (Run, {"jobs": 1.0}),
        (Run, {"jobs": "2"}),
        (Run, {"time_limit_s": float("inf")}),
        (Run, {"time_limit_s": 0}),
        (Run, {"wizard": 1}),
        (Bounds, {"fail": float("nan")}),
        (Bounds, {"fail": "0.5"}),
        (Bounds, {"severity": "fatal"}),
        (Bounds, {"blocks": ["06_party"]}),
        (Settings, {"sizes": ["1000"]}),
        (Settings, {"sizes": ["0x5"]}),
        (Settings, {"sizes": ["5x5", "5x5"]}),
    ],
)
def test_what_is_not_of_its_type_is_refused(section: type, values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        section(**values)


@pytest.mark.parametrize(
    ("values", "sizes"),
    [
        ({}, ["500x2500", "1000x5000"]),
        ({"data": {"n_awards": 1, "n_recipients": 1}}, ["1x1"]),
        ({"data": {"awards": "a.csv", "recipients": "r.csv"}}, ["all"]),
        ({"sizes": ["20x9", "3x9"]}, ["3x9", "20x9"]),
        ({"data": {"awards": "a", "recipients": "r"}, "sizes": ["all", "3x9"]}, ["3x9", "all"]),
    ],
)
def test_sizes_in_force(values: dict[str, object], sizes: list[str]) -> None:
    assert Settings(**values).effective_sizes() == sizes


def test_sizes_are_ordered_by_number() -> None:
    assert parse_size("12x345") == (12, 345)
    assert parse_size("all") is None
    assert sorted(["all", "100x1", "20x9"], key=size_key) == ["20x9", "100x1", "all"]


def test_every_gate_has_its_bounds_as_parameters() -> None:
    settings = Settings()
    assert set(settings.gates) == set(DEFAULTS)
    assert all(settings.gate(metric) == gate for metric, gate in DEFAULTS.items())


def test_a_gate_takes_the_bounds_of_the_parameters() -> None:
    bounds = Bounds(fail=0.5, severity="warn", blocks=["05_readiness"])
    gate = Settings(gates={"match_rate": bounds}).gate("match_rate")
    assert (gate.fail, gate.severity, gate.blocks) == (0.5, "warn", ("05_readiness",))
    assert gate.title == DEFAULTS["match_rate"].title
