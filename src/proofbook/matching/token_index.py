"""Which names hold which tokens: an inverted index for comparing names as sets of tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from proofbook.matching.hashing import distinct


@dataclass(frozen=True)
class TokenSets:
    """Names with their distinct tokens: those of name i are codes[offsets[i]:offsets[i + 1]]."""

    text: pl.Series
    length: NDArray[np.int64]  # letters of the distinct tokens, joined by blanks
    offsets: NDArray[np.int64]
    codes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.length)

    def of(self, name: int) -> NDArray[np.int64]:
        """The tokens of a name."""
        return self.codes[self.offsets[name] : self.offsets[name + 1]]

    def owners(self) -> NDArray[np.int64]:
        """The name of each token."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))


def token_sets(
    asked: pl.Series, names: pl.Series
) -> tuple[TokenSets, TokenSets, NDArray[np.int64]]:
    """Both sides under one numbering of tokens, and the width of each token."""
    split = pl.concat([asked, names]).str.split(" ")
    flat = split.explode().to_arrow().dictionary_encode()
    words = pl.Series(pl.from_arrow(flat.dictionary))
    width = words.str.len_chars().to_numpy().astype(np.int64) + 1
    owner = np.repeat(np.arange(len(split)), split.list.len().to_numpy())
    number = owner << 32 | flat.indices.to_numpy(zero_copy_only=False)
    number = distinct(number)  # a token said twice counts once
    owner, codes = number >> 32, number & 0xFFFFFFFF
    offsets = np.searchsorted(owner, np.arange(len(split) + 1))
    sides = []
    for text, low in ((asked, 0), (names, len(asked))):
        at = offsets[low : low + len(text) + 1]
        mine = codes[at[0] : at[-1]]
        length = np.diff(np.concatenate([[0], np.cumsum(width[mine])])[at - at[0]]) - 1
        sides.append(TokenSets(text, length, at - at[0], mine))
    return sides[0], sides[1], width


def by_rarity(names: TokenSets, frequency: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of all tokens, those of each name together, its rarest first."""
    rank = np.argsort(np.argsort(frequency, kind="stable"), kind="stable")
    return np.argsort(names.owners() << 32 | rank[names.codes])


def rarest(names: TokenSets, order: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each token is the rarest of its name; ``order`` as ``by_rarity``."""
    out = np.zeros(len(names.codes), np.bool_)
    out[order[names.offsets[:-1]]] = True
    return out


def telling(
    names: TokenSets, order: NDArray[np.int64], width: NDArray[np.int64], part: int, whole: int
) -> NDArray[np.bool_]:
    """The tokens of each name, rarest first, without which less than part / whole of it remains."""
    owner = names.owners()
    sizes = width[names.codes[order]]
    read = np.cumsum(sizes)
    ends = read[names.offsets[1:] - 1]
    remaining = ends[owner] - read + sizes - 1  # with this token: its own and all commoner ones
    out = np.zeros(len(owner), np.bool_)
    out[order] = whole * remaining >= part * names.length[owner]
    return out


@dataclass(frozen=True)
class Index:
    """The names that hold each token."""

    offsets: NDArray[np.int64]
    names: NDArray[np.int64]

    @classmethod
    def of(cls, names: TokenSets, chosen: NDArray[np.bool_], size: int) -> Index:
        """The index over the chosen ones of all tokens, of which there are ``size``."""
        codes = names.codes[chosen]
        ends = np.cumsum(np.bincount(codes, minlength=size))
        order = np.argsort(codes, kind="stable")
        return cls(np.append(0, ends), names.owners()[chosen][order])

    def holders(self, token: int) -> NDArray[np.int64]:
        """The names that hold a token."""
        return self.names[self.offsets[token] : self.offsets[token + 1]]


def shared_length(
    names: TokenSets, rows: NDArray[np.int64], shared: NDArray[np.bool_], width: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Length of the shared tokens of some names, joined by blanks."""
    first, last = names.offsets[rows], names.offsets[rows + 1]
    count = last - first
    start = np.cumsum(count) - count
    codes = names.codes[np.arange(count.sum()) + np.repeat(first - start, count)]
    out: NDArray[np.int64] = np.add.reduceat(width[codes] * shared[codes], start) - 1
    return out
