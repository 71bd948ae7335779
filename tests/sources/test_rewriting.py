"""Recipients rewritten some rows at a time are those that are read at once."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from tests.sources.archives.making import folder, toc_bytes, zipped

from proofbook.errors import InputError
from proofbook.sources import RECIPIENT_COLUMNS, delimited, parquet, read_recipients, rewriting
from proofbook.sources.archives.toc import Entry
from proofbook.sources.rewriting import rewrite

NAMES = [f"Firm {i % 700}" for i in range(1_000)]
BARE = pa.table(
    {
        "legal_business_name": NAMES,
        "state": ["NV", None] * 500,
        "uei": [None, None, "", "ABCDEFGHJK12", None] * 200,
        "alternate_names": ['["A", "B"]', None, "", "X|Y", "[]"] * 200,
    }
)
TABLE = BARE.append_column("recipient_hash", [[f"h{i}" for i in range(1_000)]])


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 1 << 12)
    monkeypatch.setattr(parquet, "_BATCH", 130)
    monkeypatch.setattr(rewriting, "_GROUP", 300)


def archive(path: Path) -> Path:
    columns = "recipient_hash, legal_business_name, alternate_names"
    entries = (
        Entry("ENCODING", "", "ENCODING", "SET client_encoding = 'UTF8';\n", "", ""),
        Entry("TABLE", "rpt", "recipient_lookup", "CREATE TABLE rpt.recipient_lookup (\n"
              "    recipient_hash uuid,\n    legal_business_name text,\n"
              "    alternate_names text[]\n);\n", "", ""),
        Entry("TABLE DATA", "rpt", "recipient_lookup", "",
              f"COPY rpt.recipient_lookup ({columns}) FROM stdin;\n", "77.dat"),
    )  # fmt: skip
    rows = b"".join(b"h%d\tFirm %d\t{A,B}\n" % (i, i) for i in range(1_000))
    made = folder(path.with_suffix(".d"), rows + b"\\.\n\n\n", toc__dat=toc_bytes(entries))
    return zipped(made, path)


def made(folder_: Path, name: str) -> Path:
    path = folder_ / name
    table = BARE if name.startswith("bare") else TABLE
    if name.endswith(".zip"):
        return archive(path)
    if name.endswith(".csv"):
        pacsv.write_csv(table, path)
    else:
        pq.write_table(table, path, row_group_size=170)
    return path


@pytest.mark.parametrize("name", ["a.csv", "bare.csv", "bare.parquet", "dump.zip"])
def test_the_recipients_are_the_same(name: str, tmp_path: Path) -> None:
    path = made(tmp_path, name)
    whole = read_recipients(path).table
    found = rewrite(path, tmp_path / "out.parquet")
    assert found.rows == 1_000
    assert found.read(RECIPIENT_COLUMNS).equals(whole)
    assert found.read(["recipient_hash"], 290, 310).equals(
        whole.select(["recipient_hash"]).slice(290, 20)
    )
    assert not list(tmp_path.glob("bare-*"))


@pytest.mark.parametrize("name", ["a.csv", "bare.csv"])
def test_few_rows_are_held_at_a_time(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    write = pq.ParquetWriter.write_table

    def noted(self: pq.ParquetWriter, table: pa.Table, *args: int) -> None:
        sizes.append(table.num_rows)
        write(self, table, *args)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", noted)
    rewrite(made(tmp_path, name), tmp_path / "out.parquet")
    assert len(sizes) >= 3
    assert max(sizes) < 600
    with pq.ParquetFile(tmp_path / "out.parquet") as file:
        assert file.num_row_groups >= 3


FAULTS = {
    "a short record": ("legal_business_name,state\n" + "A,NV\n" * 5_000 + "B\n", "line 5002"),
    "no list": (
        "legal_business_name,alternate_names\n" + "A,B\n" * 5_000 + 'A,"[x"\n',
        r"row 5000 \(0-based\), column 'alternate_names'",
    ),
    "no hash": (
        "legal_business_name,recipient_hash\n" + "A,B\n" * 5_000 + "A,\n",
        r"row 5000 \(0-based\)",
    ),
    "nobody": ("legal_business_name,state\n", "holds no recipient"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_named_by_its_place_in_the_file(case: str, tmp_path: Path) -> None:
    text, words = FAULTS[case]
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(InputError, match=f"^{tmp_path}/r.csv.*{words}"):
        rewrite(tmp_path / "r.csv", tmp_path / "out.parquet")


def test_equal_hashes_are_told_of_the_file_that_was_given(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("legal_business_name,recipient_hash\nA,x\nB,x\n")
    with pytest.raises(InputError, match=r"r\.csv, rows 0, 1 \(0-based\): has the same"):
        rewrite(tmp_path / "r.csv", tmp_path / "out.parquet").check_hashes()
