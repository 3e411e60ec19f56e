"""What stands between the server and the routes."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAnswers:
    """Answers HEAD as GET without the body: GDAL asks so before it reads a raster.

    Every route takes GET only, so that the OpenAPI document lists each once.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, send_without_body)
