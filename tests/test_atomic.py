import errno
import os
from pathlib import Path

import pytest

from proofbook.atomic import replacing


@pytest.mark.parametrize("durable", [True, False])
def test_takes_its_place_with_everything_or_leaves_what_was_there(tmp_path, durable):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path, durable=durable) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    with (  # noqa: PT012
        pytest.raises(KeyError),
        replacing(path, durable=durable) as temporary,
    ):
        temporary.write_text("half")
        raise KeyError
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_what_is_durable_reaches_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    path, synced = tmp_path / "a.txt", []
    real = os.fsync

    def fsync(descriptor):
        synced.append((Path(f"/proc/self/fd/{descriptor}").resolve(), path.exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with replacing(path) as temporary:
        temporary.write_text("new")
    assert synced == [(temporary, False), (tmp_path, True)]
    with replacing(path, durable=False):
        pass
    assert len(synced) == 2


def test_errors_name_the_file_that_was_asked_for(tmp_path, monkeypatch):
    path = tmp_path / "no" / "a.txt"
    with pytest.raises(FileNotFoundError) as missing, replacing(path):
        pass
    assert missing.value.filename == str(path)

    def full(self, target):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left") as failed, replacing(tmp_path / "a.txt"):
        pass
    assert failed.value.filename == str(tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []
