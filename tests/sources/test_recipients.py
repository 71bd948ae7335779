"""Recipients are read into the columns of recipient_lookup, from any of their formats."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.errors import InputError
from proofbook.sources import (
    RECIPIENT_COLUMNS,
    parquet,
    read_recipients,
    recipient_table,
    recipients,
)
from proofbook.sources.alternates import NAME_LIST
from proofbook.sources.recipients import open_recipients

SCHEMA = pa.schema(
    (c, NAME_LIST if c == "alternate_names" else pa.string()) for c in RECIPIENT_COLUMNS
)

ROWS = [
    {
        "recipient_hash": "h1",
        "legal_business_name": "ACME, INC. ",
        "uei": "ABCDEFGHJK12",
        "duns": "012345678",
        "alternate_names": ["A", "B, C"],
    },
    {"recipient_hash": "h2", "legal_business_name": "NA", "alternate_names": None},
]
FULL = [dict.fromkeys(RECIPIENT_COLUMNS) | row for row in ROWS]


def as_csv() -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["legal_business_name", "uei", "duns", "recipient_hash",
                                   "alternate_names", "not used"])  # fmt: skip
    writer.writeheader()
    writer.writerow({**ROWS[0], "alternate_names": '{A,"B, C"}', "not used": "x"})
    writer.writerow({**ROWS[1], "alternate_names": "{}"})
    return text.getvalue().encode()


@pytest.mark.parametrize("name", ["r.csv", "r.csv.gz", "r.csv.zip", "r.parquet"])
def test_every_format_reads_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "r.parquet":
        pq.write_table(pa.Table.from_pylist(FULL, SCHEMA).append_column("more", [[1, 2]]), path)
    elif name == "r.csv.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("r.csv", as_csv())
    else:
        path.write_bytes(gzip.compress(as_csv()) if name == "r.csv.gz" else as_csv())
    read = read_recipients(path)
    assert read.table.schema.equals(SCHEMA)
    assert read.table.to_pylist() == FULL
    assert (read.rows, read.bytes) == (2, path.stat().st_size)


def test_parquet_of_any_type(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    table = pa.table(
        {
            "Legal Business Name": pa.array(["A", "", "C"], pa.large_string()),
            "state": pa.array(["NV", None, "NV"]).dictionary_encode(),
            "duns": pa.array([123456789, None, 2]),
            "zip5": pa.array(["", "  ", "02139"]),
            "alternate_names": pa.array([["X"], [], None], pa.large_list(pa.large_string())),
        }
    )
    pq.write_table(table, path, row_group_size=2)
    read = read_recipients(path).table
    assert read.schema.equals(SCHEMA)
    assert read["legal_business_name"].to_pylist() == ["A", None, "C"]
    assert read["state"].to_pylist() == ["NV", None, "NV"]
    assert read["duns"].to_pylist() == ["123456789", None, "2"]
    assert read["zip5"].to_pylist() == [None, "  ", "02139"]
    assert read["alternate_names"].to_pylist() == [["X"], [], None]
    assert len(set(read["recipient_hash"].to_pylist())) == 3


def test_many_row_groups_read_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofbook.sources.parquet._ROWS", 25)
    names = [f"N{i}" for i in range(103)]
    pq.write_table(
        pa.table({"legal_business_name": names}), tmp_path / "r.parquet", row_group_size=10
    )
    assert read_recipients(tmp_path / "r.parquet").table["legal_business_name"].to_pylist() == names


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"uei": ["A"]}, "no column 'legal_business_name'; it has 'uei'"),
        ({"legal_business": ["A"]}, "did you mean 'legal_business'"),
        ({"legal_business_name": []}, "holds no recipient"),
        (
            {"legal_business_name": ["A"] * 4, "recipient_hash": ["x", "y", "z", "y"]},
            r"rows 1, 3 \(0-based\): has the same recipient_hash in several rows \(got 'y'\)",
        ),
        (
            {"legal_business_name": ["A"] * 3, "recipient_hash": ["x", None, ""]},
            r"row 1 \(0-based\): has 2 rows without recipient_hash",
        ),
        (
            {"legal_business_name": ["A"], "UEI": ["x"], "uei": ["y"]},
            "'uei' 2 times",
        ),
        (
            {"legal_busines_name": ["A"]},
            r"did you mean 'legal_busines_name'\? Remedy: rename",
        ),
        ({"legal_business_name": ["A"], "city": [["x"]]}, "column 'city': cannot be read as text"),
    ],
)
def test_tables_that_cannot_be_used(columns: dict[str, list[object]], told: str) -> None:
    with pytest.raises(InputError, match=f"^mine.*{told}"):
        recipient_table(pa.table(columns), "mine")


def test_an_empty_parquet_without_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    pq.ParquetWriter(path, pa.schema([("legal_business_name", pa.string())])).close()
    with pytest.raises(InputError, match="holds no recipient"):
        read_recipients(path)


def test_columns_that_a_parquet_has_not_are_null(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    pq.write_table(
        pa.table({"recipient_hash": ["x", "y"], "legal_business_name": ["A", "B"]}), path
    )
    opened, whole = open_recipients(path), read_recipients(path).table
    assert opened.rows == 2
    for columns in (["uei", "duns"], ["alternate_names"], ["city", "legal_business_name"]):
        assert opened.read(columns).equals(whole.select(columns))


@given(st.integers(0, 23), st.integers(0, 23), st.integers(1, 30), st.sampled_from([1, 5, 64]))
def test_rows_of_a_file_are_those_of_the_table(
    one: int, other: int, group: int, batch: int
) -> None:
    first, last = min(one, other), max(one, other) + 1
    rows = [
        {"recipient_hash": f"h{i}", "legal_business_name": f"N{i}", "alternate_names": [f"A{i}"]}
        for i in range(24)
    ]
    table = pa.Table.from_pylist([dict.fromkeys(RECIPIENT_COLUMNS) | r for r in rows], SCHEMA)
    columns = ["legal_business_name", "alternate_names", "recipient_hash"]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "_BATCH", batch)
        patch.setattr(recipients, "_READ", batch)
        path = Path(folder) / "r.parquet"
        pq.write_table(table, path, row_group_size=group)
        opened = open_recipients(path)
        expected = table.select(columns)
        assert opened.read(columns, first, last).equals(expected.slice(first, last - first))
        wanted = np.arange(first, last, 2)
        assert opened.take(wanted, columns).equals(expected.take(wanted))
        assert opened.take(wanted[:0], columns).num_rows == 0
    held = open_recipients(table)
    assert held.read(columns, first, last).equals(expected.slice(first, last - first))


def test_a_missing_hash_is_told_by_its_row_in_the_file(tmp_path: Path) -> None:
    hashes = ["a", "b", "c", None]
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({"recipient_hash": hashes, "legal_business_name": hashes}), path)
    with pytest.raises(InputError, match=r"row 3 \(0-based\)"):
        open_recipients(path).read(["recipient_hash"], 2, 4)


@pytest.mark.real
def test_the_real_recipients(real_data: Path) -> None:
    path = real_data / "recipients.parquet"
    recipients = read_recipients(path)
    assert recipients.rows == 280_134
    plain = pq.read_table(path)
    for name in plain.column_names:
        assert recipients.table[name].to_pylist() == plain[name].to_pylist(), name
