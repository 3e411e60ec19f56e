"""Scan statistics: clusters as a table, and areas by cluster as a table and on a map."""

from fastapi import APIRouter

from service.analyses.scans.rows import ScanAreaRow, ScanRow
from service.analyses.table_answers import scan_area_table, scan_table
from service.analyses.table_layers import scan_layer
from service.http.layer_routes import LayerKind, TileKind, add_layer_routes
from service.http.table_routes import TableKind, add_table_routes
from service.queries.patterns.scans import (
    ScanAreasQuery,
    ScanQuery,
    ScanTileJsonQuery,
    ScanTileQuery,
)

router = APIRouter(prefix="/v1/scan/{dataset}", tags=["scans"])
layer_router = APIRouter(prefix="/v1/scan/{dataset}", tags=["vector tiles"])

add_table_routes(
    router,
    "/{layer}/areas",
    TableKind(
        name="scan_areas",
        query=ScanAreasQuery,
        row=ScanAreaRow,
        answer=scan_area_table,
        description="One row per area: the cluster of a scan that it is in, with its p.",
        description_as="One row per area with its cluster, in the format of the suffix.",
    ),
)
add_table_routes(
    router,
    "/{layer}",
    TableKind(
        name="scan",
        query=ScanQuery,
        row=ScanRow,
        answer=scan_table,
        description="Clusters by Kulldorff's scan statistic, strongest first: incidents, "
        "expected, relative risk, and a p that allows for every window tried.",
        description_as="Clusters by Kulldorff's scan statistic, with their shapes, in the format "
        "of the suffix.",
    ),
)
add_layer_routes(
    layer_router,
    "/{layer}/areas",
    LayerKind(
        name="scan",
        layer=scan_layer,
        query=ScanTileJsonQuery,
        tile_query=ScanTileQuery,
        tiles=(TileKind("The areas of a tile with their cluster and its p."),),
        tilejson="TileJSON 3.0 of the vector tiles of a scan.",
        legend="What the colours of a scan mean, as JSON or as a picture.",
        style="A MapLibre style of a scan.",
    ),
)
