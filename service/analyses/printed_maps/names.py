"""What the places of a printed map are called, told apart where names repeat."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from boundaries.storage.store import LayerStore
from service.analyses.density.peak_names import PlaceNames
from service.model.answers import Table
from spatial.arrays import FloatArray

MANY_LABELS = 0.1  # share of names with a digit in them above which they name no places


def printed_names(layers: LayerStore, table: Table) -> tuple[str, ...]:
    """A name for each row of a table of areas, for the labels of a map.

    Parameters
    ----------
    layers : LayerStore
        The imported layers: they name the places that cells and small areas lie in.
    table : Table
        With shapes, names and the layer in its sources.

    Returns
    -------
    tuple of str
        In the order of the rows. Where an area's name is a place and another area has it too, the
        larger area follows: *North (Wisbech)*. A small area whose name has a number is named by
        the place that it lies in, and then itself: *Market (Cambridge 007J)*. A cell of a grid
        has the name of the place alone, which it shares with others. Empty where an area has
        no name.
    """
    codes = [str(code) for code in table.columns["code"]]
    names = [str(name or "") for name in table.columns.get("name", codes)]
    if table.geometries is None or not len(table):
        return tuple(names)
    xy_m = shapely.get_coordinates(shapely.point_on_surface(np.asarray(table.geometries)))
    layer_id = str((table.provenance.sources.get("layer") or {}).get("id", ""))
    layer = next((one for one in layers.all() if one.layer_id == layer_id), None)
    if layer is not None and not _are_labels(names):
        return with_larger_areas(names, xy_m, _larger(layers, layer))
    places = PlaceNames.of(layers, None).layer
    if places.layer_id == layer_id:
        return tuple(names)
    area = assign_points(places, xy_m)
    in_place = [places.names[index] if index >= 0 else "" for index in area]
    if layer is None:
        return with_larger_areas(in_place, xy_m, _larger(layers, places))
    pairs = zip(names, in_place, strict=True)
    return tuple(
        f"{place} ({name})" if _has_number(name) and place not in name else name
        for name, place in pairs
    )


def with_larger_areas(
    names: Sequence[str], xy_m: FloatArray, larger: Layer | None
) -> tuple[str, ...]:
    """Names, those that occur in several larger areas followed by theirs.

    Parameters
    ----------
    names : (n,) sequence of str
        Empty for none.
    xy_m : (n, 2) float64
        Where each is, metres.
    larger : Layer or None
        The larger areas; None: the names stay as they are.

    Returns
    -------
    tuple of str
        In their order.
    """
    if larger is None or max(Counter(names).values(), default=0) < 2:
        return tuple(names)
    around = [larger.names[index] if index >= 0 else "" for index in assign_points(larger, xy_m)]
    areas_of = Counter(name for name, _ in set(zip(names, around, strict=True)))
    return tuple(
        f"{name} ({area})" if name and area and areas_of[name] > 1 else name
        for name, area in zip(names, around, strict=True)
    )


def _are_labels(names: Sequence[str]) -> bool:
    """Whether names have numbers in them, as those of small areas do."""
    return sum(map(_has_number, names)) > MANY_LABELS * len(names)


def _has_number(name: str) -> bool:
    return any(map(str.isdigit, name))


def _larger(layers: LayerStore, layer: Layer) -> Layer | None:
    """The imported layer of the fewest areas, of two or more, that has fewer than a layer."""
    candidates = [larger for larger in layers.all() if 2 <= len(larger) < len(layer)]
    return min(candidates, key=lambda larger: (len(larger), larger.layer_id), default=None)
