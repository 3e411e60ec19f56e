"""Names of places: of the area that a place lies in, or of the nearest one."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.density.chance import FEWEST_LOCATED, PeakTest
from service.sentences.peaks import CLASSES, tested_peaks, untested_peaks
from spatial.surfaces.peaks import Peaks


@dataclass(frozen=True, eq=False)
class PlaceNames:
    """The names of one layer's areas."""

    layer: Layer

    @property
    def layer_id(self) -> str:
        """The id of the layer."""
        return self.layer.layer_id

    @classmethod
    def of(cls, layers: LayerStore, layer_id: str | None) -> Self:
        """The names of a layer; by default of the finest one that has place names.

        A name with a digit in it (Cambridge 007J) is a label, not a place name. A layer counts as
        having place names if at most a tenth of its names are labels.

        Parameters
        ----------
        layers : LayerStore
            The imported layers.
        layer_id : str or None
            The layer, if one is named.

        Returns
        -------
        PlaceNames
            Of one layer.
        """
        if layer_id is not None:
            return cls(layers.get(layer_id))
        all_layers = layers.all()
        named_layers = [layer for layer in all_layers if _label_share(layer) <= 0.1]
        return cls(max(named_layers or all_layers, key=len))

    def name_at(self, x_m: float, y_m: float) -> str:
        """The name of the area that contains a place, or of the nearest one.

        Parameters
        ----------
        x_m, y_m : float
            Place in the working CRS, metres.

        Returns
        -------
        str
            As in the layer.
        """
        distance = shapely.distance(self.layer.geometries, shapely.Point(x_m, y_m))
        return self.layer.names[int(np.argmin(distance))]


def sentence(peaks: Peaks, names: PlaceNames, peak_test: PeakTest) -> str:
    """The hotspots by name, as a sentence; or that no place is more than chance.

    Parameters
    ----------
    peaks : Peaks
        The peaks of a surface, held against chance.
    names : PlaceNames
        Names the places of the peaks.
    peak_test : PeakTest
        What they were held against.

    Returns
    -------
    str
        One sentence.
    """
    if peak_test.test is None:
        return untested_peaks(peak_test.located, fewest=FEWEST_LOCATED, reason=peak_test.reason)
    places: dict[str, list[str]] = {name: [] for name in CLASSES}
    for peak in peaks.peaks:
        if peak.is_significant and peak.peak_class in places:
            places[peak.peak_class].append(names.name_at(peak.x_m, peak.y_m))
    return tested_peaks(places, peak_test.clause())


def _label_share(layer: Layer) -> float:
    return sum(any(character.isdigit() for character in name) for name in layer.names) / len(layer)
