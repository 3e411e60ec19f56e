"""Libraries are loaded behind the first answers, and never while somebody waits."""

import sys

from service.runtime.libraries import (
    KERNELS_AFTER_S,
    LIBRARIES,
    load_libraries,
    wait_for_answer,
)


def module(folder, name):
    (folder / f"{name}.py").write_text("")
    return name


def test_nothing_is_loaded_before_an_answer_and_two_quiet_seconds(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    first, second = module(tmp_path, "planted_first"), module(tmp_path, "planted_second")
    seen = []

    def quiet_s():
        # Before the first answer, while there are requests, shortly after, and quiet; twice.
        return (None, 0.0, 1.9, 2.0, 0.0, 5.0)[len(seen)]

    def wait(seconds):
        seen.append((first in sys.modules, second in sys.modules))

    def looked():
        value = quiet_s()
        if value is not None and value >= 2.0:
            seen.append((first in sys.modules, second in sys.modules))
        return value

    load_libraries(looked, (first, second), wait=wait)
    assert seen == [(False, False)] * 4 + [(True, False)] * 2
    assert {first, second} <= set(sys.modules)
    for name in (first, second):
        del sys.modules[name]


def test_each_library_can_be_imported():
    load_libraries(lambda: 10.0, LIBRARIES)
    assert set(LIBRARIES) <= set(sys.modules)


def test_kernels_wait_for_the_first_answer():
    looks = iter((None, None, 0.0))
    waits = []
    wait_for_answer(lambda: next(looks), wait=waits.append)
    assert len(waits) == 2


def test_kernels_do_not_wait_for_ever_where_nobody_asks():
    waits = []
    wait_for_answer(lambda: None, wait=waits.append)
    assert sum(waits) == KERNELS_AFTER_S
