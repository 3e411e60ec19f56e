"""The rate of the surroundings: how many incidents an area or a distance would have at it."""

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
    """Rates of the surroundings of each area of a layer.

    Attributes
    ----------
    layer : Layer
    surroundings : str
        The layer whose areas are the surroundings; empty: all areas together are.
    unit : str
        ``residents`` or ``km^2``: what a rate is per.
    exposure : (n,) float64
        In that unit, 0 where an area has none.
    expected : (n,) float64
        Incidents of each area at the rate of its surroundings; NaN without exposure. Over the
        areas of one surrounding that have exposure they add up to the incidents there.
    usable : (n,) bool
        Areas with exposure.
    """

    layer: Layer
    surroundings: str
    surroundings_version: str
    unit: str
    exposure: FloatArray
    expected: FloatArray
    usable: BoolArray

    def near(self, shapes: NDArray[Any], distance_m: float) -> tuple[FloatArray, FloatArray]:
        """Incidents expected within a distance of shapes, and the share of that on any area.

        Parameters
        ----------
        shapes : (k,) object array
            Points or polygons, metres.
        distance_m : float

        Returns
        -------
        expected : (k,) float64
            Each area's expected incidents by the share of its ground in reach, as if spread
            evenly over it; NaN where no area with exposure is in reach.
        ground_share : (k,) float64
            Share of the ground in reach that lies on the layer: the sea and what is outside
            the layer are left out of what is expected.
        """
        reach = shapely.buffer(shapes, distance_m, quad_segs=16)
        shapely.prepare(reach)
        tree = shapely.STRtree(self.layer.geometries)
        of, area = tree.query(reach, predicate="intersects")
        whole = np.zeros(len(of), dtype=np.bool_)
        inside_of, inside_area = tree.query(reach, predicate="covers")
        whole[_places(of, area, inside_of, inside_area, len(self.layer))] = True
        ground_km2 = self.layer.areas_km2[area].copy()
        cut = shapely.intersection(reach[of[~whole]], self.layer.geometries[area[~whole]])
        ground_km2[~whole] = shapely.area(cut) / 1e6
        share = ground_km2 / self.layer.areas_km2[area]
        known = self.usable[area] & (ground_km2 > 0)
        expected = np.bincount(
            of[known], (self.expected[area] * share)[known], minlength=len(shapes)
        )
        reached = np.bincount(of[known], minlength=len(shapes)) > 0
        covered = np.bincount(of, ground_km2, minlength=len(shapes))
        return (
            np.where(reached, expected, np.nan),
            np.minimum(covered / (shapely.area(reach) / 1e6), 1.0),
        )

    def source(self) -> dict[str, Any]:
        """The definition, for the provenance."""
        around = f"the area of {self.surroundings} around it" if self.surroundings else ""
        return {
            "rate_of": around or f"all areas of {self.layer.layer_id}",
            "surroundings": self.surroundings or None,
            "surroundings_version": self.surroundings_version or None,
            "per": self.unit,
            "spread": "evenly over each area's ground; sea and ground outside the layer left out",
        }

    def notes(self) -> tuple[str, ...]:
        """What a reader of expected numbers must know."""
        without = int(np.count_nonzero(~self.usable))
        if not without:
            return ()
        return (f"{without} areas have no {self.unit}: nothing is expected there.",)


def local_rates(
    layers: LayerStore,
    layer: Layer,
    facts: AreaFacts,
    *,
    surroundings: str | None,
    exposure: Exposure,
) -> LocalRates:
    """The rates of the surroundings of each area.

    Parameters
    ----------
    surroundings : str or None
        A layer; None: the imported one of fewest areas, if it has fewer than `layer`, else all
        areas of `layer` together.
    exposure : {"auto", "residents", "area"}
        auto: residents where the layer has them, else km^2.
    """
    around = _surroundings(layers, layer, surroundings)
    of_area = np.zeros(len(layer), dtype=np.int32)
    if around is not None:
        inner = shapely.get_coordinates(shapely.point_on_surface(layer.geometries))
        of_area = assign_points(around, inner) + 1  # 0: in none of them, together
    people = facts.population
    by_residents = exposure == "residents" or (exposure == "auto" and people is not None)
    base = layer.areas_km2 if not by_residents or people is None else people.values
    usable = np.isfinite(base) & (base > 0)
    held = np.where(usable, base, 0.0)
    incidents = np.bincount(of_area, np.where(usable, facts.count, 0))
    total = np.bincount(of_area, held)
    rate = np.divide(incidents, total, out=np.zeros(len(total)), where=total > 0)
    return LocalRates(
        layer=layer,
        surroundings="" if around is None else around.layer_id,
        surroundings_version="" if around is None else around.version,
        unit="residents" if by_residents and people is not None else "km^2",
        exposure=held,
        expected=np.where(usable, rate[of_area] * held, np.nan),
        usable=usable,
    )


def _surroundings(layers: LayerStore, layer: Layer, asked: str | None) -> Layer | None:
    """The layer of the surroundings, None where all areas together are."""
    if asked is not None:
        return layers.get(asked)
    coarsest = min((layers.get(name) for name in layers.ids()), key=len)
    return coarsest if len(coarsest) < len(layer) else None


def _places(
    of: IndexArray, area: IndexArray, some_of: IndexArray, some_area: IndexArray, areas: int
) -> NDArray[np.intp]:
    """Where some pairs stand among all pairs."""
    keys, some = of.astype(np.int64) * areas + area, some_of.astype(np.int64) * areas + some_area
    order = np.argsort(keys)
    return order[np.searchsorted(keys, some, sorter=order)]
