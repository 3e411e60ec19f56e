"""What every table of measures reads: layers, measures, and the lookups between layers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.inputs.area_layers import AreaLayers
from service.analyses.inputs.crosswalks import Crosswalks
from service.analyses.inputs.within import areas_inside, resolve
from service.model.errors import InvalidWithinError
from service.model.provenance import SOFTWARE, layers_version, short_digest
from service.store.reference.measures import MeasureStore
from spatial.arrays import BoolArray


@dataclass(frozen=True, eq=False)
class MeasuredAreas:
    """The stores of areas and of their measures.

    Attributes
    ----------
    layers : AreaLayers
        The layers.
    measures : MeasureStore
        The imported measures.
    crosswalks : Crosswalks
        Lookups to larger areas and between vintages.
    """

    layers: AreaLayers
    measures: MeasureStore
    crosswalks: Crosswalks

    def version(self) -> str:
        """A short digest of everything that an answer depends on, apart from the query.

        Returns
        -------
        str
            It changes when a layer, a lookup, a measure or the software does.
        """
        layers = layers_version(self.layers.imported)
        return short_digest(layers, self.crosswalks.version(), self.measures.revision(), SOFTWARE)

    def inside(self, layer: Layer, label: str | None) -> BoolArray:
        """The areas of a layer that a query is about: all, or those whose inner point is within.

        Parameters
        ----------
        layer : Layer
            The areas.
        label : str or None
            As in `resolve`, which says what is raised; None: all of them.

        Returns
        -------
        (n,) bool
            In the order of the layer's codes; at least one is True.

        Raises
        ------
        InvalidWithinError
            If no area has its inner point there.
        """
        if label is None:
            return np.ones(len(layer), np.bool_)
        inside = areas_inside(layer, resolve(self.layers.imported, label))
        if not inside.any():
            raise InvalidWithinError(
                label,
                f"no area of layer {layer.layer_id!r} has its inner point within {label[:80]}: "
                "take a finer layer or a larger area",
            )
        return inside

    def within_sources(self, **labels: str | None) -> Mapping[str, Any]:
        """What restricts an answer, for the provenance.

        Parameters
        ----------
        **labels : str or None
            By what they restrict; None: nothing.

        Returns
        -------
        mapping of str to Any
            Those that there are.
        """
        return {
            name: resolve(self.layers.imported, label).source()
            for name, label in labels.items()
            if label is not None
        }
