"""Links: candidate recipients per query, the firms they belong to, and each one's rivals."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from proofbook.matching.candidates import Pairs
from proofbook.matching.evidence import AT, FEATURES, agreement, weigh
from proofbook.matching.frequencies import Frequencies
from proofbook.matching.hashing import group_starts, rank_in_group
from proofbook.matching.keys import with_place
from proofbook.matching.shards import Firms
from proofbook.matching.sides import Side

#: Recipients that a model weighs per query.
KEPT = 12


@dataclass(frozen=True)
class Links:
    """One row per query and candidate recipient, ordered by query; ``features`` as FEATURES.

    ``kind`` is the kind of recipient name that met, ``key`` and ``state`` its joined key and
    state, ``address`` its street with the ZIP code (0 = unknown), ``identity`` the recipient's
    content number.
    """

    query: NDArray[np.int64]
    recipient: NDArray[np.int64]
    features: NDArray[np.float32]
    score: NDArray[np.float64]
    kind: NDArray[np.int8]
    key: NDArray[np.uint64]
    state: NDArray[np.int32]
    address: NDArray[np.uint64]
    identity: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.query)

    def take(self, rows: NDArray[np.generic]) -> Links:
        """The links at some rows, or where a mask is true."""
        return Links(*(getattr(self, f.name)[rows] for f in fields(self)))


def link(
    queries: Side,
    recipients: Side,
    pairs: Pairs,
    frequencies: Frequencies,
) -> Links:
    """The evidence of candidate pairs of names, as links of a query with a recipient."""
    evidence = weigh(queries, recipients, pairs.query, pairs.name, frequencies)
    owner = recipients.names.owner[pairs.name].astype(np.int64)
    places = recipients.places
    return Links(
        query=queries.names.owner[pairs.query].astype(np.int64),
        recipient=owner,
        features=evidence.features,
        score=evidence.score,
        kind=np.maximum(recipients.names.kind[pairs.name], queries.names.kind[pairs.query]),
        key=recipients.names.joined[pairs.name],
        state=places.state[pairs.name],
        address=with_place(places.street[pairs.name], places.zip5[pairs.name]),
        identity=recipients.identity[owner],
    )


def joined(parts: list[Links]) -> Links:
    """Several sets of links as one."""
    return Links(
        *(np.concatenate([getattr(p, f.name) for p in (_NO_LINKS, *parts)]) for f in fields(Links))
    )


_NO_LINKS = Links(
    query=np.zeros(0, np.int64),
    recipient=np.zeros(0, np.int64),
    features=np.zeros((0, len(FEATURES)), np.float32),
    score=np.zeros(0),
    kind=np.zeros(0, np.int8),
    key=np.zeros(0, np.uint64),
    state=np.zeros(0, np.int32),
    address=np.zeros(0, np.uint64),
    identity=np.zeros(0, np.uint64),
)


def strongest(parts: list[Links], kept: int | None = KEPT) -> Links:
    """The ``kept`` strongest recipients of each query (None: all), each by its best name."""
    links = joined(parts)
    place = np.nan_to_num(links.features[:, [AT["ZIP"], AT["city"], AT["state"]]], nan=0.4)
    # A firm at the same address may bear quite another name.
    street = links.features[:, AT["street"]] == 1
    strength = links.score + 4 * place.sum(axis=1) + 20 * street
    order = np.lexsort((links.key, links.kind, -strength, links.identity, links.query))
    links = links.take(order)
    new = (np.diff(links.query, prepend=-1) != 0) | (np.diff(links.recipient, prepend=-1) != 0)
    links, strength = links.take(new), strength[order][new]
    if kept is None:
        return links
    order = np.lexsort((links.identity, -strength, links.query))
    return links.take(np.sort(order[rank_in_group(links.query[order]) < kept]))


def clusters(links: Links, firms: Firms) -> NDArray[np.int64]:
    """A firm number per link: within a query, recipients of one firm have the same.

    One firm share an identifier; or a name in one state (names are unique in a state's register);
    or a name and a parent; or an address, where both bear the query's name but for spelling; a
    recipient without a state belongs to the strongest of its name.
    """
    n = len(links)
    recipient = links.recipient
    left: list[NDArray[np.int64]] = []
    right: list[NDArray[np.int64]] = []

    def join(*keys: NDArray[np.generic], where: NDArray[np.bool_]) -> None:
        rows = np.flatnonzero(where)
        columns = [k[rows] for k in (*keys, links.query)]
        order = np.lexsort(columns)
        same = np.ones(max(len(rows) - 1, 0), np.bool_)
        for column in columns:
            same &= np.diff(column[order]) == 0
        left.append(rows[order[:-1]][same])
        right.append(rows[order[1:]][same])

    for identifier in (firms.uei, firms.duns):
        join(identifier[recipient], where=identifier[recipient] != 0)
    parent = firms.parent[recipient]
    join(links.key, links.state, where=links.state != 0)
    join(links.key, parent, where=parent != 0)
    join(links.address, where=(links.address != 0) & (agreement(links.features) == 2))
    # Strongest of each name in each query, joined with those of the name that have no state.
    order = np.lexsort((links.identity, -links.score, links.state == 0, links.key, links.query))
    head = np.ones(n, np.bool_)
    head[1:] = (np.diff(links.query[order]) != 0) | (np.diff(links.key[order]) != 0)
    leader = order[np.maximum.accumulate(np.where(head, np.arange(n), 0))]
    nowhere = links.state[order] == 0
    left.append(order[nowhere])
    right.append(leader[nowhere])
    edges = (np.concatenate(left), np.concatenate(right))
    graph = sp.csr_matrix((np.ones(len(edges[0]), np.int8), edges), (n, n))
    firm: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return firm


#: Evidence that only comparison with the other candidates of the same query gives.
RIVALRY: dict[str, int] = {
    "strength": 1,  # log-odds from the evidence of the pair alone
    "gap": 1,  # its distance from the best recipient of another firm
    "rivals": -1,  # other firms within two log-odds units
}
ALONE = 8.0  # gap of a candidate without rivals, log-odds units


def rivalry(
    links: Links, firm: NDArray[np.int64], strength: NDArray[np.float64]
) -> NDArray[np.float32]:
    """RIVALRY of each link: columns strength, gap, rivals."""
    n = len(links)
    # Strongest link of every firm, then the two strongest firms of every query.
    order = np.lexsort((-strength, firm, links.query))
    head = np.ones(n, np.bool_)
    head[1:] = (np.diff(firm[order]) != 0) | (np.diff(links.query[order]) != 0)
    best = order[head]
    best = best[np.lexsort((-strength[best], links.query[best]))]
    starts = group_starts(links.query[best])
    size = int(links.query.max(initial=-1)) + 1
    first = np.full(size, -1)
    first[links.query[best[starts]]] = best[starts]
    second = np.full(size, -np.inf)
    has = np.diff(np.append(starts, len(best))) > 1
    second[links.query[best[starts[has]]]] = strength[best[starts[has] + 1]]
    top = first[links.query]
    rival = np.where(firm == firm[top], second[links.query], strength[top])
    gap = np.clip(strength - rival, -ALONE, ALONE)
    near = np.zeros(size)
    close = strength[best] > strength[first[links.query[best]]] - 2
    np.add.at(near, links.query[best[close]], 1)
    mine = strength > strength[top] - 2
    rivals = near[links.query] - mine
    return np.stack([strength, gap, np.minimum(rivals, 9)], axis=1).astype(np.float32)
