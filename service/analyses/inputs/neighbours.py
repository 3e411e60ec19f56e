"""The neighbours of a layer's areas under a rule, found once per layer version."""

from typing import Any

from boundaries.layers.layer import Layer
from boundaries.neighbours.adjacency import queen, rook
from boundaries.neighbours.neighbour_cache import NeighbourCache
from service.runtime.single_flight import SingleFlightCache
from spatial.arrays import FloatArray
from spatial.local_statistics.distance_weights import (
    distance_band,
    inverse_distance,
    kernel_weights,
    knn,
    optimised_distance,
)
from spatial.weights.weights import Neighbours

AUTO = "auto"


class Neighbourhoods:
    """Neighbour structures of recent questions; shared by all requests.

    Parameters
    ----------
    kept : NeighbourCache
        Contiguity of layer versions on disk.
    """

    def __init__(self, kept: NeighbourCache) -> None:
        self._kept = kept
        self._found: SingleFlightCache[Neighbours] = SingleFlightCache(32)

    def of(self, layer: Layer, rule: str) -> Neighbours:
        """The neighbours under a rule.

        Parameters
        ----------
        rule : str
            ``queen``, ``rook``, ``knn:k``, or ``distance:``, ``inverse-distance:`` or
            ``kernel:`` with metres between centroids.

        Raises
        ------
        InvalidNeighboursError, InvalidParameterError
            If the rule has no meaning for this layer: more neighbours than areas, say.
        """
        key = (layer.layer_id, layer.version, rule)
        return self._found.get(key, lambda: self._find(layer, rule))

    def automatic(self, layer: Layer, values: FloatArray) -> tuple[Neighbours, dict[str, Any]]:
        """The distance band whose global Moran z peaks first, and how it was chosen."""
        found = optimised_distance(layer.centroids_m, values)
        # To the millimetre: a rounded metre could cost an area its only neighbour.
        rule = f"distance:{found.distance_m:.3f}"
        chosen = {
            "rule": "incremental spatial autocorrelation",
            "distance_m": found.distance_m,
            "reason": found.reason,
            "tried_m": [round(d, 1) for d in found.tried_m],
            "moran_z": [round(z, 4) for z in found.z_score],
        }
        return self.of(layer, rule), chosen

    def _find(self, layer: Layer, rule: str) -> Neighbours:
        """Contiguity from disk where it is kept; distances are quicker found than read."""
        contiguity = {"queen": queen, "rook": rook}.get(rule)
        if contiguity is not None:
            return self._kept.get(layer, rule, contiguity)
        return _by_distance(layer, rule)


def _by_distance(layer: Layer, rule: str) -> Neighbours:
    """The neighbours by distance between centroids."""
    kind, _, number = rule.partition(":")
    if kind == "knn":
        return knn(layer.centroids_m, int(number))
    if kind == "distance":
        return distance_band(layer.centroids_m, float(number))
    if kind == "inverse-distance":
        return inverse_distance(layer.centroids_m, float(number))
    return kernel_weights(layer.centroids_m, float(number))
