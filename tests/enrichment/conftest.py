"""A small synthetic world, and the learned model at a size at which it would not be used."""

from __future__ import annotations

import pytest

from proofbook.enrichment import Enrichment, enrich
from proofbook.matching import by_name
from proofbook.sources.synthetic import World, make_world


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(1_200, 6_000, 5)


@pytest.fixture(scope="session")
def enriched(world: World) -> Enrichment:
    return enrich(world.awards, world.recipients)


@pytest.fixture(params=["default", "learned"])
def model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both models: the shipped one, and one learned from however few awards there are."""
    if request.param == "learned":
        monkeypatch.setattr(by_name, "ENOUGH", 100)
    return str(request.param)
