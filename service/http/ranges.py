"""Parts of answers: the Range header of a client that reads a window of a file (RFC 9110, 14)."""

import re
from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import problem

ACCEPT_RANGES = {"Accept-Ranges": "bytes"}  # an answer that says so may be asked for in parts

_ONE_RANGE = re.compile(r"bytes\s*=\s*([0-9]*)\s*-\s*([0-9]*)\s*", re.IGNORECASE)
_DIGITS = 18  # more than any length has, fewer than Python refuses to read

Headers = Iterable[tuple[bytes, bytes]]


def wanted_part(header: str, length: int) -> tuple[int, int] | None:
    """First byte and the one behind the last of what a Range header asks for.

    Parameters
    ----------
    header : str
        The value of Range.
    length : int
        Of the whole answer, in bytes.

    Returns
    -------
    tuple of int or None
        None where the whole answer is right: another unit, several ranges, or no sense in it.
        An empty part (first and last alike) where the range lies behind the end.
    """
    found = _ONE_RANGE.fullmatch(header.strip())
    if found is None or max(map(len, found.groups())) > _DIGITS:
        return None
    first, last = found.groups()
    if not first:
        return (max(length - int(last), 0), length) if last else None
    if last and int(last) < int(first):
        return None
    start = min(int(first), length)
    return start, min(int(last) + 1, length) if last else length


class RangeMiddleware:
    """ASGI middleware that cuts the part out of an answer that a Range header asks for.

    It stands before what keeps and makes answers, so that a part is cut from the same bytes
    whoever made them. One range is answered with 206; several with the whole answer, which
    the standard allows. Only an answer that says ``Accept-Ranges: bytes``, has a length and is
    not encoded is cut.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        # A range means something for GET only (RFC 9110, 14.2); two headers mean nothing.
        asked = _values(scope["headers"], b"range") if scope["type"] == "http" else []
        if len(asked) != 1 or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Cut(asked[0], scope, receive, send))


class _Cut:
    """Sends an answer on, or the part of it that was asked for."""

    def __init__(self, header: str, scope: Scope, receive: Receive, send: Send) -> None:
        self._header = header
        self._request = (scope, receive, send)
        self._send = send
        self._part: tuple[int, int] | None = None
        self._refused = False
        self._at = 0  # of the whole answer's bytes that came by

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = await self._start(message)
        elif message["type"] == "http.response.body" and self._part is not None:
            body = message.get("body", b"")
            start, stop = self._part
            cut = body[max(start - self._at, 0) : max(stop - self._at, 0)]
            self._at += len(body)
            message = {**message, "body": cut}
        if not self._refused:
            await self._send(message)

    async def _start(self, message: Message) -> Message:
        """The head of the answer; sends a refusal itself where nothing is in the range."""
        length = _divisible_length(message)
        if length is None or not self._may_cut(message):
            return message
        part = wanted_part(self._header, length)
        if part is None:
            return message
        if part[0] >= part[1]:
            self._refused = True
            scope, receive, send = self._request
            refusal = problem(
                Request(scope),
                code="range-not-satisfiable",
                status=416,
                detail=f"The answer has {length} bytes, and none of them is in {self._header!r}.",
                headers={"Content-Range": f"bytes */{length}", **ACCEPT_RANGES},
            )
            await refusal(scope, receive, send)
            return message
        self._part = part
        start, stop = part
        headers = [h for h in message["headers"] if h[0].lower() != b"content-length"]
        headers += [
            (b"content-length", str(stop - start).encode()),
            (b"content-range", f"bytes {start}-{stop - 1}/{length}".encode()),
        ]
        return {**message, "status": 206, "headers": headers}

    def _may_cut(self, message: Message) -> bool:
        """Whether the answer is still the one that If-Range names, where it names one.

        The comparison is the strong one: a weak tag or a date may stand for other bytes.
        """
        named = _values(self._request[0]["headers"], b"if-range")
        return not named or named == _values(message["headers"], b"etag")


def _divisible_length(message: Message) -> int | None:
    """Length in bytes of an answer that may be cut; None for any other."""
    headers = message["headers"]
    if message["status"] != 200 or _values(headers, b"accept-ranges") != ["bytes"]:
        return None
    length = _values(headers, b"content-length")
    if len(length) != 1 or length == ["0"] or _values(headers, b"content-encoding"):
        return None
    return int(length[0])


def _values(headers: Headers, name: bytes) -> list[str]:
    """What the headers of a name say."""
    return [value.decode("latin-1").strip() for key, value in headers if key.lower() == name]
