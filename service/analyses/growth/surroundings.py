"""The larger areas around those of a layer: never the areas themselves, nor another vintage."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from boundaries.storage.store import LayerStore
from spatial.arrays import BoolArray, FloatArray, IndexArray, frozen

NESTING: Final = 0.9  # least share of areas, and of their ground, that lies in the larger ones
ITSELF: Final = 0.5  # an area that is this share of its surroundings is compared with itself
FEW_ALONE: Final = 0.1  # most areas of a coarser layer that may be compared with themselves
SAMPLE: Final = 20_000  # points over the extent by which ground is compared


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The larger area around each area of a layer.

    Attributes
    ----------
    layer : Layer or None
        The layer of the larger areas; None: all areas together.
    area : (n,) int32
        Index of the larger area around each area; -1 without one. Without a layer 0 everywhere.
    reason : str
        Why this layer, as a clause.
    """

    layer: Layer | None
    area: IndexArray
    reason: str

    def is_alone(self, exposure: FloatArray) -> BoolArray:
        """Areas that would be compared with themselves.

        Parameters
        ----------
        exposure : (n,) float64
            Residents or ground of each area; 0 where it has none.

        Returns
        -------
        (n,) bool
            True where an area has half or more of the exposure of its surroundings.
        """
        total = np.bincount(self.area + 1, exposure)[self.area + 1]
        return (exposure > 0) & (exposure >= ITSELF * total)


def surroundings_of(layers: LayerStore, layer: Layer, layer_id: str | None) -> Surroundings:
    """The surroundings of each area of a layer.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    layer : Layer
        The areas.
    layer_id : str or None
        The layer of the larger areas; None: the coarsest that divides the areas and that they
        nest in, otherwise all areas together.

    Returns
    -------
    Surroundings
        In the order of the layer's codes.
    """
    if layer_id is not None:
        larger_layer = layers.get(layer_id)
        return Surroundings(larger_layer, area_around(layer, larger_layer), "as requested")
    coarser = coarser_layer(layers, layer)
    if coarser is None:
        reason = f"no imported layer has larger areas that those of {layer.layer_id} nest in"
        return Surroundings(None, frozen(np.zeros(len(layer), dtype=np.int32)), reason)
    reason = f"the coarsest imported layer that the areas of {layer.layer_id} nest in"
    return Surroundings(coarser, area_around(layer, coarser), reason)


def coarser_layer(layers: LayerStore, layer: Layer) -> Layer | None:
    """The coarsest imported layer of two areas or more that the areas of a layer nest in.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    layer : Layer
        The areas.

    Returns
    -------
    Layer or None
        None if there is none. Another vintage of the same areas is none: most of its areas would
        be compared with themselves.
    """
    candidates = [larger for larger in layers.all() if 2 <= len(larger) < len(layer)]
    candidates.sort(key=lambda candidate: candidate.layer_id, reverse=True)  # the latest vintage
    nesting = (candidate for candidate in candidates if _nests(layer, candidate))
    return min(nesting, key=len, default=None)


def area_around(layer: Layer, larger_layer: Layer) -> IndexArray:
    """The larger area that contains the inner point of each area, or else most of its ground.

    Parameters
    ----------
    layer : Layer
        The areas.
    larger_layer : Layer
        The larger areas; it may be `layer` itself.

    Returns
    -------
    (n,) int32
        Index in the larger layer's codes, -1 where an area shares ground with none of them.
    """
    if layer.layer_id == larger_layer.layer_id:
        return frozen(np.arange(len(layer), dtype=np.int32))
    inner_points = shapely.get_coordinates(shapely.point_on_surface(layer.geometries))
    larger_area = np.array(assign_points(larger_layer, inner_points))
    for index in np.flatnonzero(larger_area < 0):  # borders may be generalised
        ground = shapely.area(
            shapely.intersection(layer.geometries[index], larger_layer.geometries)
        )
        if ground.max() > 0:
            larger_area[index] = int(ground.argmax())
    return frozen(larger_area)


@lru_cache(maxsize=32)
def _nests(layer: Layer, candidate: Layer) -> bool:
    """Whether a layer's areas are parts of larger ones of a candidate."""
    around = area_around(layer, candidate)
    if np.mean(around >= 0) < NESTING:
        return False
    alone = Surroundings(candidate, around, "").is_alone(layer.areas_km2)
    if np.mean(alone) > FEW_ALONE:
        return False
    left, bottom, right, top = shapely.total_bounds(layer.geometries)
    step_m = np.sqrt((right - left) * (top - bottom) / SAMPLE)
    x_m, y_m = np.meshgrid(
        np.arange(left + step_m / 2, right, step_m), np.arange(bottom + step_m / 2, top, step_m)
    )
    points = np.column_stack((x_m.ravel(), y_m.ravel()))
    area = assign_points(layer, points)
    in_layer = area >= 0
    larger_area = assign_points(candidate, points[in_layer])
    return bool(np.mean(larger_area == around[area[in_layer]]) >= NESTING)
