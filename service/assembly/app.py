"""The HTTP application; nothing happens at import."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from boundaries.storage.data_folder import DataFolder
from service.analyses.audiences import Audiences
from service.analyses.resources import Resources
from service.assembly.audiences import Audiences as DataAudiences
from service.assembly.late_routes import LateRoutes
from service.audit.budget import LEDGER_FILE, QuestionLedger
from service.audit.log import AUDIT_FOLDER, AuditLog
from service.audit.usage import Usage
from service.config.settings import Settings
from service.config.version import __version__
from service.http.access_log import AccessLogMiddleware
from service.http.caching import ResponseCacheMiddleware
from service.http.guards.hosts import HostMiddleware
from service.http.guards.paths import UndecodedPathMiddleware, redirect_slashes
from service.http.guards.prefix import PrefixMiddleware
from service.http.guards.sizes import ParameterLimitMiddleware
from service.http.identity.audience import AudienceMiddleware
from service.http.identity.credentials import KEY_PATH
from service.http.identity.links import KeyLinksMiddleware
from service.http.identity.middleware import IdentityMiddleware
from service.http.metrics import Metrics
from service.http.middleware import (
    HeadMiddleware,
    LowerCaseKeysMiddleware,
    UnexpectedErrorMiddleware,
)
from service.http.openapi import describe
from service.http.problems import add_problem_handlers
from service.http.ranges import RangeMiddleware
from service.http.security_headers import SecurityHeadersMiddleware, answer_headers
from service.identity.authentication import Authentication
from service.ogc.wmts import exceptions as ows
from service.routes import health, heatmaps, page
from service.runtime.context import AnswerContext
from service.runtime.jobs import Jobs
from service.runtime.lanes import Cost, Lanes
from service.runtime.redis_cache import redis_cache
from service.runtime.single_flight import AnswerCache

DESCRIPTION = """\
Where harm concentrates, whether that is more than chance, and what planned housing will do to it.

Every answer names what it was computed from in `provenance`. Errors are
`application/problem+json`; an unknown parameter is refused, never ignored.
"""

FIRST_ROUTERS = (health.metrics_router, page.router, health.router, heatmaps.router)
# What the paths of all routes begin with.
OWN_PATHS = (
    "/",
    "/docs",
    "/health",
    "/metrics",
    "/ogc",
    "/openapi.json",
    "/overview",
    "/page",
    "/v1",
    "/wmts",
)


def create_app(
    resources: Resources,
    *,
    audiences: Audiences | None = None,
    authentication: Authentication | None = None,
    routes_late: bool = False,
) -> FastAPI:
    """The application over some resources; the tests build the same one.

    Parameters
    ----------
    resources : Resources
        Settings, stores and analyses. Tests pass stand-ins.
    audiences : Audiences or None
        Whose stores and analyses answer whom; by default as the data are protected.
    authentication : Authentication or None
        Finds who asks; by default as the settings say.
    routes_late : bool
        Whether it starts with the routes of `FIRST_ROUTERS` and takes up the others when they
        are asked for, or by ``app.state.late_routes.complete()``.
    """
    audiences = audiences or DataAudiences(resources)
    authentication = authentication or Authentication(resources.settings)
    metrics = Metrics(resources)
    context = _context(resources, metrics)
    usage = _usage(resources.settings)
    public_url = resources.settings.public_url

    @asynccontextmanager
    async def prepared(app: FastAPI) -> AsyncIterator[None]:
        resources.prepare()
        yield
        context.lanes.close()
        await context.answers.close()
        usage.close()

    app = FastAPI(
        title="Hotspot Atlas",
        version=__version__,
        description=DESCRIPTION,
        license_info={"name": "MIT"},
        routes=[route for router in FIRST_ROUTERS for route in router.routes],
        servers=[{"url": public_url}] if public_url else None,
        lifespan=prepared,
        docs_url=None,  # the framework's loads its scripts from another host
        redoc_url=None,
        middleware=_middleware(context, resources, metrics, audiences, authentication, usage),
    )
    app.state.resources, app.state.metrics, app.state.context = resources, metrics, context
    app.state.authentication, app.state.usage = authentication, usage
    add_problem_handlers(app, forms=(ows.ExceptionReports(),))
    redirect_slashes(app, public_url)
    describe(app)
    app.state.late_routes = LateRoutes(app, _all_routes)
    if not routes_late:
        app.state.late_routes.complete()
    return app


def _all_routes() -> Sequence[BaseRoute]:
    from service.assembly.routers import all_routes

    return all_routes()


def _context(resources: Resources, metrics: Metrics) -> AnswerContext:
    """Caches and lanes of an application's own; nothing is connected or started yet."""
    settings = resources.settings
    lanes = Lanes(settings.limits, metrics.lane_changed)
    kept_jobs = DataFolder(settings.data_dir).subfolder("cache").subfolder("jobs")
    return AnswerContext(
        gates=resources.gates,
        state=resources.state,
        versions=resources.versions,
        answers=AnswerCache(settings.tiles.cache_bytes, redis_cache(settings)),
        lanes=lanes,
        jobs=Jobs(kept_jobs, lanes[Cost.LONG], settings.limits),
        on_computed=metrics.computed,
    )


def _usage(settings: Settings) -> Usage:
    """What is written down and counted; nothing is made before there is something to write."""
    folder = settings.access_folder
    return Usage(
        AuditLog(folder / AUDIT_FOLDER),
        QuestionLedger(folder / LEDGER_FILE),
        audits_everybody=settings.access.anonymous_role != "auto",
    )


def _middleware(
    context: AnswerContext,
    resources: Resources,
    metrics: Metrics,
    audiences: Audiences,
    authentication: Authentication,
    usage: Usage,
) -> list[Middleware]:
    """What a request passes on its way to the routes, the outermost first."""
    settings = resources.settings
    return [
        # Everything further in sees paths as they were sent.
        Middleware(UndecodedPathMiddleware),
        # Every answer has these headers, whoever makes it.
        Middleware(SecurityHeadersMiddleware, headers=answer_headers(settings)),
        # Every answer below is counted, timed and logged, with its request's id.
        Middleware(AccessLogMiddleware, metrics=metrics, usage=usage),
        # Everything further in sees paths as they are without that of the public address.
        Middleware(
            PrefixMiddleware,
            public_url=settings.public_url,
            paths=[KEY_PATH.decode(), *OWN_PATHS],
        ),
        # Nothing further in sees a key, and everything knows who asks.
        Middleware(IdentityMiddleware, authentication=authentication, settings=settings),
        # Everything further in sees the parameters of WMTS in small letters.
        Middleware(LowerCaseKeysMiddleware, prefix=ows.ROOT),
        # Nothing further in is asked for another host, or by a page that is not named.
        Middleware(HostMiddleware, settings=settings),
        # Nor is it asked by more parameters than any question has.
        Middleware(ParameterLimitMiddleware),
        *_cross_origin(settings),
        # Parts are cut from whole answers, whether they are computed or repeated.
        Middleware(RangeMiddleware),
        # From here on a HEAD is a GET.
        Middleware(HeadMiddleware),
        # Who has a key in the address finds it in links, which are kept without it.
        Middleware(KeyLinksMiddleware),
        # Everything further in has what whoever asks is answered from.
        Middleware(AudienceMiddleware, audiences=audiences, own=resources),
        # Most tiles end here: an answer of before, while the data stand still.
        Middleware(
            ResponseCacheMiddleware,
            capacity_bytes=settings.tiles.cache_bytes // 4,
            state=context.state,
            gates=context.gates,
            usage=usage,
        ),
        # Errors that no handler expects are answered inside of all that counts and adds headers.
        Middleware(UnexpectedErrorMiddleware),
    ]


def _cross_origin(settings: Settings) -> list[Middleware]:
    """What lets pages of other origins read answers, where any are named."""
    if not settings.cors_origins:
        return []
    # Preflight requests end here.
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "If-None-Match",
                "If-Range",
                "Range",
                "X-API-Key",
                "X-Request-ID",
            ],
            expose_headers=[
                "Accept-Ranges",
                "Content-Range",
                "Data-Version",
                "ETag",
                "Provenance",
                "X-Request-ID",
            ],
        )
    ]
