"""Growth: development sites, incidents around them, forecasts and priorities."""

from fastapi import APIRouter

from service.analyses.growth.rows import ForecastRow, OverlayRow, PriorityRow, SiteRow
from service.analyses.printed_maps.growth import site_map
from service.analyses.printed_maps.results import forecast_map, priorities_map
from service.analyses.table_answers import (
    forecast_table,
    overlay_table,
    priorities_table,
    site_table,
)
from service.analyses.table_layers import (
    forecast_layer,
    overlay_layer,
    priorities_layer,
    site_layer,
)
from service.http.layer_routes import LayerKind, TileKind, add_layer_routes
from service.http.pictures.map_routes import MapKind, add_map_routes
from service.http.table_routes import TableKind, add_table_routes
from service.model.queries import NoQuery
from service.queries.forecasts import ForecastQuery, ForecastTileJsonQuery, ForecastTileQuery
from service.queries.growth import OverlayQuery, PrioritiesQuery, SitesQuery
from service.queries.result_maps import ForecastMapQuery, PrioritiesMapQuery, SiteMapQuery
from service.queries.tiles import (
    OverlayTileJsonQuery,
    OverlayTileQuery,
    PrioritiesTileJsonQuery,
    PrioritiesTileQuery,
    SitesTileQuery,
)

router = APIRouter(prefix="/v1/growth", tags=["growth"])


add_layer_routes(
    router,
    "/sites",
    LayerKind(
        name="sites",
        layer=site_layer,
        query=NoQuery,
        tile_query=SitesTileQuery,
        tiles=(
            TileKind(
                "The sites of a tile as points, with homes and their classes of size and "
                "completion.\n\nA site with an outline is a point too, inside it: a symbol has "
                "one place, whatever the zoom."
            ),
        ),
        tilejson="TileJSON 3.0 of the sites.",
        legend="What colours and sizes of the sites mean, as JSON or as a picture.",
        style="A MapLibre style of the sites: circles by homes planned, coloured by completion.",
    ),
)
add_layer_routes(
    router,
    "/{dataset}/overlay",
    LayerKind(
        name="growth_overlay",
        layer=overlay_layer,
        query=OverlayTileJsonQuery,
        tile_query=OverlayTileQuery,
        tiles=(
            TileKind(
                "The sites of a tile as points, or its areas, with all that the overlay says of "
                "them."
            ),
        ),
        tilejson="TileJSON 3.0 of the overlay.",
        legend="What the colours of the overlay mean, as JSON or as a picture.",
        style="A MapLibre style of the overlay.",
    ),
)
add_table_routes(
    router,
    "/sites",
    TableKind(
        name="sites",
        query=SitesQuery,
        row=SiteRow,
        answer=site_table,
        description="Development sites with homes planned, completed and remaining; phases; "
        "district sums.",
        description_as="Development sites, their phases or their sums by district, in the format "
        "of the suffix.",
    ),
)
add_table_routes(
    router,
    "/{dataset}/overlay",
    TableKind(
        name="growth_overlay",
        query=OverlayQuery,
        row=OverlayRow,
        answer=overlay_table,
        description="Sites with the incidents within a distance of each and the area it lies in.",
        description_as="Sites with the incidents near each and the area it lies in, as CSV or "
        "GeoJSON.",
    ),
)
add_map_routes(
    router,
    "/{dataset}/overlay",
    MapKind(
        name="growth_overlay",
        query=SiteMapQuery,
        answer=site_map,
        description="Development sites by size and completion over hot spots, density or "
        "priorities, for paper.",
    ),
)
add_table_routes(
    router,
    "/{dataset}/forecast",
    TableKind(
        name="growth_forecast",
        query=ForecastQuery,
        row=ForecastRow,
        answer=forecast_table,
        description="Expected incidents per year to a horizon, by site, area or district, each "
        "with a\n90 % interval from rate, count and build-out; every assumption is in the notes.",
        description_as="Expected incidents per year with their 90 % interval, as CSV, GeoJSON "
        "and others.",
    ),
)
add_layer_routes(
    router,
    "/{dataset}/forecast",
    LayerKind(
        name="growth_forecast",
        layer=forecast_layer,
        query=ForecastTileJsonQuery,
        tile_query=ForecastTileQuery,
        tiles=(TileKind("The areas of a tile with their forecast at the horizon and its class."),),
        tilejson="TileJSON 3.0 of the forecast by area at the horizon.",
        legend="What the colours of the forecast by area mean, as JSON or as a picture.",
        style="A MapLibre style of the forecast by area at the horizon.",
    ),
)
add_table_routes(
    router,
    "/{dataset}/priorities",
    TableKind(
        name="priorities",
        query=PrioritiesQuery,
        row=PriorityRow,
        answer=priorities_table,
        description="Areas sorted into emerging, preventing, sustaining and none by rules over "
        "hotspot class,\nemerging class, change and planned growth, each with its reasons in "
        "words.",
        description_as="Areas with their priority and its reasons, in the format of the suffix.",
    ),
)
add_layer_routes(
    router,
    "/{dataset}/priorities",
    LayerKind(
        name="priorities",
        layer=priorities_layer,
        query=PrioritiesTileJsonQuery,
        tile_query=PrioritiesTileQuery,
        tiles=(
            TileKind(
                "The areas of a tile with their priority, its reasons and the facts behind them."
            ),
        ),
        tilejson="TileJSON 3.0 of the priorities.",
        legend="What the colours of the priorities mean, as JSON or as a picture.",
        style="A MapLibre style of the priorities.",
    ),
)
add_map_routes(
    router,
    "/{dataset}/forecast",
    MapKind(
        name="growth_forecast",
        query=ForecastMapQuery,
        answer=forecast_map,
        description="The forecast by area at the horizon, for paper.",
    ),
)
add_map_routes(
    router,
    "/{dataset}/priorities",
    MapKind(
        name="priorities",
        query=PrioritiesMapQuery,
        answer=priorities_map,
        description="The priorities for paper: the areas of each named.",
    ),
)
