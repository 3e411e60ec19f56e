"""How many parameters and how large a body a request may have, before any is looked at."""

import asyncio
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.problems import problem

MAX_NAMES: Final = 100
MAX_VALUES: Final = 2_500  # a question may have 1,000 codes in each of two lists
BODY_S: Final = 10.0  # for a body to arrive


class ParameterLimitMiddleware:
    """ASGI middleware that refuses requests with more parameters than any question has.

    Checking a parameter takes some 0.1 ms on the event loop where it is unknown.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        excess = _excess(scope["query_string"]) if scope["type"] == "http" else ""
        if not excess:
            await self._app(scope, receive, send)
            return
        response = problem(
            Request(scope),
            code="too-many-parameters",
            status=422,
            detail=f"A request has at most {excess}.",
        )
        await response(scope, receive, send)


def _excess(query: bytes) -> str:
    """The limit that a query is above, empty where it is above none."""
    number = query.count(b"&") + 1
    if number > MAX_VALUES:
        return f"{MAX_VALUES:,} parameters; this has {number:,}"
    if number > MAX_NAMES:
        names = len({part.partition(b"=")[0] for part in query.split(b"&")})
        if names > MAX_NAMES:
            return f"parameters of {MAX_NAMES} names; this has {names:,}"
    return ""


async def body_of(request: Request, name: str, most_bytes: int) -> bytes:
    """The body of a request, if it is not too large and does not take too long.

    Parameters
    ----------
    request : Request
        Of a route that takes one.
    name : str
        What it is, at the beginning of a sentence.
    most_bytes : int
        How large it may be.

    Returns
    -------
    bytes
        All of it.

    Raises
    ------
    HTTPException
        413 if it is larger, 408 if it takes longer than 10 s.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                body += part
                if len(body) > most_bytes:
                    raise HTTPException(413, f"{name} has at most {most_bytes:,} bytes.")
    except TimeoutError:
        raise HTTPException(408, "The body was not complete in time.") from None
    return bytes(body)
