"""The share of records that are placed, period by period: where it differs, counts differ too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from service.analyses.inputs.area_counts import AreaCounts
from service.analyses.inputs.placement import NOT_PLACED
from spatial.arrays import FloatArray, IntArray

LEVEL: Final = 0.01  # shares differ where p is below it


@dataclass(frozen=True, eq=False)
class LocatedShares:
    """Records of several periods, and how many of them a place or a code puts in an area or out.

    Attributes
    ----------
    labels : tuple of str
        Of the periods.
    records, placed : (k,) int64
        All records, and those placed.
    """

    labels: tuple[str, ...]
    records: IntArray
    placed: IntArray

    @property
    def share(self) -> FloatArray:
        """(k,) The share placed; NaN in a period without records."""
        share = np.full(len(self.records), np.nan)
        np.divide(self.placed, self.records, out=share, where=self.records > 0)
        return share

    @property
    def p_value(self) -> float:
        """Probability of shares that differ as much where all periods have the same one.

        Notes
        -----
        Chi-squared test of k proportions, which for two is the two-proportion z test.
        """
        from scipy.special import chdtrc

        records, placed = self.records[self.records > 0], self.placed[self.records > 0]
        overall = placed.sum() / max(records.sum(), 1)
        variance = overall * (1.0 - overall)
        if len(records) < 2 or variance == 0.0:
            return 1.0
        statistic = float(((placed - records * overall) ** 2 / (records * variance)).sum())
        return float(chdtrc(len(records) - 1, statistic))

    @property
    def differ(self) -> bool:
        """Whether the shares differ by more than chance."""
        return self.p_value < LEVEL

    def exposures(self, days: ArrayLike) -> FloatArray:
        """The exposures of counts as if those not placed were shared out among the areas.

        Parameters
        ----------
        days : (k,) float
            Days of each period.

        Returns
        -------
        (k,) float64
            Shortened to the share placed, which is the same as raising the counts.
        """
        return np.asarray(days, np.float64) * np.nan_to_num(self.share, nan=1.0)

    def notes(self) -> tuple[str, ...]:
        """That the shares differ by more than chance, if they do; the first note of an answer.

        Returns
        -------
        tuple of str
            One at most.
        """
        if not self.differ:
            return ()
        share = self.share
        low, high = int(np.nanargmin(share)), int(np.nanargmax(share))
        note = (
            f"The share of records that are located differs: {share[low]:.1%} of "
            f"{self.records[low]:,} in {self.labels[low]}, {share[high]:.1%} of "
            f"{self.records[high]:,} in {self.labels[high]}, more than chance (p "
            f"{self.p_value:.2g}, level {LEVEL}). Counts of what is located differ for that "
            "alone."
        )
        return (note,)

    def method(self) -> dict[str, Any]:
        """The shares and their test, for the method of an answer.

        Returns
        -------
        dict of str to Any
            JSON members; empty where the shares do not differ.
        """
        if not self.differ:
            return {}
        share = [None if np.isnan(value) else round(float(value), 6) for value in self.share]
        return {
            "located_shares": {
                "test": "chi-squared test of proportions",
                "level": LEVEL,
                "p_value": self.p_value,
                "by_period": dict(zip(self.labels, share, strict=True)),
            }
        }


def shares_of_periods(periods: Sequence[tuple[str, AreaCounts]]) -> LocatedShares:
    """The shares of several selections of one dataset.

    Parameters
    ----------
    periods : sequence of (str, AreaCounts)
        Each with its label.

    Returns
    -------
    LocatedShares
        In their order.
    """
    placed = [
        int(np.count_nonzero(counts.placement.method[counts.selection.mask] != NOT_PLACED))
        for _, counts in periods
    ]
    return LocatedShares(
        tuple(label for label, _ in periods),
        np.array([counts.selection.records for _, counts in periods], np.int64),
        np.array(placed, np.int64),
    )


def shares_of_steps(
    area_counts: AreaCounts, step_of_incident: IntArray, labels: Sequence[str]
) -> LocatedShares:
    """The shares of the steps of a period.

    Parameters
    ----------
    area_counts : AreaCounts
        The selection.
    step_of_incident : (n,) int64
        Step of each incident of the dataset, -1 where it is in none.
    labels : sequence of str
        Of the steps.

    Returns
    -------
    LocatedShares
        In the order of the steps.
    """
    is_placed = area_counts.placement.method != NOT_PLACED
    is_in_step = step_of_incident >= 0
    records = np.bincount(step_of_incident[is_in_step], minlength=len(labels))
    placed = np.bincount(step_of_incident[is_in_step & is_placed], minlength=len(labels))
    return LocatedShares(tuple(labels), records.astype(np.int64), placed.astype(np.int64))
