"""What a request brings to say who asks, taken off it: nothing further in ever sees it."""

import ipaddress
import re
import urllib.parse
from collections.abc import Sequence
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.types import Scope

from service.config.hosts import host_name, is_loopback
from service.identity.authentication import Credential

KEY_PATH: Final = b"/key/"
_KEY_PARAMETER: Final = re.compile(rb"(?:^|&)key=([^&]*)", re.IGNORECASE)
_BEARER: Final = re.compile(rb"bearer +([^\s]+) *", re.IGNORECASE)
# What proxies say of the request that they were sent, whether or not they are believed.
_OF_PROXIES: Final = frozenset(
    (b"forwarded", b"via", b"x-real-ip", b"x-client-ip", b"x-cluster-client-ip", b"x-original-url",
     b"true-client-ip", b"cf-connecting-ip")
)  # fmt: skip


def take_credential(scope: Scope, cookies: Sequence[str]) -> Credential | None:
    """The key, token or session of a request, and leave none of them in it.

    A header goes before the address, and that before a cookie: who sends a key means it, while a
    browser sends its cookie with everything.

    Parameters
    ----------
    scope : Scope
        Changed in place: what stands around this sees it without them as well.
    cookies : sequence of str
        The names that a session may have.
    """
    in_header = in_cookie = None
    headers = []
    for name, value in scope["headers"]:
        if name == b"authorization":
            match = _BEARER.fullmatch(value)
            in_header = in_header or (match[1] if match else None)
        elif name == b"x-api-key":
            in_header = value.strip() or in_header
        elif name == b"cookie":
            in_cookie = in_cookie or _session_of(value, cookies)
        else:
            headers.append((name, value))
    scope["headers"] = headers
    in_path, in_query = _take_from_path(scope), _take_from_query(scope)
    in_address = in_query if in_path is None else in_path
    if in_header is not None:
        return Credential(in_header.decode("latin-1"), "header")
    if in_address is not None:
        return Credential(in_address, "address")
    return None if in_cookie is None else Credential(in_cookie, "cookie")


def is_local(scope: Scope) -> bool:
    """Whether a request shows no trace of having come from another machine.

    Behind a proxy on this machine everything comes from loopback; what it tells of the request it
    was sent gives it away, and the old version of HTTP that some speak where they tell nothing.
    """
    if scope["http_version"] == "1.0":
        return False
    for name, value in scope["headers"]:
        if name.startswith(b"x-forwarded") or name in _OF_PROXIES:
            return False
        if name == b"host" and not is_loopback(host_name(value.decode("latin-1")) or ""):
            return False
    client, server = scope.get("client"), scope.get("server")
    return client is not None and _is_here(client[0]) and (not server or _is_here(server[0]))


@lru_cache(1_024)
def _is_here(name: str) -> bool:
    """Whether an end of a connection is on this machine; one without an address is in it."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return True
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _take_from_path(scope: Scope) -> str | None:
    """The key in ``/key/KEY/...``, which becomes ``/...``."""
    path = scope["path"]
    if not path.startswith(KEY_PATH.decode()):
        return None
    key, slash, rest = path[len(KEY_PATH) :].partition("/")
    scope["path"] = slash + rest or "/"
    raw_path = scope.get("raw_path")
    if raw_path is not None:
        scope["raw_path"] = b"/" + raw_path[len(KEY_PATH) :].partition(b"/")[2]
    return urllib.parse.unquote(key)


def _take_from_query(scope: Scope) -> str | None:
    """The parameter ``key``, in whatever letters."""
    query = scope["query_string"]
    if b"key=" not in query.lower():
        return None
    match = _KEY_PARAMETER.search(query)
    if match is None:
        return None
    scope["query_string"] = _KEY_PARAMETER.sub(b"", query).lstrip(b"&")
    return urllib.parse.unquote_plus(match[1].decode("latin-1"))


def _session_of(header: bytes, names: Sequence[str]) -> str | None:
    """The secret of the session among some cookies."""
    try:
        cookies = SimpleCookie(header.decode("latin-1"))
    except CookieError:
        return None
    return next((cookies[name].value for name in names if name in cookies), None)
