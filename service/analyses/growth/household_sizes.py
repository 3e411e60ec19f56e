"""Residents per household of each area, for converting planned homes to residents."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from boundaries.storage.store import LayerStore
from service.analyses.inputs.crosswalks import Crosswalks
from service.analyses.inputs.denominators import POPULATION, Denominator, denominator_of
from service.queries.growth import HouseholdQuery
from service.store.errors import UnknownMeasureError
from service.store.reference.measures import MeasureStore
from spatial.arrays import BoolArray, FloatArray, IndexArray, frozen

HOUSEHOLDS: Final = ("households",)
# Beyond these an area is a college, a barracks or a gap in the data, and no guide to new homes.
PLAUSIBLE: Final = (1.0, 5.0)
NOT_KNOWN: Final = (
    "Residents per household are not known: no area has both population and households. "
    "Give household_size for residents to come."
)


@dataclass(frozen=True, eq=False)
class HouseholdSizes:
    """Residents per household, in each area of a layer.

    Attributes
    ----------
    values : (n,) float64
        In the order of `layer.codes`: above 0, or all NaN if unknown.
    is_own : (n,) bool
        True if the value is the area's own, False if it is `overall`.
    overall : float
        The value of all areas together, used also outside the layer; NaN if unknown.
    origin : str
        ``given``, ``measured``, ``measured in`` another layer or ``not known``.
    population, households : Denominator or None
        The measures that were divided.
    replacements : tuple of (reason, areas)
        Why areas have the overall size, and how many.
    """

    values: FloatArray
    is_own: BoolArray
    overall: float
    origin: str
    population: Denominator | None = None
    households: Denominator | None = None
    replacements: tuple[tuple[str, int], ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether any size is known."""
        return bool(np.isfinite(self.overall))

    def sizes_at(self, areas: IndexArray) -> FloatArray:
        """The sizes at some areas of the layer.

        Parameters
        ----------
        areas : (k,) int32
            Indices in the layer; -1 outside it.

        Returns
        -------
        (k,) float64
            The overall size outside the layer.
        """
        if not len(self.values):
            return np.full(len(areas), self.overall)
        return np.where(areas >= 0, self.values[areas], self.overall)

    def source(self) -> dict[str, Any]:
        """The origin of the sizes, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        source: dict[str, Any] = {
            "residents_per_household": self.origin,
            "overall": float(self.overall) if self.is_known else None,
            "areas_with_their_own": int(np.count_nonzero(self.is_own)),
            "areas_with_the_overall_one": int(np.count_nonzero(~self.is_own)),
            "synthetic": False,
        }
        for name, measure in (("population", self.population), ("households", self.households)):
            if measure is not None:
                source[name] = measure.source()
                source["synthetic"] = source["synthetic"] or measure.synthetic
        return source

    def notes(self) -> tuple[str, ...]:
        """Notes on added residents.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        if self.origin == "given":
            return (f"{self.overall:g} residents per household were given, the same everywhere.",)
        if self.population is None or self.households is None or not self.is_known:
            return (NOT_KNOWN,)
        population_name = f"{self.population.measure} of {self.population.period}"
        households_name = f"{self.households.measure} of {self.households.period}"
        sentence = (
            f"Residents per household are {population_name} over {households_name}, "
            f"{self.overall:.2f} overall;"
        )
        notes = [f"{sentence} new homes may hold more or fewer."]
        if self.population.period != self.households.period:
            notes.append("Its two measures are of different periods.")
        layer_id = self.origin.removeprefix("measured").removeprefix(" in ")
        if layer_id:
            notes.append(f"They are those of the area of {layer_id} at each area's inner point.")
        notes += [
            f"{areas} areas {reason} and have the overall size."
            for reason, areas in self.replacements
        ]
        return tuple(notes)


def household_sizes(
    measures: MeasureStore,
    layers: LayerStore,
    layer: Layer,
    query: HouseholdQuery,
    *,
    crosswalks: Crosswalks | None = None,
) -> HouseholdSizes:
    """Residents per household of each area: requested, otherwise measured, otherwise unknown.

    Parameters
    ----------
    measures : MeasureStore
        The imported measures.
    layers : LayerStore
        Other layers, used if `layer` has no such measures: the one with the most areas that has
        both lends the size at each area's inner point.
    layer : Layer
        Areas, or cells of a grid.
    query : HouseholdQuery
        A requested size, or the names of the two measures.
    crosswalks : Crosswalks or None
        Lookups through which measures may be carried over.

    Returns
    -------
    HouseholdSizes
        In the order of the layer's codes.

    Raises
    ------
    UnknownMeasureError
        If a named measure is missing from the layer and all others.
    """
    if query.household_size is not None:
        size = query.household_size
        is_own = np.zeros(len(layer), dtype=np.bool_)
        return HouseholdSizes(frozen(np.full(len(layer), size)), frozen(is_own), size, "given")
    by_size = sorted(layers.all(), key=len, reverse=True)
    other_layers = [
        other_layer for other_layer in by_size if other_layer.layer_id != layer.layer_id
    ]
    for candidate in (layer, *other_layers):
        pair = _pair(measures, candidate, query, crosswalks)
        if pair is None:
            continue
        sizes = _measured(*pair)
        return sizes if candidate is layer else _lent(sizes, candidate, layer)
    if query.population is not None or query.households is not None:
        for measure_name in (query.population, query.households):
            if measure_name is not None:  # the one that is missing says what there is
                denominator_of(measures, layer, measure_name, crosswalks=crosswalks)
        raise UnknownMeasureError(layer.layer_id, " or ".join(POPULATION + HOUSEHOLDS), ())
    missing_values = np.full(len(layer), np.nan)
    is_own = np.zeros(len(layer), dtype=np.bool_)
    return HouseholdSizes(frozen(missing_values), frozen(is_own), float("nan"), "not known")


def _pair(
    measures: MeasureStore, layer: Layer, query: HouseholdQuery, crosswalks: Crosswalks | None
) -> tuple[Denominator, Denominator] | None:
    """Population and households of a layer, for one period if possible; None if one is missing."""
    households = _first(measures, layer, query.households, HOUSEHOLDS, crosswalks)
    if households is None:
        return None
    population = _first(measures, layer, query.population, POPULATION, crosswalks)
    if population is None:
        return None
    if population.period != households.period and population.by_default:
        at_its_time = f"{population.measure}:{households.period}"
        same_period = _first(measures, layer, at_its_time, (), crosswalks)
        population = population if same_period is None else same_period
    return population, households


def _first(
    measures: MeasureStore,
    layer: Layer,
    measure_name: str | None,
    usual_names: tuple[str, ...],
    crosswalks: Crosswalks | None,
) -> Denominator | None:
    """The named measure, or the first of the usual names that exists."""
    for name in (measure_name,) if measure_name is not None else usual_names:
        try:
            return denominator_of(measures, layer, name, crosswalks=crosswalks)
        except UnknownMeasureError:
            continue
    return None


def _measured(population: Denominator, households: Denominator) -> HouseholdSizes:
    """Each area's own size, or the overall one if its own cannot be used."""
    people, homes = population.values, households.values
    is_missing = ~(np.isfinite(people) & np.isfinite(homes))
    is_zero = ~is_missing & ((homes <= 0) | (people <= 0))
    size = np.full(len(people), np.nan)
    has_both = ~is_missing & ~is_zero
    size[has_both] = people[has_both] / homes[has_both]
    lower_limit, upper_limit = PLAUSIBLE
    is_implausible = has_both & ((size < lower_limit) | (size > upper_limit))
    is_own = has_both & ~is_implausible
    overall = float(people[is_own].sum() / homes[is_own].sum()) if is_own.any() else float("nan")
    outside_limits = f"below {lower_limit:g} or above {upper_limit:g}"
    reasons = (
        ("have no value of one of its measures", is_missing),
        ("have no residents or no households", is_zero),
        (f"have a size {outside_limits}, which is not that of homes", is_implausible),
    )
    return HouseholdSizes(
        values=frozen(np.where(is_own, size, overall)),
        is_own=frozen(is_own),
        overall=overall,
        origin="measured" if is_own.any() else "not known",
        population=population,
        households=households,
        replacements=tuple((reason, int(mask.sum())) for reason, mask in reasons if mask.any()),
    )


def _lent(lender_sizes: HouseholdSizes, lender: Layer, layer: Layer) -> HouseholdSizes:
    """The sizes of one layer at the inner points of another layer's areas."""
    inner_points = shapely.point_on_surface(layer.geometries)
    lender_area = assign_points(lender, shapely.get_coordinates(inner_points))
    has_own = (lender_area >= 0) & lender_sizes.is_own[lender_area]
    n_outside = int(np.count_nonzero(lender_area < 0))
    replacements = [
        ("lie in an area that has no size of its own", int(np.sum(~has_own & (lender_area >= 0))))
    ]
    replacements.append((f"lie outside {lender.layer_id}", n_outside))
    return HouseholdSizes(
        values=frozen(lender_sizes.sizes_at(lender_area)),
        is_own=frozen(has_own),
        overall=lender_sizes.overall,
        origin=f"measured in {lender.layer_id}",
        population=lender_sizes.population,
        households=lender_sizes.households,
        replacements=tuple((reason, areas) for reason, areas in replacements if areas),
    )
