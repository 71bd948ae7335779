"""Sparse TF-IDF: cosine of 3-grams of letters, by sparse_dot_topn.

Set up as the README of sparse_dot_topn advises (``sp_matmul_topn`` on CSR matrices of float32 with
``threshold``, ``sort`` and ``n_threads``; the right-hand side in chunks put together by
``zip_sp_matmul_topn``), and with the vectors of the article of its makers that it grew from
("Boosting the selection of the most similar entities in large scale datasets", ING Wholesale
Banking Advanced Analytics): scikit-learn's TfidfVectorizer on 3-grams of company names.
Grams within words (``char_wb``) did better here than across them, and than 2- to 4-grams.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
from sklearn.feature_extraction.text import TfidfVectorizer
from sparse_dot_topn import sp_matmul_topn, zip_sp_matmul_topn

from peers.methods.by_name import NAMES, read_names, with_places

LEAST, CHUNK = 0.3, 1_000_000


def run(awards: Path, recipients: Path) -> pa.Table:
    """The recipients with the highest cosine, unpruned above 0.3."""
    questions, asked = read_names(awards)
    theirs, names = read_names(recipients)
    vectors = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 3), lowercase=False, dtype=np.float32
    )
    held = vectors.fit_transform(names)
    ours = vectors.transform(asked)
    parts = [
        sp_matmul_topn(
            ours,
            held[at : at + CHUNK].T.tocsr(),
            top_n=NAMES,
            threshold=LEAST,
            sort=True,
            n_threads=os.cpu_count(),
        )
        for at in range(0, held.shape[0], CHUNK)
    ]
    best = (zip_sp_matmul_topn(NAMES, parts) if len(parts) > 1 else parts[0]).tocoo()
    return with_places(questions, theirs, best.row, best.col, best.data)
