"""The best partners of names by ``token_set_ratio``: exactly those that a comparison of all finds.

Only pairs that can reach the least score are compared. The score is the greatest of three ratios
(S: length of the shared tokens, A and B: lengths of both names, each as its distinct tokens in
order, joined by blanks):

* 2S / (S + A) and 2S / (S + B), which are 100 where one name holds the other. They reach 75 only
  where S is 60 % of A or of B at least. Leave out the rarest tokens of a name until less than 60 %
  of it remains: a partner shares one of those. An inverted index over them finds all partners.
* 2 LCS / (A + B), LCS the longest common subsequence after the shared tokens were put in front. It
  is never above the same ratio of the letters in alphabetical order, which rapidfuzz compares at a
  hundred million pairs a second.

A name with as many partners at 100 as are asked for needs no second search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from proofbook.matching.hashing import distinct, rank_in_group
from proofbook.matching.token_index import (
    Index,
    TokenSets,
    by_rarity,
    rarest,
    shared_length,
    telling,
    token_sets,
)

LEAST = 75.0
_SHARE = (3, 5)  # of a name that its shared tokens must be for LEAST, from 2S / (S + A) >= 0.75
_COMPARED = 1 << 18  # pairs compared in full at a time
_NAMES, _ASKED = 1 << 16, 512  # names and asked names whose letters are compared at a time


@dataclass(frozen=True)
class Partners:
    """Pairs: row of the asked name, row of its partner, and their score from ``LEAST`` to 100."""

    asked: NDArray[np.int64]
    name: NDArray[np.int64]
    score: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.asked)

    def take(self, rows: NDArray[np.generic]) -> Partners:
        """The pairs at some rows, or where a mask is true."""
        return Partners(self.asked[rows], self.name[rows], self.score[rows])


def join(parts: list[Partners]) -> Partners:
    """Several sets of pairs as one."""
    none = Partners(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Partners(
        *(
            np.concatenate([getattr(p, f) for p in (none, *parts)])
            for f in ("asked", "name", "score")
        )
    )


@dataclass(frozen=True)
class _Task:
    """Both sides, and which partners are the best: an equal name, then by score, then by ``tie``.

    ``width`` is the letters of each token and one for the blank behind it; ``equal`` the row of
    the name that is equal to each asked one, -1 where none is.
    """

    ours: TokenSets
    theirs: TokenSets
    width: NDArray[np.int64]
    equal: NDArray[np.int64]
    tie: NDArray[np.uint64]
    count: int
    workers: int

    def best(self, pairs: Partners) -> Partners:
        """The best ``count`` of every asked name's pairs, best first."""
        other = self.equal[pairs.asked] != pairs.name
        order = np.lexsort((pairs.name, self.tie[pairs.name], -pairs.score, other, pairs.asked))
        pairs = pairs.take(order)
        again = (np.diff(pairs.asked, prepend=-1) == 0) & (np.diff(pairs.name, prepend=-1) == 0)
        pairs = pairs.take(~again)
        return pairs.take(rank_in_group(pairs.asked) < self.count)

    def needed(self, best: Partners) -> NDArray[np.float64]:
        """The score that a further partner of each asked name needs to be among the best."""
        out = np.full(len(self.ours), LEAST)
        last = np.flatnonzero(np.diff(best.asked, append=-1))
        full = np.bincount(best.asked, minlength=len(out))[best.asked[last]] == self.count
        out[best.asked[last[full]]] = best.score[last[full]]
        return out

    def scored(self, asked: NDArray[np.int64], name: NDArray[np.int64]) -> Partners:
        """Pairs compared in full; those below ``LEAST`` are left out."""
        score = process.cpdist(
            self.ours.text.gather(asked).to_list(),
            self.theirs.text.gather(name).to_list(),
            scorer=fuzz.token_set_ratio,
            dtype=np.float64,
            workers=self.workers,
        )
        return Partners(asked, name, score).take(score >= LEAST)


def partners(
    asked: pl.Series,
    names: pl.Series,
    tie: NDArray[np.uint64],
    count: int,
    workers: int = -1,
) -> tuple[Partners, int]:
    """The ``count`` best partners of every asked name, best first, and the pairs compared in full.

    ``asked`` and ``names`` are each distinct, not empty, and have single blanks between words. An
    equal name comes first, then the higher score, then the smaller ``tie``. ``workers`` threads
    compare, one per core for -1.
    """
    at = pl.DataFrame({"name": names}).with_row_index("at")
    same = pl.DataFrame({"name": asked}).join(at, "name", "left", maintain_order="left")
    equal = same["at"].cast(pl.Int64).fill_null(-1).to_numpy()
    task = _Task(*token_sets(asked, names), equal, tie, count, workers)
    best, first = _by_tokens(task)
    open_rows = np.flatnonzero(task.needed(best) < 100)
    found, second = _by_letters(task, best, open_rows)
    best = join([best.take(~np.isin(best.asked, open_rows)), found])
    return best.take(np.argsort(best.asked, kind="stable")), first + second


def _by_tokens(task: _Task) -> tuple[Partners, int]:
    """The best of all pairs whose shared tokens are a large enough part of one of the names."""
    size = len(task.width)
    frequency = np.bincount(task.theirs.codes, minlength=size)
    order = by_rarity(task.theirs, frequency)
    whole = Index.of(task.theirs, np.ones(len(order), np.bool_), size)
    first = Index.of(task.theirs, rarest(task.theirs, order), size)
    few = Index.of(task.theirs, telling(task.theirs, order, task.width, *_SHARE), size)
    ours = telling(task.ours, by_rarity(task.ours, frequency), task.width, *_SHARE)
    shared = np.zeros(len(task.width), np.bool_)
    found: list[Partners] = []
    sure: list[Partners] = []
    doubtful: list[Partners] = []
    waiting = compared = 0
    for asked in range(len(task.ours)):
        mine = task.ours.of(asked)
        shared[mine] = True
        # A name that holds this one holds its rarest token; one that it holds, its own rarest.
        rare = mine[np.argmin(frequency[mine])]
        name = distinct(np.concatenate([whole.holders(rare), *map(first.holders, mine)]))
        here, there = task.ours.length[asked], task.theirs.length[name]
        length = shared_length(task.theirs, name, shared, task.width)
        name = name[(length == here) | (length == there)]
        full = Partners(np.full(len(name), asked), name, np.full(len(name), 100.0))
        sure.append(task.best(full))
        if len(full) < task.count:
            wanted = mine[ours[task.ours.offsets[asked] : task.ours.offsets[asked + 1]]]
            name = distinct(np.concatenate([*map(whole.holders, wanted), *map(few.holders, mine)]))
            length = shared_length(task.theirs, name, shared, task.width)
            there = task.theirs.length[name]
            part, all_ = _SHARE
            enough = all_ * length >= part * np.minimum(here, there)
            name = name[enough & (length < here) & (length < there)]
            doubtful.append(Partners(np.full(len(name), asked), name, np.zeros(len(name))))
            waiting += len(name)
        shared[mine] = False
        if waiting >= _COMPARED or asked == len(task.ours) - 1:
            pairs = join(doubtful)
            found.append(task.best(join([*sure, task.scored(pairs.asked, pairs.name)])))
            compared += waiting
            sure, doubtful, waiting = [], [], 0
    return join(found), compared


def _by_letters(task: _Task, best: Partners, open_rows: NDArray[np.int64]) -> tuple[Partners, int]:
    """The best of ``best`` and of all pairs of open names with enough letters in common."""
    if not len(open_rows):
        return join([]), 0
    needed = task.needed(best)
    # Blocks of like length and like need: both narrow the lengths that a partner can have.
    order = np.lexsort((task.ours.length[open_rows], needed[open_rows] // 5))
    open_rows = open_rows[order]
    by_length = np.argsort(task.theirs.length, kind="stable")
    length = task.theirs.length[by_length]
    letters = _letters(task.theirs.text.gather(by_length))
    found, compared = [], 0
    for low in range(0, len(open_rows), _ASKED):
        rows = open_rows[low : low + _ASKED]
        mine = best.take(np.isin(best.asked, rows))
        here = _letters(task.ours.text.gather(rows)).to_list()
        least = needed[rows].min()
        # 2 min(A, B) / (A + B) must reach it too.
        share = least / (200 - least)
        sizes = task.ours.length[rows]
        a = int(np.searchsorted(length, share * sizes.min() - 1e-6))
        b = int(np.searchsorted(length, sizes.max() / share + 1e-6, "right"))
        for at in range(a, b, _NAMES):
            there = letters.slice(at, min(_NAMES, b - at)).to_list()
            ratio = process.cdist(
                here,
                there,
                scorer=fuzz.ratio,
                score_cutoff=least - 1,  # results are rounded to whole points
                dtype=np.uint8,
                workers=task.workers,
            )
            row, column = np.nonzero(ratio)
            possible = ratio[row, column] >= task.needed(mine)[rows[row]] - 1
            name = by_length[at + column[possible]]
            mine = task.best(join([mine, task.scored(rows[row[possible]], name)]))
            compared += int(possible.sum())
        found.append(mine)
    return join(found), compared


def _letters(names: pl.Series) -> pl.Series:
    """The letters of each name's distinct tokens, joined by blanks, in alphabetical order."""
    letters = ["".join(sorted(" ".join(set(name.split(" "))))) for name in names.to_list()]
    return pl.Series(letters, dtype=pl.String)
