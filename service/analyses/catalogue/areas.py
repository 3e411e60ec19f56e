"""The areas of a layer with what they are called, and the larger area that each lies in."""

import numpy as np

from boundaries.storage.store import LayerStore
from service.analyses.catalogue.rows import NamedAreaRow
from service.analyses.naming.areas import area_places
from service.model.answers import Table
from service.model.provenance import layer_source, layers_version, provenance


def named_areas(layers: LayerStore, layer_id: str) -> Table:
    """The areas of a layer, in its order.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    layer_id : str
        Id of one of them.

    Returns
    -------
    Table
        One `NamedAreaRow` per area.
    """
    layer = layers.get(layer_id)
    by_code = area_places(layers.all(), layer)
    places = [by_code[code] for code in layer.codes]
    return Table(
        kind="areas",
        row=NamedAreaRow,
        columns={
            "code": np.array(layer.codes, dtype=object),
            "name": np.array(layer.names, dtype=object),
            "label": np.array([place.label for place in places], dtype=object),
            "larger": np.array([place.larger or None for place in places], dtype=object),
        },
        provenance=provenance(
            sources={"layer": layer_source(layer), "layers": {"version": layers_version(layers)}},
            filter={},
            method={"name": "areas with the larger area that each lies in"},
            counts={"areas": len(layer)},
        ),
    )
