"""The records of a dataset counted in the finest cells that are published of it."""

from dataclasses import dataclass

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.inputs.placement import OUTSIDE as METHOD_OUTSIDE
from service.analyses.inputs.placement import Placement
from service.model.protection import CellPlan
from service.publication.cells import ALL, OUTSIDE, UNLOCATED
from service.publication.periods import covered_periods, period_numbers
from service.store.loaded_incidents import Incidents
from spatial.arrays import IntArray


@dataclass(frozen=True, eq=False)
class CellCounts:
    """How many records are in each cell.

    Attributes
    ----------
    periods : (p,) int64
        See `covered_periods`.
    areas, categories : tuple of str
        All areas, those of records in none included, and all categories.
    cell : (n,) int64
        Number of the cell: by period, then area, then category; ascending.
    count : (n,) int64
        Records; cells without any need not be listed.
    key : (n,) int64
        Sum of the keys of the records, 0 to 255; of no use where there are no keys.
    not_covered : int
        Records in no cell: they are dated to days in none of the periods, or not covered.
    """

    periods: IntArray
    areas: tuple[str, ...]
    categories: tuple[str, ...]
    cell: IntArray
    count: IntArray
    key: IntArray
    not_covered: int

    @property
    def size(self) -> int:
        """How many cells there are, with records or without."""
        return len(self.periods) * len(self.areas) * len(self.categories)

    def with_empty_cells(self) -> "CellCounts":
        """The same with every cell listed.

        Returns
        -------
        CellCounts
            Of `size` cells.
        """
        count, key = np.zeros((2, self.size), np.int64)
        count[self.cell], key[self.cell] = self.count, self.key
        return CellCounts(
            self.periods,
            self.areas,
            self.categories,
            np.arange(self.size),
            count,
            key,
            self.not_covered,
        )

    def positions(self) -> tuple[IntArray, IntArray, IntArray]:
        """Where each cell is.

        Returns
        -------
        period, area, category : (n,) int64
            Positions in `periods`, `areas` and `categories`.
        """
        rest, category = np.divmod(self.cell, len(self.categories))
        period, area = np.divmod(rest, len(self.areas))
        return period, area, category


def count_cells(
    incidents: Incidents,
    layer: Layer,
    placement: Placement,
    plan: CellPlan,
    record_keys: IntArray | None = None,
) -> CellCounts:
    """Count the records of a dataset in the cells of a plan.

    Parameters
    ----------
    incidents : Incidents
        The records.
    layer : Layer
        That of the plan.
    placement : Placement
        Of the records in that layer.
    plan : CellPlan
        The cells.
    record_keys : (n,) int64 or None
        0 to 255, in the order of the records.

    Returns
    -------
    CellCounts
        Every record that is dated to a covered day is in exactly one cell.
    """
    codes = (*layer.codes, UNLOCATED, OUTSIDE)
    is_outside = placement.method == METHOD_OUTSIDE
    nowhere = np.where(is_outside, len(codes) - 1, len(codes) - 2)
    area = np.where(placement.area >= 0, placement.area, nowhere)
    categories = incidents.categories if plan.by_category else (ALL,)
    category = incidents.category if plan.by_category else np.zeros(len(incidents), np.int32)
    periods = covered_periods(incidents.coverage, plan.period)
    number = period_numbers(incidents.occurred, plan.period)
    covered = np.flatnonzero(incidents.covered & np.isin(number, periods))
    period = np.searchsorted(periods, number[covered])
    numbers = (period * len(codes) + area[covered]) * len(categories) + category[covered]
    cell, inverse, count = np.unique(numbers, return_inverse=True, return_counts=True)
    keys = None if record_keys is None else record_keys[covered]
    key = np.bincount(inverse, weights=keys, minlength=len(cell)).astype(np.int64)
    return CellCounts(
        periods,
        codes,
        categories,
        cell.astype(np.int64),
        count.astype(np.int64),
        key % 256,
        len(incidents) - len(covered),
    )
