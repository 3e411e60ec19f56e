"""The harm of the areas of a ranked list."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from service.analyses.inputs.area_counts import AreaCounts
from service.model.rows import ColumnValues
from spatial.arrays import FloatArray, IntArray
from spatial.rates.weighted_counts import weighted_interval


@dataclass(frozen=True, eq=False)
class RankedHarm:
    """Sums of harm of some areas, and of what is in none of them.

    Attributes
    ----------
    columns : mapping of str to (n,) array
        Of `RankedRow`, in the order of the list's areas.
    behind : mapping of str to float
        Of each row behind the areas, by its key.
    """

    columns: dict[str, ColumnValues]
    behind: dict[str, float]

    @classmethod
    def of(cls, area_counts: AreaCounts, indices: IntArray, over: FloatArray | None) -> Self:
        """The harm of areas.

        Parameters
        ----------
        area_counts : AreaCounts
            Of incidents of known harm.
        indices : (n,) int
            The areas of the list.
        over : (n,) float64 or None
            What rates of harm are over, per so many and so long as they are of.

        Returns
        -------
        RankedHarm
            In the order of `indices`.
        """
        weights, selection = area_counts.weighted(), area_counts.selection
        harm = weights.total[indices]
        columns: dict[str, ColumnValues] = {
            "harm": harm,
            "share_of_harm": 100.0 * harm / (harm.sum() or np.nan),
            "effective_number": weights.effective_number[indices],
            "largest_share": weights.largest_share[indices],
            "harm_not_known": area_counts.harm_not_known()[indices].astype(object),
        }
        if over is not None:
            limits = weighted_interval(
                harm, weights.squares[indices], largest_weight=selection.largest_weight
            )
            over = np.where(over > 0, over, np.nan)
            columns["harm_rate"] = harm / over
            columns["harm_rate_lower"], columns["harm_rate_upper"] = (
                limit / over for limit in limits
            )
        area, mask = area_counts.placement.area, selection.mask
        is_listed = np.append(area_counts.in_scope, False)[area]
        parts = {
            "areas": is_listed,
            "elsewhere": ~is_listed & (area >= 0),
            "outside": (area < 0) & selection.incidents.located,
            "not located": (area < 0) & ~selection.incidents.located,
            "total": mask,
        }
        days = selection.incidents.weight
        behind = {key: float(days[mask & is_part].sum()) for key, is_part in parts.items()}
        return cls(columns, behind)
