"""Names of places: of the area that a place lies in, or of the nearest one."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.density.chance import FEWEST_LOCATED, PeakTest
from spatial.surfaces.peaks import Peak, Peaks

MOST_NAMED = 4  # secondary peaks named in a sentence


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
        all_layers = [layers.get(name) for name in layers.ids()]
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
        One sentence, or two.
    """
    located = peak_test.located
    if not located:
        return "No incident is located: there is nothing to see."
    if peak_test.test is None:
        subject = "1 incident is" if located == 1 else f"{located:,} incidents are"
        if located < FEWEST_LOCATED:
            return f"{subject} located: too few to speak of a hotspot."
        return f"No hotspot is named: {peak_test.reason}."
    hotspots = [peak for peak in peaks.peaks if peak.is_significant]
    if not hotspots:
        return (
            "No place stands out more than chance would have it: as high a peak would be no "
            f"surprise {peak_test.clause()}."
        )
    primary_names = _distinct_names(peaks.of_class("primary"), names, frozenset())
    secondary_names = _distinct_names(peaks.of_class("secondary"), names, frozenset(primary_names))
    parts = []
    for word, place_names in (("primary", primary_names), ("secondary", secondary_names)):
        if place_names:
            noun = "hotspot" if len(place_names) == 1 else "hotspots"
            parts.append(f"{word} {noun} in {_join_names(place_names)}")
    if not parts:
        minor_names = _distinct_names(peaks.of_class("minor"), names, frozenset())
        noun = "hotspot" if len(minor_names) == 1 else "hotspots"
        parts.append(f"minor {noun} in {_join_names(minor_names)}")
    listed = ", ".join(parts)
    return (
        f"{listed[0].upper()}{listed[1:]}: more incidents than there would be "
        f"{peak_test.clause()}."
    )


def _distinct_names(
    peaks: tuple[Peak, ...], names: PlaceNames, excluded_names: frozenset[str]
) -> list[str]:
    """The distinct names of some peaks in order, without the excluded ones."""
    peak_names = dict.fromkeys(names.name_at(peak.x_m, peak.y_m) for peak in peaks)
    return [name for name in peak_names if name not in excluded_names][:MOST_NAMED]


def _join_names(names: list[str]) -> str:
    return (
        names[0]
        if len(names) == 1
        else " and ".join([", ".join(names[:-1]), names[-1]] if names else [])
    )


def _label_share(layer: Layer) -> float:
    return sum(any(character.isdigit() for character in name) for name in layer.names) / len(layer)
