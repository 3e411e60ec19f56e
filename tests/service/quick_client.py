"""A test client for walks of thousands of requests."""

from collections.abc import MutableMapping
from typing import Any

import anyio
import httpx2
from starlette.testclient import TestClient

PORTS = {"http": 80, "https": 443}


class QuickClient(TestClient):
    """Starlette's client, whose requests go to the thread of the application once each.

    Its own pass eight messages between the two threads, which takes several times as long as a
    refusal or an answer from memory. Here a request is one call, which ends with the application's
    own; the parts of the answer are put together afterwards.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._transport = _OneCall(self, is_raising=options.get("raise_server_exceptions", True))


class _OneCall(httpx2.BaseTransport):
    def __init__(self, client: TestClient, *, is_raising: bool) -> None:
        self._client, self._is_raising = client, is_raising

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request."""
        scope, body = _scope_of(request, self._client.app_state), request.read()
        sent: list[MutableMapping[str, Any]] = []

        async def ask() -> None:
            is_read, is_answered = False, anyio.Event()

            async def receive() -> dict[str, Any]:
                nonlocal is_read
                if is_read:
                    await is_answered.wait()
                    return {"type": "http.disconnect"}
                is_read = True
                return {"type": "http.request", "body": body}

            async def send(message: MutableMapping[str, Any]) -> None:
                sent.append(message)
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    is_answered.set()

            await self._client.app(scope, receive, send)

        try:
            with self._client._portal_factory() as portal:
                portal.call(ask)
        except Exception:
            if self._is_raising:
                raise
        return _response_of(sent, request)


def _scope_of(request: httpx2.Request, state: dict[str, Any]) -> dict[str, Any]:
    """What a server would say of a request."""
    url = request.url
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": url.path,
        "raw_path": url.raw_path.partition(b"?")[0],
        "root_path": "",
        "scheme": url.scheme,
        "query_string": url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("testclient", 50_000),
        "server": (url.host, url.port or PORTS[url.scheme]),
        "state": state.copy(),
    }


def _response_of(sent: list[MutableMapping[str, Any]], request: httpx2.Request) -> httpx2.Response:
    """The response that the messages of an application make; 500 where it sent none."""
    if not sent:
        return httpx2.Response(500, request=request)
    start, *parts = sent
    assert start["type"] == "http.response.start"
    assert all(part["type"] == "http.response.body" for part in parts)
    assert not parts[-1].get("more_body"), "the answer has no end"
    body = b"".join(part.get("body", b"") for part in parts)
    return httpx2.Response(
        start["status"],
        headers=[(bytes(name), bytes(value)) for name, value in start["headers"]],
        stream=httpx2.ByteStream(b"" if request.method == "HEAD" else body),
        request=request,
    )
