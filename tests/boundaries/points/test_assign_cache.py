"""Assignments on disk: computed once, found by everybody, never believed when they are not right."""

import mmap
import multiprocessing
import os
import threading
import time

import numpy as np
import pytest

from boundaries.layers.layer import normalised
from boundaries.points import assign_cache
from boundaries.points.assign import assign_points
from boundaries.points.assign_cache import AssignmentCache
from spatial.errors import InvalidPointsError
from tests.boundaries.areas import EAST, NORTH, chessboard, layer_of

LAYER = normalised(layer_of(chessboard(4, 4)))
POINTS = np.random.default_rng(7).uniform(-500, 4_500, (3_000, 2)) + np.array([EAST, NORTH])
NAMES = {"dataset": "police-crime", "version": "3"}


@pytest.fixture
def cache(tmp_path):
    return AssignmentCache(tmp_path / "cache" / "assignments")


def entries(cache):
    return sorted(path.name for path in cache.folder.glob("*"))


def test_what_is_found_is_what_was_computed(cache):
    first = cache.get(LAYER, POINTS, **NAMES)
    again = cache.get(LAYER, POINTS, **NAMES)
    np.testing.assert_array_equal(first, assign_points(LAYER, POINTS))
    np.testing.assert_array_equal(again, first)
    assert (cache.counts().hits, cache.counts().misses) == (1, 1)
    assert not again.flags.writeable
    assert again.dtype == np.int32


def test_other_processes_find_it(cache):
    cache.get(LAYER, POINTS, **NAMES)
    other = AssignmentCache(cache.folder)
    other.get(LAYER, POINTS, **NAMES)
    assert (other.counts().hits, other.counts().misses) == (1, 0)


def test_an_entry_is_mapped_into_memory(cache):
    area = cache.get(LAYER, POINTS, **NAMES)
    base = area
    while isinstance(base, np.ndarray):
        base = base.base
    assert isinstance(base.obj, mmap.mmap)


def test_other_points_layers_and_versions_are_other_entries(cache):
    cache.get(LAYER, POINTS, **NAMES)
    moved = np.add(POINTS, [1_000.0, 0.0])
    other = normalised(layer_of(chessboard(3, 3)))
    for layer, points, names in [
        (LAYER, moved, NAMES),
        (LAYER, POINTS[:-1], NAMES),
        (other, POINTS, NAMES),
        (LAYER, POINTS, {"dataset": "fires", "version": "3"}),
    ]:
        np.testing.assert_array_equal(
            cache.get(layer, points, **names), assign_points(layer, points)
        )
    assert cache.counts().hits == 0


def test_old_versions_are_forgotten_and_other_datasets_are_not(cache):
    cache.get(LAYER, POINTS, dataset="fires", version="1")
    for version in range(10):
        cache.get(LAYER, POINTS, dataset="police-crime", version=str(version))
    kept = entries(cache)
    assert sum(".police-crime." in name for name in kept) == assign_cache.KEPT_VERSIONS
    assert sum(".fires." in name for name in kept) == 1
    assert any(".police-crime.9." in name for name in kept)


def test_what_a_killed_process_left_is_cleared_away_in_time(cache):
    cache.folder.mkdir(parents=True)
    old, fresh = cache.folder / ".a.unfinished", cache.folder / ".b.unfinished"
    old.touch()
    fresh.touch()
    os.utime(old, (0, 0))
    cache.get(LAYER, POINTS, **NAMES)
    assert (old.exists(), fresh.exists()) == (False, True)


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"nonsense" * 100])
def test_a_damaged_entry_is_computed_again(cache, damage):
    expected = cache.get(LAYER, POINTS, **NAMES).copy()
    (name,) = entries(cache)
    (cache.folder / name).write_bytes(damage)
    np.testing.assert_array_equal(cache.get(LAYER, POINTS, **NAMES), expected)
    np.testing.assert_array_equal(
        AssignmentCache(cache.folder).get(LAYER, POINTS, **NAMES), expected
    )


def test_an_entry_of_another_shape_is_not_believed(cache):
    cache.get(LAYER, POINTS, **NAMES)
    (name,) = entries(cache)
    np.save(cache.folder / name, np.zeros(5, dtype=np.int32))
    assert len(cache.get(LAYER, POINTS, **NAMES)) == len(POINTS)


def test_without_a_writable_folder_it_is_computed_each_time(tmp_path):
    (tmp_path / "file").write_text("in the way")
    cache = AssignmentCache(tmp_path / "file" / "assignments")
    for _ in range(2):
        area = cache.get(LAYER, POINTS, **NAMES)
        np.testing.assert_array_equal(area, assign_points(LAYER, POINTS))
    assert not area.flags.writeable
    assert (cache.counts().misses, cache.counts().unwritten) == (2, 2)


def test_many_threads_compute_once(cache, monkeypatch):
    calls = []

    def slow(layer, points):
        calls.append(1)
        time.sleep(0.05)
        return assign_points(layer, points)

    monkeypatch.setattr(assign_cache, "assign_points", slow)
    threads = [
        threading.Thread(target=lambda: cache.get(LAYER, POINTS, **NAMES)) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_no_points_are_an_entry_too(cache):
    assert cache.get(LAYER, np.empty((0, 2)), **NAMES).shape == (0,)
    assert cache.get(LAYER, np.empty((0, 2)), **NAMES).shape == (0,)


def test_arrays_that_are_no_points_are_refused(cache):
    with pytest.raises(InvalidPointsError):
        cache.get(LAYER, np.zeros(4), **NAMES)


@pytest.mark.parametrize("name", ["", "../x", "a.b", "A"])
def test_names_that_could_leave_the_folder_are_refused(cache, name):
    with pytest.raises(ValueError, match="file's name"):
        cache.get(LAYER, POINTS, dataset=name, version="1")


def _fill(folder, ready, start):
    ready.release()
    start.wait()
    AssignmentCache(folder).get(LAYER, POINTS, **NAMES)


def test_processes_that_compute_at_once_do_not_disturb_each_other(cache):
    context = multiprocessing.get_context("spawn")
    ready, start = context.Semaphore(0), context.Event()
    workers = [context.Process(target=_fill, args=(cache.folder, ready, start)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for _ in workers:
        assert ready.acquire(timeout=60)
    start.set()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert len(entries(cache)) == 1
    np.testing.assert_array_equal(
        AssignmentCache(cache.folder).get(LAYER, POINTS, **NAMES), assign_points(LAYER, POINTS)
    )
