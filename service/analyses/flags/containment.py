"""Which areas of a finer layer an area contains, and what that makes of a test of theirs."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from service.analyses.flags.criteria import NO, NOT_KNOWN, YES, Assessor, Statuses
from service.analyses.flags.series import Series
from service.analyses.inputs.crosswalks import Crosswalks
from service.queries.flags.rules import Contains, Test
from spatial.arrays import BoolArray, FloatArray, IntArray

MOST_NAMED: Final = 5


@dataclass(frozen=True, eq=False)
class Containment:
    """The areas of a finer layer, by the area of a layer that each is in.

    Attributes
    ----------
    layer, inner : Layer
        The areas, and those inside them.
    parent : (inner,) int64
        Position of the area that each is in, -1 where it is in none.
    source : str
        How that was found.
    """

    layer: Layer
    inner: Layer
    parent: IntArray
    source: str

    def notes(self) -> tuple[str, ...]:
        """How the areas were matched, and which were not.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        notes = [
            f"Areas of {self.inner.layer_id} count to that of {self.layer.layer_id} {self.source}."
        ]
        outside = int(np.count_nonzero(self.parent < 0))
        if outside:
            notes.append(
                f"{outside} areas of {self.inner.layer_id} are in none of {self.layer.layer_id}."
            )
        numbers = np.bincount(self.parent[self.parent >= 0], minlength=len(self.layer))
        empty = int(np.count_nonzero(numbers == 0))
        if empty:
            notes.append(
                f"{empty} areas of {self.layer.layer_id} have none of {self.inner.layer_id} in "
                "them: what they contain is not known."
            )
        return tuple(notes)


def containment_of(layer: Layer, inner: Layer, crosswalks: Crosswalks) -> Containment:
    """Which area of a layer each area of a finer one is in.

    Parameters
    ----------
    layer, inner : Layer
        The areas, and those inside them.
    crosswalks : Crosswalks
        A lookup from one to the other, where one is loaded, decides; else inner points do.

    Returns
    -------
    Containment
        An area that a lookup splits is in none.
    """
    by_lookup = [
        crosswalk for crosswalk in crosswalks.into(layer) if crosswalk.from_layer == inner.layer_id
    ]
    if not by_lookup:
        points = shapely.get_coordinates(shapely.point_on_surface(inner.geometries))
        parent = assign_points(layer, points).astype(np.int64)
        return Containment(layer, inner, parent, "in which they have their inner point")
    crosswalk = by_lookup[0]
    parents = np.bincount(crosswalk.changes.old, minlength=len(crosswalk.changes.old_codes))
    of_old = np.full(len(parents), -1, np.int64)
    of_old[crosswalk.changes.old] = crosswalk.area_of_new[crosswalk.changes.new]
    of_old[parents > 1] = -1
    position = dict(zip(crosswalk.changes.old_codes, of_old.tolist(), strict=True))
    parent = np.array([position.get(code, -1) for code in inner.codes], np.int64)
    return Containment(layer, inner, parent, f"that {crosswalk.loaded_from} names")


@dataclass(frozen=True, eq=False)
class Inside:
    """What the areas inside each area make of a test.

    Attributes
    ----------
    status : (periods, areas) int8
    value : (areas,) float64
        The most extreme value inside.
    probability : (areas,) float64
    where : (areas,) object
        Names of the areas inside for which the test holds, None where it holds for none.
    """

    status: Statuses
    value: FloatArray
    probability: FloatArray
    where: NDArray[Any]


def inside(
    when: Contains,
    series: Series,
    containment: Containment,
    inner_status: Statuses,
    assessor: Assessor,
    scope: BoolArray,
) -> Inside:
    """What the areas inside each area make of a test.

    Parameters
    ----------
    when : Contains
        Of the rules.
    series : Series
        Of the areas inside.
    containment : Containment
        Which are inside which.
    inner_status : (periods, inner) int8
        Whether the test holds for them.
    assessor : Assessor
        Makes the probabilities.
    scope : (inner,) bool
        Those that are compared.

    Returns
    -------
    Inside
        Not known where none is inside, or where those that are known are too few to say yes and
        others are not known.
    """
    parent, areas = containment.parent, len(containment.layer)
    has_parent = parent >= 0

    def numbers(is_counted: BoolArray) -> IntArray:
        return np.bincount(parent[is_counted & has_parent], minlength=areas).astype(np.int64)

    status = np.full((len(inner_status), areas), NOT_KNOWN, np.int8)
    is_empty = numbers(has_parent) == 0
    for period, row in enumerate(inner_status):
        holding, unknown = numbers(row == YES), numbers(row == NOT_KNOWN)
        status[period, (holding + unknown < when.at_least) & ~is_empty] = NO
        status[period, holding >= when.at_least] = YES
    value = np.full(areas, np.nan)
    is_known = has_parent & ~np.isnan(assessor.value(when.test, series)) & scope
    extreme = np.fmin if _is_low(when.test) else np.fmax
    extreme.at(value, parent[is_known], assessor.value(when.test, series)[is_known])
    where: NDArray[Any] = np.full(areas, None, object)
    for area in np.flatnonzero(status[0] == YES):
        members = np.flatnonzero((parent == area) & (inner_status[0] == YES))
        names = [containment.inner.names[k] for k in members[:MOST_NAMED]]
        rest = len(members) - len(names)
        where[area] = ", ".join(names) + (f" and {rest} more" if rest else "")
    probability = _probability(when, series, parent, scope & has_parent, assessor, areas)
    return Inside(status, value, np.where(is_empty, np.nan, probability), where)


def _is_low(test: Test) -> bool:
    """Whether low values are what a test looks for."""
    return test.lowest or test.at_most is not None


def _probability(
    when: Contains,
    series: Series,
    parent: IntArray,
    scope: BoolArray,
    assessor: Assessor,
    areas: int,
) -> FloatArray:
    """(areas,) that the test holds for so many of the areas inside; NaN for measures."""
    if series.count is None or np.isnan(series.count[0]).all():
        return np.full(areas, np.nan)
    inner_areas = np.flatnonzero(scope)
    if when.at_least == 1 and when.test.kind != "top" and when.test.kind != "top_share":
        single = assessor.probability(when.test, series, scope)
        inner_areas = inner_areas[~np.isnan(single[inner_areas])]
        none = np.log1p(-np.minimum(single[inner_areas], 1.0 - 1e-16))
        return 1.0 - np.exp(np.bincount(parent[inner_areas], weights=none, minlength=areas))
    holds = assessor.holds_in_draws(when.test, series, scope)
    inner_areas = inner_areas[~np.isnan(holds[0, inner_areas])]
    members = np.zeros((len(inner_areas), areas), np.float32)
    members[np.arange(len(inner_areas)), parent[inner_areas]] = 1.0
    inside_counts = holds[:, inner_areas].astype(np.float32) @ members
    return np.asarray((inside_counts >= when.at_least).mean(axis=0), np.float64)
