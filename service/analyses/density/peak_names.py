"""What a place is called: the name of the area it lies in, or of the nearest one."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from spatial.surfaces.peaks import Peak, Peaks

MOST_NAMED = 4  # secondary peaks named in a sentence


@dataclass(frozen=True, eq=False)
class PlaceNames:
    """The names of one layer's areas."""

    layer: Layer

    @property
    def layer_id(self) -> str:
        """Which layer the names are from."""
        return self.layer.layer_id

    @classmethod
    def of(cls, layers: LayerStore, layer_id: str | None) -> Self:
        """The names of a layer; by default of the finest one that has place names.

        A name with a digit in it (Cambridge 007J) is a label, not a place name; a layer
        counts as having place names when at most a tenth of them are such.
        """
        if layer_id is not None:
            return cls(layers.get(layer_id))
        loaded = [layers.get(name) for name in layers.ids()]
        named = [layer for layer in loaded if _label_share(layer) <= 0.1]
        return cls(max(named or loaded, key=len))

    def at(self, x_m: float, y_m: float) -> str:
        """The name of the area at or nearest to a place of the working CRS, metres."""
        distance = shapely.distance(self.layer.geometries, shapely.Point(x_m, y_m))
        return self.layer.names[int(np.argmin(distance))]


def sentence(peaks: Peaks, names: PlaceNames) -> str:
    """Where it is hottest, in words: the primary and the secondary hotspots by name."""
    primary = _joined(_distinct(peaks.of_class("primary"), names, frozenset()))
    if not primary:
        return "No hotspot: there is nothing to see."
    taken = frozenset(names.at(p.x_m, p.y_m) for p in peaks.of_class("primary"))
    others = _distinct(peaks.of_class("secondary"), names, taken)
    several = "s" if " and " in primary else ""
    if not others:
        return f"Primary hotspot{several} in {primary}; no secondary hotspot."
    words = "hotspots" if len(others) > 1 else "hotspot"
    return f"Primary hotspot{several} in {primary}, secondary {words} at {_joined(others)}."


def _distinct(peaks: tuple[Peak, ...], names: PlaceNames, taken: frozenset[str]) -> list[str]:
    """The names of some peaks, each once, in order, without those taken."""
    found = dict.fromkeys(names.at(peak.x_m, peak.y_m) for peak in peaks)
    return [name for name in found if name not in taken][:MOST_NAMED]


def _joined(words: list[str]) -> str:
    return (
        words[0]
        if len(words) == 1
        else " and ".join([", ".join(words[:-1]), words[-1]] if words else [])
    )


def _label_share(layer: Layer) -> float:
    return sum(any(c.isdigit() for c in name) for name in layer.names) / len(layer)
