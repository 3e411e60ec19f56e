"""The path of the public address: a proxy may take it off, or pass the whole path on."""

import urllib.parse
from collections.abc import Iterable
from typing import Final

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_OPERATORS: Final = "metrics"  # asked for by the operator, past the proxy


class PrefixMiddleware:
    """ASGI middleware that takes the path of the public address off the path of a request.

    Everything further in sees paths without it, whether or not a proxy has taken it off. The
    metrics are not answered under it: a proxy that takes the prefix off itself and has a rule
    against them would let them pass with the prefix twice.

    Parameters
    ----------
    app : ASGI application
    public_url : str
        The public address, perhaps with a path, without a slash at its end.
    paths : iterable of str
        The templates of the service's own paths. A public address whose path begins as one of
        them is not taken off, because it could be either.
    """

    def __init__(self, app: ASGIApp, *, public_url: str, paths: Iterable[str]) -> None:
        self._app = app
        self._url = public_url
        prefix = urllib.parse.urlsplit(public_url).path
        is_own = _first_part(prefix) in {_first_part(path) for path in paths}
        self._prefix = "" if is_own else prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        prefix = self._prefix
        if not prefix or scope["type"] != "http" or not scope["path"].startswith(prefix):
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(prefix)
        if not path:
            # The addresses within the page are relative: it needs the slash.
            query = scope["query_string"].decode("latin-1")
            address = f"{self._url}/{'?' if query else ''}{query}"
            await RedirectResponse(address, status_code=308)(scope, receive, send)
            return
        if path.startswith("/") and path.rstrip("/").rpartition("/")[2] != _OPERATORS:
            scope["path"] = path
            if scope.get("raw_path") is not None:
                scope["raw_path"] = scope["raw_path"][len(prefix) :]
        await self._app(scope, receive, send)


def _first_part(path: str) -> str:
    return path.split("/", 2)[1] if "/" in path else ""
