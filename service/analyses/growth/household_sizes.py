"""Residents per household of each area: by what planned homes become residents."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from boundaries.storage.store import LayerStore
from service.analyses.inputs.crosswalks import Crosswalks
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.queries.growth import HouseholdQuery
from service.store.errors import UnknownMeasureError
from service.store.measures import MeasureStore
from spatial.arrays import BoolArray, FloatArray, IndexArray, frozen

POPULATION: Final = ("population", "residents")
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
        In the order of `layer.codes`: above 0, or all NaN where nothing is known.
    own : (n,) bool
        True where the value is the area's own, False where it is `overall`.
    overall : float
        That of all areas together, which also holds outside the layer; NaN where not known.
    origin : str
        ``given``, ``measured``, ``measured in`` another layer or ``not known``.
    population, households : Denominator or None
        What it was divided from.
    replaced : tuple of (reason, areas)
        Why areas have the overall size, and how many.
    """

    values: FloatArray
    own: BoolArray
    overall: float
    origin: str
    population: Denominator | None = None
    households: Denominator | None = None
    replaced: tuple[tuple[str, int], ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether there is any size at all."""
        return bool(np.isfinite(self.overall))

    def at(self, areas: IndexArray) -> FloatArray:
        """(k,) the size at some positions of the layer; the overall one at -1, outside it."""
        if not len(self.values):
            return np.full(len(areas), self.overall)
        return np.where(areas >= 0, self.values[areas], self.overall)

    def source(self) -> dict[str, Any]:
        """Where it comes from, for the provenance."""
        found: dict[str, Any] = {
            "residents_per_household": self.origin,
            "overall": float(self.overall) if self.is_known else None,
            "areas_with_their_own": int(np.count_nonzero(self.own)),
            "areas_with_the_overall_one": int(np.count_nonzero(~self.own)),
            "synthetic": False,
        }
        for name, measure in (("population", self.population), ("households", self.households)):
            if measure is not None:
                found[name] = measure.source()
                found["synthetic"] = found["synthetic"] or measure.synthetic
        return found

    def notes(self) -> tuple[str, ...]:
        """What a reader of added residents must know."""
        if self.origin == "given":
            return (f"{self.overall:g} residents per household were given, the same everywhere.",)
        if self.population is None or self.households is None or not self.is_known:
            return (NOT_KNOWN,)
        people = f"{self.population.measure} of {self.population.period}"
        homes = f"{self.households.measure} of {self.households.period}"
        words = f"Residents per household are {people} over {homes}, {self.overall:.2f} overall;"
        notes = [f"{words} new homes may hold more or fewer."]
        if self.population.period != self.households.period:
            notes.append("Its two measures are of different periods.")
        layer_id = self.origin.removeprefix("measured").removeprefix(" in ")
        if layer_id:
            notes.append(f"They are those of the area of {layer_id} at each area's inner point.")
        notes += [
            f"{areas} areas {reason} and have the overall size." for reason, areas in self.replaced
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
    """Residents per household of each area: given, else measured, else not known.

    Parameters
    ----------
    measures : MeasureStore
    layers : LayerStore
        Where other layers are looked for when `layer` has no such measures: the one of most
        areas that has both lends the size at each area's inner point.
    layer : Layer
        Areas, or cells of a grid.
    query : HouseholdQuery
        A size that is given, or the names of the two measures.

    Raises
    ------
    UnknownMeasureError
        If a measure is named that neither the layer nor another one has.
    """
    if query.household_size is not None:
        size = query.household_size
        own = np.zeros(len(layer), dtype=np.bool_)
        return HouseholdSizes(frozen(np.full(len(layer), size)), frozen(own), size, "given")
    by_size = sorted((layers.get(name) for name in layers.ids()), key=len, reverse=True)
    others = [one for one in by_size if one.layer_id != layer.layer_id]
    for candidate in (layer, *others):
        pair = _pair(measures, candidate, query, crosswalks)
        if pair is None:
            continue
        found = _measured(*pair)
        return found if candidate is layer else _lent(found, candidate, layer)
    if query.population is not None or query.households is not None:
        for asked in (query.population, query.households):
            if asked is not None:  # the one that is missing says what there is
                denominator_of(measures, layer, asked, crosswalks=crosswalks)
        raise UnknownMeasureError(layer.layer_id, " or ".join(POPULATION + HOUSEHOLDS), ())
    unknown = np.full(len(layer), np.nan)
    own = np.zeros(len(layer), dtype=np.bool_)
    return HouseholdSizes(frozen(unknown), frozen(own), float("nan"), "not known")


def _pair(
    measures: MeasureStore, layer: Layer, query: HouseholdQuery, crosswalks: Crosswalks | None
) -> tuple[Denominator, Denominator] | None:
    """Population and households of a layer, of one period where both have it; None without."""
    households = _first(measures, layer, query.households, HOUSEHOLDS, crosswalks)
    if households is None:
        return None
    population = _first(measures, layer, query.population, POPULATION, crosswalks)
    if population is None:
        return None
    if population.period != households.period and population.by_default:
        at_its_time = f"{population.measure}:{households.period}"
        same = _first(measures, layer, at_its_time, (), crosswalks)
        population = population if same is None else same
    return population, households


def _first(
    measures: MeasureStore,
    layer: Layer,
    asked: str | None,
    usual: tuple[str, ...],
    crosswalks: Crosswalks | None,
) -> Denominator | None:
    """The measure that was named, or the first of the usual names that there is."""
    for name in (asked,) if asked is not None else usual:
        try:
            return denominator_of(measures, layer, name, crosswalks=crosswalks)
        except UnknownMeasureError:
            continue
    return None


def _measured(population: Denominator, households: Denominator) -> HouseholdSizes:
    """Each area's own size, and the overall one where it has none that can be used."""
    people, homes = population.values, households.values
    missing = ~(np.isfinite(people) & np.isfinite(homes))
    none = ~missing & ((homes <= 0) | (people <= 0))
    size = np.full(len(people), np.nan)
    there = ~missing & ~none
    size[there] = people[there] / homes[there]
    low, high = PLAUSIBLE
    odd = there & ((size < low) | (size > high))
    own = there & ~odd
    overall = float(people[own].sum() / homes[own].sum()) if own.any() else float("nan")
    reasons = (
        ("have no value of one of its measures", missing),
        ("have no residents or no households", none),
        (f"have a size below {low:g} or above {high:g}, which is not that of homes", odd),
    )
    return HouseholdSizes(
        values=frozen(np.where(own, size, overall)),
        own=frozen(own),
        overall=overall,
        origin="measured" if own.any() else "not known",
        population=population,
        households=households,
        replaced=tuple((why, int(which.sum())) for why, which in reasons if which.any()),
    )


def _lent(found: HouseholdSizes, lender: Layer, layer: Layer) -> HouseholdSizes:
    """The sizes of one layer at the inner points of another one's areas."""
    inner = shapely.point_on_surface(layer.geometries)
    at = assign_points(lender, shapely.get_coordinates(inner))
    own = (at >= 0) & found.own[at]
    outside = int(np.count_nonzero(at < 0))
    replaced = [("lie in an area that has no size of its own", int(np.sum(~own & (at >= 0))))]
    replaced.append((f"lie outside {lender.layer_id}", outside))
    return HouseholdSizes(
        values=frozen(found.at(at)),
        own=frozen(own),
        overall=found.overall,
        origin=f"measured in {lender.layer_id}",
        population=found.population,
        households=found.households,
        replaced=tuple((why, areas) for why, areas in replaced if areas),
    )
