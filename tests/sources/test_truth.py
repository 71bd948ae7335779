"""Truth names awards that exist, and does not contradict itself."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from proofbook.errors import InputError
from proofbook.sources import read_truth
from proofbook.sources.columns import NULL_WORDS


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "truth.csv"
    path.write_text(text)
    return path


def test_csv(tmp_path: Path) -> None:
    text = "status,award_row,recipient_hash\nmatch,0,h1\nmatch,0,h2\n,2,\n"
    truth = read_truth(written(tmp_path, text), 3)
    assert truth.schema.field("award_row").type == pa.int64()
    assert truth.to_pydict() == {
        "status": ["match", "match", None],
        "award_row": [0, 0, 2],
        "recipient_hash": ["h1", "h2", None],
    }


@pytest.mark.parametrize("word", [*sorted(NULL_WORDS), "null", " None ", "  "])
def test_words_for_nothing_mean_that_there_is_none(tmp_path: Path, word: str) -> None:
    text = f"award_row,recipient_hash\n0,h1\n1,{word}\n2,nullable\n"
    truth = read_truth(written(tmp_path, text), 3)
    assert truth["recipient_hash"].to_pylist() == ["h1", None, "nullable"]
    with pytest.raises(InputError, match="says of award 0 both"):
        read_truth(written(tmp_path, f"award_row,recipient_hash\n0,h1\n0,{word}\n"), 3)


@pytest.mark.parametrize("rows", [pa.array([0, 2], pa.int32()), pa.array(["0", " 2"])])
def test_parquet(tmp_path: Path, rows: pa.Array) -> None:
    hashes = pa.array(["h1", ""], pa.large_string()).dictionary_encode()
    pq.write_table(pa.table({"award_row": rows, "recipient_hash": hashes}), tmp_path / "t.parquet")
    truth = read_truth(tmp_path / "t.parquet", 3)
    assert truth.to_pydict() == {"award_row": [0, 2], "recipient_hash": ["h1", None]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("award,recipient_hash\n0,h\n", "no column 'award_row'; it has 'award', 'recipient_hash'"),
        ("award_row,hash\n0,h\n", "no column 'recipient_hash'"),
        ("award_row,recipient_hash\n0,h\n1.5,h\n", r"row 1 .*not a whole number \(got '1.5'\)"),
        ("award_row,recipient_hash\nx,h\n", r"row 0 .*not a whole number \(got 'x'\)"),
        (
            "award_row,recipient_hash\n0,h\n-1,h\n",
            r"row 1 .*no row of the awards \(0 to 2\) \(got -1",
        ),
        ("award_row,recipient_hash\n3,h\n", r"row 0 .*no row of the awards \(0 to 2\) \(got 3\)"),
        ("award_row,recipient_hash\n0,h\n,h\n", r"row 1 .*no row of the awards.*\(got 'nothing'\)"),
        (
            "award_row,recipient_hash\n0,h\n1,h\n0,\n",
            r"rows 0, 2 \(0-based\): says of award 0 both that it has a recipient and that it has",
        ),
    ],
)
def test_faults(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_truth(written(tmp_path, text), 3)


def test_floating_rows_of_parquet_are_no_rows(tmp_path: Path) -> None:
    table = pa.table({"award_row": [0.5], "recipient_hash": ["h"]})
    pq.write_table(table, tmp_path / "t.parquet")
    with pytest.raises(InputError, match=r"not a whole number \(got '0.5'\)"):
        read_truth(tmp_path / "t.parquet", 3)


def test_a_suffix_that_lies(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_text("award_row,recipient_hash\n")
    with pytest.raises(InputError, match="it is plain text, not a Parquet file"):
        read_truth(path, 3)


@pytest.mark.real
def test_the_real_truth(real_data: Path) -> None:
    truth = read_truth(real_data / "truth_awards.parquet", 4947)
    assert truth.num_rows == 6080
    assert truth.column_names == ["award_row", "recipient_hash", "status", "kind"]
    assert set(truth["status"].to_pylist()) == {"match", "presumed_none"}
    with pytest.raises(InputError, match="no row of the awards"):
        read_truth(real_data / "truth_awards.parquet", 4946)
