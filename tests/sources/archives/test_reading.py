"""An archive is read directly wherever recipients are read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pytest
from tests.sources.archives.conftest import Server, hostile_recipients
from tests.sources.archives.making import folder, zipped

from proofbook.errors import InputError
from proofbook.sources import RECIPIENT_COLUMNS, archives, read_awards, read_recipients
from proofbook.sources.archives import convert


def test_all_is_curated() -> None:
    assert archives.__all__ == [
        "Archive",
        "Converted",
        "Held",
        "Limits",
        "Table",
        "convert",
        "inspect",
        "open_archive",
        "read_table",
        "table_parts",
    ]
    assert all(hasattr(archives, name) for name in archives.__all__)


def test_recipients_from_a_zipped_archive(dump: Path, tmp_path: Path) -> None:
    path = zipped(dump, tmp_path / "db.zip", prefix="dump/")
    with pytest.raises(InputError, match="1 rows without recipient_hash"):
        read_recipients(path)  # the row of nothing but nulls


def test_recipients_are_those_of_the_converted_table(server: Server, tmp_path: Path) -> None:
    server.sql(
        "CREATE SCHEMA keep; CREATE TABLE keep.recipient_lookup AS "
        "SELECT * FROM rpt.recipient_lookup WHERE recipient_hash IS NOT NULL ORDER BY id;"
        "ALTER SCHEMA rpt RENAME TO aside; ALTER SCHEMA keep RENAME TO rpt;"
    )
    try:
        dump = server.dump("reading", "--schema=rpt")
    finally:
        server.sql("DROP SCHEMA rpt CASCADE; ALTER SCHEMA aside RENAME TO rpt;")
    path = zipped(dump, tmp_path / "db.zip")
    convert(path, "rpt.recipient_lookup", tmp_path / "r.parquet")
    direct, converted = read_recipients(path), read_recipients(tmp_path / "r.parquet")
    assert direct.table.equals(converted.table)
    assert tuple(direct.table.column_names) == RECIPIENT_COLUMNS
    assert direct.table.schema.field("alternate_names").type == pa.list_(pa.string())
    assert direct.table.column("recipient_hash").to_pylist() == [
        row["recipient_hash"] for row in hostile_recipients()[:-1]
    ]
    assert direct.table.column("city").to_pylist() == [
        row["city"] or None for row in hostile_recipients()[:-1]
    ]
    assert direct.rows == len(hostile_recipients()) - 1
    assert direct.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_archive_without_recipients(tmp_path: Path) -> None:
    path = zipped(folder(tmp_path / "d"), tmp_path / "d.zip")
    with pytest.raises(InputError, match=r"no table of that name.*rpt\.recipient_lookup"):
        read_recipients(path)


def test_an_archive_holds_no_awards(dump: Path, tmp_path: Path) -> None:
    path = zipped(dump, tmp_path / "db.zip")
    with pytest.raises(InputError, match="no column 'Company'; it has 'id', 'recipient_hash'"):
        read_awards(path)
