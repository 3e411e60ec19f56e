"""Restriction of a query to one area: of the areas of a table, and of its null model alike."""

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
    name : str
        Name of the area.
    geometry : shapely geometry
        Polygon or multipolygon in the working CRS, metres.
    version : str
        Version of the layer.
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
    """The area that ``layer:code`` names.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    label : str
        ``layer:code``.

    Returns
    -------
    Within
        In the working CRS.

    Raises
    ------
    InvalidWithinError
        If the label is not in this form.
    UnknownLayerError, UnknownAreaError
        If the layer or area does not exist.
    """
    layer_id, separator, code = label.partition(":")
    if not (layer_id and separator and code):
        raise InvalidWithinError(label)
    layer = layers.get(layer_id)
    index = layer.position(code)
    synthetic = layer.metadata.synthetic
    label = f"{layer_id}:{layer.codes[index]}"
    return Within(label, layer.names[index], layer.geometries[index], layer.version, synthetic)


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
