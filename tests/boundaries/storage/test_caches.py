"""Values on disk: made once, read by everybody, forgotten by version, never trusted when damaged."""

import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from boundaries.storage.caches import DiskCache
from tests.boundaries.storage.test_data_folder import FailingFolder

KEY = ("wards", "v1", "9")


@pytest.fixture
def cache(tmp_path):
    return DiskCache(tmp_path / "cache", ".txt")


def get(cache, key=KEY, text="made", make=None):
    return cache.get(
        key,
        make or (lambda: text),
        read=lambda content: bytes(content).decode(),
        write=lambda value, file: file.write(value.encode()),
    )


def names(cache):
    return sorted(path.name for path in cache.folder.iterdir())


def test_a_value_is_made_once_and_read_by_other_processes(cache):
    assert get(cache, text="made") == "made"
    assert get(DiskCache(cache.folder, ".txt"), text="made again") == "made"
    assert names(cache) == ["wards.v1.9.txt"]


def test_where_it_came_from_is_counted(cache):
    get(cache)
    get(cache)
    counts = cache.counts()
    assert (counts.hits, counts.misses, counts.unwritten) == (1, 1, 0)


def test_other_versions_of_the_same_subject_are_forgotten(cache):
    for key in (KEY, ("wards", "v1", "8"), ("lsoa", "v1", "9"), ("wards", "v2", "9")):
        get(cache, key)
    assert names(cache) == ["lsoa.v1.9.txt", "wards.v2.9.txt"]


def test_the_last_versions_are_kept_where_there_may_be_several(tmp_path):
    cache = DiskCache(tmp_path, ".txt", versions=2)
    for i, version in enumerate(("v1", "v2", "v3")):
        get(cache, ("wards", version))
        os.utime(tmp_path / f"wards.{version}.txt", (1_000 + i, 1_000 + i))
    assert names(cache) == ["wards.v2.txt", "wards.v3.txt"]
    get(cache, ("wards", "v4"))
    assert names(cache) == ["wards.v3.txt", "wards.v4.txt"]


def test_files_of_nobody_s_are_left_alone(cache):
    cache.folder.mkdir()
    for name in ("wards.v0.9.csv", "notes.txt", "wards.v0.txt"):
        (cache.folder / name).touch()
    get(cache)
    assert len(names(cache)) == 4


@pytest.mark.parametrize("content", [b"", b"\xff", b"made"])
def test_a_damaged_file_is_logged_and_made_again(cache, caplog, content):
    get(cache)
    (cache.folder / "wards.v1.9.txt").write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert get(cache, text="anew") == "anew"
    assert "wards.v1.9.txt cannot be read and is made again" in caplog.text
    assert get(cache, text="never") == "anew"


def test_a_file_with_any_one_bit_flipped_is_made_again(cache):
    get(cache)
    path = cache.folder / "wards.v1.9.txt"
    sound = path.read_bytes()
    for bit in range(8 * len(sound)):
        flipped = bytearray(sound)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        assert get(cache, text="anew") == "anew", bit
        path.unlink()


def test_a_file_under_the_name_of_another_is_made_again(cache):
    get(cache)
    (cache.folder / "wards.v1.9.txt").rename(cache.folder / "lsoa.v1.9.txt")
    assert get(cache, ("lsoa", "v1", "9"), text="anew") == "anew"


@pytest.mark.parametrize("operation", ["create", "rename"])
def test_a_value_that_cannot_be_written_is_answered_counted_and_logged(
    tmp_path, caplog, operation
):
    folder = FailingFolder(tmp_path)
    folder.failing = operation
    cache = DiskCache(folder, ".txt")
    with caplog.at_level(logging.WARNING):
        assert [get(cache, text=text) for text in ("first", "second")] == ["first", "second"]
    assert cache.counts().unwritten == 2
    assert "was not cached: [Errno 28] No space left" in caplog.text
    assert names(cache) == []


def test_an_error_while_making_reaches_the_caller_and_the_next_one_tries_again(cache):
    def fail():
        raise KeyError("no such thing")

    with pytest.raises(KeyError):
        get(cache, make=fail)
    assert get(cache) == "made"


def test_threads_that_want_the_same_value_wait_for_it(cache):
    gate = threading.Barrier(6)
    calls = []

    def slow():
        calls.append(1)
        time.sleep(0.05)
        return "made"

    def wanted(_):
        gate.wait()
        return get(cache, make=slow)

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(wanted, range(6))) == {"made"}
    assert len(calls) == 1


@pytest.mark.parametrize("part", ["", "../x", "a.b", "A", "a/b"])
def test_keys_that_could_leave_the_folder_are_refused(cache, part):
    with pytest.raises(ValueError, match="file's name"):
        get(cache, ("wards", part))
