"""Awards are read by column name, every value as text, and faults are named."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofbook.errors import InputError
from proofbook.sources import AWARD_COLUMNS, DEFECTS, award_table, read_awards
from proofbook.sources.columns import AWARD_ALIASES


def written(tmp_path: Path, text: str, name: str = "awards.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_values_stay_as_written(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'Company,Duns,Award Title,Extra\n"A, Inc. ",010,"two\nlines",NA\nB,78269681.0,,\n',
    )
    awards = read_awards(path)
    assert awards.table.to_pydict() == {
        "Company": ["A, Inc. ", "B"],
        "Duns": ["010", "78269681.0"],
        "Award Title": ["two\nlines", ""],
        "Extra": ["NA", ""],
    }
    assert awards.path == path
    assert (awards.rows, awards.bytes) == (2, path.stat().st_size)
    assert len(awards.sha256) == 64
    assert awards.defects.keys() == DEFECTS.keys()


def test_columns_keep_their_order_and_unknown_ones_stay(tmp_path: Path) -> None:
    path = written(tmp_path, " duns ,Something New,Number of Employees,COMPANY,\n1,2,3,A,5\n")
    assert read_awards(path).table.column_names == [
        "Duns", "Something New", "Number Employees", "Company", "Unnamed: 4",
    ]  # fmt: skip


@given(
    st.sampled_from([*((c, c) for c in AWARD_COLUMNS), *AWARD_ALIASES.items()]),
    st.sampled_from([str.lower, str.upper, str.title, str]),
    st.sampled_from([" ", "  ", "_", "-"]),
    st.sampled_from(["", " ", "\t"]),
)
def test_spellings_of_a_column(
    names: tuple[str, str], case: type[str], separator: str, around: str
) -> None:
    spelled, known = names
    header = around + case(spelled).replace(" ", separator) + around
    table = pa.table({header: ["x"]} if known == "Company" else {header: ["x"], "Company": ["y"]})
    assert award_table(table).column_names[0] == known


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Compani,UEI", r"no column 'Company'; it has 'Compani', 'UEI' — did you mean 'Compani'\?"),
        ("a,b", r"header: has no column 'Company'; it has 'a', 'b'\. Remedy: rename"),
        ("Company;UEI", "separate values by commas, not by ';'"),
        ("Company\tUEI", r"separate values by commas, not by '\\t'"),
        (",".join(f"c{i}" for i in range(70)), "'c59' and 10 more"),
        ("Company,Duns,Company", r"has the column 'Company' 2 times: 'Company' \(column 1\), "),
        ("Company,DUNS,Duns", r"'Duns' 2 times: 'DUNS' \(column 2\), 'Duns' \(column 3\)"),
        ("Company,Number Employees,Number of Employees", "'Number Employees' 2 times"),
        ("Firm,company name,UEI", "'Company' 2 times: 'Firm'"),
        ("Company,Own,Own", "'Own' 2 times"),
    ],
)
def test_headers_that_cannot_be_used(tmp_path: Path, header: str, told: str) -> None:
    row = ",".join("x" * len(header.split(",")))
    with pytest.raises(InputError, match=told):
        read_awards(written(tmp_path, f"{header}\n{row}\n"))


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_header_alone_is_no_award(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="holds no award"):
        read_awards(written(tmp_path, "Company,UEI\n", name))


def test_a_byte_order_mark_is_counted(tmp_path: Path) -> None:
    awards = read_awards(written(tmp_path, "\ufeffCompany\nA\n"))
    assert awards.table.column_names == ["Company"]
    assert awards.defects["byte_order_mark"] == 1
    assert read_awards(written(tmp_path, "Company\nA\n")).defects["byte_order_mark"] == 0


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=10))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_csv_and_parquet_hold_the_same_text(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["Company", "Abstract"], dtype=str)
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("Company", "Abstract"), *rows])
    (tmp_path / "a.csv").write_bytes(text.getvalue().encode())
    frame.to_parquet(tmp_path / "a.parquet")
    from_csv, from_parquet = (read_awards(tmp_path / f"a.{s}") for s in ("csv", "parquet"))
    assert from_csv.table.to_pydict() == from_parquet.table.to_pydict()
    assert from_csv.table.to_pydict() == frame.to_dict("list")
    assert from_csv.defects == from_parquet.defects


def test_parquet_of_any_type(tmp_path: Path) -> None:
    table = pa.table(
        {
            "company": pa.array(["A", None]).dictionary_encode(),
            "Duns": pa.array([78269681.0, None]),
            "Award Amount": pa.array([150000, None]),
            "Proposal Award Date": pa.array([date(2019, 4, 5), None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1)
    assert read_awards(tmp_path / "a.parquet").table.to_pydict() == {
        "Company": ["A", ""],
        "Duns": ["78269681", ""],
        "Award Amount": ["150000", ""],
        "Proposal Award Date": ["2019-04-05", ""],
    }


def test_parquet_faults(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"Company": pa.array([], pa.string())}), path)
    with pytest.raises(InputError, match="holds no award"):
        read_awards(path)
    pq.write_table(pa.table([["A"], ["B"]], names=["UEI", "uei"]), path)
    with pytest.raises(InputError, match="'UEI' 2 times"):
        read_awards(path)
    pq.write_table(pa.table({"Company": ["A"] * 9999}), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="cut off or damaged"):
        read_awards(path)
    pq.write_table(pa.table({"Company": [str(i) for i in range(9999)]}), path)
    data = bytearray(path.read_bytes())
    data[20:4000] = bytes(3980)
    path.write_bytes(data)
    with pytest.raises(InputError, match="cut off or damaged"):
        read_awards(path)


def test_a_folder_named_like_a_partition_adds_no_column(tmp_path: Path) -> None:
    folder = tmp_path / "year=2020"
    folder.mkdir()
    pq.write_table(pa.table({"Company": ["A"]}), folder / "a.parquet")
    assert read_awards(folder / "a.parquet").table.column_names == ["Company"]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet"])
@pytest.mark.parametrize("wanted", [["Company"], ["City", "Company"], ["Zip"]])
def test_only_what_is_wanted_is_read(tmp_path: Path, name: str, wanted: list[str]) -> None:
    values = {"Company": ["A, Inc.", "B"], "State": ["MA", ""], "City": ["x\ny", "z"],
              "Zip": ["02139", '"']}  # fmt: skip
    path = tmp_path / name
    table = pa.table(values)
    if name == "a.parquet":
        pq.write_table(table, path)
    else:
        text = table.to_pandas().to_csv(index=False).encode()
        path.write_bytes(gzip.compress(text) if name == "a.csv.gz" else text)
    file = read_awards(path, lambda _: wanted)
    assert file.names == list(values)
    assert set(file.table.column_names) == set(wanted)
    assert file.table.select(wanted).to_pydict() == {c: values[c] for c in wanted}


def test_a_quote_never_closed_is_told_in_a_column_that_is_not_wanted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'Company,City\nA,x\nB,"y\nC,z\n')
    with pytest.raises(InputError, match="never closed"):
        read_awards(path, lambda _: ["Company"])


@pytest.mark.real
def test_the_real_awards_are_read_as_they_are(real_data: Path) -> None:
    path = real_data / "sbir_awards.csv.gz"
    awards = read_awards(path)
    plain = pd.read_csv(path, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(awards.table.to_pandas().astype(object), plain.astype(object))
    assert awards.table.column_names == list(AWARD_COLUMNS)
    # What the file is known to hold: see its README, and counts made by hand.
    known = {"quoted_identifiers": 269, "lost_zero_duns": 10, "zip_defects": 48,
             "amounts_with_separators": 394, "duplicate_rows": 0, "personal_values": 0,
             "html_entities": 93}  # fmt: skip
    assert known.items() <= awards.defects.items()
