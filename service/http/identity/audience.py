"""ASGI middleware that gives a request the stores and analyses of whoever asks."""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.analyses.audiences import Audiences
from service.analyses.resources import Resources
from service.http.problems import answer_project_error
from service.http.request_state import RESOURCES_KEY, identity_of

LIVENESS: Final = "/health/live"  # that the process answers, whatever its disks do


class AudienceMiddleware:
    """Notes in the scope what a request is answered from, once for all that need it.

    Parameters
    ----------
    app : ASGI application
    audiences : Audiences
        Gives everybody what is theirs.
    own : Resources
        Of the service itself, for the one question that is asked of no data.
    """

    def __init__(self, app: ASGIApp, *, audiences: Audiences, own: Resources) -> None:
        self._app = app
        self._audiences = audiences
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            try:
                scope[RESOURCES_KEY] = await self._resources(scope)
            except Exception as error:  # noqa: BLE001 - a part of the data that is damaged
                response = await answer_project_error(Request(scope), error)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _resources(self, scope: Scope) -> Resources:
        if scope["path"] == LIVENESS:
            return self._own
        identity = identity_of(scope)
        resources = self._audiences.peek(identity)
        if resources is None:
            resources = await run_in_threadpool(self._audiences.of, identity)
        return resources
