"""Objects that are made when they are first used."""

import threading

import pytest

from service.assembly.late import late


class Counter:
    made = 0

    def __init__(self):
        type(self).made += 1
        self.answer = 42


@pytest.fixture(autouse=True)
def none_made():
    Counter.made = 0


def test_nothing_is_made_before_an_attribute_is_used():
    stand_in = late(Counter)
    assert Counter.made == 0
    assert stand_in.answer == 42
    assert Counter.made == 1


def test_threads_that_come_together_make_one():
    stand_in = late(Counter)
    barrier, seen = threading.Barrier(8), []

    def use():
        barrier.wait()
        seen.append(stand_in.answer)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [42] * 8
    assert Counter.made == 1


def test_an_attribute_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        _ = late(Counter).nonsense


def test_what_cannot_be_made_says_so_at_each_use():
    def fail():
        raise OSError("no disk")

    stand_in = late(fail)
    for _ in range(2):
        with pytest.raises(OSError, match="no disk"):
            _ = stand_in.answer
