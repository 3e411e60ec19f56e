"""Density rasters as Cloud Optimized GeoTIFF."""

import math
from typing import TYPE_CHECKING

import numpy as np

from service.access.release import Released
from service.model.answers import Provenance, Raster, TileImage
from service.render.documents import provenance_text, text_json
from spatial.coordinates.crs import WEB_MERCATOR

if TYPE_CHECKING:
    from rasterio import Affine

BLOCK = 256  # cells on a side of a tile: what a window read takes whole


def raster_tif(released: Released[Raster]) -> bytes:
    """One float32 band in the working CRS, its unit and provenance in the metadata."""
    raster = released.answer
    grid = raster.grid
    return _tif(
        raster.values,
        crs=raster.crs,
        transform=_north_up(grid.left_m, grid.top_m, grid.cell_m, grid.cell_m),
        unit=raster.unit,
        tags=_tags(raster.unit, raster.provenance),
    )


def tile_tif(released: Released[TileImage]) -> bytes:
    """The values behind a tile: one float32 band in EPSG:3857."""
    tile_image = released.answer
    rows, cols = tile_image.values.shape
    left, bottom, right, top = tile_image.tile.bounds_mercator_m
    return _tif(
        tile_image.values,
        crs=WEB_MERCATOR,
        transform=_north_up(left, top, (right - left) / cols, (top - bottom) / rows),
        unit=tile_image.unit,
        tags=_tags(tile_image.unit, tile_image.provenance),
    )


def _tags(unit: str, provenance: Provenance) -> dict[str, str]:
    """Metadata for a GIS: text for people, and JSON for programs."""
    method = dict(provenance.method)
    synthetic = "; synthetic data, not about real people or places" if provenance.synthetic else ""
    return {
        "PROVENANCE": provenance_text(provenance),
        "METHOD": text_json(method),
        "UNIT": unit,
        "SYNTHETIC": "yes" if provenance.synthetic else "no",
        "TIFFTAG_IMAGEDESCRIPTION": f"{method.get('name', 'density')}, {unit}{synthetic}",
        "TIFFTAG_SOFTWARE": provenance.software,
    }


def _north_up(left: float, top: float, width: float, height: float) -> "Affine":
    """The transform from columns and rows to coordinates, for cells of a width and height."""
    from rasterio import Affine  # slow to import

    # Not rasterio's own from_origin: it multiplies as affine 3 warns against.
    return Affine(width, 0.0, left, 0.0, -height, top)


def _tif(
    values: np.ndarray,
    *,
    crs: str,
    transform: "Affine",
    unit: str,
    tags: dict[str, str],
) -> bytes:
    """A Cloud Optimized GeoTIFF of one float32 band."""
    import rasterio  # slow to import
    from rasterio.io import MemoryFile

    rows, cols = values.shape
    with rasterio.Env(GDAL_NUM_THREADS="1"), MemoryFile() as memory:
        with memory.open(
            driver="COG",
            width=cols,
            height=rows,
            count=1,
            dtype="float32",
            crs=crs,
            transform=transform,
            nodata=math.nan,
            compress="deflate",
            predictor="3",
            blocksize=BLOCK,
            # The mean of the cells, which is the density of the larger one; the driver's own
            # choice is a cubic spline, which falls below zero beside a peak.
            overview_resampling="average",
        ) as target:
            target.write(values.astype(np.float32), 1)
            target.units = (unit,)
            target.set_band_description(1, f"density, {unit}")
            target.update_tags(**tags)
        return bytes(memory.read())
