"""Areas that are drawn: from GeoJSON to a shape in the working CRS."""

import hashlib
import json
from typing import Any, Final

import numpy as np
import shapely

from boundaries.errors import CoordinatesError
from boundaries.reading.coordinates import SourceCrs, in_working_crs
from service.analyses.inputs.within import Within
from service.model.errors import InvalidAreaError
from spatial.coordinates.crs import WGS84, parsed_crs
from spatial.errors import InvalidParameterError

MAX_VERTICES: Final = 20_000
MAX_AREAS: Final = 2
POLYGONS: Final = ("Polygon", "MultiPolygon")
SHOWN: Final = 80  # characters of a name


def drawn_areas(text: str, crs: str) -> tuple[Within, ...]:
    """The areas that a GeoJSON text draws.

    Parameters
    ----------
    text : str
        A polygon or multipolygon, a feature with one, or a collection of one or two features.
    crs : str
        The working CRS.

    Returns
    -------
    tuple of Within
        One or two, valid; named by the ``name`` of the feature where it has one.

    Raises
    ------
    InvalidAreaError
        If the text draws none, too many, or too much; if a border crosses itself; or if the
        coordinates are not of the CRS.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidAreaError("the area is not JSON") from None
    if not isinstance(content, dict):
        raise InvalidAreaError("the area is not a JSON object")
    source = _crs_of(content)
    is_collection = content.get("type") == "FeatureCollection"
    features = content.get("features") if is_collection else [content]
    if not isinstance(features, list) or not 1 <= len(features) <= MAX_AREAS:
        raise InvalidAreaError("a collection has one feature, or two to stand side by side")
    return tuple(_area_of(feature, source, crs) for feature in features)


def _crs_of(content: dict[str, Any]) -> SourceCrs:
    """The CRS that the GeoJSON names; longitude and latitude where it names none."""
    member = content.get("crs")
    if member is None:
        return SourceCrs(WGS84, "longitude and latitude")
    try:
        name = str(member["properties"]["name"])
        if name.upper().endswith("CRS84"):
            return SourceCrs(WGS84, "longitude and latitude")
        code = name.rpartition(":")[2]
        parsed_crs(f"EPSG:{code}")
    except (KeyError, TypeError, InvalidParameterError):
        raise InvalidAreaError(
            "the crs member of the area names no CRS that is known, such as "
            "urn:ogc:def:crs:EPSG::27700"
        ) from None
    return SourceCrs(f"EPSG:{code}", f"EPSG:{code}")


def _area_of(feature: Any, source: SourceCrs, crs: str) -> Within:
    """The area of a feature, or of a geometry alone."""
    properties: Any = None
    geometry = feature
    if isinstance(feature, dict) and feature.get("type") == "Feature":
        geometry, properties = feature.get("geometry"), feature.get("properties")
    if not isinstance(geometry, dict) or geometry.get("type") not in POLYGONS:
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        raise InvalidAreaError(f"the area is of type {str(kind)[:SHOWN]!r}")
    try:
        shape = shapely.from_geojson(json.dumps({**geometry, "crs": None}))
    except (shapely.errors.GEOSException, ValueError, TypeError):
        raise InvalidAreaError(
            "the coordinates of the area are no rings of four or more"
        ) from None
    shape = shapely.force_2d(shape)
    vertices = int(shapely.get_num_coordinates(shape))
    if vertices > MAX_VERTICES:
        raise InvalidAreaError(
            f"the area has {vertices:,} vertices, more than {MAX_VERTICES:,}: simplify it"
        )
    if not np.isfinite(shapely.get_coordinates(shape)).all() or shape.is_empty:
        raise InvalidAreaError("the area is empty, or its coordinates are not finite numbers")
    _refuse_invalid(shape)
    shapes = np.empty(1, dtype=object)
    shapes[0] = shape
    try:
        moved = in_working_crs(shapes, ("area",), path="the area", source=source, target=crs)
    except CoordinatesError as error:
        raise InvalidAreaError(str(error)) from None
    shape = moved.geometries[0]
    _refuse_invalid(shape)
    name = properties.get("name") if isinstance(properties, dict) else None
    digest = hashlib.sha256(shapely.to_wkb(shapely.normalize(shape))).hexdigest()[:12]
    # The last vertex of a ring is the first again.
    corners = vertices - int(shapely.get_num_interior_rings(shapely.get_parts(shape)).sum())
    corners -= len(shapely.get_parts(shape))
    label = name[:SHOWN] if isinstance(name, str) and name else f"drawn area of {corners} corners"
    return Within(f"geojson:{digest}", label, shape, "")


def _refuse_invalid(shape: Any) -> None:
    """Raise InvalidAreaError for a shape that crosses itself or has no ground."""
    if not shape.is_valid:
        reason, _, place = shapely.is_valid_reason(shape).partition("[")
        position = f" at {place.removesuffix(']')}" if place else ""
        raise InvalidAreaError(
            f"the border of the area crosses or touches itself{position} ({reason})"
        )
    if shape.area == 0:
        raise InvalidAreaError("the area has no ground")
