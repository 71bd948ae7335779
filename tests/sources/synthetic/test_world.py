"""Worlds: the same from the same seed, of any size, whole or not at all on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from proofbook.errors import OutputError, ParameterError
from proofbook.sources.columns import AWARD_COLUMNS, RECIPIENT_COLUMNS
from proofbook.sources.synthetic import (
    World,
    default_mixture,
    distractors,
    make_world,
    world,
    write_world,
)
from proofbook.sources.synthetic.mixture import Mixture

#: Of the world of 60 awards, 150 recipients and seed 7. A change here means that every world is
#: another one than before: baselines made on synthetic worlds no longer compare.
GOLDEN = "4d3fe4dbae3e9ffd54b2a23804cf7a4253534a576607ca733084da840f0b3214"


def digest(made: World) -> str:
    """A hash of all values of a world."""
    content = [t.to_pylist() for t in (made.awards, made.recipients, made.truth)]
    return hashlib.sha256(repr(content).encode()).hexdigest()


def changed(**shares: float) -> Mixture:
    """The default mixture with other shares, given as section__name."""
    raw = default_mixture().model_dump()
    for path, value in shares.items():
        section, name = path.split("__")
        raw[section][name]["value"] = value
    return Mixture.model_validate(raw)


def test_a_world_is_the_one_it_has_always_been() -> None:
    assert digest(make_world(60, 150, 7)) == GOLDEN


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    one, two, other = make_world(300, 900, 1), make_world(300, 900, 1), make_world(300, 900, 2)
    for name in ("awards", "recipients", "truth"):
        assert getattr(one, name).equals(getattr(two, name))
        assert not getattr(one, name).equals(getattr(other, name))


def test_tables_have_their_columns() -> None:
    made = make_world(50, 100, 1)
    assert tuple(made.awards.column_names) == AWARD_COLUMNS
    assert set(made.awards.schema.types) == {pa.string()}
    assert tuple(made.recipients.column_names) == RECIPIENT_COLUMNS
    assert made.recipients.schema.field("alternate_names").type == pa.list_(pa.string())
    assert made.truth.schema.field("award_row").type == pa.int64()
    assert made.awards.combine_chunks().column(0).null_count == 0


@pytest.mark.parametrize(
    ("n_awards", "n_recipients"),
    [(1, 1), (1, 2), (2, 1), (10, 3), (3, 10), (1, 3000), (400, 7), (900, 300), (60, 20_000)],
)
def test_extreme_sizes_work(n_awards: int, n_recipients: int) -> None:
    made = make_world(n_awards, n_recipients, 4)
    assert (made.awards.num_rows, made.recipients.num_rows) == (n_awards, n_recipients)
    truth = pl.from_arrow(made.truth)
    assert truth["award_row"].unique().sort().to_list() == list(range(n_awards))
    hashes = made.recipients["recipient_hash"].to_pylist()
    assert len(set(hashes)) == n_recipients
    assert set(truth["recipient_hash"].drop_nulls()) <= set(hashes)
    assert (truth["identifier"] == "uei").any() or n_awards < 3


def test_parts_draw_from_streams_of_their_own() -> None:
    usual = make_world(200, 600, 5)
    other = make_world(200, 600, 5, changed(recipients__no_street=0.9, awards__no_topic=0.9))
    assert other.truth.equals(usual.truth)
    for table, altered in (("awards", {"Topic Code"}), ("recipients", {"address_line_1"})):
        one, two = getattr(usual, table), getattr(other, table)
        different = {c for c in one.column_names if not one[c].equals(two[c])}
        assert altered <= different
        assert different <= altered | {"address_line_2"}


def test_identifiers_of_distractors_are_distinct() -> None:
    """However many rows an entity has, no two rows get the same key."""
    rows = distractors.distractor_rows(20_000, 3, 0, changed(recipients__extra_row=0.9))
    assert (np.bincount(rows.entity - distractors.FIRST_DISTRACTOR) <= distractors.MOST_ROWS).all()
    keys = np.where(rows.uei >= 0, rows.uei * 2, rows.duns * 2 + 1)
    named = keys[(rows.uei >= 0) | (rows.duns >= 0)]
    assert len(np.unique(named)) == len(named)


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofbook.sources.synthetic.recipients.BLOCK", 64)
    monkeypatch.setattr(distractors, "BLOCK", 64)
    made = make_world(100, 300, 5)
    assert made.recipients.num_rows == 300
    assert len(set(made.recipients["recipient_hash"].to_pylist())) == 300
    own = set(made.truth["recipient_hash"].to_pylist()) - {None}
    where = [i for i, h in enumerate(made.recipients["recipient_hash"].to_pylist()) if h in own]
    assert len({i // 64 for i in where}) == 5  # award firms are in all blocks


@pytest.mark.parametrize(
    ("sizes", "name"),
    [((0, 5, 1), "awards"), ((5, -3, 1), "recipients"), ((5, 5, -1), "seed"), ((2.5, 5, 1), "awa")],
)
def test_impossible_sizes_are_refused(sizes: tuple[int, int, int], name: str) -> None:
    with pytest.raises(ParameterError, match=f"{name}.*got.*Remedy"):
        make_world(*sizes)
    with pytest.raises(ParameterError, match=name):
        write_world(Path("/nowhere"), *sizes)


def test_a_written_world_is_the_made_one(tmp_path: Path) -> None:
    files = write_world(tmp_path / "new" / "folder", 120, 400, 9, progress=True)
    made = make_world(120, 400, 9)
    assert pq.read_table(files.recipients).equals(made.recipients)
    assert pq.read_table(files.truth).equals(made.truth)
    read = pl.read_csv(files.awards, infer_schema=False).fill_null("")
    assert read.equals(pl.from_arrow(made.awards))
    assert sorted(p.name for p in files.awards.parent.iterdir()) == [
        "awards.csv.gz",
        "recipients.parquet",
        "truth.parquet",
    ]


def test_equal_worlds_are_equal_files(tmp_path: Path) -> None:
    one, two = (write_world(tmp_path / name, 50, 90, 9) for name in "ab")
    assert one.awards.read_bytes() == two.awards.read_bytes()
    assert one.recipients.read_bytes() == two.recipients.read_bytes()


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"file.*could not be written.*Remedy"):
        write_world(tmp_path / "file", 5, 5, 1)


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = write_world(tmp_path, 20, 40, 1)
    content = [p.read_bytes() for p in (before.awards, before.recipients, before.truth)]

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(world.pq.ParquetWriter, "write_table", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_world(tmp_path, 20, 40, 2)
    assert [p.read_bytes() for p in (before.awards, before.recipients, before.truth)] == content
    assert len(list(tmp_path.iterdir())) == 3
