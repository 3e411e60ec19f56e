"""All routers of the application."""

from fastapi import APIRouter
from starlette.routing import BaseRoute

from service.ogc.features import definition, items, landing, tiles
from service.ogc.wmts import routes as wmts
from service.routes import (
    boundaries,
    catalogue,
    choropleths,
    flags,
    growth,
    health,
    heatmaps,
    hotspots,
    jobs,
    measures,
    page,
    profiles,
    session,
    tables,
    workbooks,
)
from service.routes.background import map as background_map
from service.routes.patterns import (
    associations,
    clusters,
    neighbours,
    patrols,
    places,
    points,
    repeats,
    scans,
)
from service.routes.reports import assessments

# In the order of the OpenAPI document. The first route that fits an address answers it.
ROUTERS: tuple[APIRouter, ...] = (
    health.metrics_router,
    page.router,
    health.router,
    boundaries.router,
    background_map.router,
    choropleths.layer_router,
    hotspots.layer_router,
    scans.layer_router,
    catalogue.router,
    heatmaps.router,
    choropleths.router,
    hotspots.router,
    scans.router,
    items.router,
    tiles.router,
    landing.router,
    definition.router,
    growth.router,
    flags.router,
    patrols.router,
    tables.router,
    points.router,
    places.router,
    clusters.router,
    measures.router,
    neighbours.router,
    repeats.router,
    associations.router,
    profiles.router,
    workbooks.router,
    assessments.router,
    catalogue.search_router,
    jobs.router,
    session.router,
    wmts.router,
)


def all_routes() -> list[BaseRoute]:
    """The routes of the application.

    Not by `include_router`, which builds every route once more, within the first request.
    """
    return [route for router in ROUTERS for route in router.routes]
