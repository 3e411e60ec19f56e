"""Heat maps: the density of incidents as tiles, TileJSON, raster, summary and picture."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.analyses.density.documents import HeatmapSummary
from service.analyses.density.rows import PeakRow
from service.analyses.layers import SurfaceLayer
from service.analyses.printed_maps.heat import heat_map
from service.analyses.resources import Resources
from service.analyses.table_kinds import TableAnswer
from service.http.answer_spec import AnswerSpec
from service.http.layer_routes import (
    DENSE_PICTURES,
    NUMBERS,
    PICTURES,
    LayerKind,
    TileKind,
    add_layer_routes,
)
from service.http.openapi import document_schema
from service.http.pictures.map_routes import MapKind, add_map_routes
from service.http.responder import ResponderDep
from service.http.table_routes import (
    TableKind,
    add_table_routes,
    document_spec,
    table_spec,
)
from service.http.urls import GEOJSON, JSON, TIFF, responses
from service.queries.heatmaps import (
    ColouredHeatmapQuery,
    ContourQuery,
    HeatmapQuery,
    HeatmapTileJsonQuery,
    HeatmapTileQuery,
    MapQuery,
    PeakQuery,
    RasterQuery,
)
from service.render.documents import provenance_text
from service.render.tiles.geotiff import raster_tif
from service.runtime.data_state import DataVersion

router = APIRouter(prefix="/v1/heatmaps/{dataset}", tags=["heatmaps"])

add_layer_routes(
    router,
    "",
    LayerKind(
        name="heatmap",
        layer=SurfaceLayer,
        query=ColouredHeatmapQuery,
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
    ),
)


@router.get(
    "/summary.json",
    responses=responses(JSON, document_schema(HeatmapSummary)),
    operation_id="readHeatmapSummary",
)
async def read_heatmap_summary(
    dataset: str, query: Annotated[HeatmapQuery, Query()], respond: ResponderDep
) -> Response:
    """The legend's breaks, the maximum, the extent and the counts of this query's surface."""
    heatmaps = respond.resources.heatmaps
    return await respond(
        document_spec(
            query,
            DataVersion.of(heatmaps.version_of_peaks, dataset),
            lambda: heatmaps.summary(dataset, query),
        )
    )


@router.get(
    "/raster.tif",
    response_class=Response,
    responses=responses(TIFF),
    operation_id="readHeatmapRaster",
)
async def read_heatmap_raster(
    dataset: str, query: Annotated[RasterQuery, Query()], respond: ResponderDep
) -> Response:
    """The exact density as a Cloud Optimized GeoTIFF in the working CRS, one float32 band."""
    heatmaps = respond.resources.heatmaps
    return await respond(
        AnswerSpec(
            query=query,
            version=DataVersion.of(heatmaps.version, dataset),
            compute=lambda: heatmaps.raster(dataset, query),
            render=raster_tif,
            media_type=TIFF,
            filename=f"{dataset}-density.tif",
            describe=lambda released: provenance_text(released.answer.provenance),
        )
    )


add_map_routes(
    router,
    "",
    MapKind(
        name="heatmap",
        query=MapQuery,
        answer=heat_map,
        description="The heat map for paper: its finding as title, the leading peak enlarged, "
        "hotspots named, with legend, scale bar, sources and alternative text.",
    ),
)


@router.get(
    "/contours.geojson",
    response_class=Response,
    responses=responses(GEOJSON),
    operation_id="readHeatmapContours",
)
async def read_heatmap_contours(
    dataset: str, query: Annotated[ContourQuery, Query()], respond: ResponderDep
) -> Response:
    """The smallest areas that hold 25, 50 and 75 % of the surface's mass, as polygons."""
    heatmaps = respond.resources.heatmaps
    table = TableAnswer(
        f"{dataset}-contours",
        version=DataVersion.of(heatmaps.version, dataset),
        compute=lambda: heatmaps.contours(dataset, query),
    )
    return await respond(table_spec(respond.resources, query, table, "geojson"))


def _peaks(resources: Resources, query: PeakQuery, *, dataset: str) -> TableAnswer:
    heatmaps = resources.heatmaps
    return TableAnswer(
        f"{dataset}-peaks",
        version=DataVersion.of(heatmaps.version_of_peaks, dataset),
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
