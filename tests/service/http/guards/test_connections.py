"""Connections within bounds, over real sockets: how much, how long, how many, and their end."""

import asyncio
import json
import logging
import select
import socket
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
import uvicorn

from service.config.settings import ConnectionSettings
from service.http.guards.connections import BoundedProtocol, ConnectionBounds

PATIENCE_S = 60  # no promise of speed
ASK = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE = 64 * 1024**2


@dataclass
class Service:
    """A server in a thread: `/` answers at once, `/slow` when it is let, `/large` at length."""

    limits: dict
    linger_s: float = 0.3
    port: int = 0
    answered: list = field(default_factory=list)
    begun: list = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    async def app(self, scope, receive, send):
        assert scope["type"] == "http"
        self.begun.append(scope["path"])
        while scope["path"] == "/slow" and not self.go_on.is_set():
            await asyncio.sleep(0.01)
        body = b"x" * LARGE if scope["path"] == "/large" else b"done"
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        self.answered.append(scope["path"])

    def start(self):
        bounds = ConnectionBounds(
            ConnectionSettings(**self.limits), sweep_s=0.05, linger_s=self.linger_s
        )
        self.server = uvicorn.Server(
            uvicorn.Config(
                self.app,
                http=partial(BoundedProtocol, bounds=bounds),
                interface="asgi3",
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_keep_alive=PATIENCE_S,
            )
        )
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.thread = threading.Thread(target=self.server.run, args=([listener],), daemon=True)
        self.thread.start()
        return self

    def end(self):
        self.go_on.set()
        self.server.should_exit = True
        self.thread.join()

    @property
    def open(self):
        return len(self.server.server_state.connections)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)


@pytest.fixture
def serve():
    """Starts servers; they end with the test."""
    running = []

    def serving(**limits):
        running.append(Service(limits).start())
        return running[-1]

    yield serving
    for service in running:
        service.end()


@contextmanager
def closing_all(connections):
    try:
        yield connections
    finally:
        for connection in connections:
            connection.close()


def until(condition):
    ends = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < ends, "it does not happen"
        time.sleep(0.01)


def rest(connection):
    """Everything until the other side closes."""
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass  # it closed before it had read everything
    return b"".join(parts)


def send_until_closed(connection, data):
    ends = time.monotonic() + PATIENCE_S
    try:
        while time.monotonic() < ends:
            connection.sendall(data)
            time.sleep(0.01)
    except OSError:
        return
    raise AssertionError("it is never closed")


def ask(connection, path=b""):
    connection.sendall(ASK % path)
    answer = b""
    while not answer.endswith(b"done"):
        part = connection.recv(65_536)
        assert part, answer
        answer += part
    return answer


def problem_of(answer, status):
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer[:100]
    assert b"connection: close" in head
    assert json.loads(body)["status"] == status
    return json.loads(body)["detail"]


@pytest.mark.parametrize(
    "header",
    [b"x: " + b"a" * 9_000, b"".join(b"x%d: a\r\n" % i for i in range(2_000))],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_headers_above_the_limit_are_refused(serve, header, at_once):
    service = serve(header_bytes=8_192)
    sent = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + header
    with closing(service.connect()) as connection:
        if at_once:
            connection.sendall(sent + b"\r\n\r\n")
        else:
            connection.sendall(sent[:5_000])
            until(lambda: service.open == 1)
            time.sleep(0.05)
            connection.sendall(sent[5_000:])  # and no end
        assert "8,192" in problem_of(rest(connection), 431)
    assert service.begun == []


def test_a_connection_that_sends_headers_for_ever_is_closed_early(serve):
    service = serve(header_bytes=8_192)
    with closing(service.connect()) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nx: ")
        send_until_closed(connection, b"a" * 10_000)


def test_headers_of_a_later_request_are_counted_anew(serve):
    service = serve(header_bytes=1_024)
    with closing(service.connect()) as connection:
        for _ in range(50):
            assert ask(connection).endswith(b"done")
        connection.sendall(b"GET / HTTP/1.1\r\nx: " + b"a" * 2_000)
        problem_of(rest(connection), 431)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: local"])
def test_a_first_request_that_is_not_complete_in_time_is_cut(serve, sent):
    with closing(serve(header_s=0.2).connect()) as connection:
        connection.sendall(sent)
        problem_of(rest(connection), 408)


def test_a_later_request_that_is_not_complete_in_time_is_cut(serve):
    with closing(serve(header_s=0.2).connect()) as connection:
        ask(connection)
        connection.sendall(b"GET / HT")
        problem_of(rest(connection), 408)


@pytest.mark.parametrize("first", [b"", ASK % b""])
def test_dripping_does_not_keep_a_connection(serve, first):
    service = serve(header_s=0.3, idle_s=0.3)
    with closing(service.connect()) as connection:
        connection.sendall(first)
        until(lambda: service.open == 1)
        send_until_closed(connection, b"\r\n")


def test_an_idle_connection_is_closed_in_silence(serve):
    with closing(serve(header_s=PATIENCE_S, idle_s=0.2).connect()) as connection:
        assert ask(connection).endswith(b"done")
        assert rest(connection) == b""


def test_a_client_that_takes_nothing_of_its_answer_is_cut(serve):
    service = serve(idle_s=0.2)
    with closing(service.connect()) as connection:
        connection.sendall(ASK % b"large")
        until(lambda: service.answered == ["/large"])
        until(lambda: service.open == 0)


def test_a_slow_answer_is_not_cut(serve):
    service = serve(header_s=0.1, idle_s=0.1)
    with closing(service.connect()) as connection:
        connection.sendall(ASK % b"slow")
        until(lambda: service.begun == ["/slow"])
        time.sleep(0.5)  # several sweeps
        service.go_on.set()
        assert rest(connection).endswith(b"done")


def test_a_connection_without_a_request_makes_room_for_another(serve):
    service = serve(maximum=5, header_s=PATIENCE_S)
    with closing_all([service.connect() for _ in range(5)]) as idle:
        until(lambda: service.open == 5)
        for _ in range(20):
            with closing(service.connect()) as connection:
                assert ask(connection).endswith(b"done")
        assert service.open <= 6
        closed, _, _ = select.select(idle, [], [], PATIENCE_S)
        assert rest(closed[0]) == b""


def test_connections_beyond_the_limit_are_refused_and_that_is_logged_once(serve, caplog):
    service = serve(maximum=3)
    with (
        caplog.at_level(logging.WARNING, logger="hotspots"),
        closing_all([service.connect() for _ in range(3)]) as busy,
    ):
        for connection in busy:
            connection.sendall(ASK % b"slow")
        until(lambda: len(service.begun) == 3)
        for _ in range(5):
            with closing(service.connect()) as connection:
                problem_of(rest(connection), 503)
        service.go_on.set()
        for connection in busy:
            assert connection.recv(1_000)
    warned = [r.getMessage() for r in caplog.records if r.name == "hotspots"]
    assert len(warned) == 1
    assert "HOTSPOTS_CONNECTIONS__MAXIMUM" in warned[0]


def test_the_end_answers_what_was_sent_on_open_connections(serve):
    service = serve()
    service.linger_s = 5.0
    with closing_all([service.connect() for _ in range(40)]) as connections:
        for connection in connections:
            assert b"connection: close" not in ask(connection)
        service.server.should_exit = True
        until(lambda: not service.server.servers[0].is_serving())
        for connection in connections:
            connection.sendall(ASK % b"")
        for connection in connections:
            answer = rest(connection)
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert b"connection: close" in answer
    service.thread.join(PATIENCE_S)
    assert not service.thread.is_alive()


def test_the_end_finishes_what_was_begun_and_what_waits_behind_it(serve):
    service = serve()
    with closing(service.connect()) as connection, closing(service.connect()) as idle:
        ask(idle)
        connection.sendall(ASK % b"slow" + ASK % b"")
        until(lambda: service.begun == ["/", "/slow"])
        service.server.should_exit = True
        assert rest(idle) == b""
        service.go_on.set()
        answers = rest(connection)
    assert answers.count(b"HTTP/1.1 200 ") == 2
    assert answers.count(b"connection: close") == 1
    service.thread.join(PATIENCE_S)
    assert not service.thread.is_alive()
