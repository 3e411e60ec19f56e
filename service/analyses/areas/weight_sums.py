"""Sums of the weights of incidents in two periods, and their change."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.inputs.area_counts import AreaCounts
from service.sentences.numbers import counted, listed
from spatial.arrays import BoolArray, FloatArray
from spatial.local_statistics.multiplicity import Correction
from spatial.over_time.change import CountChanges, count_changes
from spatial.over_time.weighted_change import WeightedChanges, weighted_changes
from spatial.rates.weighted_counts import WeightedCounts
from spatial.weights.weights import Neighbours

HALF: Final = 0.5
MOST_NAMED: Final = 12
OF_WEIGHTS: Final = (
    "Everything but the two counts and the concentration is about sums of weights. The "
    "similarity of the maps is not computed: an unchanged map is drawn again from counts."
)


@dataclass(frozen=True, eq=False)
class WeightSums:
    """Sums of weights, and of their squares, of some areas in two periods.

    Attributes
    ----------
    before, before_squares, after, after_squares : (k,) float64
        Of the baseline period and of the other.
    largest_weight : float
        Of an incident in either period, in whatever area; above 0.
    """

    before: FloatArray
    before_squares: FloatArray
    after: FloatArray
    after_squares: FloatArray
    largest_weight: float

    @classmethod
    def of(cls, before: AreaCounts, after: AreaCounts, rows: NDArray[np.intp]) -> "WeightSums":
        """The sums of two selections.

        Parameters
        ----------
        before, after : AreaCounts
            Of the baseline period and of the other.
        rows : (k,) int
            The areas.

        Returns
        -------
        WeightSums
            In the order of `rows`.
        """
        first, second = before.weighted(), after.weighted()
        largest = max(before.selection.largest_weight, after.selection.largest_weight)
        return cls(
            first.total[rows],
            first.squares[rows],
            second.total[rows],
            second.squares[rows],
            largest or 1.0,  # where all sums are 0, so that any scale does
        )

    def of_all(self) -> "WeightSums":
        """The sums over all areas.

        Returns
        -------
        WeightSums
            Of one area.
        """
        return WeightSums(
            self.before.sum(keepdims=True),
            self.before_squares.sum(keepdims=True),
            self.after.sum(keepdims=True),
            self.after_squares.sum(keepdims=True),
            self.largest_weight,
        )

    def columns(self) -> dict[str, NDArray[Any]]:
        """The sums of the two periods.

        Returns
        -------
        dict of str to (k,) float64
            As columns of a `ChangeRow`.
        """
        return {"weighted_before": self.before, "weighted_after": self.after}


@dataclass(frozen=True, eq=False)
class SumsNearby:
    """What the sums of weights of areas together with their neighbours rest on.

    Attributes
    ----------
    effective_number, largest_share : (n,) float64
        As of an area, but of its whole neighbourhood; NaN where not tested.
    """

    effective_number: FloatArray
    largest_share: FloatArray

    @classmethod
    def of(
        cls, weights: WeightedCounts, neighbours: Neighbours, is_tested: BoolArray, *, star: bool
    ) -> "SumsNearby":
        """Of every area that is tested.

        Parameters
        ----------
        weights : WeightedCounts
            Of all areas.
        neighbours : Neighbours
            Of the areas tested.
        is_tested : (n,) bool
            Which are.
        star : bool
            Whether an area belongs to its neighbourhood.

        Returns
        -------
        SumsNearby
            In the order of all areas.
        """
        total, squares = weights.total[is_tested], weights.squares[is_tested]
        largest = np.nan_to_num(weights.largest_share[is_tested]) * total
        row = np.repeat(np.arange(neighbours.n), neighbours.counts)
        top = largest.copy() if star else np.zeros(neighbours.n)
        np.maximum.at(top, row, largest[neighbours.indices])
        sums, of_squares = (
            np.bincount(row, weights=values[neighbours.indices], minlength=neighbours.n)
            + (values if star else 0.0)
            for values in (total, squares)
        )
        columns = np.full((2, len(is_tested)), np.nan)
        has_weight = sums > 0
        columns[0, is_tested] = np.divide(
            sums * sums, of_squares, out=np.zeros(neighbours.n), where=has_weight
        )
        columns[1, is_tested] = np.divide(
            top, sums, out=np.full(neighbours.n, np.nan), where=has_weight
        )
        return cls(columns[0], columns[1])

    def columns(self) -> dict[str, NDArray[Any]]:
        """Both as columns of a `HotspotRow`.

        Returns
        -------
        dict of str to (n,) float64
            By name.
        """
        return {
            "effective_number_nearby": self.effective_number,
            "largest_share_nearby": self.largest_share,
        }

    def notes(self, classes: NDArray[Any], names: NDArray[Any]) -> tuple[str, ...]:
        """Which hot areas are hot by one event.

        Parameters
        ----------
        classes : (n,) str
            Of the areas.
        names : (n,) str
            Their names.

        Returns
        -------
        tuple of str
            A sentence, or none.
        """
        is_hot = np.array([str(label).startswith("hot") for label in classes], np.bool_)
        by_one = is_hot & (self.largest_share > HALF)
        if not by_one.any():
            return ()
        named = [str(name) for name in names[by_one]]
        rest = [f"{len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
        note = (
            f"Of {counted(int(is_hot.sum()), 'hot area', 'hot areas')} "
            f"{int(by_one.sum()):,} owe more than half of the harm nearby to a single incident: "
            f"{listed([*named[:MOST_NAMED], *rest])}. One serious event is not a hotspot."
        )
        return (note,)


def changes(
    count_before: FloatArray,
    count_after: FloatArray,
    days: tuple[float, float],
    sums: WeightSums | None,
    *,
    correction: Correction,
) -> CountChanges | WeightedChanges:
    """The changes of counts, or of the sums of weights in their place.

    Parameters
    ----------
    count_before, count_after : (k,) float64
        Incidents in the two periods.
    days : pair of float
        Their lengths.
    sums : WeightSums or None
        None to compare the counts.
    correction : str
        Of the p values.

    Returns
    -------
    CountChanges or WeightedChanges
        One element per area.
    """
    if sums is None:
        return count_changes(
            count_before,
            count_after,
            first_exposure=days[0],
            second_exposure=days[1],
            correction=correction,
        )
    return weighted_changes(
        (sums.before, sums.before_squares),
        (sums.after, sums.after_squares),
        largest_weight=sums.largest_weight,
        first_exposure=days[0],
        second_exposure=days[1],
        correction=correction,
    )


def names_of_test(sums: WeightSums | None) -> dict[str, str]:
    """The test and the interval of the changes, for the method of an answer.

    Parameters
    ----------
    sums : WeightSums or None
        None where counts are compared.

    Returns
    -------
    dict of str to str
        JSON members.
    """
    if sums is None:
        return {
            "test": "E-test (Krishnamoorthy and Thomson 2004), pooled variance, two-sided",
            "interval": "of the ratio of the rates: those the test does not reject, 95 %",
        }
    return {
        "weights": "summed",
        "test": "ratio of gamma distributions of the weighted sums (Fay 1999), two-sided",
        "interval": "of the ratio of the weighted rates: those the test does not reject, 95 %",
    }
