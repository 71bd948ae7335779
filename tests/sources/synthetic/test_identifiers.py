"""Identifiers made from serial numbers: well formed, never shared, hashed by the known rule."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pyarrow as pa
import pytest

from proofbook.sources.synthetic.identifiers import duns_texts, recipient_hashes, uei_texts

SERIALS = np.arange(0, 40_000_000, 397)  # the whole range of a full world, thinned


@pytest.mark.parametrize("seed", [0, 11, 2**40])
def test_ueis_are_well_formed_and_distinct(seed: int) -> None:
    made = uei_texts(SERIALS, seed).to_pylist()
    assert len(set(made)) == len(made)
    form = re.compile(r"[A-HJ-NP-Z][0-9A-HJ-NP-Z]{2}[A-HJ-NP-Z][0-9A-HJ-NP-Z]{8}")
    assert [u for u in made if not form.fullmatch(u)] == []
    assert [u for u in made if re.search(r"\d{9}", u)] == []


@pytest.mark.parametrize("seed", [0, 11])
def test_duns_numbers_are_well_formed_and_distinct(seed: int) -> None:
    made = duns_texts(SERIALS, seed).to_pylist()
    assert len(set(made)) == len(made)
    assert [d for d in made if not re.fullmatch(r"\d{9}", d)] == []
    assert sum(d[0] == "0" for d in made) / len(made) == pytest.approx(0.4, abs=0.02)


def test_no_serial_number_gives_null() -> None:
    serials = np.array([5, -1])
    assert uei_texts(serials, 1).to_pylist()[1] is None
    assert duns_texts(serials, 1).to_pylist()[1] is None


def test_seeds_give_different_identifiers() -> None:
    one, two = (set(uei_texts(np.arange(1000), seed).to_pylist()) for seed in (1, 2))
    assert not one & two


def test_a_recipient_hash_is_the_md5_of_its_key() -> None:
    keys = ["UEI-ABCDEFGHJKLM", "NAME-SOCIÉTÉ"]
    plain = [h.replace("-", "") for h in recipient_hashes(pa.array(keys)).to_pylist()]
    assert plain == [hashlib.md5(k.encode()).hexdigest() for k in keys]
    assert re.fullmatch(r"\w{8}(-\w{4}){3}-\w{12}", recipient_hashes(pa.array(keys))[0].as_py())
