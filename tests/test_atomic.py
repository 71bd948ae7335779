import errno
import os
import socket
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


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("hops", [1, 2])
def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path, there, hops):
    folder, link = tmp_path / "elsewhere", tmp_path / "a.txt"
    folder.mkdir()
    if there:
        (folder / "b.txt").write_text("old")
    (tmp_path / "c.txt").symlink_to("elsewhere/b.txt")
    link.symlink_to("c.txt" if hops == 2 else folder / "b.txt")
    with replacing(link) as temporary:
        temporary.write_text("new")
        assert temporary.parent == folder
    assert link.is_symlink()
    assert not (folder / "b.txt").is_symlink()
    assert link.read_text() == (folder / "b.txt").read_text() == "new"
    assert [p.name for p in folder.iterdir()] == ["b.txt"]


def test_errors_name_the_link_that_was_asked_for(tmp_path):
    link = tmp_path / "a.txt"
    link.symlink_to("no/b.txt")
    with pytest.raises(FileNotFoundError) as missing, replacing(link):
        pass
    assert missing.value.filename == str(link)


def a_socket(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


OTHERS = {
    "a folder": Path.mkdir,
    "a FIFO": os.mkfifo,
    "a socket": a_socket,
    "a link that leads to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("other", OTHERS)
def test_what_is_no_file_is_refused_and_stays(tmp_path, monkeypatch, other, linked):
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    path = asked = Path("a")
    OTHERS[other](path)
    if linked:
        asked = Path("b")
        asked.symlink_to("a")
    before = path.lstat()
    with pytest.raises(FileExistsError, match=f"is {other}") as found, replacing(asked):
        pytest.fail("was begun")
    assert found.value.filename == str(asked)
    assert (path.lstat().st_mode, path.lstat().st_ino) == (before.st_mode, before.st_ino)
    assert len(list(tmp_path.iterdir())) == 1 + linked
