"""Incidents, or their weights, of groups of areas in the steps of a period."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from service.analyses.inputs.area_counts import AreaCounts
from service.queries.over_time import DisplacementQuery
from spatial.arrays import FloatArray, IntArray
from spatial.over_time.displacement import (
    GROUPS,
    WeightedDisplacements,
    weighted_displacement_differences,
)

UNITS: Final[Mapping[str, str]] = {
    "count": "incidents",
    "weighted": "sum of weights",
    "harm": "days of harm",
}


@dataclass(frozen=True, eq=False)
class GroupSums:
    """What lies in groups of areas; (steps, 4) arrays in the order of `GROUPS`.

    Attributes
    ----------
    count : int64
        Incidents.
    total, squares : float64
        What is compared, incidents or the sums of their weights; and the sums of their squares.
    largest : float
        The largest weight of an incident in any group; 0 without an incident.
    """

    count: IntArray
    total: FloatArray
    squares: FloatArray
    largest: float


@dataclass(frozen=True, eq=False)
class AreaGroups:
    """The groups of areas of an intervention.

    Attributes
    ----------
    codes : mapping of str to tuple of str
        Of the areas of each group.
    group_of_area : (n,) int64
        Position in `GROUPS`, -1 for areas in none; in the order of the layer.
    areas_km2 : (4,) float64
        Of each group together.
    """

    codes: Mapping[str, tuple[str, ...]]
    group_of_area: IntArray
    areas_km2: FloatArray

    @classmethod
    def of(cls, layer: Layer, query: DisplacementQuery) -> "AreaGroups":
        """The groups that a query names.

        Parameters
        ----------
        layer : Layer
            The areas.
        query : DisplacementQuery
            Their codes.

        Returns
        -------
        AreaGroups
            In the order of `GROUPS`.

        Raises
        ------
        UnknownAreaError
            If the layer has no area with a named code.
        """
        codes = {name: getattr(query, name) for name in GROUPS}
        group_of_area = np.full(len(layer), -1, np.int64)
        for group, names in enumerate(codes.values()):
            group_of_area[[layer.position(code) for code in names]] = group
        is_grouped = group_of_area >= 0
        areas_km2 = np.bincount(
            group_of_area[is_grouped],
            weights=layer.areas_km2[is_grouped],
            minlength=len(GROUPS),
        ).astype(np.float64)
        return cls(codes, group_of_area, areas_km2)

    @property
    def has_displacement(self) -> bool:
        """Whether areas are named that incidents may have been displaced to."""
        return bool(self.codes["displacement"])

    def sums(
        self, counts: AreaCounts, step_of_incident: IntArray, steps: int, *, is_weighted: bool
    ) -> GroupSums:
        """What lies in each group in each step.

        Parameters
        ----------
        counts : AreaCounts
            The selected incidents.
        step_of_incident : (m,) int64
            Of each incident of the dataset, -1 outside all steps.
        steps : int
            Their number.
        is_weighted : bool
            Whether weights are summed, and not incidents.

        Returns
        -------
        GroupSums
            Step by step.
        """
        area = counts.placement.area
        usable = np.flatnonzero(counts.selection.mask & (area >= 0) & (step_of_incident >= 0))
        group = self.group_of_area[area[usable]]
        usable, group = usable[group >= 0], group[group >= 0]
        cell = step_of_incident[usable] * len(GROUPS) + group
        shape = (steps, len(GROUPS))

        def summed(weights: NDArray[Any] | None) -> NDArray[Any]:
            return np.bincount(cell, weights=weights, minlength=steps * len(GROUPS)).reshape(shape)

        count = summed(None).astype(np.int64)
        if not is_weighted:
            return GroupSums(
                count, count.astype(np.float64), count.astype(np.float64), float(len(usable) > 0)
            )
        weight = counts.selection.incidents.weight[usable].astype(np.float64)
        return GroupSums(count, summed(weight), summed(weight**2), float(weight.max(initial=0.0)))

    def whole_period(self, counts: AreaCounts, *, is_weighted: bool) -> GroupSums:
        """What lies in each group in all of a period.

        Parameters
        ----------
        counts : AreaCounts
            The selected incidents.
        is_weighted : bool
            As `sums`.

        Returns
        -------
        GroupSums
            Of one step.
        """
        step = np.zeros(len(counts.selection.mask), np.int64)
        return self.sums(counts, step, 1, is_weighted=is_weighted)

    def differences(
        self,
        before: GroupSums,
        after: GroupSums,
        *,
        exposure_before: float,
        exposures_after: FloatArray,
        by_area: bool,
    ) -> WeightedDisplacements:
        """The displacement differences of the steps after, each against the period before.

        Parameters
        ----------
        before : GroupSums
            Of one step.
        after : GroupSums
            Of the steps after.
        exposure_before : float
            Days, above 0.
        exposures_after : (steps,) float64
            Days, above 0.
        by_area : bool
            Whether the changes of controls are brought to the area of what they control.

        Returns
        -------
        WeightedDisplacements
            One for each step.
        """
        return weighted_displacement_differences(
            np.broadcast_to(before.total, after.total.shape),
            after.total,
            before_squares=np.broadcast_to(before.squares, after.total.shape),
            after_squares=after.squares,
            # Groups that are not looked at have no area, and any will do.
            sizes=np.where(self.areas_km2 > 0.0, self.areas_km2, 1.0) if by_area else None,
            first_exposure=exposure_before,
            second_exposure=exposures_after,
        )

    def method(self, query: DisplacementQuery) -> dict[str, Any]:
        """The groups and how they are compared, for the method of an answer.

        Parameters
        ----------
        query : DisplacementQuery
            What is compared.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        by_area = query.control_size == "area"
        return {
            "measure": query.measure,
            "unit": UNITS[query.measure],
            "control_size": query.control_size,
            **(
                {"areas_km2": dict(zip(GROUPS, self.areas_km2.round(6).tolist(), strict=True))}
                if by_area
                else {}
            ),
            **{name: list(codes) for name, codes in self.codes.items()},
        }


def effective(*sums: GroupSums) -> dict[str, float | None]:
    """How few incidents some sums of weights rest on, for the method of an answer.

    Parameters
    ----------
    *sums : GroupSums
        Taken together.

    Returns
    -------
    dict of str to float or None
        The effective number of incidents, and the share of the largest single weight; None where
        all weights are 0.
    """
    total = sum(float(each.total.sum()) for each in sums)
    squares = sum(float(each.squares.sum()) for each in sums)
    largest = max(each.largest for each in sums)
    return {
        "effective_number": total**2 / squares if squares else None,
        "largest_share": largest / total if total else None,
    }
