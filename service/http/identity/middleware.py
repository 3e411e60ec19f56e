"""ASGI middleware that finds who asks, and keeps what they brought from everybody else."""

import logging
import math
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.config.settings import Settings
from service.http.identity.cookies import SessionCookie
from service.http.identity.credentials import is_local, take_credential
from service.http.problems import problem
from service.http.request_state import IDENTITY_KEY, LINKED_KEY, LOGIN_KEY, SESSION_KEY
from service.identity.authentication import Authentication, Credential, Login
from service.identity.errors import CredentialError, DamagedKeysError

WARN_EVERY_S: Final = 60.0
_VARY: Final = b"Authorization, X-API-Key, Cookie"
_CHALLENGE: Final = 'Bearer realm="hotspots", error="invalid_token"'

logger = logging.getLogger("hotspots")


class IdentityMiddleware:
    """Finds who asks before anything else, and refuses what opens nothing.

    The key, token or cookie leaves the request here, in place: no log, error, count, cache or
    job further in or out has it. Answers to who brought one are theirs alone.

    Parameters
    ----------
    app : ASGI application
    authentication : Authentication
        Keys, tokens and sessions.
    settings : Settings
        With the public address.
    """

    def __init__(
        self, app: ASGIApp, *, authentication: Authentication, settings: Settings
    ) -> None:
        self._app = app
        self._authentication = authentication
        self._cookies = SessionCookie.of(settings).names
        self._warned = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            is_keyed = self._authentication.is_keyed
        except DamagedKeysError as error:
            is_keyed = True
            self._warn(error)
        scope[IDENTITY_KEY] = self._authentication.anonymous(
            is_keyed=is_keyed, is_local=not is_keyed and is_local(scope)
        )
        if not is_keyed:
            await self._app(scope, receive, send)
            return
        credential = take_credential(scope, self._cookies)
        refusal = None if credential is None else await self._let_in(scope, credential)
        send_private = _private(send, credential)
        if refusal is None:
            await self._app(scope, receive, send_private)
        else:
            await problem(Request(scope), **refusal)(scope, receive, send_private)

    async def _let_in(self, scope: Scope, credential: Credential) -> Mapping[str, Any] | None:
        """Note who asks; or why they are not let in."""
        try:
            login = self._authentication.login(credential)
            if not isinstance(login, Login):  # a token not seen before; its keys may be elsewhere
                login = await run_in_threadpool(login)
        except CredentialError as error:
            # A session has ended, and the browser goes on sending its cookie: that is nobody.
            return None if credential.way == "cookie" else refusal_of(error)
        except DamagedKeysError as error:
            self._warn(error)
            return refusal_of(error)
        if login.wait_s:
            return refusal_of(login)
        scope[IDENTITY_KEY], scope[LOGIN_KEY] = login.identity, login
        if credential.way == "address":
            scope[LINKED_KEY] = credential.secret
        elif credential.way == "cookie":
            scope[SESSION_KEY] = credential.secret
        return None

    def _warn(self, error: DamagedKeysError) -> None:
        """Log that keys cannot be read, not more often than each minute."""
        now = time.monotonic()
        if now - self._warned > WARN_EVERY_S:
            self._warned = now
            logger.error("%s: nobody is let in by a key", error)


def refusal_of(reason: CredentialError | DamagedKeysError | Login) -> Mapping[str, Any]:
    """The problem of somebody who is not let in, or has to wait."""
    if isinstance(reason, Login):
        seconds = math.ceil(reason.wait_s)
        return {
            "code": "too-many-requests",
            "status": 429,
            "detail": f"The key has been used too often; ask again in {seconds} s.",
            "headers": {"Retry-After": str(seconds)},
        }
    if isinstance(reason, DamagedKeysError):
        detail = "The keys of this service cannot be read, so nobody is let in by one."
        return {"code": "damaged-data", "status": 503, "detail": detail}
    text = str(reason)
    return {
        "code": "unauthorized",
        "status": 401,
        "detail": f"{text[:1].upper()}{text[1:]}.",
        "headers": {"WWW-Authenticate": _CHALLENGE},
    }


def _private(send: Send, credential: Credential | None) -> Send:
    """Send that tells caches in between whose an answer is."""

    async def send_private(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = _headers(message["headers"], credential)
            message = {**message, "headers": headers}
        await send(message)

    return send_private


def _headers(
    headers: Iterable[tuple[bytes, bytes]], credential: Credential | None
) -> list[tuple[bytes, bytes]]:
    """The headers of an answer of a service that has keys."""
    vary, caching, others = [_VARY], b"", []
    for name, value in headers:
        match name.lower():
            case b"vary":
                vary.append(value)
            case b"cache-control":
                caching = value
            case _:
                others.append((name, value))
    if credential is not None:
        caching = _kept_by_the_client(caching)
        if credential.way == "address":  # the page at it tells its address to nobody
            others.append((b"referrer-policy", b"no-referrer"))
    if caching:
        others.append((b"cache-control", caching))
    return [*others, (b"vary", b", ".join(vary))]


def _kept_by_the_client(caching: bytes) -> bytes:
    """What ``Cache-Control`` says, for the client alone."""
    if b"no-store" in caching:
        return caching
    rest = caching.removeprefix(b"public").removeprefix(b", ")
    return b"private, " + rest if rest else b"private"
