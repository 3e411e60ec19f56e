"""The neighbours of a layer's areas under a rule, computed once per layer version."""

from typing import Any

from boundaries.layers.layer import Layer
from boundaries.neighbours.adjacency import queen, rook
from boundaries.neighbours.neighbour_cache import NeighbourCache
from service.runtime.budget import Work, foresee, spend
from service.runtime.cancellation import check_cancelled
from service.runtime.single_flight import SingleFlightCache
from service.store.reference.neighbours import NeighbourStore
from spatial.arrays import BoolArray, FloatArray
from spatial.local_statistics.optimised_distance import optimised_distance
from spatial.weights.distance_weights import (
    distance_band,
    expected_links,
    inverse_distance,
    kernel_weights,
    knn,
)
from spatial.weights.orders import with_nearest, within_steps
from spatial.weights.triangulation import delaunay, gabriel
from spatial.weights.weights import Neighbours

AUTO, NEAREST, IMPORTED = "auto", "+nearest", "imported:"
CONTIGUITY = {"queen": queen, "rook": rook}
TRIANGULATIONS = {"delaunay": delaunay, "gabriel": gabriel}
NEIGHBOURS_BYTES, KEPT_BYTES = 256 * 2**20, 20  # for recent structures; of each link
AUTO_S, AUTO_BYTES = 8e-4, 55_000  # of each area, to try several distances
LINK_S, LINK_BYTES = 1.5e-6, 130  # to find, to hold and to sum over each link


class Neighbourhoods:
    """Neighbour structures, shared by all requests.

    Parameters
    ----------
    cache : NeighbourCache
        Contiguity of layer versions, stored on disk.
    imported : NeighbourStore
        Neighbours that were decided elsewhere.
    """

    def __init__(self, cache: NeighbourCache, imported: NeighbourStore) -> None:
        self._cache = cache
        self._imported = imported
        self._neighbours: SingleFlightCache[Neighbours] = SingleFlightCache(
            NEIGHBOURS_BYTES,
            weigh=lambda neighbours: KEPT_BYTES * (neighbours.links + neighbours.n),
        )

    def revision(self) -> str:
        """The version of what has been imported.

        Returns
        -------
        str
            Empty where nothing is.
        """
        return self._imported.revision()

    def of(self, layer: Layer, rule: str) -> Neighbours:
        """The neighbours under a rule.

        Parameters
        ----------
        layer : Layer
            The areas.
        rule : str
            ``queen``, ``rook``, with a colon and a number of steps or with ``+nearest``;
            ``delaunay``, ``gabriel``, ``knn:k``; or ``distance:``, ``inverse-distance:`` or
            ``kernel:`` with metres between centroids; ``imported:`` with a name.

        Returns
        -------
        Neighbours
            In the order of the layer's codes.

        Raises
        ------
        InvalidNeighboursError, InvalidParameterError
            If the rule does not make sense for the layer, such as more neighbours than areas.
        UnknownNeighboursError, DamagedTableError
            If there are no such imported neighbours, or they cannot be read.
        """
        if rule.startswith(IMPORTED):
            imported = self._imported.get(layer.layer_id, rule.removeprefix(IMPORTED))
            key = (layer.layer_id, layer.version, f"{rule} {self.revision()}")
            return self._neighbours.get(key, lambda: imported.of(layer))
        key = (layer.layer_id, layer.version, rule)
        if ":" in rule and not self._neighbours.has(key):
            spend(_work(layer, rule))
        return self._neighbours.get(key, lambda: self._find(layer, rule))

    def foresee(self, layer: Layer, rule: str) -> None:
        """Refuse neighbours that are too many, before anything else is done for them.

        Parameters
        ----------
        layer : Layer
            The areas.
        rule : str
            As for `of`, or ``auto``.

        Raises
        ------
        OverBudgetError, LongWorkError
            As `service.runtime.budget.foresee`.
        """
        if rule.startswith(IMPORTED):
            return
        if ":" in rule and not self._neighbours.has((layer.layer_id, layer.version, rule)):
            foresee(_work(layer, rule))
        elif rule == AUTO:
            foresee(_work_of_choice(layer))

    def of_areas(self, layer: Layer, rule: str, mask: BoolArray) -> Neighbours:
        """The neighbours among some of a layer's areas.

        Parameters
        ----------
        layer : Layer
            The areas.
        rule : str
            As for `of`.
        mask : (n,) bool
            The areas to keep.

        Returns
        -------
        Neighbours
            In the order of the areas kept.
        """
        neighbours = self.of(layer, rule)
        return neighbours if mask.all() else neighbours.subset(mask)

    def automatic(self, layer: Layer, values: FloatArray) -> tuple[Neighbours, dict[str, Any]]:
        """The distance band at which global Moran's z first peaks, and how it was chosen.

        Parameters
        ----------
        layer : Layer
            The areas.
        values : (n,) float64
            The values whose autocorrelation decides.

        Returns
        -------
        neighbours : Neighbours
            The neighbours within the band.
        choice : dict of str to Any
            The distances that were tried, for the provenance.
        """
        spend(_work_of_choice(layer))
        optimum = optimised_distance(layer.centroids_m, values, on_progress=check_cancelled)
        # To the millimetre: a rounded metre could cost an area its only neighbour.
        rule = f"distance:{optimum.distance_m:.3f}"
        choice = {
            "rule": "incremental spatial autocorrelation",
            "distance_m": optimum.distance_m,
            "reason": optimum.reason,
            "tried_m": [round(distance_m, 1) for distance_m in optimum.tried_m],
            "moran_z": [round(z_score, 4) for z_score in optimum.z_score],
        }
        return self.of(layer, rule), choice

    def _find(self, layer: Layer, rule: str) -> Neighbours:
        """Contiguity from the disk cache; distances are computed, which is faster than reading."""
        if rule in CONTIGUITY:
            return self._cache.get(layer, rule, CONTIGUITY[rule])
        if rule.endswith(NEAREST):
            return with_nearest(self.of(layer, rule.removesuffix(NEAREST)), layer.centroids_m)
        kind, _, number = rule.partition(":")
        if kind in CONTIGUITY:
            return within_steps(self.of(layer, kind), int(number))
        return _by_centroids(layer, rule)


def _work_of_choice(layer: Layer) -> Work:
    """What it costs to try several distances."""
    return Work(
        len(layer) * AUTO_S,
        len(layer) * AUTO_BYTES,
        f"neighbours by the best of several distances between {len(layer):,} areas",
        "name the neighbours, or take larger areas",
    )


def _work(layer: Layer, rule: str) -> Work:
    """What neighbours cost, by the number of links that some of the areas have."""
    kind, _, number = rule.partition(":")
    if kind == "knn":
        links = float(number) * len(layer)
    elif kind in CONTIGUITY:  # as many as within so many rings of hexagons
        links = 3.0 * float(number) * (float(number) + 1.0) * len(layer)
    else:
        links = expected_links(layer.centroids_m, float(number))
    return Work(
        links * LINK_S,
        links * LINK_BYTES,
        f"about {links:,.0f} links by {rule} between {len(layer):,} areas",
        "ask for fewer or closer neighbours, or larger areas",
    )


def _by_centroids(layer: Layer, rule: str) -> Neighbours:
    """The neighbours by the places of centroids."""
    kind, _, number = rule.partition(":")
    if kind in TRIANGULATIONS:
        return TRIANGULATIONS[kind](layer.centroids_m)
    if kind == "knn":
        return knn(layer.centroids_m, int(number))
    if kind == "distance":
        return distance_band(layer.centroids_m, float(number))
    if kind == "inverse-distance":
        return inverse_distance(layer.centroids_m, float(number))
    return kernel_weights(layer.centroids_m, float(number))
