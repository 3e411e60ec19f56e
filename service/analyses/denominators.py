"""The measure that a rate is divided by: found, aligned with the areas, and named."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from boundaries.layer import Layer
from service.analyses.errors import UnknownStatisticError
from service.store.measures import MeasureStore
from spatial.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Denominator:
    """A measure per area.

    Attributes
    ----------
    measure, period : str
        Which one, and of which period.
    values : (n,) float64
        In the order of `layer.codes`, NaN where the measure has no value.
    version : int
        Of the table of measures.
    """

    measure: str
    period: str
    values: FloatArray
    version: int
    by_default: bool
    synthetic: bool

    def source(self) -> dict[str, Any]:
        """Which measure, for the provenance."""
        return {
            "measure": self.measure,
            "period": self.period,
            "period_chosen": "latest loaded" if self.by_default else "asked for",
            "table_version": self.version,
            "synthetic": self.synthetic,
        }

    def notes(self) -> tuple[str, ...]:
        """What a reader of a rate must know of its denominator."""
        missing = int(np.count_nonzero(~np.isfinite(self.values)))
        zero = int(np.count_nonzero(self.values == 0))
        notes = [f"Rates are over {self.measure} of {self.period}."]
        if missing:
            notes.append(f"{missing} areas have no {self.measure}: their rate is missing.")
        if zero:
            notes.append(f"{zero} areas have {self.measure} of zero: they have no rate.")
        return tuple(notes)


def denominator_of(
    measures: MeasureStore, layer: Layer, asked: str, *, at_year: float | None = None
) -> Denominator:
    """The measure named ``measure`` or ``measure:period``; the latest period by default.

    Parameters
    ----------
    at_year : float or None
        Interpolate between the measure's periods, which must be years, to this decimal year;
        a year's value is taken to hold at its middle. Beyond the first and last period their
        values hold.

    Raises
    ------
    UnknownMeasureError
        If the layer has no such measure, or not of that period.
    """
    measure, _, period = asked.partition(":")
    if at_year is not None:
        return _interpolated(measures, layer, measure, period, at_year)
    column = measures.column(layer.layer_id, measure, period or None)
    return Denominator(
        measure=measure,
        period=column.period,
        values=column.values_for(layer.codes),
        version=column.version,
        by_default=column.chosen_by_default,
        synthetic=column.synthetic,
    )


def _interpolated(
    measures: MeasureStore, layer: Layer, measure: str, period: str, at_year: float
) -> Denominator:
    """The measure between its two periods on either side of a decimal year."""
    if period:
        raise UnknownStatisticError("denominator", f"{measure}:{period}", (measure,))
    latest = measures.column(layer.layer_id, measure, None)
    known = next(m for m in measures.available(layer.layer_id) if m.measure == measure)
    if not all(len(p) == 4 and p.isdigit() for p in known.periods):
        raise UnknownStatisticError(
            "interpolate", "true", ("false (the periods of this measure are not years)",)
        )
    middles = np.array([int(p) + 0.5 for p in known.periods])
    above = int(np.clip(np.searchsorted(middles, at_year), 1, max(len(middles) - 1, 1)))
    pair = known.periods[max(above - 1, 0) : above + 1]
    columns = [measures.column(layer.layer_id, measure, p).values_for(layer.codes) for p in pair]
    if len(pair) == 1:
        share, values = 0.0, columns[0]
    else:
        first, last = int(pair[0]) + 0.5, int(pair[1]) + 0.5
        share = float(np.clip((at_year - first) / (last - first), 0.0, 1.0))
        values = columns[0] * (1.0 - share) + columns[1] * share
    return Denominator(
        measure=measure,
        period=f"{at_year:.2f}, between {' and '.join(pair)}",
        values=values,
        version=latest.version,
        by_default=False,
        synthetic=latest.synthetic,
    )
