"""Conditional requests, and answers given again by their address: what makes a warm tile cheap."""

from dataclasses import dataclass

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access.audience import Audience
from service.access.gates import Gates
from service.analyses.resources import Resources
from service.audit.log import Asked
from service.audit.usage import Usage
from service.http.request_state import (
    ASKED_KEY,
    CACHE_LEVEL_KEY,
    REPEATABLE_KEY,
    RESOURCES_KEY,
    ROUTE_KEY,
    identity_of,
    link_prefix,
)
from service.runtime.data_state import DataState, State

LARGEST_SHARE = 16  # an answer may take a sixteenth of the memory
OVERHEAD_BYTES = 512  # of address, headers and key, roughly
UNCHANGED = ("cache-control", "content-security-policy", "etag", "vary")  # what a 304 repeats

Key = tuple[str, str, str, bytes, str, bytes]


def names_tag(if_none_match: str | None, tag: str) -> bool:
    """Whether an If-None-Match header, a list, names an entity tag (RFC 9110, 13.1.2)."""
    if if_none_match is None:
        return False
    return tag in {part.strip().removeprefix("W/") for part in if_none_match.split(",")}


def names_any(if_none_match: str | None) -> bool:
    """Whether an If-None-Match header means whatever there is."""
    return if_none_match is not None and if_none_match.strip() == "*"


def allow_repetition(scope: Scope, state: State | None, audience: Audience) -> None:
    """Let the answer to a request be given again by its address while the data state stands."""
    if state is not None:
        scope[REPEATABLE_KEY] = state, audience


@dataclass(frozen=True)
class _Entry:
    """An answer as it was sent."""

    state: State
    audience: Audience
    asked: Asked
    headers: list[tuple[bytes, bytes]]
    tag: str
    body: bytes


class ResponseCacheMiddleware:
    """ASGI middleware that repeats whole answers by their address, while the data stand still.

    The address is path, query, scheme and host, because some answers name their own host. An
    answer was released for an audience, which is in its key. Each question is admitted anew before
    its answer is repeated; one that is refused goes on to its route, which says why.

    Parameters
    ----------
    app : ASGI application
    capacity_bytes : int
        Summed size of the answers kept.
    state : DataState
        Of the data that the answers are from: an answer stands until any of them changes.
    gates : Gates
        Of the service.
    usage : Usage
        Which questions may be answered at once.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        capacity_bytes: int,
        state: DataState,
        gates: Gates,
        usage: Usage,
    ) -> None:
        self._app = app
        self._usage = usage
        self._gates = gates
        self._state = state
        self._entries: LRUCache[Key, _Entry] = LRUCache(
            capacity_bytes, getsizeof=lambda entry: len(entry.body) + OVERHEAD_BYTES
        )
        self._largest = capacity_bytes // LARGEST_SHARE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Repeat an answer, or pass the request on and keep what comes back."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        resources: Resources = scope[RESOURCES_KEY]
        key = _key_of(scope, resources.audience)
        entry = self._entries.get(key)
        if entry is not None and self._admits(entry, scope):
            if entry.state == self._state.recent():
                scope[ROUTE_KEY], scope[CACHE_LEVEL_KEY] = entry.asked.question.route, "recall"
                scope[ASKED_KEY] = entry.asked
                await _repeat(entry, scope, send)
                return
            del self._entries[key]
        await self._app(scope, receive, self._keeping(key, scope, send))

    def _admits(self, entry: _Entry, scope: Scope) -> bool:
        try:
            self._gates.admit(entry.asked.question, entry.audience)
        except Exception:  # noqa: BLE001 - the route meets it again, and answers with it
            return False
        return self._usage.is_free(entry.asked, identity_of(scope), entry.audience)

    def _keeping(self, key: Key, scope: Scope, send: Send) -> Send:
        """Send that also keeps a whole 200 answer whose handler allows it."""
        start: Message = {}
        parts: list[bytes] = []

        async def send_keeping(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                # A copy: outer middlewares add headers of their own to the list.
                start = {**message, "headers": list(message["headers"])}
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    self._keep(key, scope, start, b"".join(parts))
            await send(message)

        return send_keeping

    def _keep(self, key: Key, scope: Scope, start: Message, body: bytes) -> None:
        repeatable: tuple[State, Audience] | None = scope.get(REPEATABLE_KEY)
        # Its audience may have become another one while it was computed.
        if repeatable is None or repeatable[1].label != key[0]:
            return
        if start.get("status") != 200 or len(body) > self._largest:
            return
        if len(body) + OVERHEAD_BYTES > self._entries.maxsize:
            return
        headers = start["headers"]
        tag = next((v.decode("latin-1") for k, v in headers if k.lower() == b"etag"), "")
        if tag:
            self._entries[key] = _Entry(*repeatable, scope[ASKED_KEY], headers, tag, body)


async def _repeat(entry: _Entry, scope: Scope, send: Send) -> None:
    """The answer, or that the client has it already."""
    if_none_match = ", ".join(
        value.decode("latin-1") for name, value in scope["headers"] if name == b"if-none-match"
    )
    status, headers, body = 200, list(entry.headers), entry.body
    if if_none_match and (names_any(if_none_match) or names_tag(if_none_match, entry.tag)):
        headers = [h for h in entry.headers if h[0].lower().decode("latin-1") in UNCHANGED]
        status, body = 304, b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _key_of(scope: Scope, audience: Audience) -> Key:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return (
        audience.label,
        link_prefix(scope),
        scope["path"],
        scope["query_string"],
        scope.get("scheme", ""),
        host,
    )
