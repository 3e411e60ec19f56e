"""Links with the key of whoever asks, for clients that can send it in addresses alone.

Answers are computed, kept and shared with a place in which the key is put as they leave.
"""

import re
import urllib.parse
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.identity.credentials import KEY_PATH
from service.http.request_state import KEY_PLACE, LINKED_KEY

_TEXT: Final = re.compile(rb"(application/([\w.+-]+\+)?(json|xml)|text/(html|xml))\b")


class KeyLinksMiddleware:
    """ASGI middleware that puts the key that came in the address into the links of the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or LINKED_KEY not in scope:
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Links(send, scope[LINKED_KEY]))


class _Links:
    """Send that holds a text back until it is whole, and puts the key into it."""

    def __init__(self, send: Send, key: str) -> None:
        self._send = send
        self._key = KEY_PATH + urllib.parse.quote(key, safe="").encode()
        self._place = KEY_PLACE.encode()
        self._start: Message | None = None
        self._parts: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        """Send a message, or keep it."""
        if message["type"] == "http.response.start":
            headers = [(name, self._linked(value)) for name, value in message["headers"]]
            message = {**message, "headers": headers}
            if any(n.lower() == b"content-type" and _TEXT.match(v) for n, v in headers):
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            await self._send_whole(self._start)

    async def _send_whole(self, start: Message) -> None:
        body = self._linked(b"".join(self._parts))
        headers = [
            (name, str(len(body)).encode() if name.lower() == b"content-length" else value)
            for name, value in start["headers"]
        ]
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    def _linked(self, text: bytes) -> bytes:
        return text.replace(self._place, self._key)
