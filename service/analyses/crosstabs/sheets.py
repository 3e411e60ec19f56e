"""The numbers of a cross-table as matrices: its rows, and behind them rows to compare with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from service.analyses.crosstabs.projections import StepShare, projected
from service.analyses.inputs.denominators import Denominator
from service.analyses.tables.cells import Cells
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.rates.rates import rates

SHARES: Final = ("share-of-row", "share-of-column", "share-of-table")
PROJECTED: Final = ("projected", "projected_lower", "projected_upper")
COMPARISONS: Final = {"all": "All areas", "mean": "Mean of the areas"}


@dataclass(frozen=True, eq=False)
class Exposure:
    """What rates are over.

    Attributes
    ----------
    measure : Denominator
    over : (rows,) float64
        Of each row; NaN where it is not known, and of what is in no area.
    is_area : (rows,) bool
        False for the rows of what is in no area.
    numerator : str
        What rates are of.
    """

    measure: Denominator
    over: FloatArray
    is_area: BoolArray
    numerator: str = "incidents"

    def method(self, per: float) -> dict[str, Any]:
        """What rates are over, for the method of an answer.

        Parameters
        ----------
        per : float
            Rates are per this many.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        name = self.measure.measure
        return {
            "denominator": name,
            "per": per,
            "unit": f"{self.numerator} per {per:g} {name} and year",
        }


@dataclass(frozen=True, eq=False)
class WholeLayer:
    """All areas of the layer of the rows, whatever the query stays within.

    Attributes
    ----------
    cells : Cells
        With the columns of the table.
    is_area : (rows,) bool
        False for the rows of what is in no area.
    over : (rows,) float64
        What rates are over; NaN where it is not known.
    """

    cells: Cells
    is_area: BoolArray
    over: FloatArray


@dataclass(frozen=True, eq=False)
class Part:
    """One dataset of a cross-table.

    Attributes
    ----------
    cells : Cells
        Of the axes of the table.
    exposure : Exposure or None
        What rates are over.
    whole : WholeLayer or None
        What there is to compare with.
    shares : dict of int to StepShare
        Of steps to project, by position.
    steps : {0, 1} or None
        The axis of the steps of the calendar.
    step_days : (steps,) int64 or None
        Days of each of those steps.
    """

    cells: Cells
    exposure: Exposure | None = None
    whole: WholeLayer | None = None
    shares: dict[int, StepShare] = field(default_factory=dict)
    steps: int | None = None
    step_days: IntArray | None = None

    def sheet(
        self, *, per: float, compare: Sequence[str], has_totals: bool
    ) -> dict[str, FloatArray]:
        """Every kind of number, a row of each key and of each comparison.

        Parameters
        ----------
        per : float
            Rates are per this many.
        compare : sequence of {"all", "mean"}
            The rows to compare with.
        has_totals : bool
            Whether there is a row and a column of all.

        Returns
        -------
        dict of str to (rows, columns) float64
            NaN where there is none.
        """
        cells = self.cells.with_totals() if has_totals else self.cells
        rows = self._own(cells, per, has_totals=has_totals)
        for kind in compare:
            more = self._compared(kind, per, has_totals=has_totals)
            rows = {name: np.vstack([values, more[name]]) for name, values in rows.items()}
        if "all" in compare:
            every = rows["count"][len(cells.count) + tuple(compare).index("all")]
            rows["share-of-all"] = 100.0 * rows["count"] / np.where(every > 0, every, np.nan)
        return rows

    def _own(self, cells: Cells, per: float, *, has_totals: bool) -> dict[str, FloatArray]:
        """The rows of the table itself."""
        count = np.where(cells.has_data, cells.count, np.nan)
        sheet = {
            "count": count,
            "mean": np.full(count.shape, np.nan),
            "days": cells.days,
            "per-month": cells.value("per-month"),
            **{kind: cells.value(kind) for kind in SHARES},
        }
        over = None
        if self.exposure is not None:
            over, is_area = self.exposure.over, self.exposure.is_area
            if has_totals:
                # The total is that of the areas; not known where one has no denominator.
                over = np.append(over, over[is_area].sum())
                count = np.vstack([count[:-1], cells.count[:-1][is_area].sum(axis=0)])
                count = np.where(cells.has_data, count, np.nan)
        return {**sheet, **self._derived(cells, count, over, per)}

    def _compared(self, kind: str, per: float, *, has_totals: bool) -> dict[str, FloatArray]:
        """One row to compare with."""
        if self.whole is None:
            raise TypeError("nothing to compare with was counted")
        layer, is_area = self.whole, self.whole.is_area
        cells = layer.cells.with_totals() if has_totals else layer.cells
        areas = cells.count[: len(is_area)][is_area]
        days = cells.days[: len(is_area)].max(axis=0, initial=0.0)[None, :]
        total = areas.sum(axis=0)[None, :]
        row_total = layer.cells.row_total[is_area].sum()
        every = Cells(
            layer.cells.rows, layer.cells.columns, total, days, np.array([row_total]),
            np.zeros(total.shape[1]), 0,
        )  # fmt: skip
        nothing = np.full(total.shape, np.nan)
        count = np.where(every.has_data, total, np.nan)
        over = np.array([layer.over[is_area].sum()])
        derived = self._derived(every, count, over if self.exposure else None, per)
        sheet = {
            "count": count,
            "mean": nothing,
            "days": days,
            "per-month": every.value("per-month"),
            **dict.fromkeys(SHARES, nothing),
            "share-of-row": every.value("share-of-row"),
            **derived,
        }
        if kind == "all":
            return sheet
        number = int(is_area.sum())
        means = {name: sheet[name] / number for name in ("per-month", *PROJECTED)}
        emptied = dict.fromkeys(
            {"count", "share-of-row", "projected-rate"} & sheet.keys(), nothing
        )
        mean = {**sheet, **means, **emptied, "mean": count / number}
        if self.exposure is None:
            return mean
        exposure = layer.over[is_area][:, None] * np.where(days > 0, days, np.nan) / 365.25
        of_areas = per * areas / np.where(exposure > 0, exposure, np.nan)
        is_known = np.isfinite(of_areas)
        sums = np.where(is_known, of_areas, 0.0).sum(axis=0)[None, :]
        numbers = is_known.sum(axis=0)[None, :]
        rate = sums / np.where(numbers > 0, numbers, np.nan)
        return {**mean, "rate": rate, "lower": nothing, "upper": nothing}

    def _derived(
        self, cells: Cells, count: FloatArray, over: FloatArray | None, per: float
    ) -> dict[str, FloatArray]:
        """Rates and projections of some rows."""
        values = projected(cells, self.shares, is_by_row=self.steps == 0)
        sheet = dict(zip(PROJECTED, values, strict=True))
        if over is None:
            return sheet
        exposure = over[:, None] * np.where(cells.has_data, cells.days, np.nan) / 365.25
        of_cells = rates(count.ravel(), exposure.ravel(), per=per)
        sheet |= {
            name: np.asarray(getattr(of_cells, attribute)).reshape(count.shape)
            for name, attribute in (("rate", "value"), ("lower", "lower"), ("upper", "upper"))
        }
        if self.step_days is not None and self.steps == 1:
            years = np.full(count.shape[1], np.nan)
            years[: len(self.step_days)] = self.step_days / 365.25
            sheet["projected-rate"] = per * values[0] / (over[:, None] * years)
        return sheet
