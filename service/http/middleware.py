"""What stands between the server and the routes."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import answer_unexpected
from service.http.request_state import ASKED_KEY, CACHE_LEVEL_KEY, CLIENT_GONE_KEY, ROUTE_KEY


class LowerCaseKeysMiddleware:
    """Query parameters of some paths in small letters: OGC's may be written in any.

    Parameters
    ----------
    prefix : str
        The paths: itself, and those below it.
    """

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if scope["type"] == "http" and (
            path == self._prefix or path.startswith(f"{self._prefix}/")
        ):
            pairs = (pair.partition(b"=") for pair in scope["query_string"].split(b"&"))
            # In place: what stands around this reads from the scope what handlers leave there.
            scope["query_string"] = b"&".join(
                key.lower() + joint + value for key, joint, value in pairs if key or joint
            )
        await self._app(scope, receive, send)


class HeadMiddleware:
    """Answers HEAD as GET without the body: GDAL asks so before it reads a raster.

    Every route takes GET only, so that the OpenAPI document lists each once.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        inner = {**scope, "method": "GET"}
        try:
            await self._app(inner, receive, send_without_body)
        finally:
            # The request counter is an outer middleware, which sees its own scope only.
            keys = ("route", ROUTE_KEY, ASKED_KEY, CACHE_LEVEL_KEY, CLIENT_GONE_KEY)
            scope.update({key: inner[key] for key in keys if key in inner})


class UnexpectedErrorMiddleware:
    """Answers what no handler expected, inside of what adds headers, counts and logs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = False

        async def send_noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            response = await answer_unexpected(Request(scope), error)
            await response(scope, receive, send)
