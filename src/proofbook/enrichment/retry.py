"""Retries: which errors pass by themselves, and how long to wait for it."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Literal

#: Errors of the system that a second try does not mend.
_LASTING = {
    errno.ENOENT,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EINVAL,
    errno.ENAMETOOLONG,
}


class LostWorker(Exception):  # noqa: N818 - says what happened
    """The process that ran a unit is gone: killed, out of memory, or its machine is."""


class TimeLimit(TimeoutError):  # noqa: N818 - says what happened
    """A unit took longer than a chunk may."""


@dataclass(frozen=True)
class RetryPolicy:
    """How often a chunk is tried, and the pause before the next try.

    The pause before try ``n + 1`` is ``base_s`` (fixed), ``n * base_s`` (linear) or
    ``2 ** (n - 1) * base_s`` (exponential), at most ``cap_s``; then a random share of it, at most
    ``jitter``, is taken off, so that many do not try again at the same moment.
    """

    attempts: int = 4
    backoff: Literal["fixed", "linear", "exponential"] = "exponential"
    base_s: float = 0.5
    cap_s: float = 30.0
    jitter: float = 0.5

    def pause(self, failures: int, draw: float) -> float:
        """Seconds to wait after so many failures (from 1); ``draw`` is random, 0 to 1.

        >>> [RetryPolicy(base_s=1, cap_s=5).pause(n, 0) for n in (1, 2, 3, 4)]
        [1, 2, 4, 5]
        """
        factor = {"fixed": 1, "linear": failures, "exponential": 1 << min(failures - 1, 60)}
        return min(self.cap_s, self.base_s * factor[self.backoff]) * (1 - self.jitter * draw)


def transient(error: BaseException) -> bool:
    """Whether the same may succeed a moment later: I/O, a lost worker, a time limit, memory."""
    if isinstance(error, (LostWorker, TimeoutError, MemoryError)):
        return True
    return isinstance(error, OSError) and error.errno not in _LASTING
