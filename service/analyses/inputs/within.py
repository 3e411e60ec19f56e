"""Restriction of a query to one area: of the areas of a table, and of its null model alike."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.model.errors import InvalidWithinError
from spatial.arrays import BoolArray
from spatial.coordinates.crs import WGS84, transform_xy

CIRCLE: Final = "circle:"
POLYGON: Final = "polygon:"
DEGREES: Final = "lonlat-"
"""Before either: longitude and latitude instead of metres of the working CRS."""
DRAWN: Final = (CIRCLE, POLYGON, DEGREES + CIRCLE, DEGREES + POLYGON)
MAX_CORNERS: Final = 500
MAX_METRES: Final = 1e8  # of a coordinate or a radius: more than any working CRS has
MAX_DEGREES: Final = 360.0
TENTH_M: Final = 1  # digits that longitude and latitude are worth in metres


@dataclass(frozen=True)
class Within:
    """One area of a layer, a circle or a polygon.

    Attributes
    ----------
    label : str
        ``layer:code``, or the circle or polygon as it is written.
    name : str
        Name of the area.
    geometry : shapely geometry
        Polygon or multipolygon in the working CRS, metres.
    version : str
        Version of the layer; empty for a circle or polygon, whose label says all.
    synthetic : bool
        True if the layer is invented.
    """

    label: str
    name: str
    geometry: Any
    version: str
    synthetic: bool = False

    def source(self) -> dict[str, Any]:
        """The area and its version, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        return {
            "id": self.label,
            "name": self.name,
            "version": self.version,
            "synthetic": self.synthetic,
        }

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top, metres."""
        left, bottom, right, top = self.geometry.bounds
        return left, bottom, right, top


def resolve(layers: LayerStore, label: str) -> Within:
    """The area, circle or polygon that a text names.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    label : str
        ``layer:code``, ``circle:easting,northing,radius`` or
        ``polygon:easting,northing,easting,northing,...``, metres in the working CRS; with
        ``lonlat-`` in front longitude and latitude, the radius in metres.

    Returns
    -------
    Within
        In the working CRS.

    Raises
    ------
    InvalidWithinError
        If the label is in none of these forms, or the polygon crosses itself.
    UnknownLayerError, UnknownAreaError
        If the layer or area does not exist.
    """
    if is_drawn(label):
        return _drawn(_in_metres(label, layers.crs))
    layer_id, separator, code = label.partition(":")
    if not (layer_id and separator and code):
        raise InvalidWithinError(label)
    layer = layers.get(layer_id)
    index = layer.position(code)
    synthetic = layer.metadata.synthetic
    label = f"{layer_id}:{layer.codes[index]}"
    return Within(label, layer.names[index], layer.geometries[index], layer.version, synthetic)


def is_drawn(label: str) -> bool:
    """Whether a text is a circle or polygon and no area of a layer.

    Parameters
    ----------
    label : str
        What to stay within.

    Returns
    -------
    bool
        By its beginning alone: a circle or polygon may still be none.
    """
    return label.startswith(DRAWN)


@lru_cache(maxsize=64)
def _in_metres(label: str, crs: str) -> str:
    """A circle or polygon in metres of the working CRS, to a tenth of one."""
    if not label.startswith(DEGREES):
        return label
    kind, _, text = label.removeprefix(DEGREES).partition(":")
    numbers = _parsed(text)
    radius = numbers[2:] if kind == "circle" else []
    degrees = np.array(numbers[:2] if kind == "circle" else numbers, np.float64)
    if len(degrees) % 2 or not (np.abs(degrees) <= [180.0, 90.0] * (len(degrees) // 2)).all():
        raise InvalidWithinError(
            label,
            f"within={DEGREES}{kind}:... takes longitude and latitude, in degrees, and "
            + ("a radius in metres" if kind == "circle" else "so on for 3 corners or more"),
        )
    xy_m = transform_xy(degrees.reshape(-1, 2), source=WGS84, target=crs)
    if not (np.abs(xy_m) <= MAX_METRES).all():
        raise InvalidWithinError(label, f"within has a place that {crs} does not reach")
    metres = [*np.round(xy_m, TENTH_M).ravel().tolist(), *radius]
    return f"{kind}:{','.join(f'{number:.10g}' for number in metres)}"


@lru_cache(maxsize=64)
def _drawn(label: str) -> Within:
    """The circle or polygon that a text describes."""
    kind = CIRCLE if label.startswith(CIRCLE) else POLYGON
    numbers = _numbers(label, kind)
    text = ",".join(f"{number:.10g}" for number in numbers)
    if kind == CIRCLE:
        if len(numbers) != 3 or numbers[2] <= 0:
            raise InvalidWithinError(
                label, f"within={kind}... takes easting, northing and a radius above 0, in metres"
            )
        x_m, y_m, radius_m = numbers
        shape = shapely.Point(x_m, y_m).buffer(radius_m, quad_segs=32)
        name = f"{radius_m:,.10g} m around {x_m:.10g}, {y_m:.10g}"
        return Within(f"{kind}{text}", name, shape, "")
    corners = list(zip(numbers[::2], numbers[1::2], strict=True)) if len(numbers) % 2 == 0 else []
    if not 3 <= len(set(corners)) <= MAX_CORNERS:
        raise InvalidWithinError(
            label,
            f"within={kind}... takes 3 to {MAX_CORNERS} corners, each an easting and a northing "
            f"in metres, got {len(numbers)} numbers",
        )
    shape = shapely.Polygon(corners)
    if not shape.is_valid or shape.area == 0:
        reason = shapely.is_valid_reason(shape).split("[")
        place = f" at {reason[1].removesuffix(']')}" if len(reason) > 1 else ""
        raise InvalidWithinError(
            label, f"the polygon of within crosses or touches itself{place}: draw it in one turn"
        )
    return Within(f"{kind}{text}", f"polygon of {len(set(corners))} corners", shape, "")


def _numbers(label: str, kind: str) -> list[float]:
    """The numbers of a circle or polygon."""
    numbers = _parsed(label.removeprefix(kind))
    if not all(abs(number) <= MAX_METRES for number in numbers):
        raise InvalidWithinError(label)
    if all(abs(number) <= MAX_DEGREES for number in numbers[:2]):
        raise InvalidWithinError(
            label,
            f"within={kind}... takes metres in the working CRS, and {numbers[0]:g} looks like "
            f"degrees: write {DEGREES}{kind}... for longitude and latitude",
        )
    return numbers


def _parsed(text: str) -> list[float]:
    """Numbers between commas or semicolons; NaN where one is none."""
    try:
        return [float(part) for part in text.replace(";", ",").split(",")]
    except ValueError:
        return [math.nan]


def areas_inside(layer: Layer, within: Within) -> BoolArray:
    """(n,) True for each area of a layer whose inner point lies within.

    Parameters
    ----------
    layer : Layer
        The areas.
    within : Within
        The restricting area.

    Returns
    -------
    (n,) bool
        In the order of the layer's codes.
    """
    points = shapely.get_coordinates(shapely.point_on_surface(layer.geometries))
    shapely.prepare(within.geometry)
    return np.asarray(shapely.contains_xy(within.geometry, points[:, 0], points[:, 1]))
