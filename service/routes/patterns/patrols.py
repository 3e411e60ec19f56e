"""Places for patrols: lists, what they capture, and how well they look ahead."""

from fastapi import APIRouter

from service.analyses.patrols.rows import CaptureRow, PatrolForecastRow, PatrolRow
from service.analyses.printed_maps.results import patrol_map
from service.analyses.table_answers import capture_table, patrol_forecast_table, patrol_table
from service.http.pictures.map_routes import MapKind, add_map_routes
from service.http.table_routes import TableKind, add_table_routes
from service.queries.patterns.maps import PatrolMapQuery
from service.queries.patterns.patrols import CaptureQuery, PatrolForecastQuery, PatrolQuery
from service.render.tables.formats import PlaceSuffix, PlainSuffix

router = APIRouter(prefix="/v1/patrols", tags=["patrols"])

add_table_routes(
    router,
    "/{dataset}/capture",
    TableKind(
        name="patrol_capture",
        query=CaptureQuery,
        row=CaptureRow,
        answer=capture_table,
        description="How much of the incidents or the harm lists of several lengths hold, and on "
        "how much\nof the ground, with intervals.",
        description_as="The capture curve, in the format of the suffix.",
        suffixes=PlainSuffix,
    ),
)
add_table_routes(
    router,
    "/{dataset}/forecast",
    TableKind(
        name="patrol_forecast",
        query=PatrolForecastQuery,
        row=PatrolForecastRow,
        answer=patrol_forecast_table,
        description="How much of a period lists caught that were made of what was before it, "
        "against the\nlast period's ranking alone: hit rate, PAI and PEI with intervals.",
        description_as="The test of the lists, in the format of the suffix.",
        suffixes=PlainSuffix,
    ),
)
add_table_routes(
    router,
    "/{dataset}",
    TableKind(
        name="patrols",
        query=PatrolQuery,
        row=PatrolRow,
        answer=patrol_table,
        description="Equal hexagons ranked by incidents or harm, with the ranks that chance "
        "leaves open and\nthe quarters in which each was hot; for two halves of the day if asked.",
        description_as="The list as a file: with outlines for a map, as GPX waypoints or KML for "
        "a patrol.",
        suffixes=PlaceSuffix,
    ),
)
add_map_routes(
    router,
    "/{dataset}",
    MapKind(
        name="patrols",
        query=PatrolMapQuery,
        answer=patrol_map,
        description="Places for patrols for paper: each with its rank and street, shaded by how "
        "often it was hot.",
    ),
)
