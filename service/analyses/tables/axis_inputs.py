"""What tables along axes are made from: the incidents, the keys of an axis, and their sources."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.selection import Selection
from service.analyses.tables.axes import Axis, axis_of, axis_of_areas
from service.model.incident_filter import IncidentFilter
from service.model.provenance import dataset_source, layer_source, short_digest
from service.queries.tables.crosstabs import AxisName


def version_of(areas: Areas, dataset: str, names: Sequence[AxisName]) -> str:
    """A short digest of everything that counts along some axes depend on, apart from the query.

    Parameters
    ----------
    areas : Areas
        Places incidents in areas.
    dataset : str
        Id of the dataset.
    names : sequence of AxisName
        The axes.

    Returns
    -------
    str
        It changes when the dataset, a layer or the software does.
    """
    layer_ids = [name.argument or None for name in names if name.kind == "layer"]
    return short_digest(*(areas.version(dataset, layer_id) for layer_id in (*layer_ids, None)))


def selection_of(
    areas: Areas, dataset: str, incident_filter: IncidentFilter, names: Sequence[AxisName]
) -> Selection:
    """The incidents to count; with `within` those in its areas, else those located there.

    Parameters
    ----------
    areas : Areas
        Places incidents in areas.
    dataset : str
        Id of the dataset.
    incident_filter : IncidentFilter
        Selects the incidents.
    names : sequence of AxisName
        The axes along which they are counted.

    Returns
    -------
    Selection
        Of the latest version of the dataset.
    """
    selection = areas.select(dataset, incident_filter)
    within = incident_filter.within
    if within is None:
        return selection
    layer = next(iter(_layers(areas, names)), None)
    if layer is None:
        inside = areas.inside(selection.incidents, within)
    else:
        area = areas.placement(selection.incidents, layer).area
        inside = np.append(areas.in_scope(layer, within), False)[area]
    return selection.inside(inside)


def axis_named(areas: Areas, selection: Selection, name: AxisName) -> Axis:
    """The keys of the selected incidents on an axis.

    Parameters
    ----------
    areas : Areas
        Places incidents in areas.
    selection : Selection
        The incidents to count.
    name : AxisName
        The axis.

    Returns
    -------
    Axis
        Of areas, all that are in scope.

    Raises
    ------
    UnknownLayerError, UnknownAttributeError
        If there is no such layer, or the dataset has no such axis.
    """
    if name.kind != "layer":
        return axis_of(selection, name)
    layer = areas.layer(name.argument)
    placement = areas.placement(selection.incidents, layer)
    in_scope = areas.in_scope(layer, selection.filter.within)
    return axis_of_areas(selection, placement, layer, in_scope)


def placement_notes(
    areas: Areas, selection: Selection, names: Sequence[AxisName]
) -> tuple[str, ...]:
    """How the incidents were placed in the areas of the axes.

    Parameters
    ----------
    areas : Areas
        Places incidents in areas.
    selection : Selection
        The incidents.
    names : sequence of AxisName
        The axes.

    Returns
    -------
    tuple of str
        Full sentences.
    """
    notes = [areas.placement(selection.incidents, layer).notes for layer in _layers(areas, names)]
    return tuple(dict.fromkeys(note for part in notes for note in part))


def sources_of(areas: Areas, selection: Selection, names: Sequence[AxisName]) -> dict[str, Any]:
    """The dataset, the layers of the axes and the area of the filter, for the provenance.

    Parameters
    ----------
    areas : Areas
        Places incidents in areas.
    selection : Selection
        The incidents.
    names : sequence of AxisName
        The axes.

    Returns
    -------
    dict of str to Any
        JSON members.
    """
    sources: dict[str, Any] = {
        "dataset": dataset_source(selection.incidents),
        **selection.harm_source(),
    }
    for key, layer in zip(("layer", "second_layer"), _layers(areas, names), strict=False):
        sources[key] = layer_source(layer)
    if selection.filter.within is not None:
        sources["within"] = areas.within(selection.filter.within).source()
    return sources


def _layers(areas: Areas, names: Sequence[AxisName]) -> list[Layer]:
    """The layers of the axes that are of areas."""
    return [areas.layer(name.argument) for name in names if name.kind == "layer"]
