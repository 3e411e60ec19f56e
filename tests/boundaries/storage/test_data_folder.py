"""The way to files at rest: whole or not at all, and every operation in one object."""

import errno
import os
import threading

import pytest

from boundaries.errors import UnwritableLayersError
from boundaries.storage.data_folder import UNFINISHED, DataFolder
from boundaries.storage.store import LayerStore
from tests.boundaries.areas import BNG, chessboard, layer_of

OPERATIONS = ("create", "sync", "rename", "sync_folder")


class FailingFolder(DataFolder):
    """A disk on which one operation fails."""

    failing = ""

    def _fail(self, operation):
        if operation == self.failing:
            raise OSError(28, "No space left on device")

    def create(self, name):
        self._fail("create")
        return super().create(name)

    def sync(self, file):
        self._fail("sync")
        super().sync(file)

    def rename(self, name, new_name):
        self._fail("rename")
        super().rename(name, new_name)

    def sync_folder(self):
        self._fail("sync_folder")
        super().sync_folder()


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path / "data")


def content(folder, name):
    with folder.open(name) as file:
        return file.read()


def test_a_folder_that_is_not_there_is_empty(folder):
    assert folder.names() == []
    assert folder.status() is None
    assert folder.status("a/b") is None
    assert folder.refusal() is None
    folder.sweep()
    assert not folder.path.exists()


def test_a_file_is_written_read_renamed_and_removed(folder):
    folder.write("a", lambda file: file.write(b"one"))
    folder.write("a", lambda file: file.write(b"two"), durable=True)
    assert content(folder, "a") == b"two"
    assert folder.status("a").size == 3
    folder.rename("a", "b")
    assert folder.names() == ["b"]
    folder.remove("b")
    folder.remove("b")
    assert folder.names() == []


def test_a_rewritten_file_has_another_status(folder):
    folder.write("a", lambda file: file.write(b"one"))
    before = folder.status("a")
    folder.write("a", lambda file: file.write(b"two"))
    assert folder.status("a") != before


def test_names_lead_into_folders_below(folder):
    folder.subfolder("logs").write("a", lambda file: file.write(b"one"))
    assert content(folder, "logs/a") == b"one"
    assert folder.status("logs/a") == folder.subfolder("logs").status("a")


def test_a_file_that_must_be_new_takes_no_other_ones_place(folder, monkeypatch):
    for _ in range(2):
        folder.write("a", lambda file: file.write(b"one"), exclusive=True)
        with pytest.raises(FileExistsError):
            folder.write("a", lambda file: file.write(b"two"), exclusive=True)
        assert content(folder, "a") == b"one"
        assert folder.names() == ["a"]
        folder.remove("a")

        def without_links(*_):
            raise OSError(errno.EPERM, "such a disk has no links")

        monkeypatch.setattr(os, "link", without_links)


@pytest.mark.parametrize("operation", OPERATIONS[:3])
def test_a_write_that_fails_leaves_the_old_file_and_no_remains(folder, operation):
    folder.write("a", lambda file: file.write(b"one"))
    failing = FailingFolder(folder.path)
    failing.failing = operation
    with pytest.raises(OSError, match="No space left"):
        failing.write("a", lambda file: file.write(b"two"), durable=True)
    assert content(folder, "a") == b"one"
    assert folder.names() == ["a"]


def test_a_writer_that_is_interrupted_leaves_no_remains(folder):
    def interrupted(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.write("a", interrupted)
    assert folder.names() == []


def test_threads_that_write_the_same_file_do_not_disturb_each_other(folder):
    gate = threading.Barrier(4)

    def write(byte):
        gate.wait()
        for _ in range(50):
            folder.write("a", lambda file: [file.write(byte) for _ in range(100)])

    threads = [threading.Thread(target=write, args=(byte,)) for byte in (b"1", b"2", b"3", b"4")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert content(folder, "a") in {byte * 100 for byte in (b"1", b"2", b"3", b"4")}
    assert folder.names() == ["a"]


def test_only_old_remains_are_swept_where_a_time_is_given(folder):
    folder.make()
    for name in ("old", "new"):
        (folder.path / f".{name}{UNFINISHED}").touch()
    os.utime(folder.path / f".old{UNFINISHED}", (0, 0))
    folder.write("a", lambda file: file.write(b"one"))
    folder.sweep(before_ns=1_000)
    assert sorted(folder.names()) == [f".new{UNFINISHED}", "a"]
    folder.sweep()
    assert folder.names() == ["a"]


def test_why_a_folder_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()
    assert "is not a folder" in DataFolder(tmp_path / "file" / "below").refusal()


def test_of_leaves_a_folder_as_it_is(folder):
    assert DataFolder.of(folder) is folder
    assert DataFolder.of(folder.path).path == folder.path
    assert isinstance(FailingFolder(folder.path).subfolder("a"), FailingFolder)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_layer_is_whole_whatever_fails_while_it_is_saved(folder, operation):
    failing = FailingFolder(folder.path)
    store = LayerStore(failing, crs=BNG)
    store.save(layer_of(chessboard(2, 1)))
    failing.failing = operation
    with pytest.raises(UnwritableLayersError, match="No space left"):
        store.save(layer_of(chessboard(3, 1)), replace=True)
    # The new name is in place before the folder is synced, and stays.
    assert len(LayerStore(folder, crs=BNG).get("test")) == (3 if operation == "sync_folder" else 2)
