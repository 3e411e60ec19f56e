"""Which hosts the service answers for, and what pages of others may make a browser ask it.

Every page that a user has open can send requests to a service on loopback. It cannot read answers
of another origin unless that allows it, but whoever owns a host name can point it at 127.0.0.1,
and then the service is of the page's own origin. Hence a list of hosts.
"""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.config.hosts import host_name, is_loopback
from service.config.settings import Settings
from service.http.problems import problem

HEALTH: Final = "/health/"  # probes ask by whatever address they know
_SHOWN_CHARACTERS: Final = 100
_EMBEDDED: Final = {b"iframe", b"frame", b"embed", b"object"}


class HostMiddleware:
    """ASGI middleware that refuses requests for another host, or made by a page of another origin.

    Browsers say in ``Sec-Fetch-Site`` where a request comes from; other clients do not send it. A
    request that the browser would keep from the page anyway is refused before it is computed.

    Parameters
    ----------
    app : ASGI application
    settings : Settings
        Hosts, proxies and origins that are named.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        self._hosts = settings.host_names
        self._proxies = settings.proxy_networks
        self._origins = {origin.encode() for origin in settings.cors_origins}
        self._is_framed = bool(settings.frame_ancestors)
        self._is_ours = lru_cache(1_024)(self._is_listed)
        self._is_proxy = lru_cache(1_024)(self._is_named_proxy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or scope["path"].startswith(HEALTH):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
            return
        response = problem(Request(scope), **refusal)
        await response(scope, receive, send)

    def _refusal(self, scope: Scope) -> Mapping[str, Any] | None:
        """Why a request is not answered, None where it is."""
        headers: dict[bytes, bytes] = {}
        hosts = 0
        for name, value in scope["headers"]:
            headers[name] = value
            hosts += name == b"host"
        if hosts != 1 and (hosts or scope["http_version"] != "1.0"):
            detail = f"A request names its host in one Host header; this has {hosts}."
            return {"code": "invalid-host", "status": 400, "detail": detail}
        if self._proxies and scope.get("client") and self._is_proxy(scope["client"][0]):
            _take_over(scope, headers)
        host = headers.get(b"host", b"localhost").decode("latin-1")
        if not self._is_ours(host):
            detail = (
                f"This service does not answer for the host {host[:_SHOWN_CHARACTERS]!r}. If it "
                "should, name the host in HOTSPOTS_HOSTS, or in HOTSPOTS_PUBLIC_URL, where the "
                "service is started."
            )
            return {"code": "unknown-host", "status": 421, "detail": detail}
        if headers.get(b"sec-fetch-site") in (b"cross-site", b"same-site") and not (
            self._admits_page(headers)
        ):
            detail = (
                "A page of another origin asks for this. If it may, name its origin in "
                "HOTSPOTS_CORS_ORIGINS, and have it load pictures with crossorigin=anonymous; "
                "pages that may show this one in a frame are named in HOTSPOTS_FRAME_ANCESTORS."
            )
            return {"code": "unknown-origin", "status": 403, "detail": detail}
        return None

    def _admits_page(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a page of another origin may make the browser send this request."""
        if headers.get(b"sec-fetch-mode") == b"navigate":  # somebody follows a link
            return self._is_framed or headers.get(b"sec-fetch-dest") not in _EMBEDDED
        return b"*" in self._origins or headers.get(b"origin") in self._origins

    def _is_listed(self, authority: str) -> bool:
        name = host_name(authority)
        return name is not None and (name in self._hosts or is_loopback(name))

    def _is_named_proxy(self, client: str) -> bool:
        try:
            address = ipaddress.ip_address(client)
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._proxies)


def _take_over(scope: Scope, headers: dict[bytes, bytes]) -> None:
    """Put what a proxy says of the request that it was sent in the place of its own."""
    host, scheme = (
        headers.get(name, b"").rpartition(b",")[2].strip()
        for name in (b"x-forwarded-host", b"x-forwarded-proto")
    )
    if scheme in (b"http", b"https"):
        scope["scheme"] = scheme.decode()
    if host:
        headers[b"host"] = host
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [(b"host", host), *others]
