"""Lines of requests are gathered; none is lost, none comes out of order."""

import io
import logging
import threading
import time

import pytest

from service.runtime.logs import Access, GatheringHandler, TextFormatter


def access(number):
    return Access(0.0, f"id-{number}", "GET", "/v1/datasets", 200, 0.1, number, "recall")


@pytest.fixture
def handler():
    handler = GatheringHandler()
    handler.setFormatter(TextFormatter())
    handler.setStream(io.StringIO())
    yield handler
    handler.close()


def lines(handler):
    return handler.stream.getvalue().splitlines()


def test_lines_of_requests_are_written_a_moment_later(handler):
    handler.gather(access(1))
    handler.gather(access(2))
    assert lines(handler) == []
    until = time.monotonic() + 10
    while len(lines(handler)) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert [line.rsplit(" bytes ")[1] for line in lines(handler)] == [
        "recall [id-1]",
        "recall [id-2]",
    ]


def test_another_line_is_written_at_once_and_after_those_before_it(handler):
    handler.gather(access(1))
    handler.handle(logging.LogRecord("hotspots", logging.WARNING, "", 0, "trouble", None, None))
    assert "[id-1]" in lines(handler)[0]
    assert lines(handler)[1].endswith("WARNING hotspots: trouble")


def test_what_is_kept_is_written_at_the_end(handler):
    handler.gather(access(1))
    handler.flush()
    assert len(lines(handler)) == 1


def test_nothing_is_lost_or_doubled_while_many_write(handler):
    def many(first):
        for number in range(first, first + 2_000):
            handler.gather(access(number))

    threads = [threading.Thread(target=many, args=(2_000 * at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        handler.flush()
    handler.flush()
    numbers = [int(line.split(" ms ")[1].split()[0]) for line in lines(handler)]
    assert sorted(numbers) == list(range(8_000))
    for first in range(0, 8_000, 2_000):
        own = [number for number in numbers if first <= number < first + 2_000]
        assert own == sorted(own)
