"""What areas and cells are called: with the place that they lie in and the larger area around."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from boundaries.storage.store import LayerStore
from service.model.places import AreaPlace, AreaPlaces
from service.runtime.single_flight import SingleFlightCache
from spatial.arrays import FloatArray

MANY_LABELS: Final = 0.1  # share of names with a digit in them above which they name no places
COVERED: Final = 0.9  # share of areas that lie in a layer of larger ones


class AreaNames:
    """Says what the areas of a layer are called.

    Parameters
    ----------
    layers : LayerStore
        The imported layers: the larger areas, and those whose names are places.
    """

    def __init__(self, layers: LayerStore) -> None:
        self._layers = layers
        self._places: SingleFlightCache[dict[str, AreaPlace]] = SingleFlightCache(8)

    def of(self, layer: Layer) -> AreaPlaces:
        """The places of the areas of a layer or grid.

        Parameters
        ----------
        layer : Layer
            Imported, or the cells of a grid.

        Returns
        -------
        AreaPlaces
            Worked out when a sentence asks, and once for each version of the layers.
        """

        def work_out() -> dict[str, AreaPlace]:
            layers = self._layers.all()
            versions = tuple((one.layer_id, one.version) for one in layers)
            key = (layer.layer_id, layer.version, len(layer), versions)
            return self._places.get(key, lambda: area_places(layers, layer))

        return AreaPlaces(work_out)


def area_places(layers: Sequence[Layer], layer: Layer) -> dict[str, AreaPlace]:
    """What each area of a layer is called, by code.

    Parameters
    ----------
    layers : sequence of Layer
        The imported layers.
    layer : Layer
        One of them, or a grid.

    Returns
    -------
    dict of str to AreaPlace
        An area whose name is a place has the larger area behind it, *Market (Cambridge)*; a small
        area with a number in its name the place that it lies in, *Cambridge 007J (Market)*; a
        cell is called by its place alone. Nothing is said twice: *Peterborough 014G* has its
        district in its name.
    """
    xy_m = shapely.get_coordinates(shapely.point_on_surface(np.asarray(layer.geometries)))
    others = [one for one in layers if one.layer_id != layer.layer_id and len(one) < len(layer)]
    larger = _larger_names(others, xy_m)
    is_grid = layer.layer_id not in {one.layer_id for one in layers}
    names = [""] * len(layer) if is_grid else [str(name or "") for name in layer.names]
    places = [""] * len(layer)
    if is_grid or _are_labels(names):
        named = finest_named(others)
        if named is not None:
            places = _names_at(named, xy_m)
    return {
        str(code): AreaPlace(_label(name, place, around) or str(code), around)
        for code, name, place, around in zip(layer.codes, names, places, larger, strict=True)
    }


def finest_named(layers: Sequence[Layer]) -> Layer | None:
    """The layer of the most areas whose names are places.

    Parameters
    ----------
    layers : sequence of Layer
        To choose from.

    Returns
    -------
    Layer or None
        At most a tenth of its names are labels with a digit in them (Cambridge 007J); None where
        no layer is so.
    """
    named = [layer for layer in layers if not _are_labels(layer.names)]
    return max(named, key=len, default=None)


def _label(name: str, place: str, around: str) -> str:
    """A name, and in brackets what of place and larger area is not in it."""
    first = name or place
    rest = [place, around] if name else [around]
    told = list(dict.fromkeys(part for part in rest if part and part not in first))
    return f"{first} ({', '.join(told)})" if first and told else first


def _larger_names(layers: Sequence[Layer], xy_m: FloatArray) -> list[str]:
    """The names of the largest areas of two or more that points lie in, nearly all of them."""
    for layer in sorted(layers, key=lambda one: (len(one), one.layer_id)):
        if len(layer) < 2:
            continue
        names = _names_at(layer, xy_m)
        if sum(map(bool, names)) >= COVERED * len(names):
            return names
    return [""] * len(xy_m)


def _names_at(layer: Layer, xy_m: FloatArray) -> list[str]:
    """The name of the area that each point lies in; empty outside."""
    return [
        str(layer.names[index] or "") if index >= 0 else "" for index in assign_points(layer, xy_m)
    ]


def _are_labels(names: Sequence[str | None]) -> bool:
    """Whether names have numbers in them, as those of small areas do."""
    return sum(any(map(str.isdigit, name or "")) for name in names) > MANY_LABELS * len(names)
