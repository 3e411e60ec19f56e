"""Features as GeoJSON, with the links that lead on from them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import orjson
import shapely

from service.access.release import Released
from service.http.openapi import Link
from service.model.answers import FeaturePage
from service.render.documents import JSON_OPTIONS, digest, provenance_dict, table_rows
from service.render.tables.text import transform_shapes
from spatial.arrays import FloatArray
from spatial.coordinates.crs import WGS84

Links = Callable[[FeaturePage], Sequence[Link]]


def page_geojson(
    released: Released[FeaturePage], *, links: Links, crs: str, northing_first: bool = False
) -> bytes:
    """A page as a GeoJSON FeatureCollection: how many there are, and where the others are.

    There is no time stamp: it would have to be the clock's, and the same question gives the
    same bytes.

    Parameters
    ----------
    released : Released of FeaturePage
        The features.
    links : callable
        The links of a page.
    crs : str
        Coordinate system of the shapes. One that is not longitude and latitude is named in a
        ``crs`` member too, as GeoJSON had it before RFC 7946.
    northing_first : bool
        Whether the coordinate system writes its northing before its easting.
    """
    page = released.answer
    rows = table_rows(page.table)
    content: dict[str, Any] = {
        "type": "FeatureCollection",
        "numberMatched": page.matched,
        "numberReturned": len(rows),
        "links": list(links(page)),
        "provenance": provenance_dict(page.table.provenance, **digest(rows)),
        **_named(crs),
        "features": _features(page, rows, crs, northing_first=northing_first),
    }
    return orjson.dumps(content, option=JSON_OPTIONS)


def feature_geojson(
    released: Released[FeaturePage], *, links: Links, crs: str, northing_first: bool = False
) -> bytes:
    """One feature as GeoJSON, with its links; parameters as for `page_geojson`."""
    page = released.answer
    rows = table_rows(page.table)
    (feature,) = _features(page, rows, crs, northing_first=northing_first)
    content = {
        **feature,
        "links": list(links(page)),
        "provenance": provenance_dict(page.table.provenance, **digest(rows)),
        **_named(crs),
    }
    return orjson.dumps(content, option=JSON_OPTIONS)


def _features(
    page: FeaturePage, rows: list[dict[str, Any]], crs: str, *, northing_first: bool
) -> list[dict[str, Any]]:
    """Each row as a GeoJSON feature."""
    shapes = np.full(len(rows), None, dtype=object)
    if page.table.geometries is not None and len(rows):
        shapes = transform_shapes(page.table, crs)
        if northing_first:
            shapes = shapely.transform(shapes, _swapped)
    geometries = ["null" if g is None else shapely.to_geojson(g) for g in shapes]
    return [
        {
            "type": "Feature",
            "id": feature_id,
            "geometry": orjson.Fragment(geometry),
            "properties": row,
        }
        for feature_id, geometry, row in zip(page.ids, geometries, rows, strict=True)
    ]


def _swapped(xy: FloatArray) -> FloatArray:
    return xy[:, ::-1]


def _named(crs: str) -> dict[str, Any]:
    """The name of a coordinate system that is not GeoJSON's own."""
    if crs == WGS84:
        return {}
    name = f"urn:ogc:def:crs:{crs.replace(':', '::')}"
    return {"crs": {"type": "name", "properties": {"name": name}}}
