"""The truth of a world: who is who, and what is hard about every award."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .awards import LEGAL_AND_OLD, LEGAL_AND_TRADE, OLD, PARENT, TRADE, Awards
from .firmrows import FirmRows
from .firms import ABSENT, ABSENT_WITH_TWIN, WITH_ALIAS, WITHOUT_ALIAS, Firms
from .recipients import Written
from .spelling import ABBREVIATED, DROPPED, INVERTED, JOINED, REORDERED, TRUNCATED, TYPO
from .streams import Bools, Ints

#: What is hard about an award. The first that holds is told: absent to formerly as listed, then
#: moved, namesake or identical for an award named like one of its firm's rows, then typo to
#: abbreviation for what was done to either name, else suffix (only designators differ).
KINDS = (
    "absent",
    "absent_with_twin",
    "blank_company",
    "parent",
    "renamed_no_alias",
    "renamed_with_alias",
    "dba",
    "formerly",
    "moved",
    "namesake",
    "identical",
    "typo",
    "truncated",
    "surname_first",
    "dropped_word",
    "reordered",
    "joined",
    "abbreviation",
    "suffix",
)


def make_truth(firms: Firms, special: FirmRows, written: Written, awards: Awards) -> pa.Table:
    """One row for every award and right recipient, or one with null for an award without any.

    Right are all rows of the firm that did the work: found by UEI or by DUNS, branches, further
    registrations. For an award that names the firm's parent, the parent's own row is right as
    well. Wrong identifiers on an award do not change who did the work.
    """
    award, row, none = _pairs(firms, special, awards)
    index = pa.array(award)
    kind = _kinds(firms, special, written, awards)
    return pa.table(
        {
            "award_row": pa.array(award, pa.int64()),
            "recipient_hash": written.table["recipient_hash"]
            .combine_chunks()
            .take(pa.array(row, mask=none)),
            "kind": kind.take(index),
            "identifier": awards.outcome.take(index),
            "firm": pa.array(awards.firm[award], pa.int64()),
        }
    )


def _pairs(firms: Firms, special: FirmRows, awards: Awards) -> tuple[Ints, Ints, Bools]:
    """Award, row among the special rows, and whether there is none; sorted by award."""
    n, entity = len(firms), special.rows.entity
    by_firm = np.argsort(entity, kind="stable")
    by_firm = by_firm[entity[by_firm] < n]
    starts = np.searchsorted(entity[by_firm], np.arange(n + 1))
    counts = np.diff(starts)[awards.firm]
    listed = np.maximum(counts, 1)
    award = np.repeat(np.arange(len(listed)), listed)
    within = np.arange(len(award)) - np.repeat(np.cumsum(listed) - listed, listed)
    none = counts[award] == 0
    row = np.zeros(len(award), dtype=np.int64)
    row[~none] = by_firm[(starts[awards.firm[award]] + within)[~none]]

    parent_row = np.full(n + len(firms.parents), -1)
    heads = np.flatnonzero((entity >= n) & (entity < len(parent_row)))
    parent_row[entity[heads]] = heads
    named = np.flatnonzero(awards.names_parent)
    head = parent_row[n + firms.parent[awards.firm[named]]]
    named, head = named[head >= 0], head[head >= 0]

    award, row = np.concatenate([award, named]), np.concatenate([row, head])
    none = np.concatenate([none, np.zeros(len(named), dtype=bool)])
    order = np.argsort(award, kind="stable")
    return award[order], row[order], none[order]


def _kinds(firms: Firms, special: FirmRows, written: Written, awards: Awards) -> pa.Array:
    """What is hard about every award (see KINDS)."""
    spellings, rows = awards.spellings, special.rows
    mine = np.flatnonzero(rows.entity < len(firms))
    names = written.table["legal_business_name"].combine_chunks()
    known = set(zip(rows.entity[mine].tolist(), _normal(names.take(pa.array(mine))), strict=True))
    pairs = zip(spellings.firm.tolist(), _normal(spellings.text), strict=True)
    same = np.array([pair in known for pair in pairs], dtype=bool)

    main_done = np.zeros(len(firms), dtype=np.int64)
    main_done[rows.entity[mine[::-1]]] = written.done[mine[::-1]]
    done = spellings.done | main_done[spellings.firm]
    two_names = np.zeros(len(firms), dtype=bool)
    two_names[rows.entity[mine[::-1]]] = (rows.trade_in_name | rows.former_in_name)[mine[::-1]]
    kind = np.full(len(done), KINDS.index("suffix"))
    kind[two_names[spellings.firm]] = KINDS.index("dba")
    for bit, name in (
        (ABBREVIATED, "abbreviation"),
        (JOINED, "joined"),
        (REORDERED, "reordered"),
        (DROPPED, "dropped_word"),
        (INVERTED, "surname_first"),
        (TRUNCATED, "truncated"),
        (TYPO, "typo"),
    ):
        kind[(done & bit) != 0] = KINDS.index(name)
    kind[same] = KINDS.index("identical")
    base, how = spellings.base, firms.renamed[spellings.firm]
    kind[((base == TRADE) | (base == LEGAL_AND_TRADE)) & ~same] = KINDS.index("dba")
    kind[base == LEGAL_AND_OLD] = KINDS.index("formerly")
    kind[(base == OLD) & (how == WITH_ALIAS)] = KINDS.index("renamed_with_alias")
    kind[(base == OLD) & (how == WITHOUT_ALIAS)] = KINDS.index("renamed_no_alias")
    kind[base == PARENT] = KINDS.index("parent")

    award = kind[awards.spelling]
    plain = award == KINDS.index("identical")
    award[plain & special.namesake[awards.firm]] = KINDS.index("namesake")
    award[plain & awards.away] = KINDS.index("moved")
    award[awards.nameless] = KINDS.index("blank_company")
    award[firms.status[awards.firm] == ABSENT] = KINDS.index("absent")
    award[firms.status[awards.firm] == ABSENT_WITH_TWIN] = KINDS.index("absent_with_twin")
    return pa.array(KINDS, pa.string()).take(pa.array(award))


def _normal(texts: pa.Array) -> list[str]:
    """Names without case, punctuation and superfluous blanks."""
    plain = pc.replace_substring(pc.utf8_upper(texts), "&AMP;", "&")
    spaced = pc.replace_substring_regex(plain, r"[^\p{L}\p{N}&]+", " ")
    return pc.utf8_trim_whitespace(spaced).to_pylist()  # type: ignore[no-any-return]
