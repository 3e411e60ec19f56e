"""How much a connection may send, and how long it may take, before there is a request to answer.

The server that this builds on bounds none of it: 100 MB of headers took 1.5 GB, a connection that
sends nothing stayed for ever, and 1,400 of them ended a process that may open 1,024 files. At the
end of the program it closed connections on which requests had just been sent.
"""

import asyncio
import json
import logging
from http import HTTPStatus
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.config.settings import ConnectionSettings
from service.http.problems import PROBLEM_JSON

WARN_EVERY_S: Final = 60.0

logger = logging.getLogger("hotspots")


class HeaderTooLargeError(Exception):
    """A header above the limit, which ends the parser's work on it."""


class ConnectionBounds:
    """The limits of the connections of one process, and what it knows of all of them together.

    Parameters
    ----------
    settings : ConnectionSettings
        The limits.
    sweep_s : float
        How often connections are looked over, seconds.
    linger_s : float
        How long the end waits for requests that are on their way, seconds.
    """

    def __init__(
        self, settings: ConnectionSettings, *, sweep_s: float = 1.0, linger_s: float = 1.0
    ) -> None:
        self.settings = settings
        self.sweep_s = sweep_s
        self.linger_s = linger_s
        self.is_ending = False
        self._is_sweeping = False
        self._warned_at = float("-inf")

    def sweep(self, loop: asyncio.AbstractEventLoop, connections: set[Any]) -> None:
        """Look over the connections from now on, while there are any."""
        if not self._is_sweeping and connections:
            self._is_sweeping = True
            loop.call_later(self.sweep_s, self._swept, loop, connections)

    def _swept(self, loop: asyncio.AbstractEventLoop, connections: set[Any]) -> None:
        now = loop.time()
        for connection in list(connections):
            connection.cut_if_late(now)
        self._is_sweeping = False
        self.sweep(loop, connections)

    def warn(self, now: float) -> None:
        """Log that connections are refused, not more often than each minute."""
        if now - self._warned_at > WARN_EVERY_S:
            self._warned_at = now
            logger.warning(
                "connections are refused: all %d have requests to answer "
                "(HOTSPOTS_CONNECTIONS__MAXIMUM)",
                self.settings.maximum,
            )


class BoundedProtocol(HttpToolsProtocol):
    """One connection within bounds, that answers what it was sent before the program ends.

    Parameters
    ----------
    bounds : ConnectionBounds
        Shared by all connections of the process.
    *args, **options
        As the server gives them.
    """

    def __init__(self, *args: Any, bounds: ConnectionBounds, **options: Any) -> None:
        super().__init__(*args, **options)
        self._bounds = bounds
        self._limits = bounds.settings
        self._is_in_header = False
        self._is_too_large = False
        self._header_bytes = 0
        self._header_began = 0.0
        self._waiting_since = self.loop.time()
        self._unsent, self._unsent_since = 0, 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether there is no request to answer."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, in the place of an idle one where there are too many."""
        has_room = len(self.connections) < self._limits.maximum or self._make_room()
        super().connection_made(transport)
        self._bounds.sweep(self.loop, self.connections)
        if not has_room:
            self._bounds.warn(self.loop.time())
            self._refuse(503, "too-many-connections", "All connections are in use; try again.")

    def _make_room(self) -> bool:
        """Close the connection that has waited longest for a request, if there is any."""
        connections = cast("set[BoundedProtocol]", self.connections)
        waiting = [c for c in connections if c.is_waiting and not c.transport.is_closing()]
        if waiting:
            min(waiting, key=lambda connection: connection._waiting_since).transport.abort()
        return bool(waiting)

    def data_received(self, data: bytes) -> None:
        """Take bytes, of a header not more than the limit."""
        super().data_received(data)
        if self._is_in_header:
            self._header_bytes += len(data)
            if self._header_bytes > self._limits.header_bytes and not self.transport.is_closing():
                self._refuse_header()

    def on_message_begin(self) -> None:
        """Begin the header of a request."""
        super().on_message_begin()
        self._is_in_header, self._header_bytes = True, 0
        self._header_began = self.loop.time()

    def on_headers_complete(self) -> None:
        """Begin to answer a request, the last one where the program ends."""
        self._is_in_header = False
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > self._limits.header_bytes:
            self._is_too_large = True
            raise HeaderTooLargeError  # the parser stops, and reports it as an invalid request
        super().on_headers_complete()
        if self._bounds.is_ending:
            self.cycle.keep_alive = False

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not a request."""
        if self._is_too_large:
            self._refuse_header()
        else:
            super().send_400_response(msg)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._waiting_since = self.loop.time()

    def cut_if_late(self, now: float) -> None:
        """Close a connection that takes too long to ask, or to take what it asked for."""
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent, self._unsent_since = unsent, now
        if unsent and now - self._unsent_since > self._limits.idle_s:
            self.transport.abort()
        elif not self.is_waiting or self.transport.is_closing():
            return
        elif self._is_in_header or self.cycle is None:
            began = self._header_began if self._is_in_header else self._waiting_since
            if now - began > self._limits.header_s:
                self._refuse(408, "request-timeout", "The request was not complete in time.")
        elif now - self._waiting_since > self._limits.idle_s:
            self.transport.close()

    def shutdown(self) -> None:
        """Answer what has been asked, and what is on its way, then close."""
        self._bounds.is_ending = True
        if self.is_waiting:
            self.loop.call_later(self._bounds.linger_s, self._close_if_waiting)
        else:
            super().shutdown()

    def _close_if_waiting(self) -> None:
        if self.is_waiting:
            self.transport.close()

    def _refuse_header(self) -> None:
        limit = self._limits.header_bytes
        detail = f"The headers of a request have at most {limit:,} bytes with its address."
        self._refuse(431, "header-too-large", detail)

    def _refuse(self, status: int, code: str, detail: str) -> None:
        """Answer with a problem before there is a request, and close."""
        title = code.replace("-", " ")
        document = {"type": f"/problems/{code}", "title": title, "status": status}
        body = json.dumps({**document, "detail": detail}).encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: {PROBLEM_JSON}\r\n"
            f"content-length: {len(body)}\r\ncache-control: no-store\r\nconnection: close\r\n"
            f"x-content-type-options: nosniff\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
