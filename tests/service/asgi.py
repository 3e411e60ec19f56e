"""Requests to the application itself, many at once in one event loop, that may hang up."""

import asyncio
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Caller:
    """One request and what came back; `hang_up` is a client that leaves."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def hang_up(self) -> None:
        self.gone.set()

    async def ask(self, app: Any, address: str, method: str = "GET", **headers: str) -> "Caller":
        path, _, query = address.partition("?")
        headers_by_name = {
            "host": "localhost",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in headers_by_name.items()],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
        }
        begun = False

        async def receive() -> dict[str, Any]:
            nonlocal begun
            if not begun:
                begun = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self.gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            else:
                self.body += message.get("body", b"")

        await app(scope, receive, send)
        return self


async def ask(app: Any, address: str, **headers: str) -> Caller:
    """One whole request."""
    return await Caller().ask(app, address, **headers)


async def until(condition: Any) -> None:
    """Waits for a condition of the test; the suite's own time limit is the only clock."""
    while not condition():
        await asyncio.sleep(0.001)
