"""Firm names as arrays of word codes, with the keys under which equal names meet."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from proofbook.matching.hashing import mix, powers, ranges, segment_sums
from proofbook.matching.lexicon import DESIGNATORS
from proofbook.matching.tokens import split_words
from proofbook.matching.vocabulary import Vocabulary
from proofbook.sources.columns import NULL_PATTERN

#: Kinds of names, in falling order of standing.
LEGAL, DBA, ALTERNATE, AWARD_ALIAS, PARENT = range(5)

_OTHER_NAME = (
    r"\b(?:D ?[/.]? ?B ?[/.]? ?A\b[ ./:]*(?:FOR\b)?|DOING BUSINESS AS|TRADING AS|T/A\b|"
    r"(?:AND )?FORMERLY(?: KNOWN AS)?|F/?K/?A\b|A/?K/?A\b|ALSO KNOWN AS|NOW KNOWN AS)"
)
_SPLIT = re.compile(_OTHER_NAME)
_LETTERS = re.compile(r"[A-Z0-9]+")
_PARENTHESIS = re.compile(r"\(([^()]*)(?:\)|$)")
_PHRASES = tuple(
    (re.compile(phrase), short)
    for phrase, short in {
        r"\bLIMITED LIABILITY (?:COMPANY|CO|CORPORATION|CORP)\b": "LLC",
        r"\bLIMITED LIABILITY (?:PARTNERSHIP|PTNRSHP)\b": "LLP",
        r"\bLIMITED PARTNERSHIP\b": "LP",
        r"\bPROFESSIONAL (?:CORPORATION|CORP)\b": "PC",
    }.items()
)
_PHRASE = re.compile("|".join(phrase.pattern for phrase, _ in _PHRASES))
#: Letters and signs that Unicode does not take apart, or not into what people write instead.
_FOLDED = {
    "ß": "ss", "ẞ": "ss", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o",
    "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "TH", "þ": "th", "ı": "i",
    "’": "'", "‘": "'", "´": "'", "™": "", "℠": "",
}  # fmt: skip
#: What makes a field more than one plain name.
_SEVERAL = "(?i)" + "|".join([r"\(", _OTHER_NAME, _PHRASE.pattern])
#: One of these is in every field that needs more than to be split into words.
_MARKS = (
    "(", "DBA", "D/B/A", "D B A", "D.B.A", "D/B", "D B/", "DOING BUS", "TRADING AS", "T/A",
    "FORMERLY", "FKA", "F/K", "AKA", "A/K", "KNOWN AS", "LIMITED LIAB", "LIMITED PARTN",
    "PROFESSIONAL CORP",
)  # fmt: skip


@dataclass(frozen=True)
class NameTable:
    """Names of some owners (recipients or awards), flat: name i has words offsets[i]:offsets[i+1].

    ``joined`` is equal for names that spell the same canonical words in the same order, wherever
    the blanks are; ``sorted`` for the same words in any order; ``literal`` for the same words
    before abbreviations and plurals are folded.
    """

    owner: NDArray[np.int32]
    kind: NDArray[np.int8]
    offsets: NDArray[np.int64]
    words: NDArray[np.int32]
    joined: NDArray[np.uint64]
    sorted: NDArray[np.uint64]
    literal: NDArray[np.uint64]
    designator: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Words per name."""
        return np.diff(self.offsets)


def clean_text(raw: pl.Series) -> pl.Series:
    """A name without HTML entities and accents, otherwise as it is written; no word for nothing."""
    text = raw.cast(pl.String).fill_null("")
    absent = text.str.contains(NULL_PATTERN)
    if absent.any():
        text = text.set(absent, "")
    entity = text.str.contains("&", literal=True)
    if entity.any():
        fixed = [html.unescape(html.unescape(t)) for t in text.filter(entity)]
        text = text.scatter(entity.arg_true(), pl.Series(fixed, dtype=pl.String))
    foreign = text.str.len_bytes() != text.str.len_chars()
    if foreign.any():
        folded = text.filter(foreign).str.replace_many(_FOLDED).str.normalize("NFKD")
        text = text.scatter(foreign.arg_true(), folded.str.replace_all(r"\p{M}", ""))
    return text


def alternates(text: pl.Series) -> tuple[NDArray[np.int64], list[str], list[int]]:
    """Names that are not taken as they stand, as (position, name, kind) columns.

    A field may hold several names (d/b/a, formerly, parentheses): the first keeps the kind LEGAL,
    the others are DBA. Designators written in words are shortened.
    """
    # A quick look for a mark leaves few fields to look at closely.
    marked = text.str.contains_any(list(_MARKS), ascii_case_insensitive=True).arg_true()
    inside = marked.filter(text.gather(marked).str.contains(_SEVERAL)).to_numpy()
    where: list[int] = []
    names: list[str] = []
    kinds: list[int] = []
    for position, name in zip(inside, text.gather(inside).to_list(), strict=True):
        for order, part in enumerate(_parts(name.upper())):
            where.append(int(position))
            names.append(part)
            kinds.append(DBA if order else LEGAL)
    return np.array(where, np.int64), names, kinds


def _parts(name: str) -> list[str]:
    """The names that one field holds, the legal one first."""
    if _PHRASE.search(name):
        for phrase, short in _PHRASES:
            name = phrase.sub(short, name)
    inner = _PARENTHESIS.findall(name) if "(" in name else []
    first, *others = _SPLIT.split(_PARENTHESIS.sub(" ", name) if inner else name)
    if not _worth(first):  # "DBA Systems Inc" is a name of its own
        return [name]
    parts = [first, *(p for p in others if _worth(p))]
    for text in inner:
        if _SPLIT.search(text):
            parts += [p for p in _SPLIT.split(text) if _worth(p)]
        else:  # "APPTIS (MCLEAN) INC": the words may belong to the name
            parts.append(_PARENTHESIS.sub(r" \1 ", name))
    return list(dict.fromkeys(parts))


def _worth(part: str) -> bool:
    """Whether a part is a name of its own: two letters or more, and not only a designator."""
    words = _LETTERS.findall(part)
    letters = "".join(words)
    return len(letters) >= 2 and letters not in DESIGNATORS and not DESIGNATORS.keys() >= {*words}


def tabulate(
    names: pl.Series, owner: NDArray[np.int32], kind: int, vocabulary: Vocabulary
) -> NameTable:
    """The NameTable of raw names; a field that holds several names gives several rows."""
    text = clean_text(names)
    where, parts, kinds = alternates(text)
    all_kinds = np.full(len(text), kind, np.int8)
    if len(where):
        single = np.ones(len(text), np.bool_)
        single[where] = False
        keep = np.flatnonzero(single)
        text = pl.concat([text.gather(keep), pl.Series(parts, dtype=pl.String)])
        part_kinds = np.maximum(np.array(kinds, np.int8), np.int8(kind))
        all_kinds = np.concatenate([all_kinds[keep], part_kinds])
        owner = np.concatenate([owner[keep], owner[where]])
        order = np.argsort(owner, kind="stable")
        text, owner, all_kinds = text.gather(order), owner[order], all_kinds[order]
    offsets, words = split_words(text)
    return _keyed(owner, all_kinds, offsets, vocabulary.codes(words), vocabulary)


def _keyed(
    owner: NDArray[np.int32],
    kind: NDArray[np.int8],
    offsets: NDArray[np.int64],
    codes: NDArray[np.int32],
    vocabulary: Vocabulary,
) -> NameTable:
    """Without stop words and trailing designators (never to nothing), and with keys."""
    name = np.repeat(np.arange(len(owner)), np.diff(offsets))
    keep = ~vocabulary.stop[codes]
    keep |= _all_false(keep, name, offsets)[name]
    codes, name = codes[keep], name[keep]
    offsets = _offsets(name, len(owner))

    family = vocabulary.designator[codes]
    meaning = np.cumsum(family == 0)
    total = np.concatenate([[0], meaning])
    # Words of meaning at or behind each position, within the name.
    behind = total[offsets[1:]][name] - total[:-1]
    keep = behind > 0
    keep |= _all_false(keep, name, offsets)[name]
    last = np.zeros(len(owner), np.int8)
    dropped = np.flatnonzero(~keep)[::-1]
    last[name[dropped]] = family[dropped]  # the first of the trailing designators wins
    codes, name = codes[keep], name[keep]
    offsets = _offsets(name, len(owner))

    canon = vocabulary.canon[codes]
    return NameTable(
        owner=owner.astype(np.int32),
        kind=kind,
        offsets=offsets,
        words=canon,
        joined=_joined(canon, name, offsets, vocabulary),
        sorted=segment_sums(mix(vocabulary.hashes)[canon], offsets),
        literal=_joined(codes, name, offsets, vocabulary),
        designator=last,
    )


def _joined(
    codes: NDArray[np.int32],
    name: NDArray[np.int64],
    offsets: NDArray[np.int64],
    vocabulary: Vocabulary,
) -> NDArray[np.uint64]:
    lengths = vocabulary.lengths[codes]
    ends = np.cumsum(lengths)
    total = np.concatenate([[0], ends])
    behind = total[offsets[1:]][name] - ends
    power = powers(int(behind.max(initial=0)) + 1)
    return segment_sums(vocabulary.hashes[codes] * power[behind], offsets)


def _offsets(name: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.bincount(name, minlength=count))]).astype(np.int64)


def _all_false(
    keep: NDArray[np.bool_], name: NDArray[np.int64], offsets: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Per name, whether nothing of it would be kept."""
    kept = np.bincount(name[keep], minlength=len(offsets) - 1)
    out: NDArray[np.bool_] = (kept == 0) & (np.diff(offsets) > 0)
    return out


def concatenate(tables: Iterable[NameTable]) -> NameTable:
    """Several tables of one vocabulary as one."""
    parts = list(tables)
    columns = {
        f.name: np.concatenate([getattr(t, f.name) for t in parts])
        for f in fields(NameTable)
        if f.name != "offsets"
    }
    counts = np.concatenate([t.counts for t in parts])
    return NameTable(**columns, offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))


def select(table: NameTable, rows: NDArray[np.integer[Any]]) -> NameTable:
    """Some names of a table, in the given order."""
    counts = table.counts[rows]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    words = table.words[ranges(table.offsets[rows], counts)]
    rest = {
        f.name: getattr(table, f.name)[rows]
        for f in fields(NameTable)
        if f.name not in ("offsets", "words")
    }
    return NameTable(**rest, offsets=offsets, words=words)


def by_owner(table: NameTable) -> NameTable:
    """The same names ordered by owner, within an owner as they were."""
    return select(table, np.argsort(table.owner, kind="stable"))


def texts(table: NameTable, rows: NDArray[np.int64], vocabulary: Vocabulary) -> list[str]:
    """The canonical words of some names, joined by blanks."""
    counts = table.counts[rows]
    words = vocabulary.texts(table.words[ranges(table.offsets[rows], counts)])
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    out: list[str] = pc.binary_join(pa.ListArray.from_arrays(offsets, words), " ").to_pylist()
    return out
