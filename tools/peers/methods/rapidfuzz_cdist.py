"""RapidFuzz: every name against every name, by ``process.cdist``.

Set up as the documentation of ``process.cdist`` advises: names processed once beforehand,
``workers=-1`` for all cores, ``dtype=uint8`` for the least memory, and ``score_cutoff``, which lets
a comparison end early. The matrix is computed in blocks of questions, so that memory stays bounded.
The scorer is ``ratio``, the default and the best of those tried here (ratio, token_sort_ratio,
token_ratio); finalists are scored again without rounding by ``cpdist``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from rapidfuzz import fuzz, process

from peers.methods.by_name import NAMES, read_names, with_places

SCORER, CUTOFF = fuzz.ratio, 60
#: Scores held at a time, one byte each.
BLOCK = 128_000_000


def run(awards: Path, recipients: Path) -> pa.Table:
    """The recipients with the highest ratio, of all."""
    questions, asked = read_names(awards)
    theirs, names = read_names(recipients)
    at, found = [], []
    step = max(BLOCK // len(names), 1)
    for start in range(0, len(asked), step):
        block = process.cdist(
            asked[start : start + step],
            names,
            scorer=SCORER,
            score_cutoff=CUTOFF,
            dtype=np.uint8,
            workers=-1,
        )
        for row, scores in enumerate(block):
            count = np.bincount(scores, minlength=101)[::-1].cumsum()[::-1]
            least = max(int(np.flatnonzero(count >= min(NAMES, len(names)))[-1]), CUTOFF)
            best = np.flatnonzero(scores >= least)
            found.append(best)
            at.append(np.full(len(best), start + row))
    one, other = np.concatenate(at), np.concatenate(found)
    exact = process.cpdist(
        [asked[i] for i in one], [names[i] for i in other], scorer=SCORER, workers=-1
    )
    return with_places(questions, theirs, one, other, exact / 100)
