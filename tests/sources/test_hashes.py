"""recipient_hash follows USAspending's rule, and is unique."""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.sources import read_recipients
from proofbook.sources.hashes import hashes_in_parts, plain_hashes, recipient_hashes

COLUMNS = ("uei", "duns", "legal_business_name", "city", "state", "zip5", "zip4")


def md5(key: str) -> str:
    return str(UUID(hashlib.md5(key.encode()).hexdigest()))


def recipients(*rows: dict[str, str]) -> pa.Table:
    return pa.table({c: pa.array([row.get(c) for row in rows], pa.string()) for c in COLUMNS})


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"uei": "abcdefghjk12", "duns": "123456789"}, "UEI-ABCDEFGHJK12"),
        ({"duns": "123456789", "legal_business_name": "A"}, "DUNS-123456789"),
        ({"legal_business_name": "Ärzte, Inc."}, "NAME-ÄRZTE, INC."),
        ({}, "NAME-"),
    ],
)
def test_the_rule(row: dict[str, str], key: str) -> None:
    assert recipient_hashes(recipients(row)).to_pylist() == [md5(key)]


def test_further_places_and_still_equal_rows() -> None:
    name = {"legal_business_name": "Acme"}
    reno = {**name, "city": "Reno", "state": "NV", "zip5": "89501", "zip4": "0001"}
    hashes = recipient_hashes(
        recipients(name, reno, reno, reno, name, {"uei": "U"}, {**reno, "uei": "U"}, reno)
    )
    assert hashes.to_pylist() == [
        md5(key)
        for key in (
            "NAME-ACME",
            "NAME-ACME|RENO|NV|89501-0001",
            "NAME-ACME|RENO|NV|89501-0001|2",
            "NAME-ACME|RENO|NV|89501-0001|3",
            "NAME-ACME|||",
            "UEI-U",
            "UEI-U|2",
            "NAME-ACME|RENO|NV|89501-0001|4",
        )
    ]


def test_a_name_that_ends_like_a_number_given_here() -> None:
    rows = [{"uei": "A"}, {"uei": "A|2"}, {"uei": "A"}, {"uei": "A"}]
    assert recipient_hashes(recipients(*rows)).to_pylist() == [
        md5(key) for key in ("UEI-A", "UEI-A|2", "UEI-A|3", "UEI-A|4")
    ]


VALUES = st.sampled_from([None, "A", "a", "A|2", "B"])
ROWS = st.fixed_dictionaries(dict.fromkeys(COLUMNS, VALUES))


@given(st.lists(ROWS, min_size=1, max_size=12))
def test_always_unique_and_the_first_is_plain(rows: list[dict[str, str]]) -> None:
    table = recipients(*rows)
    made, plain = recipient_hashes(table).to_pylist(), plain_hashes(table).to_pylist()
    assert len(set(made)) == len(made)
    for i, key in enumerate(plain):
        assert key is None or key not in plain[:i] or made[i] != key
        assert (key is None) == all(rows[i][c] is None for c in COLUMNS[:3])
    assert plain[0] in (None, made[0])


@pytest.mark.real
def test_real_hashes_are_made_again(real_data: Path) -> None:
    table = read_recipients(real_data / "recipients.parquet").table
    made, given_ = recipient_hashes(table), table["recipient_hash"].combine_chunks()
    has_id = pc.or_(table["uei"].is_valid(), table["duns"].is_valid()).combine_chunks()
    assert made.filter(has_id).equals(given_.filter(has_id))
    names = pc.utf8_upper(table["legal_business_name"])
    counts = pc.value_counts(names)
    unique = counts.field("values").filter(pc.equal(counts.field("counts"), 1))
    alone = pc.and_(pc.invert(has_id), pc.is_in(names, unique).combine_chunks())
    assert pc.sum(alone).as_py() > 200_000
    assert made.filter(alone).equals(given_.filter(alone))


FEW = st.sampled_from([None, "A", "B", "A|2", "A|B|", "A|B||2", "C"])


@given(
    st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS[:5], FEW)), min_size=1, max_size=30),
    st.integers(1, 31),
)
def test_in_parts_they_are_the_same(rows: list[dict[str, str]], size: int) -> None:
    table = recipients(*rows)

    def parts() -> list[pa.Table]:
        return [table.slice(first, size) for first in range(0, len(rows), size)]

    found = pa.concat_arrays(list(hashes_in_parts(parts)))
    assert found.to_pylist() == recipient_hashes(table).to_pylist()
