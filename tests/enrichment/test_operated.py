"""The table is the same wherever, in whatever pieces, and after whatever stops it was made."""

from __future__ import annotations

import errno
import io
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from proofbook.enrichment import Enrichment, Operation, enrich, operate
from proofbook.enrichment.interrupts import Stop
from proofbook.enrichment.progress import Progress
from proofbook.errors import Interrupted, OutputError
from proofbook.matching import MatchSettings
from proofbook.sources.synthetic import World

enrich_module = sys.modules["proofbook.enrichment.enrich"]  # the package has a function so named


@pytest.fixture(scope="module")
def files(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    pq.write_table(world.awards, folder / "a.parquet")
    pq.write_table(world.recipients, folder / "r.parquet")
    flat = world.recipients.drop_columns(["recipient_hash", "alternate_names"])
    pacsv.write_csv(flat, folder / "r.csv")
    return folder


class Shown(Progress):
    """Keeps every percentage, and asks for a stop after so many chunks."""

    def __init__(self, stop: Stop | None = None, after: int = 0, **more: Any) -> None:
        super().__init__(**more)
        self.stop, self.left, self.seen = stop, after, [0.0]

    def checkpointed(self) -> None:
        super().checkpointed()
        self.left -= 1
        if self.stop is not None and self.left == 0:
            self.stop.signal = 15

    def passed(self, stage: str, rows: int, *, resumed: bool = False) -> None:
        super().passed(stage, rows, resumed=resumed)
        self._refresh()
        self.seen.append(self.state.percent_complete)


def made(files: Path, recipients: str = "r.parquet", **more: Any) -> pa.Table:
    progress = more.pop("progress", None)
    with operate(Operation(**more), progress=progress, again="go on") as engine:
        return enrich(files / "a.parquet", files / recipients, engine=engine).table


def drawn() -> Iterator[dict[str, Any]]:
    """Ten ways to run, the same ones every time."""
    draw = random.Random(4)
    for number in range(10):
        way: dict[str, Any] = {"chunk_size": int(10 ** draw.uniform(2.7, 4))}
        if number < 2:
            way["workers"] = number + 1
        elif number == 2:
            way |= {"engine": "dask", "workers": 2}
        else:
            way["threads"] = draw.randint(1, 5)
            way["memory_limit"] = draw.choice([None, 10**7, 3 * 10**8, 10**12])
        yield way


@pytest.mark.parametrize("way", list(drawn()), ids=str)
def test_the_table_is_the_same_however_it_is_made(
    way: dict[str, Any], files: Path, enriched: Enrichment, tmp_path: Path
) -> None:
    assert made(files, scratch=tmp_path, **way).equals(enriched.table, check_metadata=True)
    assert not list(tmp_path.iterdir())


ROUNDS = [
    ({"threads": 2, "chunk_size": 1_000}, {"workers": 2, "chunk_size": 700}),
    ({"workers": 2, "chunk_size": 2_000}, {"threads": 1}),
]


@pytest.mark.parametrize("after", [2, 7])
@pytest.mark.parametrize(("first", "then"), ROUNDS, ids=["threads", "workers"])
def test_the_table_is_the_same_after_a_stop(
    first: dict[str, Any],
    then: dict[str, Any],
    after: int,
    files: Path,
    enriched: Enrichment,
    tmp_path: Path,
) -> None:
    kept, stop = tmp_path / "kept", Stop()
    with (
        pytest.raises(Interrupted, match="go on with: go on"),
        operate(
            Operation(checkpoints=kept, **first),
            progress=Shown(stop, after),
            stop=stop,
            again="go on",
        ) as engine,
    ):
        enrich(files / "a.parquet", files / "r.parquet", engine=engine)
    there = len(list(kept.glob("*.arrays")))
    assert there >= after
    progress = Shown()
    found = made(files, checkpoints=kept, resume=True, progress=progress, **then)
    assert found.equals(enriched.table, check_metadata=True)
    assert progress.state.chunks_resumed == there
    assert not kept.exists()


@pytest.mark.parametrize("scorer", ["evidence", "token_set_ratio"])
def test_progress_never_goes_back_and_ends_at_all(
    scorer: Any, files: Path, world: World, tmp_path: Path
) -> None:
    progress = Shown(file=tmp_path / "p.json")
    with operate(Operation(chunk_size=500), progress=progress) as engine:
        enrich(
            files / "a.parquet", files / "r.parquet", MatchSettings(scorer=scorer), engine=engine
        )
        assert 90 < progress.seen[-1] < 100  # it is not written yet
    assert progress.seen == sorted(progress.seen)
    assert len(set(progress.seen)) > 15
    state = progress.state
    assert (state.percent_complete, state.records_processed) == (100, world.awards.num_rows)


def test_prepared_shards_are_not_prepared_again(
    files: Path, enriched: Enrichment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, stop, shards = tmp_path / "kept", Stop(), 3
    operation = Operation(checkpoints=kept, threads=1, chunk_size=2_000)
    with (
        pytest.raises(Interrupted),
        operate(operation, progress=Shown(stop, 2 * shards + 1), stop=stop) as engine,
    ):
        enrich(files / "a.parquet", files / "r.parquet", engine=engine)
    assert len(list(kept.glob("survey-*"))) == shards
    assert len(list(kept.glob("look%20up-*"))) == 1
    monkeypatch.setattr("proofbook.matching.search.prepare_shard", None)
    found = made(files, checkpoints=kept, resume=True, threads=1)
    assert found.equals(enriched.table, check_metadata=True)


def test_what_was_learned_and_weighed_is_not_made_again(
    files: Path, enriched: Enrichment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_name = "proofbook.matching.by_name"
    with monkeypatch.context() as late:
        late.setattr(f"{by_name}.clusters", None)  # comes after all is weighed
        with pytest.raises(TypeError):
            made(files, checkpoints=tmp_path / "kept")
    for name in ("learn", "weighed"):
        monkeypatch.setattr(f"{by_name}.{name}", None)
    found = made(files, checkpoints=tmp_path / "kept", resume=True)
    assert found.equals(enriched.table, check_metadata=True)


@pytest.mark.parametrize(("limit", "spared"), [(10**12, False), (2 * 10**8, True)])
def test_memory_is_spared_only_where_the_limit_is_near(
    limit: int, spared: bool, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(enrich_module, "keep_little", lambda: calls.append("memory"))
    write = enrich_module.feather.write_feather
    monkeypatch.setattr(
        enrich_module.feather,
        "write_feather",
        lambda *args, **more: (calls.append("awards"), write(*args, **more)),
    )
    made(files, memory_limit=limit, scratch=tmp_path)
    assert calls == (["memory", "awards"] if spared else [])


def test_recipients_that_cannot_be_read_by_rows_are_written_once(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.StringIO()
    plain = made(files, "r.csv")
    monkeypatch.setattr("proofbook.sources.recipients.read_recipients", None)  # reads all at once
    for way in ({"workers": 2}, {"memory_limit": 10**9}):
        found = made(
            files, "r.csv", progress=Shown(stream=said), scratch=tmp_path, chunk_size=2_500, **way
        )
        assert found.equals(plain, check_metadata=True)
    assert said.getvalue().count("r.csv: cannot be read by rows; written to ") == 2
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_said_while_recipients_are_written(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("proofbook.sources.rewriting.pq.ParquetWriter.write_table", full)
    with pytest.raises(OutputError, match=r"recipients.parquet: cannot be written \(No space left"):
        made(files, "r.csv", memory_limit=10**9, scratch=tmp_path)
    assert not list(tmp_path.iterdir())
