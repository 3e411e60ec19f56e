"""Answers given before, given again without asking the router: what makes a warm tile cheap."""

from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access.admission import Question
from service.access.gates import Gates
from service.http.request_state import LEVEL, ROUTE, role_of
from service.runtime.data_state import DataState, State

RECALLABLE = "hotspots.recallable"  # state and question of an answer that may be given again
LARGEST_SHARE = 16  # a body may take a sixteenth of the memory
OVERHEAD_BYTES = 512  # of address, headers and key, roughly

Key = tuple[str, str, bytes, str, bytes]


def names(if_none_match: str | None, tag: str) -> bool:
    """Whether an If-None-Match header, a list, names an entity tag (RFC 9110, 13.1.2)."""
    if if_none_match is None:
        return False
    return tag in {part.strip().removeprefix("W/") for part in if_none_match.split(",")}


def is_any(if_none_match: str | None) -> bool:
    """Whether an If-None-Match header means whatever there is."""
    return if_none_match is not None and if_none_match.strip() == "*"


@dataclass(frozen=True)
class _Kept:
    state: State
    question: Question
    headers: list[tuple[bytes, bytes]]
    tag: str
    body: bytes


class Recall:
    """ASGI middleware that keeps whole answers by their address, while the data stand still.

    The address is path, query, scheme and host, because some answers name their own host. What
    is kept was released for a role, which is in the key. Each question is admitted anew before
    its answer is given again; one that is refused goes on to its route, which says why.

    Parameters
    ----------
    app : ASGI application
    capacity_bytes : int
        Summed size of the bodies kept.
    state : DataState
        Of the data that the answers are from: an answer stands until any of them changes.
    gates : Gates
        Of the service.
    """

    def __init__(
        self, app: ASGIApp, *, capacity_bytes: int, state: DataState, gates: Gates
    ) -> None:
        self._app = app
        self._gates = gates
        self._state = state
        self._kept: LRUCache[Key, _Kept] = LRUCache(
            capacity_bytes, getsizeof=lambda kept: len(kept.body) + OVERHEAD_BYTES
        )
        self._largest = capacity_bytes // LARGEST_SHARE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give a kept answer, or pass the request on and keep what comes back."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        key = _key(scope)
        kept = self._kept.get(key)
        if kept is not None and self._admits(kept.question, scope):
            if kept.state == self._state.now():
                scope[ROUTE], scope[LEVEL] = kept.question.route, "recall"  # for the counts
                await _give(kept, scope, send)
                return
            del self._kept[key]
        await self._app(scope, receive, self._keeping(key, scope, send))

    def _admits(self, question: Question, scope: Scope) -> bool:
        try:
            self._gates.admit(question, self._gates.policy, role_of(scope))
        except Exception:  # noqa: BLE001 - the route meets it again, and answers with it
            return False
        return True

    def _keeping(self, key: Key, scope: Scope, send: Send) -> Send:
        """Send that also keeps a whole 200 answer whose handler allows it."""
        start: Message = {}
        parts: list[bytes] = []

        async def keeping(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                # A copy: what stands around this one adds headers of its own to the list.
                start = {**message, "headers": list(message["headers"])}
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    self._keep(key, scope, start, b"".join(parts))
            await send(message)

        return keeping

    def _keep(self, key: Key, scope: Scope, start: Message, body: bytes) -> None:
        recallable: tuple[State, Question] | None = scope.get(RECALLABLE)
        if recallable is None or start.get("status") != 200 or len(body) > self._largest:
            return
        if len(body) + OVERHEAD_BYTES > self._kept.maxsize:
            return
        headers = start["headers"]
        tag = next((v.decode("latin-1") for k, v in headers if k.lower() == b"etag"), "")
        if tag:
            self._kept[key] = _Kept(*recallable, headers, tag, body)


async def _give(kept: _Kept, scope: Scope, send: Send) -> None:
    """The kept answer, or that the client has it already."""
    asked = ", ".join(
        value.decode("latin-1") for name, value in scope["headers"] if name == b"if-none-match"
    )
    if asked and (is_any(asked) or names(asked, kept.tag)):
        headers = [h for h in kept.headers if h[0].lower() in (b"etag", b"cache-control")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    headers = list(kept.headers)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": kept.body})


def _key(scope: Scope) -> Key:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return role_of(scope), scope["path"], scope["query_string"], scope.get("scheme", ""), host


def allow_recall(scope: Any, state: State | None, question: Question) -> None:
    """Say of the request of a scope that its answer may be given again while a state stands."""
    if state is not None:
        scope[RECALLABLE] = state, question
