"""The inputs of a run: read once, found sound, and cut to every size."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from proofbook.errors import ParameterError
from proofbook.params import Data, Settings
from proofbook.suite import inputs
from proofbook.suite import prepare as prepared
from proofbook.suite.prepare import input_paths, prepare


def test_a_synthetic_world_is_made_once_for_every_size(tmp_path: Path) -> None:
    settings = Settings(data=Data(n_awards=40, n_recipients=100))
    found = prepare(settings, tmp_path / "inputs")
    assert list(found.paths) == ["20x50", "40x100"]
    assert [f.role for f in found.files] == [
        "awards@20x50", "recipients@20x50", "truth@20x50", "awards", "recipients", "truth"
    ]  # fmt: skip
    assert {f.role: f.rows for f in found.files}["recipients"] == 100
    largest = found.paths["40x100"]
    assert pq.read_metadata(largest.recipients).num_rows == 100
    assert inputs.is_world(largest)
    made = largest.awards.stat().st_mtime_ns
    assert prepare(settings, tmp_path / "inputs") == found
    assert largest.awards.stat().st_mtime_ns == made


def test_a_size_is_the_first_rows_of_the_files_with_the_truth_that_is_left(tmp_path: Path) -> None:
    awards, recipients, truth = (tmp_path / f"{n}.parquet" for n in ("awards", "recipients", "t"))
    pq.write_table(pa.table({"Company": ["A", "B", "C", "D", "E"]}), awards)
    hashes = [f"00000000-0000-0000-0000-00000000000{i}" for i in range(4)]
    names = [f"N{i}" for i in range(4)]
    pq.write_table(pa.table({"recipient_hash": hashes, "legal_business_name": names}), recipients)
    links = {0: hashes[1], 1: hashes[3], 2: None, 4: hashes[0]}
    pq.write_table(
        pa.table(
            {
                "award_row": pa.array([0, 0, 1, 2, 4], pa.int64()),
                "recipient_hash": [links[0], hashes[3], links[1], None, links[4]],
                "kind": ["a", "b", "c", "d", "e"],
            }
        ),
        truth,
    )
    data = Data(awards=str(awards), recipients=str(recipients), truth=str(truth))
    settings = Settings(data=data, sizes=["3x2", "all"])
    found = prepare(settings, tmp_path / "inputs")
    assert found.paths == input_paths(settings, tmp_path / "inputs")
    assert found.paths["all"].awards == awards
    small = found.paths["3x2"]
    assert pq.read_table(small.awards)["Company"].to_pylist() == ["A", "B", "C"]
    assert pq.read_table(small.recipients)["legal_business_name"].to_pylist() == ["N0", "N1"]
    assert small.truth is not None
    left = pq.read_table(small.truth).select(["award_row", "recipient_hash"]).to_pylist()
    assert [(row["award_row"], row["recipient_hash"]) for row in left] == [
        (0, hashes[1]),  # the other right one is not among the recipients
        (1, None),  # its only recipient is not there: it has none
        (2, None),
    ]


@pytest.mark.parametrize(
    ("awards", "sizes", "words"),
    [
        (
            "a.parquet",
            ["5x4", "6x4"],
            "sizes: 6x4 is larger than the files, which hold 5 awards and",
        ),
        ("a.parquet", ["5x5"], "sizes: 5x5 .* which hold 5 awards and 4 recipients; use --set"),
        ("a.csv", ["9x5"], "sizes: 9x5 .* which hold 4 recipients; use --set sizes=all"),
    ],
)
def test_a_size_larger_than_parquet_is_refused_before_anything_is_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    awards: str,
    sizes: list[str],
    words: str,
) -> None:
    pq.write_table(pa.table({"Company": list("ABCDE")}), tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("Company\nA\n")
    pq.write_table(pa.table({"legal_business_name": list("ABCD")}), tmp_path / "r.parquet")
    for reader in ("read_awards", "read_recipients"):
        monkeypatch.setattr(prepared, reader, lambda path: pytest.fail("was read"))
    data = Data(awards=str(tmp_path / awards), recipients=str(tmp_path / "r.parquet"))
    with pytest.raises(ParameterError, match=words):
        prepare(Settings(data=data, sizes=sizes), tmp_path / "inputs")


def test_a_folder_is_complete_or_absent(tmp_path: Path) -> None:
    def broken(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        inputs.made_once(tmp_path / "a", broken)
    assert list(tmp_path.iterdir()) == []
    inputs.made_once(tmp_path / "a", lambda folder: (folder / "x").touch())
    inputs.made_once(tmp_path / "a", broken)
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["x"]


def test_who_comes_second_uses_what_the_first_has_made(tmp_path: Path) -> None:
    def slow(folder: Path) -> None:
        inputs.made_once(tmp_path / "a", lambda other: (other / "first").touch())
        (folder / "second").touch()

    inputs.made_once(tmp_path / "a", slow)
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["first"]
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_fingerprint_changes_with_any_file_and_word(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    first = inputs.fingerprint(tmp_path)
    assert first == inputs.fingerprint(tmp_path)
    assert first != inputs.fingerprint(tmp_path, words="x")
    (tmp_path / "a.pyc").write_text("compiled")
    assert first == inputs.fingerprint(tmp_path)
    (tmp_path / "a.py").write_text("2")
    assert first != inputs.fingerprint(tmp_path)


def test_what_is_old_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    inputs.forget_old(tmp_path, but=tmp_path / "new")
    assert len(list(tmp_path.iterdir())) == 2
    monkeypatch.setattr(inputs, "KEPT_S", -1)
    inputs.forget_old(tmp_path, but=tmp_path / "new")
    assert [p.name for p in tmp_path.iterdir()] == ["new"]
