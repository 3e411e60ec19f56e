"""Choropleths: counts and rates per area of a boundary layer, as tables and on a map."""

from fastapi import APIRouter

from service.analyses.areas.rows import ChoroplethRow
from service.analyses.printed_maps.areas import choropleth_map
from service.analyses.table_answers import choropleth_table
from service.analyses.table_layers import choropleth_layer
from service.http.layer_routes import LayerKind, TileKind, add_layer_routes
from service.http.pictures.map_routes import MapKind, add_map_routes
from service.http.table_routes import TableKind, add_table_routes
from service.queries.areas import ChoroplethQuery
from service.queries.printed_maps import ChoroplethMapQuery
from service.queries.tiles import ChoroplethTileJsonQuery, ChoroplethTileQuery

router = APIRouter(prefix="/v1/choropleths/{dataset}", tags=["choropleths"])
layer_router = APIRouter(prefix="/v1/choropleths/{dataset}", tags=["vector tiles"])


add_table_routes(
    router,
    "/{layer}",
    TableKind(
        name="choropleth",
        query=ChoroplethQuery,
        row=ChoroplethRow,
        answer=choropleth_table,
        description="One row per area, highest value first: count, denominator, value, interval, "
        "class.",
        description_as="One row per area, highest value first, as CSV or GeoJSON.",
    ),
)
add_layer_routes(
    layer_router,
    "/{layer}",
    LayerKind(
        name="choropleth",
        layer=choropleth_layer,
        query=ChoroplethTileJsonQuery,
        tile_query=ChoroplethTileQuery,
        tiles=(TileKind("The areas of a tile with the values and classes of the query."),),
        tilejson="TileJSON 3.0 of a choropleth's vector tiles.",
        legend="What the colours of a choropleth mean, as JSON or as a picture.",
        style="A MapLibre style of a choropleth.",
    ),
)
add_map_routes(
    router,
    "/{layer}",
    MapKind(
        name="choropleth",
        query=ChoroplethMapQuery,
        answer=choropleth_map,
        description="The choropleth for paper: its finding as title, leading areas named, the "
        "counts of a later period as circles with `overlay_from` and `overlay_to`.",
    ),
)
