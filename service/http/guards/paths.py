"""Paths as they were sent: an escape in a path separates nothing and hides nothing.

A proxy in front has rules by path. Whatever it compares, the path as sent or as decoded, no other
spelling of an address may be answered as that address.
"""

import re
import urllib.parse
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import URL
from starlette.responses import RedirectResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.request_state import link_prefix

# What RFC 3986 lets stand in a path both ways, and clients write both ways: `hex%3A500`. What
# nobody has to escape (letters, digits, `-._~`) stays as sent, and so do `/`, `;` and `%`.
_EITHER_WAY: Final = re.compile(
    "%(" + "|".join(f"{ord(sign):02X}" for sign in ":@!$&'()*+,=") + ")", re.I
)


def undecoded(raw_path: str) -> str:
    """A path as it was sent, with its escapes but for those of ``:@!$&'()*+,=``."""
    return _EITHER_WAY.sub(lambda escape: chr(int(escape[1], 16)), raw_path)


class UndecodedPathMiddleware:
    """ASGI middleware by which everything further in sees the path as it was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            raw_path: bytes | None = scope.get("raw_path")
            if raw_path is None:
                sent = urllib.parse.quote(scope["path"])
            else:
                sent = raw_path.decode("latin-1")
            scope["path"] = undecoded(sent) if "%" in sent else sent
        await self._app(scope, receive, send)


def redirect_slashes(app: FastAPI, public_url: str) -> None:
    """Redirect a path with a slash at its end to the one without, at the public address.

    The framework's own redirect goes to the host that the request names.
    """
    not_found = app.router.default

    async def redirect_or_refuse(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].rstrip("/")
        is_redirected = scope["type"] == "http" and path not in ("", scope["path"])
        if not is_redirected or not _has_route(app, scope, path):
            await not_found(scope, receive, send)
            return
        base = public_url or str(URL(scope={**scope, "path": "", "query_string": b""}))
        base = f"{base.rstrip('/')}{link_prefix(scope)}"
        query = scope["query_string"].decode("latin-1")
        response = RedirectResponse(f"{base}{path}{'?' if query else ''}{query}")
        await response(scope, receive, send)

    app.router.redirect_slashes = False
    app.router.default = redirect_or_refuse


def _has_route(app: FastAPI, scope: Scope, path: str) -> bool:
    """Whether there is anything at a path."""
    moved = {**scope, "path": path}
    return any(route.matches(moved)[0] is not Match.NONE for route in app.routes)
