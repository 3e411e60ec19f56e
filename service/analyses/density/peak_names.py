"""Names of places: of the area that a place lies in, or of the nearest one."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.density.chance import FEWEST_LOCATED, PeakTest
from service.analyses.naming.areas import area_places, finest_named
from service.model.places import AreaPlaces
from service.sentences.peaks import CLASSES, tested_peaks, untested_peaks
from spatial.surfaces.peaks import Peaks


@dataclass(frozen=True, eq=False)
class PlaceNames:
    """The names of one layer's areas.

    Attributes
    ----------
    layer : Layer
        Whose areas name places.
    places : AreaPlaces
        The names with the larger area around each.
    """

    layer: Layer
    places: AreaPlaces

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
        all_layers = layers.all()
        if layer_id is not None:
            layer = layers.get(layer_id)
        else:
            layer = finest_named(all_layers) or max(all_layers, key=len)
        return cls(layer, AreaPlaces(lambda: area_places(all_layers, layer)))

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
        return self.layer.names[self._nearest(x_m, y_m)]

    def label_at(self, x_m: float, y_m: float) -> str:
        """The same with the larger area around it, for a sentence.

        Parameters
        ----------
        x_m, y_m : float
            Place in the working CRS, metres.

        Returns
        -------
        str
            Such as *Market (Cambridge)*.
        """
        return self.places.by_code[str(self.layer.codes[self._nearest(x_m, y_m)])].label

    def _nearest(self, x_m: float, y_m: float) -> int:
        distance = shapely.distance(self.layer.geometries, shapely.Point(x_m, y_m))
        return int(np.argmin(distance))


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
            places[peak.peak_class].append(names.label_at(peak.x_m, peak.y_m))
    return tested_peaks(places, peak_test.clause())
