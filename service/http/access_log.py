"""The outermost middleware: an id for every request, one log line, and what it counts."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.metrics import Metrics
from service.http.request_state import ABOUT, GONE, LEVEL, ROUTE
from service.runtime.logs import REQUEST_ID, Access, log_access, request_id_of

UNKNOWN_ROUTE = "none"
CLIENT_GONE = 499  # of no standard; nothing was sent


class Observed:
    """ASGI middleware that names, counts, times and logs every request.

    The log line has the route's template, never the address: queries and names of areas are
    what somebody was looking for.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and write down what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), None)
        about = scope[ABOUT] = request_id_of(given)
        own = REQUEST_ID.set(about)
        status, length = 0, 0

        async def noting(message: Message) -> None:
            nonlocal status, length
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", about.encode())]
                message = {**message, "headers": headers}
            else:
                length += len(message.get("body", b""))
            await send(message)

        self._metrics.entered()
        try:
            await self._app(scope, receive, noting)
        finally:
            status = status or (CLIENT_GONE if scope.get(GONE) else 500)
            seconds = time.perf_counter() - began
            route, level = route_of(scope), scope.get(LEVEL)
            self._metrics.left(route, status, seconds, level)
            ms = round(1000 * seconds, 1)
            log_access(
                Access(time.time(), about, scope["method"], route, status, ms, length, level)
            )
            REQUEST_ID.reset(own)


def route_of(scope: Scope) -> str:
    """The route that a request met, with its parameters' names: never what was asked."""
    known = getattr(scope.get("route"), "path", None) or scope.get(ROUTE)
    return known or UNKNOWN_ROUTE
