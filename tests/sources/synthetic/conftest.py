"""Worlds that several tests look at, made once."""

from __future__ import annotations

import polars as pl
import pytest

from proofbook.sources.synthetic import World, make_world


@pytest.fixture(scope="session")
def middle() -> World:
    """5,000 awards and 60,000 recipients."""
    return make_world(5_000, 60_000, 21)


@pytest.fixture(scope="session")
def large() -> World:
    """20,000 awards, few recipients besides those around the award firms."""
    return make_world(20_000, 30_000, 22)


@pytest.fixture(scope="session")
def per_award(large: World) -> pl.DataFrame:
    """The awards of the large world with what is known about each, one row per award."""
    known = pl.from_arrow(large.truth).unique("award_row", keep="first").sort("award_row")
    return pl.concat([pl.from_arrow(large.awards), known], how="horizontal")
