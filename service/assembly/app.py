"""The HTTP application; nothing happens at import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from service.analyses.resources import Resources
from service.config.version import __version__
from service.http.access_log import Observed
from service.http.caching import Recall
from service.http.metrics import Metrics
from service.http.middleware import HeadAnswers, LowerCaseKeys, Unexpected
from service.http.openapi import describe
from service.http.problems import add_problem_handlers
from service.http.ranges import Ranges
from service.http.security_headers import SecurityHeaders, answer_headers
from service.ogc.features import definition, items, landing, tiles
from service.ogc.wmts import exceptions as ows
from service.ogc.wmts import routes as wmts
from service.routes import (
    boundaries,
    catalogue,
    choropleths,
    growth,
    health,
    heatmaps,
    hotspots,
    page,
    tables,
)
from service.runtime.lanes import Lanes

DESCRIPTION = """\
Where harm concentrates, whether that is more than chance, and what planned housing will do to it.

Every answer names what it was computed from in `provenance`. Errors are
`application/problem+json`; an unknown parameter is refused, never passed over.
"""

# In the order of the OpenAPI document. The first route that fits an address answers it.
ROUTERS = (
    health.metrics_router,
    page.router,
    health.router,
    boundaries.router,
    choropleths.layer_router,
    hotspots.layer_router,
    catalogue.router,
    heatmaps.router,
    choropleths.router,
    hotspots.router,
    items.router,
    tiles.router,
    landing.router,
    definition.router,
    growth.router,
    tables.router,
    catalogue.search_router,
    wmts.router,
)


def create_app(resources: Resources) -> FastAPI:
    """The application over some resources; the tests build the same one.

    Parameters
    ----------
    resources : Resources
        Settings, stores and analyses. Tests pass stand-ins.
    """
    limits = resources.settings.limits

    @asynccontextmanager
    async def prepared(app: FastAPI) -> AsyncIterator[None]:
        resources.prepare()
        lanes = app.state.lanes = Lanes(limits, app.state.metrics.lane_changed)
        yield
        lanes.close()

    app = FastAPI(
        title="Hotspot Atlas",
        version=__version__,
        description=DESCRIPTION,
        license_info={"name": "MIT"},
        lifespan=prepared,
        docs_url=None,  # the framework's loads its scripts from another host
        redoc_url=None,
    )
    app.state.resources = resources
    app.state.metrics = Metrics(resources)
    app.state.lanes = Lanes(limits, app.state.metrics.lane_changed)
    app.add_middleware(Unexpected)
    app.add_middleware(
        Recall,
        capacity_bytes=resources.settings.tiles.cache_bytes // 4,
        state=resources.state,
        gates=resources.gates,
    )
    app.add_middleware(HeadAnswers)
    app.add_middleware(Ranges)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(resources.settings.cors_origins),
        allow_methods=["GET", "HEAD"],
        allow_headers=["If-None-Match", "If-Range", "Range", "X-Request-ID"],
        expose_headers=["Accept-Ranges", "Content-Range", "ETag", "Provenance", "X-Request-ID"],
    )
    app.add_middleware(Observed, metrics=app.state.metrics)
    app.add_middleware(SecurityHeaders, headers=answer_headers(resources.settings))
    app.add_middleware(LowerCaseKeys, prefix=ows.ROOT)
    add_problem_handlers(app, forms=(ows.ExceptionReports(),))
    for router in ROUTERS:
        app.include_router(router)
    describe(app)
    return app
