"""The measure that a rate is divided by: found, aligned with the areas, and named."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from boundaries.layer import Layer
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


def denominator_of(measures: MeasureStore, layer: Layer, asked: str) -> Denominator:
    """The measure named ``measure`` or ``measure:period``; the latest period by default.

    Raises
    ------
    UnknownMeasureError
        If the layer has no such measure, or not of that period.
    """
    measure, _, period = asked.partition(":")
    column = measures.column(layer.layer_id, measure, period or None)
    return Denominator(
        measure=measure,
        period=column.period,
        values=column.values_for(layer.codes),
        version=column.version,
        by_default=column.chosen_by_default,
        synthetic=column.synthetic,
    )
