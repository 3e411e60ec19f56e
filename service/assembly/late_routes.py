"""Routes that no first tile needs, made when they are first asked for."""

import threading
import warnings
from collections.abc import Callable, Sequence

from fastapi import FastAPI
from pydantic.warnings import UnsupportedFieldAttributeWarning
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send


class LateRoutes:
    """Lets an application start with some of its routes and take up all of them later.

    They are taken up, once, by the first request that none of its routes fits, by the first
    that asks for the application's document, or by `complete`.

    Parameters
    ----------
    app : FastAPI
        Has the routes to start with; they are among `routes`.
    routes : callable
        Makes all routes, in the order in which they are tried.
    """

    def __init__(self, app: FastAPI, routes: Callable[[], Sequence[BaseRoute]]) -> None:
        # The framework silences it while it makes a route, unless another thread that silences
        # something at the same time takes its filter away again.
        warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)
        self._app = app
        self._routes = routes
        self._lock = threading.Lock()
        self._is_complete = False
        self._refuse, self._document = app.router.default, app.openapi
        app.router.default = self._complete_and_route
        app.openapi = self._complete_document  # type: ignore[method-assign]

    def complete(self) -> None:
        """Take up all routes; a second call does nothing. Threads wait for one another."""
        with self._lock:
            if not self._is_complete:
                routes = self._routes()
                known = {id(route) for route in routes}
                own = [each for each in self._app.router.routes if id(each) not in known]
                self._app.router.routes[:] = [*routes, *own]  # the framework's stand last
                self._app.router.default = self._refuse
                self._is_complete = True

    async def _complete_and_route(self, scope: Scope, receive: Receive, send: Send) -> None:
        await run_in_threadpool(self.complete)
        await self._app.router(scope, receive, send)

    def _complete_document(self) -> dict[str, object]:
        self.complete()
        return self._document()
