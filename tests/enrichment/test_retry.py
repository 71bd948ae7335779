"""Retries: pauses by policy, and what is worth a second try."""

from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.enrichment.retry import LostWorker, RetryPolicy, TimeLimit, transient
from proofbook.errors import InputError


@pytest.mark.parametrize(
    ("backoff", "pauses"),
    [
        ("fixed", [2, 2, 2, 2, 2]),
        ("linear", [2, 4, 6, 8, 9]),
        ("exponential", [2, 4, 8, 9, 9]),
    ],
)
def test_pauses_grow_as_told_up_to_the_cap(backoff: str, pauses: list[float]) -> None:
    policy = RetryPolicy(backoff=backoff, base_s=2, cap_s=9)  # type: ignore[arg-type]
    assert [policy.pause(n, 0) for n in range(1, 6)] == pauses


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0, 1))
def test_jitter_only_shortens_a_pause(failures: int, draw: float, jitter: float) -> None:
    policy = RetryPolicy(jitter=jitter)
    full = policy.pause(failures, 0)
    assert full * (1 - jitter) <= policy.pause(failures, draw) <= full <= policy.cap_s


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.EIO, "I/O"), True),
        (OSError("of a library"), True),
        (ConnectionResetError(), True),
        (TimeLimit("slow"), True),
        (LostWorker("gone"), True),
        (MemoryError(), True),
        (FileNotFoundError(errno.ENOENT, "absent"), False),
        (OSError(errno.ENOSPC, "full"), False),
        (PermissionError(errno.EACCES, "denied"), False),
        (ValueError("bug"), False),
        (InputError("a", "is empty", remedy="r"), False),
    ],
)
def test_what_is_transient(error: Exception, expected: bool) -> None:
    assert transient(error) is expected
