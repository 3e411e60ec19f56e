"""A change between two periods with the records that are not located shared out."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.weight_sums import WeightSums, changes
from service.analyses.inputs.area_counts import AreaCounts
from service.analyses.inputs.located_shares import LocatedShares, shares_of_periods
from spatial.arrays import FloatArray
from spatial.local_statistics.multiplicity import Correction
from spatial.over_time.change import CountChanges
from spatial.over_time.weighted_change import WeightedChanges

CHANGED_LEVEL: Final = 0.10
COMPARE_SHARED_OUT: Final = (
    "The columns ending in _shared_out compare the periods with the records that are not located "
    "shared out in proportion to those that are; an area has changed only where q_value and "
    "q_value_shared_out say so, in the same direction. Where more places are missing in some "
    "areas than in others neither can tell a fall."
)
NOTHING_LOCATED: Final = (
    "Nothing is located in one of the periods: whether an area has changed cannot be told."
)

Changes = CountChanges | WeightedChanges


@dataclass(frozen=True, eq=False)
class SharedOut:
    """The located shares of two periods, and where they differ the change allowing for them.

    Attributes
    ----------
    shares : LocatedShares
        Of the baseline period and of the other.
    exposures : (2,) float64
        Days of the periods, shortened to the share located.
    changes : CountChanges, WeightedChanges or None
        None where the shares do not differ, or nothing is located in one of the periods.
    """

    shares: LocatedShares
    exposures: FloatArray
    changes: Changes | None

    @classmethod
    def of(
        cls,
        before: AreaCounts,
        after: AreaCounts,
        rows: NDArray[np.intp],
        sums: WeightSums | None,
        *,
        correction: Correction,
    ) -> "SharedOut":
        """The change of some areas.

        Parameters
        ----------
        before, after : AreaCounts
            Of the baseline period and of the other.
        rows : (k,) int
            The areas.
        sums : WeightSums or None
            None to compare the counts.
        correction : str
            Of the p values.

        Returns
        -------
        SharedOut
            One element per area.
        """
        shares = shares_of_periods((("the baseline period", before), ("the later period", after)))
        days = [before.selection.length_days(), after.selection.length_days()]
        exposures = shares.exposures(days)
        if not shares.differ or not exposures.all():
            return cls(shares, exposures, None)
        counts = (before.count[rows].astype(np.float64), after.count[rows].astype(np.float64))
        ends = float(exposures[0]), float(exposures[1])
        return cls(shares, exposures, changes(*counts, ends, sums, correction=correction))

    def columns(self, areas: int) -> dict[str, NDArray[Any]]:
        """The columns beside those of what is located.

        Parameters
        ----------
        areas : int
            Number of rows.

        Returns
        -------
        dict of str to (k,) float64
            Empty where the shares do not differ; NaN where a period has nothing located.
        """
        if not self.shares.differ:
            return {}
        columns = {}
        for name in ("ratio", "lower", "upper", "p_value", "q_value"):
            values = np.full(areas, np.nan)
            if self.changes is not None:
                values = getattr(self.changes, name)
            columns[f"{name}_shared_out"] = np.where(np.isfinite(values), values, np.nan)
        return columns

    def areas_changed(self, change: Changes) -> dict[str, Any] | None:
        """How many areas rose and fell, allowing for the shares where these differ.

        Parameters
        ----------
        change : CountChanges or WeightedChanges
            Of what is located.

        Returns
        -------
        dict of str to Any or None
            JSON members; None where it cannot be told.
        """
        if self.shares.differ and self.changes is None:
            return None
        by = [change] if self.changes is None else [change, self.changes]
        is_changed = np.all([test.q_value <= CHANGED_LEVEL for test in by], axis=0)
        rose = np.all([test.difference > 0 for test in by], axis=0)
        fell = np.all([test.difference < 0 for test in by], axis=0)
        return {
            "level": CHANGED_LEVEL,
            "by": "q_value" if self.changes is None else "q_value and q_value_shared_out",
            "rose": int(np.count_nonzero(is_changed & rose)),
            "fell": int(np.count_nonzero(is_changed & fell)),
        }

    def notes(self) -> tuple[str, ...]:
        """What the shares mean for the answer; its first notes.

        Returns
        -------
        tuple of str
            Empty where the shares do not differ.
        """
        if not self.shares.differ:
            return ()
        told = COMPARE_SHARED_OUT if self.changes is not None else NOTHING_LOCATED
        return (*self.shares.notes(), told)
