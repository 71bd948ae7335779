"""Every value of a CSV is read exactly as written, or the first fault is named."""

from __future__ import annotations

import csv
import gzip
import io
import re
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from types import BuiltinMethodType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofbook.errors import InputError
from proofbook.sources import delimited
from proofbook.sources.delimited import csv_parts, read_csv
from proofbook.sources.files import identify


def read(path: Path, data: bytes) -> tuple[list[str], list[tuple[str | None, ...]]]:
    """A CSV, in one and in parts: the same records, or the same fault."""
    path.write_bytes(data)
    format_ = identify(path)
    try:
        table, header = read_csv(path, format_)
    except InputError as error:
        with pytest.raises(InputError, match=f"^{re.escape(str(error))}$"):
            in_parts(path, format_)
        raise
    assert in_parts(path, format_).equals(read_csv(path, format_, null=True)[0])
    return header.names, list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def in_parts(path: Path, format_: str) -> pa.Table:
    return pa.concat_tables(csv_parts(path, format_, lambda names: range(len(names))))


NASTY = st.text(
    st.one_of(
        st.sampled_from(list("\",\r\n\t ;|\\'&<é\u2028\ufeff\U0001f680\x1c\x85")),
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    ),
    max_size=12,
)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(NASTY, min_size=width, max_size=width), min_size=1, max_size=8
        )
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.booleans(),
)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_round_trip(
    tmp_path: Path, rows: list[list[str]], end: str, quoting: int, last_end: bool
) -> None:
    # The csv module does not quote a lone carriage return when lines end in a newline.
    quote = csv.QUOTE_ALL if any("\r" in v for row in rows for v in row) else quoting
    header = [f"c{i}" for i in range(len(rows[0]))]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=quote).writerows([header, *rows])
    data = text.getvalue().encode()
    names, read_rows = read(
        tmp_path / "a.csv", data if last_end else data.removesuffix(end.encode())
    )
    assert names == header
    assert read_rows == [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"a,b\n010, x \n", [("010", " x ")]),
        (b"a,b\nNA,NULL\nnan,\n", [("NA", "NULL"), ("nan", "")]),
        (b'a,b\n"l1\nl2","q""q"\n', [("l1\nl2", 'q"q')]),
        (b'a,b\n5" pipe,1"\n', [('5" pipe', '1"')]),
        (b"a,b\n\n1,2\n\n\n3,4\n\n", [("1", "2"), ("3", "4")]),
        (b"\n\na,b\n1,2", [("1", "2")]),
        (b"\xef\xbb\xbfa,b\n1,2\n", [("1", "2")]),
        (b'\xef\xbb\xbf"a","b"\r\n"1",""', [("1", "")]),
        (b"a,b\r1,2\r3,4", [("1", "2"), ("3", "4")]),
        (b"a,b", []),
        (b"a,b\n\n\n", []),
        (b'"a\nA",b\n1,2\n', [("1", "2")]),
    ],
)
def test_values_are_as_written(tmp_path: Path, data: bytes, rows: list[tuple[str, ...]]) -> None:
    assert read(tmp_path / "a.csv", data)[1] == rows


def test_header_is_as_written(tmp_path: Path) -> None:
    names, _ = read(tmp_path / "a.csv", b'\xef\xbb\xbf"a\nA", b ,a,a\n')
    assert names == ["a\nA", " b ", "a", "a"]
    assert read_csv(tmp_path / "a.csv", "csv")[1].byte_order_mark


def test_empty_values_as_null(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,b\n"",NA\nx,\n')
    table, _ = read_csv(path, "csv", null=True)
    assert table.to_pydict() == {"0": [None, "x"], "1": ["NA", None]}


def test_compressed_files_read_the_same(tmp_path: Path) -> None:
    data = b'a,b\n"1\n2",3\n'
    with zipfile.ZipFile(tmp_path / "a.csv.zip", "w") as archive:
        archive.writestr("a.csv", data)
    assert read(tmp_path / "a.csv.gz", gzip.compress(data))[1] == [("1\n2", "3")]
    assert read_csv(tmp_path / "a.csv.zip", "csv.zip")[0].to_pydict() == {"0": ["1\n2"], "1": ["3"]}


GOOD = b"".join(b'%d,"x\ny"\n' % i for i in range(3))  # records 1 to 3 in lines 2 to 7


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (b"1\n", r"line 8 \(record 4.*has 1 values where the header has 2 names"),
        (b"1,2,3\n", r"line 8 \(record 4.*has 3 values"),
        (b'1,"open\n2,3\n4,5\n', r"line 8 \(record 4.*a quote that is never closed"),
        (b'1,"open', r"line 8 \(record 4.*a quote that is never closed"),
        (b'1,"', r"line 8 \(record 4.*a quote that is never closed"),
        (b'"open,1\n2,3\n', r"line 8 \(record 4.*a quote that is never closed"),
        (b"1,caf\xe9\n", r"line 8, byte 33: is not valid UTF-8 \(got b'\\xe9'\).*iconv"),
        (b"1,a\x00b\n", r"line 8, byte 31: holds a NUL byte.*tr -d"),
    ],
)  # fmt: skip
def test_the_first_fault_is_named(tmp_path: Path, bad: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(tmp_path / "a.csv", b"a,b\n" + GOOD + bad)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a,\xe9\n1,2\n", "line 1, byte 2: is not valid UTF-8"),
        (b"\xef\xbb\xbfa,\xe9\n1,2\n", "line 1, byte 5: is not valid UTF-8"),
        (b"a,\x00\n1,2\n", "line 1, byte 2: holds a NUL byte"),
        (b'"a,b\n1,2\n', "a header without an end"),
        (b"a" * (1 << 20), "a header without an end"),
        (b"a,b\n1,x\ry\n", "line 2: cannot be read as CSV: new-line character"),
    ],
)
def test_faults_of_the_header_and_line_ends(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(tmp_path / "a.csv", data)


def test_messages_never_quote_a_record(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.csv", b"a,b\nann@example.com\n")
    assert "example" not in str(caught.value)


def test_nothing_or_the_wrong_thing_inside_an_archive(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="inside the archive: is empty"):
        read(tmp_path / "a.csv.gz", gzip.compress(b""))
    with pytest.raises(InputError, match="inside the archive: holds a gzip file where CSV"):
        read(tmp_path / "a.csv.gz", gzip.compress(gzip.compress(b"a\n")))


def test_a_truncated_archive_is_found_while_reading(tmp_path: Path) -> None:
    data = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i**3) for i in range(9999)))
    with pytest.raises(InputError, match="is cut off"):
        read(tmp_path / "a.csv.gz", data[:-2000])


def test_a_record_longer_than_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 1 << 12)
    long = "x" * 200_000  # also longer than the csv module's own limit
    assert read(tmp_path / "a.csv", f"a,b\n1,{long}\n2,{long}".encode())[1][1] == ("2", long)


def test_a_record_longer_than_any_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 1 << 12)
    monkeypatch.setattr(delimited, "_LARGE_BLOCK", 1 << 13)
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read(tmp_path / "a.csv", b"a,b\n1," + b"x" * 200_000 + b"\n2,3\n" * 9999)


def test_looking_for_faults_leaves_the_csv_module_alone(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    with pytest.raises(InputError):
        read(tmp_path / "a.csv", b"a,b\n1\n")
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"a,b\n1,2\n" * 50),
        ("a.csv", b"a,b\n1,2\n3\n"),
        ("a.csv.gz", gzip.compress(b"a\n" + b"%d\n" * 600_000)[:-500]),
    ],
    ids=["good", "ragged", "cut off"],
)
def test_nobody_holds_the_stream_or_a_part_of_it_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes
) -> None:
    """A thread of Arrow that let anything go while the process ends would abort the process."""
    lent, released = [], []

    class Slow(np.ndarray):  # type: ignore[type-arg]
        def __del__(self) -> None:
            time.sleep(0.02)
            released.append(True)

    class SlowStream(delimited._Lent):
        __del__ = Slow.__del__

        def __init__(self, *words: Any) -> None:
            super().__init__(*words)
            lent.append(True)

    def slow(block: bytes) -> memoryview:
        lent.append(True)
        return memoryview(np.frombuffer(block, np.uint8).view(Slow))

    monkeypatch.setattr(delimited, "_Lent", SlowStream)
    monkeypatch.setattr(delimited, "memoryview", slow, raising=False)
    started = time.monotonic()
    for count in range(1, 4):
        with suppress(InputError):
            read(tmp_path / name, data)
        assert len(released) == len(lent) >= 4 * count
    assert time.monotonic() - started < delimited._RETURN_S


def test_what_tells_that_a_thread_is_done_runs_no_python() -> None:
    """Python code may lose the interpreter, here to the end of the process, and want it back."""
    watched = delimited._Watched(b"1,2\n", io.BytesIO())
    file, block = watched.lend(), watched.read(9)
    assert len(watched._lent) == 2
    for lent in watched._lent:
        assert isinstance(lent.__callback__, BuiltinMethodType)
    started = time.monotonic()
    del file, block
    watched.returned()
    assert time.monotonic() - started < delimited._RETURN_S
