"""Heat maps: the density of incidents as tiles, TileJSON, raster, summary and picture."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.http.layer_routes import LegendSuffix, send_legend, send_style
from service.http.responder import Replies, RepliesDep
from service.http.table_routes import send_table
from service.http.urls import (
    GEOJSON,
    JSON,
    PNG,
    TIFF,
    base_url,
    query_string,
    quoted,
    responses,
    versioned,
    zooms,
)
from service.model.answers import Document
from service.queries.heatmaps import (
    ContourQuery,
    HeatmapQuery,
    HeatmapTileJsonQuery,
    HeatmapTileQuery,
    MapQuery,
    PeakQuery,
    RasterQuery,
)
from service.render.documents import document_json
from service.render.maps.heat_map import map_png
from service.render.tables.formats import TableSuffix
from service.render.tiles.geotiff import raster_tif, tile_tif
from service.render.tiles.png import tile_png
from service.runtime.lanes import Work
from spatial.coordinates.mercator import Tile

router = APIRouter(prefix="/v1/heatmaps/{dataset}", tags=["heatmaps"])


@router.get(
    "/tiles/{z}/{x}/{y}@2x.png",
    response_class=Response,
    responses=responses(PNG),
    operation_id="readHeatmapTileForDenseScreens",
)
async def read_heatmap_tile_2x(
    dataset: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[HeatmapTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The same ground as the plain tile in the same colours, 512 x 512: for dense screens."""
    return _send_picture(replies, dataset, Tile(z, x, y), query, scale=2)


@router.get(
    "/tiles/{z}/{x}/{y}.png",
    response_class=Response,
    responses=responses(PNG),
    operation_id="readHeatmapTile",
)
async def read_heatmap_tile(
    dataset: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[HeatmapTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """Density of incidents as a 256 x 256 PNG in Web Mercator, transparent where it is low.

    Colours belong to the query, not to the tile: `summary.json` states the breaks.
    """
    return _send_picture(replies, dataset, Tile(z, x, y), query)


@router.get(
    "/tiles/{z}/{x}/{y}.tif",
    response_class=Response,
    responses=responses(TIFF),
    operation_id="readHeatmapTileNumbers",
)
async def read_heatmap_tile_numbers(
    dataset: str,
    z: int,
    x: int,
    y: int,
    query: Annotated[HeatmapTileQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The numbers behind a tile: one float32 band in EPSG:3857, incidents per km^2."""
    heatmaps = replies.resources.heatmaps
    tile = Tile(z, x, y)
    return replies.send(
        version=lambda: _version(replies, dataset),
        query=query,
        answer=lambda: heatmaps.tile(dataset, tile, query),
        render=tile_tif,
        media_type=TIFF,
        asked=query.v,
        max_age_s=_max_age_s(replies, query),
        work=Work.QUICK,
    )


def _send_picture(
    replies: RepliesDep, dataset: str, tile: Tile, query: HeatmapTileQuery, scale: int = 1
) -> Response:
    heatmaps = replies.resources.heatmaps
    return replies.send(
        version=lambda: _version(replies, dataset),
        query=query,
        answer=lambda: heatmaps.tile(dataset, tile, query, scale=scale),
        render=tile_png,
        media_type=PNG,
        asked=query.v,
        max_age_s=_max_age_s(replies, query),
        work=Work.QUICK,
    )


def _version(replies: Replies, dataset: str) -> str:
    """The version of a dataset's heat maps, found out once while the data stand."""
    resources = replies.resources
    return resources.standing.get(
        ("heatmaps", dataset), lambda: resources.heatmaps.version(dataset)
    )


def _max_age_s(replies: RepliesDep, query: HeatmapTileQuery) -> int:
    """How long a tile may be kept: without a version it would stand beside newer ones."""
    return replies.resources.settings.tiles.max_age_s if query.v is not None else 0


@router.get("/tilejson.json", responses=responses(JSON), operation_id="readHeatmapTileJson")
def read_heatmap_tilejson(
    dataset: str, query: Annotated[HeatmapTileJsonQuery, Query()], replies: RepliesDep
) -> Response:
    """TileJSON 3.0 of the tiles of this query; the tile addresses carry the data version."""
    template = _template(replies, dataset, query.part(HeatmapQuery), query.scale)
    return replies.send(
        version=lambda: f"{_version(replies, dataset)} {template} {zooms(replies)}",
        query=query,
        answer=lambda: _tilejson(replies, dataset, query, template),
        render=document_json,
        media_type=JSON,
        work=Work.QUICK,
    )


@router.get(
    "/legend.{suffix}",
    response_class=Response,
    responses=responses(JSON),
    operation_id="readHeatmapLegend",
)
def read_heatmap_legend(
    dataset: str,
    suffix: LegendSuffix,
    query: Annotated[HeatmapQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The colour classes of the tiles of this query, as JSON or as a picture."""
    heatmaps = replies.resources.heatmaps
    return send_legend(
        replies,
        suffix,
        version=lambda: _version(replies, dataset),
        query=query,
        legend=lambda: heatmaps.legend(dataset, query),
    )


@router.get("/style.json", responses=responses(JSON), operation_id="readHeatmapStyle")
def read_heatmap_style(
    dataset: str, query: Annotated[HeatmapQuery, Query()], replies: RepliesDep
) -> Response:
    """A MapLibre style of the tiles of this query, dense ones where the screen is dense."""
    heatmaps = replies.resources.heatmaps
    template = _template(replies, dataset, query)
    return send_style(
        replies,
        version=lambda: _version(replies, dataset),
        query=query,
        legend=lambda: heatmaps.legend(dataset, query),
        tiles=lambda: _tilejson(replies, dataset, query, template),
    )


def _template(replies: Replies, dataset: str, query: HeatmapQuery, scale: int = 1) -> str:
    """Address of the tiles of a query without the version."""
    path = f"{base_url(replies)}{quoted('/v1/heatmaps', dataset)}/tiles/{{z}}/{{x}}/{{y}}"
    return f"{path}{'@2x.png' if scale == 2 else '.png'}{query_string(query)}"


def _tilejson(replies: Replies, dataset: str, query: HeatmapQuery, template: str) -> Document:
    heatmaps = replies.resources.heatmaps
    address = versioned(template, _version(replies, dataset))
    return heatmaps.tilejson(dataset, query, address=address)


@router.get("/summary.json", responses=responses(JSON), operation_id="readHeatmapSummary")
def read_heatmap_summary(
    dataset: str, query: Annotated[HeatmapQuery, Query()], replies: RepliesDep
) -> Response:
    """The legend's breaks, the maximum, the extent and the counts of this query's surface."""
    heatmaps = replies.resources.heatmaps
    return replies.send(
        version=lambda: _version(replies, dataset),
        query=query,
        answer=lambda: heatmaps.summary(dataset, query),
        render=document_json,
        media_type=JSON,
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
        version=lambda: _version(replies, dataset),
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
        version=lambda: _version(replies, dataset),
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
    return send_table(
        replies,
        "geojson",
        version=lambda: _version(replies, dataset),
        query=query,
        name=f"{dataset}-contours",
        answer=lambda: heatmaps.contours(dataset, query),
    )


@router.get(
    "/peaks.{suffix}",
    response_class=Response,
    responses=responses(GEOJSON),
    operation_id="readHeatmapPeaksAs",
)
def read_heatmap_peaks_as(
    dataset: str,
    suffix: TableSuffix,
    query: Annotated[PeakQuery, Query()],
    replies: RepliesDep,
) -> Response:
    """The peaks of the surface, highest first, each with its place, mass and class."""
    return _send_peaks(replies, dataset, suffix, query)


@router.get("/peaks", responses=responses(JSON), operation_id="readHeatmapPeaks")
def read_heatmap_peaks(
    dataset: str, query: Annotated[PeakQuery, Query()], replies: RepliesDep
) -> Response:
    """The peaks of the surface, highest first, each with its place, mass and class."""
    return _send_peaks(replies, dataset, "json", query)


def _send_peaks(replies: RepliesDep, dataset: str, suffix: str, query: PeakQuery) -> Response:
    heatmaps = replies.resources.heatmaps
    return send_table(
        replies,
        suffix,
        version=lambda: _version(replies, dataset),
        query=query,
        name=f"{dataset}-peaks",
        answer=lambda: heatmaps.peaks(dataset, query),
    )
