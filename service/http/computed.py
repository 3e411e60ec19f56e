"""A response that is computed when it is sent: joined, waited for, checked, and given up."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import Response
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from service.access.admission import Question
from service.analyses.resources import Resources
from service.http.caching import allow_recall, is_any, names
from service.http.ranges import ACCEPT_RANGES
from service.http.request_state import GONE, LEVEL
from service.model.errors import StaleVersionError
from service.runtime.cancellation import CancelToken, cancellable, check_cancelled
from service.runtime.data_state import State
from service.runtime.flights import Body, Made
from service.runtime.lanes import Lanes, Work

ATTEMPTS = 5  # at an answer while imports come in; who imports faster than that gets any
HEADER_LIMIT = 6_000  # bytes of provenance in a header; servers in between allow about 8 kB
UNCHANGED = ("Cache-Control", "Vary")  # what a 304 repeats of the answer's headers


@dataclass(frozen=True)
class Looked:
    """What was found when an answer was looked for and had to be computed."""

    state: State | None
    given: str
    tag: str


@dataclass(frozen=True)
class AnswerSpec:
    """All that an answer needs to be looked for, computed and sent.

    Attributes
    ----------
    question : Question
        What is asked.
    key : callable
        The entity tag of the answer at a version.
    version : callable
        The version of the data as it is now.
    compute : callable
        Description and body, `packed`.
    """

    question: Question
    key: Callable[[str], str]
    version: Callable[[], str]
    compute: Callable[[], Body]
    asked: str | None
    if_none_match: str | None
    media_type: str
    headers: dict[str, str]
    work: Work
    is_shared: bool

    def look(self, resources: Resources, scope: Scope) -> Response | Looked:
        """The response, if the client or a cache has the answer.

        Raises
        ------
        StaleVersionError
            If the version asked for is not the current one.
        """
        state = resources.state.now()
        given = self.version()
        if self.asked is not None and self.asked != given:
            raise StaleVersionError(self.asked, given)
        looked = Looked(state, given, self.key(given))
        if names(self.if_none_match, looked.tag):
            scope[LEVEL] = "client"
            return self._unchanged(looked)
        body = resources.bodies.peek(looked.tag)
        level = "memory"
        if body is None:
            body, level = self._shared(resources, looked), "shared"
        if body is None:
            return looked
        scope[LEVEL] = level
        return self.response(looked, body, scope)

    def _shared(self, resources: Resources, looked: Looked) -> Body | None:
        """The body that another process has computed."""
        bodies, shared = resources.bodies, resources.shared
        if shared is None or not self.is_shared or bodies.is_on_its_way(looked.tag):
            return None
        body = shared.get(looked.tag)
        if body is not None:
            bodies.keep(looked.tag, body)
        return body

    def response(self, looked: Looked, value: Body, scope: Scope) -> Response:
        """The response with a body, or that the client has whatever there is."""
        if is_any(self.if_none_match):
            # Only now is it known that there is an answer: a question without one is an error.
            return self._unchanged(looked)
        description, body = unpacked(value)
        headers = {"ETag": looked.tag, **self.headers}
        if description and len(description) <= HEADER_LIMIT:
            headers["Provenance"] = description
        if "Vary" not in headers:  # what recalls answers knows them by their address
            allow_recall(scope, looked.state, self.question)
        return Response(body, media_type=self.media_type, headers=headers | ACCEPT_RANGES)

    def _unchanged(self, looked: Looked) -> Response:
        kept = {name: self.headers[name] for name in UNCHANGED if name in self.headers}
        headers = {"ETag": looked.tag, **kept}
        return Response(status_code=304, headers=headers)


class Computed(Response):
    """A response whose body is computed in a lane while no thread waits for it.

    A client that leaves gives its place up; when the last one has left, the computation tokens.
    """

    def __init__(
        self, spec: AnswerSpec, looked: Looked, resources: Resources, lanes: Lanes
    ) -> None:
        self.status_code = 200
        self.background = None
        self.body = b""
        self.raw_headers: list[tuple[bytes, bytes]] = []  # what a handler adds
        self._spec = spec
        self._looked = looked
        self._resources = resources
        self._lanes = lanes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have it computed, and send it."""
        spec, looked = self._spec, self._looked
        gone: asyncio.Future[None] = asyncio.ensure_future(_left(receive))
        try:
            for _ in range(ATTEMPTS):
                made = await self._joined(looked, scope, gone)
                if made.is_settled:
                    break
                # An import came in between: the bytes may be of the next version.
                found = await run_in_threadpool(spec.look, self._resources, scope)
                if isinstance(found, Response):
                    await self._send(found, scope, receive, send)
                    return
                looked = found
        except _GoneError:
            scope[GONE] = True
            return
        finally:
            gone.cancel()
        await self._send(spec.response(looked, made.body, scope), scope, receive, send)

    async def _send(self, response: Response, scope: Scope, receive: Receive, send: Send) -> None:
        response.raw_headers.extend(self.raw_headers)
        await response(scope, receive, send)

    async def _joined(self, looked: Looked, scope: Scope, gone: asyncio.Future[None]) -> Made:
        """What is computed together with whoever else waits for it."""
        bodies = self._resources.bodies
        flight, first = bodies.join(looked.tag, partial(self._begin, looked, scope))
        try:
            if not first:
                scope[LEVEL] = "joined"
            waiting = asyncio.wrap_future(flight.result)
            waiting.add_done_callback(_seen)
            both: set[asyncio.Future[Any]] = {waiting, gone}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise _GoneError
            return waiting.result()
        finally:
            bodies.leave(flight)

    def _begin(self, looked: Looked, scope: Scope, token: CancelToken) -> Future[Made]:
        lane = self._lanes[self._spec.work]
        return lane.submit(partial(self._compute, looked, scope, token), token)

    def _compute(self, looked: Looked, scope: Scope, token: CancelToken) -> Made:
        """Compute in a thread of a lane; kept only if the data stood still meanwhile."""
        bodies = self._resources.bodies
        kept = bodies.peek(looked.tag)  # somebody may have been quicker
        if kept is not None:
            scope[LEVEL] = "memory"
            return Made(kept, is_settled=True)
        scope[LEVEL] = "computed"
        with cancellable(token):
            check_cancelled()
            body = self._spec.compute()
        is_settled = self._spec.version() == looked.given
        if is_settled:
            bodies.keep(looked.tag, body)
            if self._resources.shared is not None and self._spec.is_shared:
                self._resources.shared.put(looked.tag, body)
        return Made(body, is_settled)


class _GoneError(Exception):
    """The client has closed its connection."""


async def _left(receive: Receive) -> None:
    """Returns when the client has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _seen(waiting: asyncio.Future[Made]) -> None:
    """An error that nobody waits for any more has been looked at."""
    if not waiting.cancelled():
        waiting.exception()


def packed(description: str, body: bytes) -> Body:
    """A header line and a body as one value for the cache."""
    head = description.encode("ascii")
    return len(head).to_bytes(4, "big") + head + body


def unpacked(value: Body) -> tuple[str, bytes]:
    """The header line and the body of a cached value."""
    end = 4 + int.from_bytes(value[:4], "big")
    return value[4:end].decode("ascii"), value[end:]
