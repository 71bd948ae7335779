"""Links written by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from proofbook.matching.evidence import AT, FEATURES
from proofbook.matching.links import Links
from proofbook.matching.shards import Firms


def links(query: list[int], recipient: list[int], **columns: Any) -> Links:
    """Links of queries with recipients; ``features`` by name, the rest as in Links."""
    n = len(query)
    features = np.full((n, len(FEATURES)), np.nan, np.float32)
    features[:, AT["name equal"]] = 0
    for name, values in columns.pop("features", {}).items():
        features[:, AT[name]] = values
    plain: dict[str, Any] = {
        "score": np.full(n, 50.0),
        "kind": np.zeros(n),
        "key": np.arange(n) + 1,
        "state": np.zeros(n),
        "address": np.zeros(n),
        "identity": np.array(recipient) * 7 + 1,
    }
    types = {"score": np.float64, "kind": np.int8, "key": np.uint64, "state": np.int32,
             "address": np.uint64, "identity": np.uint64}  # fmt: skip
    rest = {name: np.array(columns.pop(name, plain[name])).astype(types[name]) for name in plain}
    assert not columns
    return Links(
        query=np.array(query, np.int64),
        recipient=np.array(recipient, np.int64),
        features=features,
        **rest,
    )


def firms(uei: list[int], duns: list[int], parent: list[int]) -> Firms:
    """Identifiers of recipients 0, 1, … as numbers, 0 = unknown."""
    return Firms(*(np.array(column, np.uint64) for column in (uei, duns, parent)))
