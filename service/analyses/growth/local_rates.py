"""Incidents expected in an area or within a distance, at the rate of the surroundings."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from boundaries.storage.store import LayerStore
from service.analyses.growth.area_facts import AreaFacts
from spatial.arrays import BoolArray, FloatArray, IndexArray

Exposure = Literal["auto", "residents", "area"]


@dataclass(frozen=True, eq=False)
class LocalRates:
    """The rate of the surroundings, for each area of a layer.

    Attributes
    ----------
    layer : Layer
        The areas.
    surroundings : str
        Layer whose areas are the surroundings; empty: all areas together.
    surroundings_version : str
        Its version; empty without one.
    unit : str
        Unit of the exposure, ``residents`` or ``km^2``.
    exposure : (n,) float64
        In that unit, 0 where an area has none.
    expected : (n,) float64
        Expected incidents of each area at the rate of its surroundings; NaN without exposure. Over
        the areas of one surrounding they add up to its incidents.
    has_exposure : (n,) bool
        Areas with exposure.
    """

    layer: Layer
    surroundings: str
    surroundings_version: str
    unit: str
    exposure: FloatArray
    expected: FloatArray
    has_exposure: BoolArray

    def near(self, shapes: NDArray[Any], distance_m: float) -> tuple[FloatArray, FloatArray]:
        """Incidents expected within a distance of shapes, and the share of land in reach.

        Parameters
        ----------
        shapes : (k,) object array
            Points or polygons, metres.
        distance_m : float
            Distance, metres.

        Returns
        -------
        expected : (k,) float64
            Each area's expected incidents times the share of its land in reach, as if they were
            spread evenly; NaN if no area with exposure is in reach.
        ground_share : (k,) float64
            Share of the circle that lies in the layer: nothing is expected at sea or outside the
            layer.
        """
        reach = shapely.buffer(shapes, distance_m, quad_segs=16)
        shapely.prepare(reach)
        tree = shapely.STRtree(self.layer.geometries)
        shape_of_pair, area_of_pair = tree.query(reach, predicate="intersects")
        is_covered = np.zeros(len(shape_of_pair), dtype=np.bool_)
        covered_shape, covered_area = tree.query(reach, predicate="covers")
        is_covered[
            _pair_indices(
                shape_of_pair, area_of_pair, covered_shape, covered_area, len(self.layer)
            )
        ] = True
        ground_km2 = self.layer.areas_km2[area_of_pair].copy()
        intersections = shapely.intersection(
            reach[shape_of_pair[~is_covered]], self.layer.geometries[area_of_pair[~is_covered]]
        )
        ground_km2[~is_covered] = shapely.area(intersections) / 1e6
        share = ground_km2 / self.layer.areas_km2[area_of_pair]
        has_expectation = self.has_exposure[area_of_pair] & (ground_km2 > 0)
        expected = np.bincount(
            shape_of_pair[has_expectation],
            (self.expected[area_of_pair] * share)[has_expectation],
            minlength=len(shapes),
        )
        is_reached = np.bincount(shape_of_pair[has_expectation], minlength=len(shapes)) > 0
        covered_km2 = np.bincount(shape_of_pair, ground_km2, minlength=len(shapes))
        return (
            np.where(is_reached, expected, np.nan),
            np.minimum(covered_km2 / (shapely.area(reach) / 1e6), 1.0),
        )

    def source(self) -> dict[str, Any]:
        """The definition, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        surrounding_area = (
            f"the area of {self.surroundings} around it" if self.surroundings else ""
        )
        return {
            "rate_of": surrounding_area or f"all areas of {self.layer.layer_id}",
            "surroundings": self.surroundings or None,
            "surroundings_version": self.surroundings_version or None,
            "per": self.unit,
            "spread": "evenly over each area's ground; sea and ground outside the layer left out",
        }

    def notes(self) -> tuple[str, ...]:
        """Notes on expected numbers.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        n_without = int(np.count_nonzero(~self.has_exposure))
        if not n_without:
            return ()
        return (f"{n_without} areas have no {self.unit}: nothing is expected there.",)


def local_rates(
    layers: LayerStore,
    layer: Layer,
    facts: AreaFacts,
    *,
    surroundings: str | None,
    exposure: Exposure,
) -> LocalRates:
    """The rate of the surroundings of each area.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    layer : Layer
        The areas.
    facts : AreaFacts
        Their counts and population.
    surroundings : str or None
        A layer; None: the imported one with the fewest areas, if it has fewer than `layer`,
        otherwise all areas of `layer` together.
    exposure : {"auto", "residents", "area"}
        auto: residents if the layer has them, otherwise km^2.

    Returns
    -------
    LocalRates
        In the order of the layer's codes.
    """
    surrounding_layer = _surroundings(layers, layer, surroundings)
    surrounding_of_area = np.zeros(len(layer), dtype=np.int32)
    if surrounding_layer is not None:
        inner_points = shapely.get_coordinates(shapely.point_on_surface(layer.geometries))
        surrounding_of_area = (
            assign_points(surrounding_layer, inner_points) + 1
        )  # 0: in none of them, together
    population = facts.population
    by_residents = exposure == "residents" or (exposure == "auto" and population is not None)
    exposure_values = (
        layer.areas_km2 if not by_residents or population is None else population.values
    )
    has_exposure = np.isfinite(exposure_values) & (exposure_values > 0)
    usable_exposure = np.where(has_exposure, exposure_values, 0.0)
    incidents = np.bincount(surrounding_of_area, np.where(has_exposure, facts.count, 0))
    total = np.bincount(surrounding_of_area, usable_exposure)
    rate = np.divide(incidents, total, out=np.zeros(len(total)), where=total > 0)
    return LocalRates(
        layer=layer,
        surroundings="" if surrounding_layer is None else surrounding_layer.layer_id,
        surroundings_version="" if surrounding_layer is None else surrounding_layer.version,
        unit="residents" if by_residents and population is not None else "km^2",
        exposure=usable_exposure,
        expected=np.where(has_exposure, rate[surrounding_of_area] * usable_exposure, np.nan),
        has_exposure=has_exposure,
    )


def _surroundings(layers: LayerStore, layer: Layer, layer_id: str | None) -> Layer | None:
    """The layer of the surroundings; None if all areas together are."""
    if layer_id is not None:
        return layers.get(layer_id)
    coarsest = min((layers.get(name) for name in layers.ids()), key=len)
    return coarsest if len(coarsest) < len(layer) else None


def _pair_indices(
    shape_of_pair: IndexArray,
    area_of_pair: IndexArray,
    given_shape: IndexArray,
    given_area: IndexArray,
    n_areas: int,
) -> NDArray[np.intp]:
    """Indices of the given pairs in the list of all pairs."""
    keys, given_keys = (
        shape_of_pair.astype(np.int64) * n_areas + area_of_pair,
        given_shape.astype(np.int64) * n_areas + given_area,
    )
    order = np.argsort(keys)
    return order[np.searchsorted(keys, given_keys, sorter=order)]
