"""Where the incidents of a question would fall by chance: by residents, or evenly."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from service.model.errors import UnknownStatisticError
from service.model.provenance import layer_source
from service.queries.patterns.clusters import ClustersQuery
from service.sentences.numbers import counted
from spatial.arrays import FloatArray, IntArray
from spatial.bandwidths.distinct_points import SHARED_RECORDS_PER_PLACE, LocationError
from spatial.clusters.methods import distinct
from spatial.clusters.population import Population, over_ground, over_places
from spatial.errors import InvalidValuesError

RESIDENTS: Final = "residents"
UNIFORM: Final = "uniform"
Residents = tuple[Layer | None, FloatArray, str | None]


@dataclass(frozen=True, eq=False)
class Chance:
    """What clusters are held against.

    Attributes
    ----------
    population : Population or None
        None where no incident can fall anywhere.
    density : (n,) float64
        Share of incidents per square metre that falls by chance at each of the incidents.
    layer : Layer or None
        Of the residents; None where incidents fall evenly.
    period : str or None
        Of the residents.
    places : int or None
        That incidents fall on, where they share places; None where they fall anywhere.
    """

    population: Population | None
    density: FloatArray
    layer: Layer | None
    period: str | None
    places: int | None

    @property
    def null(self) -> str:
        """``residents`` or ``uniform``."""
        return UNIFORM if self.layer is None else RESIDENTS

    def method(self) -> dict[str, Any]:
        """The null, for the method of an answer.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        return {
            "null": self.null,
            "null_period": self.period,
            "null_places": self.places,
        }

    def sources(self) -> dict[str, Any]:
        """The layer of the residents, for the sources of an answer.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        return {} if self.layer is None else {"residents": layer_source(self.layer)}

    def notes(self) -> tuple[str, ...]:
        """What must be known of the null.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        notes = []
        nowhere = int(np.count_nonzero(self.density == 0.0))
        if nowhere:
            notes.append(
                f"{counted(nowhere, 'incident is', 'incidents are')} where nobody lives, as far "
                "as is known: by chance none would be there."
            )
        if self.places is not None:
            notes.append(
                "Records of this dataset share places, as those that were moved to points of a "
                f"map do: by chance they fall on the {self.places:,} places of the dataset in the "
                "area, each as likely as the others of its area."
            )
        return tuple(notes)


def chance_of(
    query: ClustersQuery,
    residents: Residents,
    region: Any,
    xy_m: FloatArray,
    *,
    places_m: FloatArray,
    location: LocationError,
) -> Chance:
    """What the clusters of some incidents are held against.

    Parameters
    ----------
    query : ClustersQuery
        May name the null.
    residents : Layer or None, (n,) float64, str or None
        From `finest_residents`.
    region : shapely geometry
        Where incidents are clustered.
    xy_m : (n, 2) float64
        Incidents in the region, metres.
    places_m : (m, 2) float64
        All located records of the dataset in the region, selected or not.
    location : LocationError
        Of the dataset: whether records share places.

    Returns
    -------
    Chance
        By residents if any are known there, unless the query says otherwise.

    Raises
    ------
    UnknownStatisticError
        If residents are asked for and none are known.
    """
    layer, values, period = residents
    if query.null == RESIDENTS and layer is None:
        raise UnknownStatisticError("null", RESIDENTS, (UNIFORM,))
    is_shared = location.records >= SHARED_RECORDS_PER_PLACE * max(location.places, 1)
    places = distinct(places_m)[0] if is_shared else None
    if layer is not None and query.null != UNIFORM:
        ground, mass = _clipped(layer, values, region)
        chance = _fall(ground, mass, _area_of(layer, xy_m), places, layer)
        if chance is not None:
            return Chance(*chance, layer, period, None if places is None else len(places))
        if query.null == RESIDENTS:
            raise UnknownStatisticError("null", RESIDENTS, (UNIFORM,))
    ground = np.array([region], dtype=object)
    chance = _fall(ground, np.ones(1), np.zeros(len(xy_m), np.int64), places, None)
    population, density = chance if chance is not None else (None, np.zeros(len(xy_m)))
    return Chance(population, density, None, None, None if places is None else len(places))


def _fall(
    ground: NDArray[Any],
    mass: FloatArray,
    area: IntArray,
    places: FloatArray | None,
    layer: Layer | None,
) -> tuple[Population, FloatArray] | None:
    """Where incidents fall, and the density at some by their areas; None without mass."""
    area_m2 = shapely.area(ground)
    try:
        if places is None:
            population = over_ground(ground, mass)
        else:
            if layer is None:
                of_place = np.zeros(len(places), np.int64)
            else:
                of_place = _area_of(layer, places)
            is_inside = of_place >= 0
            population = over_places(places[is_inside], of_place[is_inside], mass, area_m2)
    except InvalidValuesError:
        return None
    share = np.where(area_m2 > 0.0, mass, 0.0) / mass[area_m2 > 0.0].sum()
    density = np.zeros(len(ground) + 1)  # the last one is that of no area
    np.divide(share, area_m2, out=density[:-1], where=area_m2 > 0.0)
    return population, density[area]


def _area_of(layer: Layer, xy_m: FloatArray) -> IntArray:
    return assign_points(layer, xy_m).astype(np.int64)


def _clipped(layer: Layer, values: FloatArray, region: Any) -> tuple[NDArray[Any], FloatArray]:
    """The ground of each area in a region, and the residents of it, evenly over the area.

    An area whose residents are not known has the density of the others together.
    """
    shapely.prepare(region)
    ground = np.array(layer.geometries, dtype=object)
    is_cut = ~shapely.covers(region, ground)
    ground[is_cut] = shapely.intersection(ground[is_cut], region)
    # What only touches the region leaves lines and points, which are no ground.
    is_mixed = ~np.isin(shapely.get_type_id(ground), (3, 6))
    ground[is_mixed] = shapely.buffer(ground[is_mixed], 0.0)
    is_known = np.isfinite(values)
    areas_m2 = 1e6 * layer.areas_km2
    overall = values[is_known].sum() / areas_m2[is_known].sum()
    density = np.where(is_known, values / areas_m2, overall)
    return ground, density * shapely.area(ground)
