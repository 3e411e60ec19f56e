"""Heat maps: the density of incidents as tiles, TileJSON, raster, summary and picture."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.analyses.density.documents import HeatmapSummary
from service.analyses.density.rows import PeakRow
from service.analyses.layers import SurfaceLayer
from service.analyses.resources import Resources
from service.analyses.tables import TableAnswer
from service.http.layer_routes import (
    DENSE_PICTURES,
    NUMBERS,
    PICTURES,
    LayerKind,
    TileKind,
    add_layer_routes,
)
from service.http.openapi import document_schema
from service.http.responder import RepliesDep
from service.http.table_routes import (
    TableKind,
    add_table_routes,
    send_document,
    send_table,
)
from service.http.urls import GEOJSON, JSON, PNG, TIFF, responses
from service.queries.heatmaps import (
    ContourQuery,
    HeatmapQuery,
    HeatmapTileJsonQuery,
    HeatmapTileQuery,
    MapQuery,
    PeakQuery,
    RasterQuery,
)
from service.render.maps.heat_map import map_png
from service.render.tiles.geotiff import raster_tif

router = APIRouter(prefix="/v1/heatmaps/{dataset}", tags=["heatmaps"])

add_layer_routes(
    router,
    "",
    LayerKind(
        name="heatmap",
        layer=SurfaceLayer,
        query=HeatmapQuery,
        tilejson_query=HeatmapTileJsonQuery,
        tile_query=HeatmapTileQuery,
        tiles=(
            TileKind(
                "The same ground as the plain tile in the same colours, 512 x 512: for dense "
                "screens.",
                DENSE_PICTURES,
                name="tile_2x",
                operation="TileForDenseScreens",
            ),
            TileKind(
                "Density of incidents as a 256 x 256 PNG in Web Mercator, transparent where it "
                "is low.\n\nColours belong to the query, not to the tile: `summary.json` states "
                "the breaks.",
                PICTURES,
            ),
            TileKind(
                "The numbers behind a tile: one float32 band in EPSG:3857, incidents per km^2.",
                NUMBERS,
                name="tile_numbers",
                operation="TileNumbers",
            ),
        ),
        tilejson="TileJSON 3.0 of the tiles of this query; the tile addresses carry the data "
        "version.",
        legend="The colour classes of the tiles of this query, as JSON or as a picture.",
        style="A MapLibre style of the tiles of this query, dense ones where the screen is dense.",
        are_tiles_async=True,
    ),
)


@router.get(
    "/summary.json",
    responses=responses(JSON, document_schema(HeatmapSummary)),
    operation_id="readHeatmapSummary",
)
def read_heatmap_summary(
    dataset: str, query: Annotated[HeatmapQuery, Query()], replies: RepliesDep
) -> Response:
    """The legend's breaks, the maximum, the extent and the counts of this query's surface."""
    heatmaps = replies.resources.heatmaps
    return send_document(
        replies,
        query,
        version=SurfaceLayer(replies.resources, query, dataset).version,
        compute=lambda: heatmaps.summary(dataset, query),
    )


@router.get(
    "/raster.tif",
    response_class=Response,
    responses=responses(TIFF),
    operation_id="readHeatmapRaster",
)
def read_heatmap_raster(
    dataset: str, query: Annotated[RasterQuery, Query()], replies: RepliesDep
) -> Response:
    """The exact density as a Cloud Optimized GeoTIFF in the working CRS, one float32 band."""
    heatmaps = replies.resources.heatmaps
    return replies.send(
        version=SurfaceLayer(replies.resources, query, dataset).version,
        query=query,
        answer=lambda: heatmaps.raster(dataset, query),
        render=raster_tif,
        media_type=TIFF,
        filename=f"{dataset}-density.tif",
    )


@router.get(
    "/map.png", response_class=Response, responses=responses(PNG), operation_id="readHeatmapMap"
)
def read_heatmap_map(
    dataset: str, query: Annotated[MapQuery, Query()], replies: RepliesDep
) -> Response:
    """The heat map of the study area as a picture with outlines, legend and scale bar."""
    heatmaps = replies.resources.heatmaps
    return replies.send(
        version=SurfaceLayer(replies.resources, query, dataset).version,
        query=query,
        answer=lambda: heatmaps.map_image(dataset, query),
        render=map_png,
        media_type=PNG,
        filename=f"{dataset}-heatmap.png",
    )


@router.get(
    "/contours.geojson",
    response_class=Response,
    responses=responses(GEOJSON),
    operation_id="readHeatmapContours",
)
def read_heatmap_contours(
    dataset: str, query: Annotated[ContourQuery, Query()], replies: RepliesDep
) -> Response:
    """The smallest areas that hold 25, 50 and 75 % of the surface's mass, as polygons."""
    heatmaps = replies.resources.heatmaps
    table = TableAnswer(
        f"{dataset}-contours",
        version=SurfaceLayer(replies.resources, query, dataset).version,
        compute=lambda: heatmaps.contours(dataset, query),
    )
    return send_table(replies, query, table, "geojson")


def _peaks(resources: Resources, query: PeakQuery, *, dataset: str) -> TableAnswer:
    heatmaps = resources.heatmaps
    return TableAnswer(
        f"{dataset}-peaks",
        version=SurfaceLayer(resources, query, dataset).version,
        compute=lambda: heatmaps.peaks(dataset, query),
    )


add_table_routes(
    router,
    "/peaks",
    TableKind(
        name="heatmap_peaks",
        query=PeakQuery,
        row=PeakRow,
        answer=_peaks,
        description="The peaks of the surface, highest first, each with its place, mass and "
        "class.",
        description_as="The peaks of the surface, highest first, each with its place, mass and "
        "class.",
        media_type=GEOJSON,
    ),
)
