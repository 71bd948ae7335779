"""Draws: reproducible, independent, and exact where a quota is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.sources.synthetic.streams import (
    below,
    quota,
    share_by_weight,
    shuffled,
    stream,
    weighted,
    zipf,
)


def test_a_stream_is_named_by_seed_part_and_block() -> None:
    def first(*key: object) -> float:
        return float(stream(*key).random())  # type: ignore[arg-type]

    assert first(1, "a", 0) == first(1, "a", 0)
    others = {first(1, "a", 0), first(2, "a", 0), first(1, "b", 0), first(1, "a", 1)}
    assert len(others) == 4


def test_the_first_number_of_a_stream_never_changes() -> None:
    assert stream(7, "firms.legal").random() == 0.34486440736936497


@given(st.integers(0, 200), st.integers(0, 250), st.integers(0, 9))
def test_a_quota_is_met_exactly(n: int, count: int, seed: int) -> None:
    mask = quota(stream(seed, "q"), np.ones(n), count)
    assert mask.sum() == min(n, count)


def test_a_quota_prefers_what_weighs_more() -> None:
    preference = np.repeat([1.0, 9.0, 0.0], 1000)
    mask = quota(stream(1, "q"), preference, 1000).reshape(3, 1000).sum(axis=1)
    assert mask[1] > 4 * mask[0] > 0
    assert mask[2] == 0


@given(st.lists(st.integers(1, 50), min_size=1, max_size=300), st.floats(0, 1), st.integers(0, 9))
def test_a_share_by_weight_does_not_overshoot(sizes: list[int], share: float, seed: int) -> None:
    weights = np.array(sizes)
    able = np.arange(len(sizes)) % 3 > 0
    target = share * weights[able].sum()
    chosen = share_by_weight(stream(seed, "s"), weights, able, target)
    assert not chosen[~able].any()
    assert weights[chosen].sum() <= round(target)
    left = weights[able & ~chosen]
    assert len(left) == 0 or weights[chosen].sum() + left.min() > round(target)


def test_weighted_draws_follow_the_weights() -> None:
    drawn = np.bincount(weighted(stream(1, "w"), 100_000, [1, 0, 3]), minlength=3) / 100_000
    assert drawn == pytest.approx([0.25, 0.0, 0.75], abs=0.01)


def test_zipf_adds_up_and_falls() -> None:
    cumulated = zipf(50, 1.0)
    assert cumulated[-1] == 1.0
    assert (np.diff(cumulated, n=2) < 0).all()


def test_shuffled_is_a_permutation_and_below_stays_below() -> None:
    assert sorted(shuffled(stream(1, "x"), 100)) == list(range(100))
    bounds = np.arange(1, 1001)
    drawn = below(stream(1, "y"), 1000, bounds)
    assert ((drawn >= 0) & (drawn < bounds)).all()
