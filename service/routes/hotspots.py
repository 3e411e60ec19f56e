"""Hotspots (Getis-Ord), emerging hotspots and change, as tables and on a map; displacement."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.analyses.areas.rows import ChangeRow, EmergingRow, HotspotRow
from service.analyses.printed_maps.results import change_map, emerging_map, hotspot_map
from service.analyses.table_answers import (
    change_table,
    displacement_months_table,
    emerging_table,
    hotspot_table,
    similarity_table,
    transitions_table,
)
from service.analyses.table_layers import change_layer, emerging_layer, hotspot_layer
from service.analyses.transitions.displacement import DisplacementContent
from service.analyses.transitions.rows import DisplacementMonthRow, SimilarityRow, TransitionRow
from service.http.layer_routes import LayerKind, TileKind, add_layer_routes
from service.http.openapi import document_schema
from service.http.pictures.map_routes import MapKind, add_map_routes
from service.http.responder import ResponderDep
from service.http.table_routes import TableKind, add_table_routes, document_spec
from service.http.urls import JSON, responses
from service.queries.areas import HotspotQuery
from service.queries.over_time import (
    ChangeQuery,
    DisplacementQuery,
    EmergingQuery,
    SimilarityQuery,
    TransitionsQuery,
)
from service.queries.result_maps import ChangeMapQuery, EmergingMapQuery, HotspotMapQuery
from service.queries.tiles import (
    ChangeTileJsonQuery,
    ChangeTileQuery,
    EmergingTileJsonQuery,
    EmergingTileQuery,
    HotspotTileJsonQuery,
    HotspotTileQuery,
)
from service.render.tables.formats import PlainSuffix
from service.runtime.data_state import DataVersion

router = APIRouter(prefix="/v1/hotspots/{dataset}", tags=["hotspots"])
layer_router = APIRouter(prefix="/v1/hotspots/{dataset}", tags=["vector tiles"])


add_table_routes(
    router,
    "/{layer}/emerging",
    TableKind(
        name="emerging",
        query=EmergingQuery,
        row=EmergingRow,
        answer=emerging_table,
        description="Emerging hot spots: one row per area, with the run of classes it was "
        "decided from.",
        description_as="One row per area with its emerging category, in the format of the suffix.",
    ),
)
add_table_routes(
    router,
    "/{layer}/change",
    TableKind(
        name="change",
        query=ChangeQuery,
        row=ChangeRow,
        answer=change_table,
        description="Change between two periods: per area, and for the map as a whole.",
        description_as="Change between two periods, one row per area, in the format of the "
        "suffix.",
    ),
)


@router.get(
    "/{layer}/displacement",
    responses=responses(JSON, document_schema(DisplacementContent)),
    operation_id="readDisplacement",
)
async def read_displacement(
    dataset: str,
    layer: str,
    query: Annotated[DisplacementQuery, Query()],
    respond: ResponderDep,
) -> Response:
    """Weighted displacement difference of an intervention in named areas."""
    displacement = respond.resources.displacement
    return await respond(
        document_spec(
            query,
            DataVersion.of(displacement.version, dataset, layer),
            lambda: displacement.document(dataset, layer, query),
        )
    )


add_table_routes(
    router,
    "/{layer}/displacement/months",
    TableKind(
        name="displacement_months",
        query=DisplacementQuery,
        row=DisplacementMonthRow,
        answer=displacement_months_table,
        description="Weighted displacement difference of each month after an intervention, by "
        "itself and cumulative.",
        description_as="The displacement difference by month, in the format of the suffix.",
        suffixes=PlainSuffix,
    ),
)
add_table_routes(
    router,
    "/{layer}/similarity",
    TableKind(
        name="similarity",
        query=SimilarityQuery,
        row=SimilarityRow,
        answer=similarity_table,
        description="Similarity of where incidents lie in two periods: per area its shares, and "
        "Andresen's index S with what chance alone gives.",
        description_as="The similarity of two periods, one row per area, in the format of the "
        "suffix.",
    ),
)
add_table_routes(
    router,
    "/{layer}/transitions",
    TableKind(
        name="transitions",
        query=TransitionsQuery,
        row=TransitionRow,
        answer=transitions_table,
        description="How likely an area moves from one class to another in the next step, or "
        "stays, by the state of its neighbours.",
        description_as="Moves between classes, in the format of the suffix.",
        suffixes=PlainSuffix,
    ),
)
add_table_routes(
    router,
    "/{layer}",
    TableKind(
        name="hotspots",
        query=HotspotQuery,
        row=HotspotRow,
        answer=hotspot_table,
        description="One row per area, highest z score first: z, analytic and permutation p, q "
        "and class.",
        description_as="One row per area, highest z score first, as CSV or GeoJSON.",
    ),
)
add_layer_routes(
    layer_router,
    "/{layer}",
    LayerKind(
        name="hotspot",
        layer=hotspot_layer,
        query=HotspotTileJsonQuery,
        tile_query=HotspotTileQuery,
        tiles=(TileKind("The areas of a tile with z, p, q and class."),),
        tilejson="TileJSON 3.0 of a hotspot map's vector tiles.",
        legend="What the colours of a hotspot map mean, as JSON or as a picture.",
        style="A MapLibre style of a hotspot map.",
    ),
)
add_layer_routes(
    layer_router,
    "/{layer}/emerging",
    LayerKind(
        name="emerging",
        layer=emerging_layer,
        query=EmergingTileJsonQuery,
        tile_query=EmergingTileQuery,
        tiles=(
            TileKind(
                "The areas of a tile with their emerging category and the run it was decided from."
            ),
        ),
        tilejson="TileJSON 3.0 of the vector tiles of emerging hot spots.",
        legend="What the colours of emerging hot spots mean, as JSON or as a picture.",
        style="A MapLibre style of emerging hot spots.",
    ),
)
add_layer_routes(
    layer_router,
    "/{layer}/change",
    LayerKind(
        name="change",
        layer=change_layer,
        query=ChangeTileJsonQuery,
        tile_query=ChangeTileQuery,
        tiles=(
            TileKind(
                "The areas of a tile with the counts of two periods and what became of their "
                "class."
            ),
        ),
        tilejson="TileJSON 3.0 of the vector tiles of a change.",
        legend="What the colours of a change mean, as JSON or as a picture.",
        style="A MapLibre style of a change.",
    ),
)
add_map_routes(
    router,
    "/{layer}",
    MapKind(
        name="hotspot",
        query=HotspotMapQuery,
        answer=hotspot_map,
        description="Hot and cold spots for paper, told apart in grey by hatches: the hottest "
        "areas named, and enlarged where they lie close together.",
    ),
)
add_map_routes(
    router,
    "/{layer}/emerging",
    MapKind(
        name="emerging",
        query=EmergingMapQuery,
        answer=emerging_map,
        description="Emerging hot spots for paper: the areas that are or become hot named.",
    ),
)
add_map_routes(
    router,
    "/{layer}/change",
    MapKind(
        name="change",
        query=ChangeMapQuery,
        answer=change_map,
        description="What became of hot and cold spots between two periods, for paper: the areas "
        "that became hot, or no longer are, named.",
    ),
)
