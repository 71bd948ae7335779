"""History: folders of all kinds, of all machines, and ten thousand of them."""

from __future__ import annotations

import json
import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.suite.runs import START, made_run, write_run

from proofbook.quality.metrics import DEFINITIONS
from proofbook.suite import history, trends


def test_runs_are_read_oldest_first_with_their_circumstances(tmp_path: Path) -> None:
    for number in (2, 0, 1):
        write_run(tmp_path, made_run(number, {"match_rate": 0.8 + number / 100}))
    found = history.read(tmp_path)
    assert found.warnings == []
    assert [e.started for e in found.entries] == [START + timedelta(days=d) for d in range(3)]
    value = found.entries[2].values["match_rate", "1000x5000"]
    assert (round(value.value, 6), value.n) == (0.82, 1000)
    assert found.entries[0].circumstances.data == {"awards": "abc"}
    assert found.entries[0].circumstances.machine_class == "linux-2c"


def test_metrics_json_is_the_same_as_before_but_for_its_head(tmp_path: Path) -> None:
    result = made_run(1, {"match_rate": 0.8, "seconds": 2.0})
    raw = json.loads(history.metrics_json(result))
    assert [m["name"] for m in raw["metrics"]] == ["match_rate", "seconds"]
    assert raw["metrics"][0]["unit"] == "rate"
    assert json.loads(history.metrics_json(made_run(1, {})))["metrics"] == []


def test_other_machines_lie_beside_or_below(tmp_path: Path) -> None:
    write_run(tmp_path, made_run(1, {"seconds": 2.0}))
    write_run(tmp_path / "synced", made_run(2, {"seconds": 9.0}, machine="mac"))
    write_run(tmp_path / "synced", made_run(1, {"seconds": 2.0}))
    found = history.read(tmp_path)
    assert [e.circumstances.machine_class for e in found.entries] == ["linux-2c", "mac"]
    assert "is there twice" in found.warnings[0]


def test_folders_from_elsewhere_are_read_as_one(tmp_path: Path) -> None:
    for folder, numbers in (("here", (1, 3)), ("there", (2, 3))):
        for number in numbers:
            write_run(tmp_path / folder, made_run(number, {"seconds": float(number)}))
    (tmp_path / "there" / "photos").mkdir()
    found = history.merged([history.read(tmp_path / name) for name in ("here", "there")])
    assert [e.values["seconds", "1000x5000"].value for e in found.entries] == [1, 2, 3]
    assert len(found.warnings) == 1


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"schema": 1}', '{"schema": 7, "status": "passed"}', "null", "\x00\xff"],
)
def test_damaged_runs_are_named(tmp_path: Path, text: str) -> None:
    write_run(tmp_path, made_run(1, {"seconds": 2.0}))
    folder = write_run(tmp_path, made_run(2, {"seconds": 2.0}))
    (folder / "metrics.json").write_text(text)
    (folder / "run.json").write_text("{")
    found = history.read(tmp_path)
    assert len(found.entries) == 1
    assert len(found.warnings) == 1
    assert folder.name in found.warnings[0]
    assert "damaged" in found.warnings[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"size": 5}, "Expected `str | null`, got `int` - at `$.metrics[0].size`"),
        ({"name": ["match_rate"]}, "damaged"),
        ({"low": "0.7"}, "at `$.metrics[0].low`"),
        ({"value": float("nan")}, "malformed"),
        ({"value": 10**400}, "damaged"),
        ({"circumstances": {"machine_class": 5}}, "at `$.circumstances.machine_class`"),
        ({"circumstances": {"sizes": None}}, "at `$.circumstances.sizes`"),
        ({"circumstances": {"since": "later"}}, "damaged"),
        ({"circumstances": 3}, "damaged"),
    ],
)
def test_runs_of_odd_types_are_named_and_left_out(
    tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    write_run(tmp_path, made_run(1, {"match_rate": 0.8}))
    folder = write_run(tmp_path, made_run(2, {"match_rate": 0.8}))
    raw = json.loads((folder / "metrics.json").read_text())
    about = changed.pop("circumstances", {})
    raw["circumstances"] = {**raw["circumstances"], **about} if isinstance(about, dict) else about
    raw["metrics"][0] |= changed
    (folder / "metrics.json").write_text(json.dumps(raw))
    found = history.read(tmp_path)
    assert len(trends.trends(found.entries)) == len(found.entries) == 1
    assert folder.name in found.warnings[0]
    assert words in found.warnings[0]


def test_a_folder_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path, made_run(1, {"match_rate": 0.8}))
    (tmp_path / "locked").mkdir()
    scandir = os.scandir

    def refused(path: Any) -> Any:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    found = history.read(tmp_path)
    assert len(found.entries) == 1
    assert found.warnings == [f"{tmp_path / 'locked'}: cannot be read (Permission denied)"]


def test_foreign_folders_and_files(tmp_path: Path) -> None:
    write_run(tmp_path, made_run(1, {"seconds": 2.0}))
    (tmp_path / "latest").write_text("x")
    (tmp_path / "photos").mkdir()
    (tmp_path / ".hidden").mkdir()
    found = history.read(tmp_path)
    assert len(found.entries) == 1
    assert found.warnings == [f"{tmp_path / 'photos'}: holds no run"]
    assert history.read(tmp_path / "absent") == history.History()


def test_runs_of_earlier_versions_are_read_from_their_record(tmp_path: Path) -> None:
    folder = write_run(tmp_path, made_run(1, {"match_rate": 0.8}))
    (folder / "metrics.json").write_text('{"run_id": "x", "metrics": []}')
    assert ("match_rate", "1000x5000") in history.read(tmp_path).entries[0].values
    (folder / "metrics.json").unlink()
    assert len(history.read(tmp_path).entries) == 1


def test_runs_that_did_not_end_have_no_say(tmp_path: Path) -> None:
    for number, status in enumerate(["interrupted", "crashed", "failed", "warned"]):
        write_run(tmp_path, made_run(number, {"seconds": 2.0}, status=status))  # type: ignore[arg-type]
    assert [e.status for e in history.read(tmp_path).entries] == ["failed", "warned"]


def test_days_and_metric_and_but(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for days in (1, 3, 30):
        moment = now - timedelta(days=days)
        values = {"match_rate": 0.8, "seconds": 2.0}
        write_run(tmp_path, made_run(days, values, started=moment))
    found = history.read(tmp_path, days=7, metric="seconds")
    assert len(found.entries) == 2
    assert {name for e in found.entries for name, _ in e.values} == {"seconds"}
    last = found.entries[-1].run_id
    assert last not in {e.run_id for e in history.read(tmp_path, but=last).entries}


@pytest.mark.parametrize(
    ("key", "value"), [("parameters", [{"key": 5}]), ("provenance", None), ("metrics", [7])]
)
def test_damaged_records_of_earlier_versions_are_named(
    tmp_path: Path, key: str, value: object
) -> None:
    folder = write_run(tmp_path, made_run(1, {"match_rate": 0.8}))
    (folder / "metrics.json").unlink()
    raw = json.loads((folder / "run.json").read_text())
    raw[key] = [raw[key][0] | value[0]] if key == "parameters" else value  # type: ignore[index]
    (folder / "run.json").write_text(json.dumps(raw))
    found = history.read(tmp_path)
    assert found.entries == []
    assert "is damaged" in found.warnings[0]


def test_a_name_that_tells_no_moment_is_no_reason_to_leave_a_run_out(tmp_path: Path) -> None:
    folder = write_run(tmp_path, made_run(1, {"seconds": 2.0}, started=datetime.now(UTC)))
    for name in ("20261399T000000Z-000001", "copied"):
        shutil.copytree(folder, tmp_path / name)
    found = history.read(tmp_path, days=7)
    assert len(found.entries) == 1
    assert ["is there twice" in warning for warning in found.warnings] == [True, True]


@pytest.mark.slow
def test_ten_thousand_runs_in_five_seconds(tmp_path: Path) -> None:
    values = {name: 0.5 + at / 7 for at, name in enumerate(DEFINITIONS)}
    folder = write_run(tmp_path, made_run(0, values))
    text = (folder / "metrics.json").read_text()
    for number in range(1, 10_000):
        moment = START + timedelta(hours=number)
        run_id = f"{moment:%Y%m%dT%H%M%SZ}-{number:06x}"
        (tmp_path / run_id).mkdir()
        changed = text.replace(folder.name, run_id).replace(START.isoformat(), moment.isoformat())
        (tmp_path / run_id / "metrics.json").write_text(changed)
    started, used = time.perf_counter(), time.process_time()
    found = history.read(tmp_path)
    lines = trends.trends(found.entries)
    seconds, used = time.perf_counter() - started, time.process_time() - used
    shutil.rmtree(tmp_path)
    print(
        f"{len(found.entries)} runs, {len(lines)} trends in {seconds:.2f} s, {used:.2f} s of a core"
    )
    assert len(found.entries) == 10_000
    assert len(lines) == len(DEFINITIONS)
    assert used < 4  # of a core: a machine that others keep busy is no fault of the reader
