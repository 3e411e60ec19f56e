"""Steps of a cross-table that the data cover in part, projected to the whole of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from service.analyses.inputs.selection import Selection
from service.analyses.tables.axes import Axis
from service.analyses.tables.cells import Cells, covered_days_of
from spatial.arrays import BoolArray, FloatArray
from spatial.over_time.projection import FEW, projected_by_share


@dataclass(frozen=True, eq=False)
class StepShare:
    """What share of a step's incidents falls into the part of it that the data cover.

    Attributes
    ----------
    share : float
        Above 0 and below 1.
    basis : float or None
        Incidents of other whole steps on which it rests; None: it is that of the days.
    dispersion : float
        Variance over mean of the other steps about the share, at least 1.
    """

    share: float
    basis: float | None
    dispersion: float

    def method(self) -> dict[str, Any]:
        """How a step is projected, for the method of an answer.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        return {
            "share_covered": round(self.share, 4),
            "by": "days" if self.basis is None else "the same months of other whole steps",
            "dispersion": round(self.dispersion, 2),
        }


def step_shares(
    selection: Selection, steps: Axis, series_axis: Axis, is_part: BoolArray
) -> dict[int, StepShare]:
    """The share of each step that the data cover in part.

    Parameters
    ----------
    selection : Selection
        The incidents that are counted.
    steps : Axis
        With steps of the calendar.
    series_axis : Axis
        The other axis: each of its keys is a series.
    is_part : (steps,) bool
        Which of the steps the data cover in part.

    Returns
    -------
    dict of int to StepShare
        By position of the step. The share is that of the same months in the whole steps of the
        table, of all series together, each month in proportion to its days; where fewer than ten
        of their incidents are in them, the share of the days.
    """
    if steps.first_days is None or steps.key_of_day is None:
        return {}
    first_month = steps.first_days.astype("datetime64[M]")
    months = (first_month[-1] - first_month[0]).astype(int)
    offset = (first_month - first_month[0]).astype(int)
    length = int(offset[1])
    covered_days = covered_days_of(selection)
    month_of_day = (covered_days.astype("datetime64[M]") - first_month[0]).astype(int)
    days_of_month = np.diff(
        (first_month[0] + np.arange(months + 1)).astype("datetime64[D]")
    ).astype(int)
    weight = (np.bincount(month_of_day, minlength=months) / days_of_month).reshape(-1, length)
    is_whole = (weight == 1.0).all(axis=1)
    month = (
        selection.incidents.occurred[series_axis.incident].astype("datetime64[M]") - first_month[0]
    )
    position = series_axis.key * months + month.astype(int)
    counts = np.bincount(position, minlength=len(series_axis.keys) * months).reshape(
        len(series_axis.keys), -1, length
    )
    shares = {}
    for step in np.flatnonzero(is_part).tolist():
        alike = is_whole & ((np.arange(len(is_whole)) - step) % max(12 // length, 1) == 0)
        shares[step] = _share(
            (counts[:, alike] * weight[step]).sum(axis=2).ravel(),
            counts[:, alike].sum(axis=2).ravel(),
            by_days=float((weight[step] * days_of_month.reshape(-1, length)[step]).sum())
            / float(days_of_month.reshape(-1, length)[step].sum()),
        )
    return shares


def _share(part: FloatArray, whole: FloatArray, *, by_days: float) -> StepShare:
    """The share of the incidents of whole steps in a part of each, and how much it varies."""
    share = float(part.sum() / whole.sum()) if whole.sum() else 0.0
    if not (part.sum() >= FEW and share < 1.0):
        return StepShare(by_days, None, 1.0)
    is_used = whole * min(share, 1.0 - share) >= 1.0
    dispersion = 1.0
    if np.count_nonzero(is_used) > 1:
        part, total = part[is_used], whole[is_used]
        pearson = (part - total * share) ** 2 / (total * share * (1.0 - share))
        dispersion = max(1.0, float(pearson.sum()) / (len(part) - 1))
    return StepShare(share, max(float(whole.sum()), FEW / share), dispersion)


def projected(
    cells: Cells, shares: dict[int, StepShare], *, is_by_row: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The counts of the steps covered in part, projected to the whole.

    Parameters
    ----------
    cells : Cells
        With their totals or without.
    shares : dict of int to StepShare
        By position of the step.
    is_by_row : bool
        Whether the rows are the steps.

    Returns
    -------
    value, lower, upper : (rows, columns) float64
        NaN in all other cells.
    """
    result = [np.full(cells.count.shape, np.nan) for _ in range(3)]
    for step, share in shares.items():
        index: Any = (step, slice(None)) if is_by_row else (slice(None), step)
        of_step = projected_by_share(
            cells.count[index], share.share, basis=share.basis, dispersion=share.dispersion
        )
        for values, numbers in zip(result, of_step, strict=True):
            values[index] = numbers
    return result[0], result[1], result[2]
