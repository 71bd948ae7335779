"""Tables of archives that the real pg_dump has made come out as they went in."""

from __future__ import annotations

import errno
import gzip
import random
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.sources.archives.conftest import (
    ARRAYS,
    COLUMNS,
    HOSTILE,
    Server,
    hostile_recipients,
    rows_as_sql,
)
from tests.sources.archives.making import (
    END,
    ENTRIES,
    ROWS,
    TABLE,
    folder,
    toc_bytes,
    zipped,
)

from proofbook.errors import InputError, OutputError
from proofbook.sources.archives import Limits, convert, flow, inspect, open_archive, read_table
from proofbook.sources.archives.toc import Entry

LOOKUP = "rpt.recipient_lookup"
ODD = 'public.Odd (name), "it" too'
LIST = pa.list_(pa.string())


def rows(path: Path, name: str) -> list[dict[str, Any]]:
    return list(read_table(path, name, list).to_pylist())


def test_hostile_rows_come_back(dump: Path, tmp_path: Path) -> None:
    done = convert(dump, LOOKUP, tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column_names == list(COLUMNS)
    for field in table.schema:
        assert field.type == (LIST if field.name in ARRAYS else pa.string())
    assert table.to_pylist() == hostile_recipients()
    assert (done.rows, done.table) == (len(hostile_recipients()), LOOKUP)
    assert done.bytes == (tmp_path / "out.parquet").stat().st_size
    assert [p.name for p in tmp_path.iterdir()] == ["out.parquet"]


@pytest.mark.parametrize("option", ["-Z0", "-Z9", "--data-only", "--jobs=2"])
def test_dumps_of_every_kind(server: Server, option: str) -> None:
    path = server.dump(f"kind{option}", option, "--table=rpt.recipient_lookup")
    expected = hostile_recipients()
    if option == "--data-only":  # no CREATE TABLE says which columns are arrays
        found = rows(path, LOOKUP)
        assert found[-2]["alternate_names"] == "{}"
        expected = [{k: v for k, v in r.items() if k not in ARRAYS} for r in expected]
        assert [{k: v for k, v in r.items() if k not in ARRAYS} for r in found] == expected
    else:
        assert rows(path, LOOKUP) == expected


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zipped_dump(dump: Path, tmp_path: Path, method: int) -> None:
    path = zipped(dump, tmp_path / "dump.zip", prefix="pruned_dump/", method=method)
    assert rows(path, LOOKUP) == hostile_recipients()


def test_random_rows_of_all_that_is_hostile(server: Server) -> None:
    rng = random.Random(1)
    alphabet = [*HOSTILE[:-1], *'\\\\\t\n\r",{}N.x0 é😀']

    def text() -> str:
        return "".join(rng.choices(alphabet, k=rng.randrange(6)))

    made = [
        {"n": str(n), "a": text(), "b": rng.choice([None, text()]), "c": [rng.choice([None, text()])
         for _ in range(rng.randrange(5))], "d": rng.choice([None, [text()]])}
        for n in range(2000)
    ]  # fmt: skip
    server.sql(
        "CREATE TABLE random (n int, a text, b text, c text[], d text[]);"
        + rows_as_sql("random", made)
    )
    found = rows(server.dump("random", "--table=random"), "public.random")
    server.sql("DROP TABLE random;")
    assert sorted(found, key=lambda row: int(row["n"])) == made


def test_odd_names_and_types(dump: Path) -> None:
    first, second = rows(dump, ODD)
    assert first == {
        'a "b", c': "1",
        "CHECK": [],
        "size": ["1.50", None, "-2.00"],
        "moment": ["2026-01-02 03:04:05"],
        "yes": "t",
        "raw": ["\\x00ff"],
        "boxes": "{(1,1),(0,0)}",
        "doc": '{"a": "\\t\\"\\\\"}',
    }
    assert (second["CHECK"], second["size"]) == (["a", "b", "c,d", None], ["1.00", "2.00"])
    assert {second[name] for name in ("moment", "raw", "boxes", "doc")} == {None}


def test_small_tables(dump: Path, tmp_path: Path) -> None:
    convert(dump, "rpt.empty", tmp_path / "empty.parquet")
    empty = pq.read_table(tmp_path / "empty.parquet")
    assert empty.schema.equals(pa.schema([("id", pa.string()), ("names", LIST)]))
    assert empty.num_rows == 0
    assert [r["value"] for r in rows(dump, "one_column")] == [
        "", None, "\\.", "a", "", "\\N", "\n", "",
    ]  # fmt: skip
    assert rows(dump, "rpt.twin") == [{"a": "1"}]
    assert len(rows(dump, "temp.twin")) == 2
    with pytest.raises(InputError, match="a table without columns"):
        convert(dump, "rpt.no_columns", tmp_path / "none.parquet")


def test_inspect_agrees_with_pg_restore(server: Server, dump: Path) -> None:
    listed = [
        line.split("TABLE DATA ")[1].rpartition(" ")[0].replace(" ", ".", 1)
        for line in server.run("pg_restore", "--list", str(dump)).splitlines()
        if "TABLE DATA" in line
    ]
    held = inspect(dump)
    assert [h.name for h in held] == listed
    by_name = {h.name: h for h in held}
    assert by_name[LOOKUP].columns == COLUMNS
    counts = {name: h.rows for name, h in by_name.items()}
    assert counts == {
        LOOKUP: len(hostile_recipients()),
        "rpt.empty": 0,
        "rpt.one_column": 8,
        "rpt.no_columns": 1,
        "rpt.twin": 1,
        "temp.twin": 2,
        "rpt.parted_a": 2,
        ODD: 2,
    }
    for h in held:
        assert h.compressed_bytes == (dump / str(h.member)).stat().st_size
    assert {h.rows for h in inspect(dump, count_rows=False)} == {None}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("rpt.recipient_lokup", r"no table of that name — did you mean 'rpt\.recipient_lookup'"),
        ("nothing", r"holds no table of that name .*name one of .*rpt\.twin"),
        ("twin", r"several tables of that name.*name one of rpt\.twin, temp\.twin$"),
        ("rpt.transaction_normalized", "which is a view"),
        ("rpt.parted", "in its partitions, or were left out"),
    ],
)
def test_tables_that_are_not_there(dump: Path, tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        convert(dump, name, tmp_path / "out.parquet")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--inserts"], "is kept as INSERT statements.*dump without --inserts"),
        (["--encoding=LATIN1", "--table=rpt.twin"], "in another encoding than UTF-8.*UTF8"),
        (["--format=custom"], "is an archive in custom format"),
        (["--format=tar"], "is a tar file"),
        (["--format=plain"], "is a plain SQL script"),
    ],
)
def test_dumps_that_cannot_be_read(
    server: Server, tmp_path: Path, options: list[str], told: str
) -> None:
    path = server.dump(f"not{options[0]}", *options)
    with pytest.raises(InputError, match=told):
        convert(path, "rpt.twin", tmp_path / "out.parquet")
    if options == ["--inserts"]:
        assert {h.rows for h in inspect(path)} == {None}


def test_an_unpacked_tar_dump_is_a_folder(server: Server, tmp_path: Path) -> None:
    path = server.dump("tar", "--format=tar")
    shutil.unpack_archive(path, tmp_path / "tar", "tar")
    assert rows(tmp_path / "tar", LOOKUP) == hostile_recipients()


def without_member(path: Path) -> None:
    (path / "77.dat.gz").unlink()


def cut(path: Path) -> None:
    data = gzip.compress(ROWS * 1000 + END)
    (path / "77.dat.gz").write_bytes(data[: len(data) // 2])


def written(text: bytes) -> Any:
    return lambda path: (path / "77.dat.gz").write_bytes(gzip.compress(text))


def other_compression(path: Path) -> None:
    (path / "77.dat.gz").rename(path / "77.dat.zst")


def bad_name(path: Path) -> None:
    entry = Entry("TABLE DATA", "rpt", "t", "", ENTRIES[-1].copy_statement, "../77.dat")
    (path / "toc.dat").write_bytes(toc_bytes([*ENTRIES[:-1], entry]))


FAULTS = {
    "missing": (without_member, r"table rpt\.t: has its data in a member that is missing"),
    "cut": (cut, r"member 77\.dat\.gz: is cut off: the compressed data"),
    "no end": (written(ROWS), r"is cut off: there is no end mark"),
    "width": (written(ROWS * 3 + b"a\tb\n" + END), r"line 7: has 2 values where .* has 3 columns"),
    "utf8": (written(ROWS + b"\xff\t1\t{}\n" + END), r"line 3: is not valid UTF-8"),
    "array": (written(ROWS + b"a\t1\t{x\n" + END), r"line 3: has a value that is no array"),
    "after": (written(ROWS + END + ROWS), "goes on after its end mark"),
    "other": (other_compression, "compressed in another way than gzip.*--compress=gzip"),
    "name": (bad_name, "in a member that is missing"),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("is_zip", [False, True])
def test_broken_archives(tmp_path: Path, name: str, is_zip: bool) -> None:
    spoil, told = FAULTS[name]
    path = folder(tmp_path / "d")
    spoil(path)
    if is_zip:
        path = zipped(path, tmp_path / "d.zip")
    out = tmp_path / "out" / "t.parquet"
    out.parent.mkdir()
    out.write_bytes(b"before")
    with pytest.raises(InputError, match=told) as caught:
        convert(path, TABLE, out)
    assert str(path) in str(caught.value)
    assert out.read_bytes() == b"before"
    assert list(out.parent.iterdir()) == [out]


def test_faults_far_down_name_their_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow.row_blocks, "__defaults__", (1000,))
    monkeypatch.setattr(flow, "_MOST", 300)
    path = folder(tmp_path / "d", ROWS * 5000 + b"a\n" + ROWS + END)
    with pytest.raises(InputError, match=r"line 10,001: has 1 values"):
        convert(path, TABLE, tmp_path / "t.parquet")
    path = folder(tmp_path / "e", ROWS * 5000 + END)
    seen: list[int] = []
    done = convert(path, TABLE, tmp_path / "t.parquet", progress=seen.append)
    assert (done.rows, done.text_bytes) == (10_000, len(ROWS) * 5000)
    assert sum(seen) == done.text_bytes
    assert max(seen) < 2000
    assert pq.ParquetFile(tmp_path / "t.parquet").metadata.num_row_groups == len(seen)
    assert pq.read_table(tmp_path / "t.parquet").to_pylist() == rows(path, TABLE)


def test_a_missing_member_can_still_be_inspected(tmp_path: Path) -> None:
    path = folder(tmp_path / "d")
    without_member(path)
    (held,) = inspect(path)
    assert (held.rows, held.member, held.compressed_bytes) == (None, None, 0)


def test_limits_reach_the_member(tmp_path: Path) -> None:
    path = folder(tmp_path / "d", ROWS * 1000 + END)
    with pytest.raises(InputError, match="--max-gb"):
        convert(path, TABLE, tmp_path / "t.parquet", limits=Limits(text_bytes=1000))
    with pytest.raises(InputError, match="--max-gb"):
        inspect(path, limits=Limits(text_bytes=1000))


def test_a_table_of_contents_that_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proofbook.sources.archives.archive._TOC_LIMIT", 100)
    with pytest.raises(InputError, match=r"toc\.dat: is larger than"):
        inspect(folder(tmp_path / "d"))


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    path = folder(tmp_path / "d")
    with pytest.raises(OutputError, match="cannot be written"):
        convert(path, TABLE, tmp_path / "none" / "t.parquet")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = folder(tmp_path / "d"), tmp_path / "out" / "t.parquet"
    out.parent.mkdir()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(OutputError, match=r"No space left on device.*free some space"):
        convert(path, TABLE, out)
    assert not list(out.parent.iterdir())


def test_the_disk_fails_while_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder(tmp_path / "d")

    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(flow.zlib, "decompressobj", broken)
    with pytest.raises(InputError, match=r"77\.dat\.gz: cannot be read: Input/output error"):
        convert(path, TABLE, tmp_path / "t.parquet")


def test_only_wanted_columns_are_read(dump: Path) -> None:
    table = read_table(dump, LOOKUP, lambda names: [names[15], names[0]])
    assert table.column_names == ["alternate_names", "id"]
    assert table.column("id").to_pylist() == [r["id"] for r in hostile_recipients()]
    with open_archive(dump) as archive:
        assert archive.table(LOOKUP).arrays == ARRAYS
