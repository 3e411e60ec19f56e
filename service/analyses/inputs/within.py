"""An area to stay within: it restricts the areas of a table, and the null, alike."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.model.errors import InvalidWithinError
from spatial.arrays import BoolArray


@dataclass(frozen=True)
class Within:
    """One area of a layer.

    Attributes
    ----------
    label : str
        ``layer:code``.
    geometry : shapely geometry
        Polygon or multipolygon in the working CRS, metres.
    version : str
        Of the layer it is from.
    synthetic : bool
        True if that layer is invented.
    """

    label: str
    name: str
    geometry: Any
    version: str
    synthetic: bool = False

    def source(self) -> dict[str, Any]:
        """Which area of which version, for the provenance."""
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
    """The area that ``layer:code`` names.

    Raises
    ------
    InvalidWithinError
        If the label is not written so.
    UnknownLayerError, UnknownAreaError
        If there is no such layer or area.
    """
    layer_id, colon, code = label.partition(":")
    if not (layer_id and colon and code):
        raise InvalidWithinError(label)
    layer = layers.get(layer_id)
    at = layer.position(code)
    synthetic = layer.metadata.synthetic
    return Within(label, layer.names[at], layer.geometries[at], layer.version, synthetic)


def areas_inside(layer: Layer, within: Within) -> BoolArray:
    """(n,) True for each area of a layer whose inner point lies within."""
    points = shapely.get_coordinates(shapely.point_on_surface(layer.geometries))
    shapely.prepare(within.geometry)
    return np.asarray(shapely.contains_xy(within.geometry, points[:, 0], points[:, 1]))
