"""The HTTP application; nothing happens at import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from service import __version__, ows
from service.errors import add_problem_handlers
from service.metrics import Metrics
from service.middleware import HeadAnswers, LowerCaseKeys, Unexpected
from service.observed import Observed
from service.openapi import describe
from service.ranges import Ranges
from service.recall import Recall
from service.resources import Resources
from service.routers import (
    catalogue,
    choropleth_layers,
    choropleths,
    forecasts,
    growth,
    growth_layers,
    health,
    heatmaps,
    hotspot_layers,
    hotspots,
    ogc,
    ogc_api,
    ogc_items,
    ogc_tiles,
    page,
    places,
    priorities,
    trends,
    vector_tiles,
    wmts,
)
from service.security import SecurityHeaders, answer_headers
from service.work import Lanes

DESCRIPTION = """\
Where harm concentrates, whether that is more than chance, and what planned housing will do to it.

Every answer names what it was computed from in `provenance`. Errors are
`application/problem+json`; an unknown parameter is refused, never passed over.
"""


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
    add_problem_handlers(app)
    modules = (
        page,
        health,
        vector_tiles,
        choropleth_layers,
        hotspot_layers,
        catalogue,
        heatmaps,
        choropleths,
        hotspots,
        ogc_items,
        ogc_tiles,
        ogc,
        ogc_api,
        growth_layers,
        growth,
        forecasts,
        priorities,
        trends,
        places,
        wmts,
    )
    app.include_router(health.metrics_router)
    for module in modules:
        app.include_router(module.router)
    describe(app)
    return app
