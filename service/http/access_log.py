"""The outermost middleware: an id for every request, one log line, its audit and its counts."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.audit.log import Asked, Entry
from service.audit.usage import Usage
from service.http.metrics import Metrics
from service.http.request_state import (
    ASKED_KEY,
    CACHE_LEVEL_KEY,
    CLIENT_GONE_KEY,
    REQUEST_ID_KEY,
    ROUTE_KEY,
    identity_of,
    template_of,
)
from service.runtime.logs import REQUEST_ID, Access, log_access, request_id_of

UNKNOWN_ROUTE = "none"
CLIENT_GONE_STATUS = 499  # of no standard; nothing was sent
_OF_NOTHING = {"/health/live", "/health/ready", "/page/{asset:path}"}


class AccessLogMiddleware:
    """ASGI middleware that names, counts, times and logs every request.

    The log line has the route's template, never the address: queries and names of areas are
    what somebody was looking for. They stand in the audit, which says who asked.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics, usage: Usage) -> None:
        self._app = app
        self._metrics = metrics
        self._usage = usage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and write down what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        header = next((value for name, value in scope["headers"] if name == b"x-request-id"), None)
        request_id = scope[REQUEST_ID_KEY] = request_id_of(header)
        token = REQUEST_ID.set(request_id)
        status, length = 0, 0

        async def send_noting(message: Message) -> None:
            nonlocal status, length
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", request_id.encode())]
                message = {**message, "headers": headers}
            else:
                length += len(message.get("body", b""))
            await send(message)

        self._metrics.entered()
        try:
            await self._app(scope, receive, send_noting)
        finally:
            status = status or (CLIENT_GONE_STATUS if scope.get(CLIENT_GONE_KEY) else 500)
            seconds = time.perf_counter() - began
            route, level = route_of(scope), scope.get(CACHE_LEVEL_KEY)
            self._metrics.left(route, status, seconds, level)
            ms = round(1000 * seconds, 1)
            access = Access(
                time.time(), request_id, scope["method"], route, status, ms, length, level
            )
            log_access(access)
            self._audit(scope, access)
            REQUEST_ID.reset(token)

    def _audit(self, scope: Scope, access: Access) -> None:
        """Write down who asked what, but for probes and the files of the page."""
        identity = identity_of(scope)
        if access.route in _OF_NOTHING or not self._usage.is_audited(identity):
            return
        asked: Asked | None = scope.get(ASKED_KEY)
        self._usage.log.note(Entry(access, identity.key_id, str(identity.role), asked))


def route_of(scope: Scope) -> str:
    """The route that a request met, with its parameters' names: never what was asked."""
    return template_of(scope) or scope.get(ROUTE_KEY) or UNKNOWN_ROUTE
