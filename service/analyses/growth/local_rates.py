"""Incidents expected in an area or within a distance, at the rate of the surroundings."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.growth.area_facts import AreaFacts
from service.analyses.growth.surroundings import Surroundings, surroundings_of
from spatial.arrays import FloatArray, IndexArray

Exposure = Literal["auto", "residents", "area"]


@dataclass(frozen=True, eq=False)
class LocalRates:
    """The rate of the surroundings, for each area of a layer.

    Attributes
    ----------
    layer : Layer
        The areas.
    surroundings : Surroundings
        The larger area around each area.
    unit : str
        Unit of the exposure, ``residents`` or ``km^2``.
    exposure : (n,) float64
        In that unit; NaN where it is not known.
    expected : (n,) float64
        Expected incidents of each area at the rate of its surroundings, 0 where nobody lives. NaN
        where that is not known, or the area would be compared with itself. Over the areas of one
        surrounding they add up to its incidents.
    """

    layer: Layer
    surroundings: Surroundings
    unit: str
    exposure: FloatArray
    expected: FloatArray

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
            spread evenly; NaN if no area is in reach, or one of which nothing is known.
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
        is_reached = ground_km2 > 1e-9
        expected = np.bincount(
            shape_of_pair[is_reached],
            (self.expected[area_of_pair] * share)[is_reached],
            minlength=len(shapes),
        )
        has_ground = np.bincount(shape_of_pair[is_reached], minlength=len(shapes)) > 0
        covered_km2 = np.bincount(shape_of_pair, ground_km2, minlength=len(shapes))
        return (
            np.where(has_ground, expected, np.nan),
            np.minimum(covered_km2 / (shapely.area(reach) / 1e6), 1.0),
        )

    def source(self) -> dict[str, Any]:
        """The definition, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        layer = self.surroundings.layer
        return {
            "rate_of": self._rate_of(),
            "reason": self.surroundings.reason,
            "surroundings": None if layer is None else layer.layer_id,
            "surroundings_version": None if layer is None else layer.version,
            "per": self.unit,
            "spread": "evenly over each area's ground; sea and ground outside the layer left out",
        }

    def _rate_of(self) -> str:
        layer = self.surroundings.layer
        if layer is None:
            return f"all areas of {self.layer.layer_id}"
        return f"the area of {layer.layer_id} around it"

    def notes(self) -> tuple[str, ...]:
        """Notes on expected numbers.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        is_unknown = ~np.isfinite(self.exposure)
        is_outside = ~is_unknown & (self.surroundings.area < 0)
        is_alone = ~np.isfinite(self.expected) & ~is_unknown & ~is_outside
        counts = (
            (is_unknown, f"no known {self.unit}"),
            (is_outside, "no ground in common with the surroundings"),
            (is_alone, f"half or more of the {self.unit} of their surroundings"),
        )
        return (
            f"Expected numbers are at the rate of {self._rate_of()}: {self.surroundings.reason}.",
            *(
                f"Areas with {reason}: {np.count_nonzero(is_missing)}. What is expected there, or "
                "within reach of them, is missing."
                for is_missing, reason in counts
                if is_missing.any()
            ),
        )


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
        A layer; None: the coarsest that the areas nest in, otherwise all of them together.
    exposure : {"auto", "residents", "area"}
        auto: residents if the layer has them, otherwise km^2.

    Returns
    -------
    LocalRates
        In the order of the layer's codes.
    """
    surrounding = surroundings_of(layers, layer, surroundings)
    population = facts.population
    by_residents = exposure == "residents" or (exposure == "auto" and population is not None)
    exposure_values = (
        layer.areas_km2 if not by_residents or population is None else population.values
    )
    usable_exposure = np.where(exposure_values > 0, exposure_values, 0.0)
    is_compared = np.isfinite(exposure_values) & (surrounding.area >= 0)
    group = surrounding.area + 1  # 0: in none
    incidents = np.bincount(group, np.where(usable_exposure > 0, facts.count, 0))
    total = np.bincount(group, usable_exposure)
    rate = np.divide(incidents, total, out=np.zeros(len(total)), where=total > 0)
    is_compared &= ~surrounding.is_alone(usable_exposure)
    return LocalRates(
        layer=layer,
        surroundings=surrounding,
        unit="residents" if by_residents and population is not None else "km^2",
        exposure=exposure_values,
        expected=np.where(is_compared, rate[group] * usable_exposure, np.nan),
    )


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
