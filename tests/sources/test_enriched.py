"""An enriched table, our own or another pipeline's, comes out in one schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from proofbook.errors import InputError
from proofbook.matching.schema import ENRICHED_SCHEMA
from proofbook.sources import read_enriched, read_enriched_file
from proofbook.sources.hashes import plain_hashes

MAPPING = Path(__file__).resolve().parents[2] / "params" / "mappings" / "usaspending.yaml"

OWN: dict[str, Any] = {
    "award_row": 0,
    "match_method": "uei-exact",
    "match_score": 100.0,
    "match_probability": 0.99,
    "match_flags": ["shared-identifier"],
    "recipient_hash": "h",
    "recipient_name": "ACME",
    "candidates": [{"recipient_hash": "h", "name": "ACME", "score": 100.0, "probability": 1.0}],
}
NONE = {"award_row": 1, "match_method": "unmatched", "match_flags": [], "candidates": []}


def own(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    table = pa.Table.from_pylist(list(rows), ENRICHED_SCHEMA)
    path = tmp_path / "own.parquet"
    pq.write_table(table.add_column(0, "Company", [["Acme "] * len(rows)]), path)
    return path


def test_our_own_comes_back_as_it_was(tmp_path: Path) -> None:
    path = own(tmp_path, OWN, NONE)
    assert read_enriched(path).equals(pq.read_table(path))


def test_other_arrow_types_become_ours(tmp_path: Path) -> None:
    frame = pq.read_table(own(tmp_path, OWN, NONE)).to_pandas()
    frame["match_method"] = frame["match_method"].astype("category")
    frame.to_parquet(tmp_path / "pandas.parquet")
    table = read_enriched(tmp_path / "pandas.parquet")
    assert table.schema.field("match_method").type == pa.string()
    assert table["match_method"].to_pylist() == ["uei-exact", "unmatched"]
    assert table.select(ENRICHED_SCHEMA.names).schema.types == ENRICHED_SCHEMA.types


def test_lost_and_doubled_awards_are_not_judged_here(tmp_path: Path) -> None:
    path = own(tmp_path, NONE, NONE, {**NONE, "award_row": 7})
    assert read_enriched(path)["award_row"].to_pylist() == [1, 1, 7]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"match_method": "uei"},
            r"column 'match_method', row 1: has an unknown word \(got 'uei'\)",
        ),
        ({"match_flags": ["ambiguous", "x"]}, "column 'match_flags', row 1: has an unknown word"),
        ({"match_probability": 1.01}, r"'match_probability', row 1: has a value outside 0 to 1 "),
        ({"match_probability": float("nan")}, r"'match_probability', row 1.*\(got nan\)"),
        ({"match_score": -1.0}, r"'match_score', row 1: has a value outside 0 to 100"),
    ],
)
def test_values_out_of_range(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_enriched(own(tmp_path, OWN, NONE | change))


@pytest.mark.parametrize("column", ["award_row", "match_method", "match_flags", "candidates"])
def test_nothing_where_a_value_is_needed(tmp_path: Path, column: str) -> None:
    loose = pa.schema([field.with_nullable(True) for field in ENRICHED_SCHEMA])
    path = tmp_path / "own.parquet"
    pq.write_table(pa.Table.from_pylist([OWN, NONE | {column: None}], loose), path)
    with pytest.raises(InputError, match=f"'{column}', row 1: has nothing where a value is needed"):
        read_enriched(path)


def test_columns_missing_or_of_the_wrong_type(tmp_path: Path) -> None:
    table = pq.read_table(own(tmp_path, OWN))
    path = tmp_path / "bad.parquet"
    pq.write_table(table.drop_columns("match_score"), path)
    with pytest.raises(InputError, match="no column 'match_score'"):
        read_enriched(path)
    at = table.schema.get_field_index("match_score")
    pq.write_table(table.set_column(at, "match_score", [["high"]]), path)
    with pytest.raises(InputError, match=r"column 'match_score': .*needs double \(got 'string'\)"):
        read_enriched(path)


def test_a_table_without_awards(tmp_path: Path) -> None:
    path = own(tmp_path, OWN)
    pq.write_table(pq.read_table(path).slice(0, 0), path)
    with pytest.raises(InputError, match="holds no award"):
        read_enriched(path)


def test_our_own_is_never_a_csv(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("award_row\n0\n")
    with pytest.raises(InputError, match="as Parquet, or name a mapping file"):
        read_enriched(tmp_path / "a.csv")


THEIRS = {
    "Company": ["Acme ", "Beta", "Gamma", "Delta", "Eps"],
    "number of employees": [5.0, None, 7.0, 8.0, 9.0],
    "Contact Email": ["a@example.com"] * 5,
    "_usaspending_match_method": [
        "uei-exact", "name-fuzzy-candidate", "name-fuzzy-low", None, "uei-exact",
    ],
    "_usaspending_match_score": [100, 82.5, 40, None, 100],
    "usaspending_recipient_legal_business_name": ["ACME", "BETTA", None, None, "ACME"],
    "usaspending_recipient_uei": ["ABCDEFGHJK12", None, None, None, "ABCDEFGHJK12"],
    "usaspending_recipient_other": [1, 2, 3, 4, 5],
}  # fmt: skip


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_another_pipeline(tmp_path: Path, suffix: str) -> None:
    frame = pd.DataFrame(THEIRS)
    path = tmp_path / f"theirs.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    table = read_enriched(path, MAPPING)
    assert table.select(ENRICHED_SCHEMA.names).schema.types == ENRICHED_SCHEMA.types
    rows = table.to_pydict()
    assert table.column_names[:4] == [
        "Company", "Number Employees", "Contact Email", "usaspending_recipient_other",
    ]  # fmt: skip
    assert rows["Company"][0] == "Acme "
    assert rows["award_row"] == [0, 1, 2, 3, 4]
    assert rows["match_method"] == [
        "uei-exact", "name-fuzzy-candidate", "unmatched", "unmatched", "uei-exact",
    ]  # fmt: skip
    assert rows["match_score"] == [100.0, 82.5, 40.0, None, 100.0]
    assert rows["match_probability"] == [None] * 5
    assert rows["recipient_name"] == ["ACME", None, None, None, "ACME"]
    key = plain_hashes(
        pa.table({"uei": ["ABCDEFGHJK12"], "duns": pa.nulls(1, pa.string()),
                  "legal_business_name": ["ACME"]})
    )[0].as_py()  # fmt: skip
    assert rows["recipient_hash"] == [key, None, None, None, key]
    assert [len(c) for c in rows["candidates"]] == [0, 1, 0, 0, 0]
    assert rows["candidates"][1][0]["name"] == "BETTA"
    assert rows["candidates"][1][0]["score"] == 82.5
    assert rows["match_flags"] == [[]] * 5


def translated(tmp_path: Path, frame: dict[str, list[Any]], mapping: str = "") -> pa.Table:
    path = tmp_path / "theirs.parquet"
    pq.write_table(pa.table(frame), path)
    if not mapping:
        return read_enriched(path, MAPPING)
    (tmp_path / "m.yaml").write_text(mapping)
    return read_enriched(path, tmp_path / "m.yaml")


METHOD = "_usaspending_match_method"
ROW = "columns: {match_method: m, award_row: row}\nmethods: {uei-exact: [u]}"


def test_a_mapped_award_row(tmp_path: Path) -> None:
    assert translated(tmp_path, {"m": ["u", ""], "row": [5, 3]}, ROW)["award_row"].to_pylist() == [
        5,
        3,
    ]


SCORE = "_usaspending_match_score"


@pytest.mark.parametrize(
    ("frame", "mapping", "told"),
    [
        (
            {METHOD: ["uei-exact", "uei_exact"]},
            "",
            r"row 1: .*not explain \(got 'uei_exact'\).*did",
        ),
        ({"_usaspending_method": ["x"]}, "", f"no column '{METHOD}' — did you mean"),
        ({METHOD: [None], SCORE: ["high"]}, "", f"'{SCORE}', row 0: has a value that is no number"),
        ({METHOD: [None], SCORE: [1000]}, "", "'match_score', row 0: has a value outside"),
        ({"m": [None, None], "row": ["1", "x"]}, ROW, "column 'row', row 1: has no whole number"),
        ({"m": [None, None], "row": [1, None]}, ROW, "'award_row', row 1: has nothing where"),
        ({METHOD: [None], "Duns": ["1"], "DUNS": ["2"]}, "", "'Duns' 2 times"),
    ],
)
def test_what_cannot_be_translated(
    tmp_path: Path, frame: dict[str, list[Any]], mapping: str, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        translated(tmp_path, frame, mapping)


BARE = "columns: {match_method: m}\nmethods: {uei-exact: [u], name-fuzzy-candidate: [c]}"
NAMED = BARE.replace("m}", "m, match_probability: p, recipient_name: n}")
NOT_NAMED = {
    "match_score": "the mapping names no column for match_score",
    "match_probability": "the mapping names no column for match_probability",
    "recipient_hash": "the file has no mapped column that tells a recipient",
}
REVIEWED = {"candidates": "the file puts no recipient beside any award for review"}


@pytest.mark.parametrize(
    ("frame", "mapping", "absent"),
    [
        ({"m": ["u", ""]}, BARE, NOT_NAMED),
        ({"m": ["u", "c"]}, BARE, NOT_NAMED | REVIEWED),
        (
            {"m": ["u", "c"], "n": ["A", None]},
            NAMED,
            {"match_probability": "the file has no column 'p'"}
            | {"match_score": NOT_NAMED["match_score"]}
            | REVIEWED,
        ),
        (
            {"m": ["u", "c", "c"], "n": ["A", "B", None], "p": [None, "0.5", None]},
            NAMED,
            {"match_score": NOT_NAMED["match_score"]},
        ),
    ],
)
def test_what_the_file_does_not_have_is_told(
    tmp_path: Path, frame: dict[str, list[Any]], mapping: str, absent: dict[str, str]
) -> None:
    pq.write_table(pa.table(frame), tmp_path / "theirs.parquet")
    (tmp_path / "m.yaml").write_text(mapping)
    file = read_enriched_file(tmp_path / "theirs.parquet", tmp_path / "m.yaml")
    assert file.absent == absent


def test_our_own_file_has_everything(tmp_path: Path) -> None:
    assert read_enriched_file(own(tmp_path, OWN, NONE)).absent == {}


def test_the_shipped_mapping_names_a_probability(tmp_path: Path) -> None:
    frame = {METHOD: ["uei-exact"], "_usaspending_match_probability": ["0.93"]}
    assert translated(tmp_path, frame)["match_probability"].to_pylist() == [0.93]
