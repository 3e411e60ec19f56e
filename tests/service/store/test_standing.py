"""Values that stand while no data folder changes."""

import os
import time

import pytest

from service.runtime.data_state import SETTLED_NS, DataState, Standing


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "incidents").mkdir()
    settle(tmp_path)
    return tmp_path


def settle(folder, seconds_ago=10.0):
    """As if all had changed some time ago."""
    then = time.time_ns() - int(seconds_ago * 1e9)
    for path in (folder, folder / "incidents"):
        os.utime(path, ns=(then, then))


def counting():
    asked = []
    return asked, lambda: f"version {asked.append(1) or len(asked)}"


def test_a_value_is_computed_once_while_nothing_changes(folder):
    standing = Standing(DataState(folder))
    asked, compute = counting()
    assert {standing.get("key", compute) for _ in range(5)} == {"version 1"}
    assert len(asked) == 1
    assert standing.get("another", compute) == "version 2"


def test_a_change_is_seen_at_the_very_next_question(folder):
    """Within the millisecond for which what gives kept answers again does not look."""
    standing = Standing(DataState(folder))
    _asked, compute = counting()
    standing.get("key", compute)
    settle(folder, seconds_ago=5)
    assert standing.get("key", compute) == "version 2"
    assert standing.get("key", compute) == "version 2"


def test_nothing_is_kept_while_a_change_may_still_go_on(folder):
    standing = Standing(DataState(folder))
    _asked, compute = counting()
    standing.get("key", compute)
    (folder / "incidents" / "new").mkdir()
    assert standing.get("key", compute) == "version 2"
    assert standing.get("key", compute) == "version 3"
    time.sleep(1.5 * SETTLED_NS / 1e9)
    assert standing.get("key", compute) == standing.get("key", compute) == "version 4"


def test_an_error_is_not_kept(folder):
    standing = Standing(DataState(folder))
    with pytest.raises(KeyError):
        standing.get("key", lambda: {}["missing"])
    assert standing.get("key", lambda: "there") == "there"


def test_what_changes_while_a_value_is_computed_is_not_missed(folder):
    standing = Standing(DataState(folder))

    def importing():
        settle(folder, seconds_ago=3)
        return "of before"

    assert standing.get("key", importing) == "of before"
    assert standing.get("key", lambda: "of after") == "of after"


def test_no_more_is_kept_than_allowed(folder):
    standing = Standing(DataState(folder), most=2)
    _asked, compute = counting()
    for key in "abc":
        standing.get(key, compute)
    assert standing.get("c", compute) == "version 3"
    assert standing.get("a", compute) == "version 4"
