"""The measure that a rate is divided by: found, aligned with the areas, and named."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.inputs.crosswalks import Crosswalk, Crosswalks, carried
from service.model.errors import UnknownStatisticError
from service.store.errors import UnknownMeasureError
from service.store.measures import MeasureStore
from spatial.arrays import BoolArray, FloatArray


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
    estimated : (n,) bool or None
        True where the value was shared out of an area that was split; None where the measure
        is the layer's own.
    carried_by : tuple of Crosswalk
        Lookups that the values came through.
    """

    measure: str
    period: str
    values: FloatArray
    version: int
    by_default: bool
    synthetic: bool
    estimated: BoolArray | None = None
    carried_by: tuple[Crosswalk, ...] = ()

    def source(self) -> dict[str, Any]:
        """Which measure, for the provenance."""
        found: dict[str, Any] = {
            "measure": self.measure,
            "period": self.period,
            "period_chosen": "latest loaded" if self.by_default else "asked for",
            "table_version": self.version,
            "synthetic": self.synthetic,
        }
        if self.carried_by:
            found["carried_by"] = [one.source() for one in self.carried_by]
        return found

    def notes(self) -> tuple[str, ...]:
        """What a reader of a rate must know of its denominator."""
        missing = int(np.count_nonzero(~np.isfinite(self.values)))
        zero = int(np.count_nonzero(self.values == 0))
        notes = [f"Rates are over {self.measure} of {self.period}."]
        notes += [self._how_carried(one) for one in self.carried_by]
        if missing:
            notes.append(f"{missing} areas have no {self.measure}: their rate is missing.")
        if zero:
            notes.append(f"{zero} areas have {self.measure} of zero: they have no rate.")
        return tuple(notes)

    def _how_carried(self, crosswalk: Crosswalk) -> str:
        """How values came from another layer, and how many of them are estimates."""
        shared = 0 if self.estimated is None else int(np.count_nonzero(self.estimated))
        words = (
            f"{self.measure} was carried across from {crosswalk.from_layer} through "
            f"{crosswalk.loaded_from}, as an amount that adds up: exact where areas are "
            "unchanged or merged"
        )
        if not shared:
            return f"{words}."
        remark = f" ({crosswalk.remark})" if crosswalk.remark else ""
        return (
            f"{words}; {shared} areas are parts of split ones, and theirs is an estimate, "
            f"shared by {crosswalk.weight}{remark}."
        )


@dataclass(frozen=True, eq=False)
class _Values:
    """One period of a measure, in the layer's order."""

    period: str
    values: FloatArray
    version: int
    synthetic: bool
    estimated: BoolArray | None
    crosswalk: Crosswalk | None


class _Periods:
    """The periods of one measure that a layer has, or that can be carried across to it."""

    def __init__(
        self, measures: MeasureStore, layer: Layer, measure: str, crosswalks: Crosswalks | None
    ) -> None:
        self._measures = measures
        self._layer = layer
        self._measure = measure
        self._crosswalks = crosswalks
        self._into = () if crosswalks is None else crosswalks.into(layer)
        self.own = _periods(measures, layer.layer_id, measure)
        self._elsewhere: dict[str, Crosswalk] = {}
        for crosswalk in self._into:
            for period in _periods(measures, crosswalk.from_layer, measure):
                if period not in self.own:
                    self._elsewhere.setdefault(period, crosswalk)

    @property
    def all(self) -> tuple[str, ...]:
        """Every period, ascending."""
        return tuple(sorted({*self.own, *self._elsewhere}))

    def read(self, period: str | None) -> _Values:
        """A period's values; the layer's own latest for None, else the latest carried across.

        Raises
        ------
        UnknownMeasureError
            If there is none; names what there is.
        """
        chosen = period or (self.own or self.all or ("",))[-1]
        if chosen in self.own:
            column = self._measures.column(self._layer.layer_id, self._measure, chosen)
            values = column.values_for(self._layer.codes)
            return _Values(chosen, values, column.version, column.synthetic, None, None)
        if chosen in self._elsewhere:
            crosswalk = self._weighted(self._elsewhere[chosen], chosen)
            column = self._measures.column(crosswalk.from_layer, self._measure, chosen)
            found = carried(crosswalk, self._layer, column)
            if found is not None:
                return _Values(
                    chosen,
                    found.values,
                    column.version,
                    column.synthetic,
                    found.estimated,
                    crosswalk,
                )
        raise self._unknown(period)

    def _weighted(self, crosswalk: Crosswalk, period: str) -> Crosswalk:
        """The crosswalk sharing by the layer's own period of the measure that is nearest."""
        if self._crosswalks is None or not self.own:
            return crosswalk
        nearest = min(self.own, key=lambda own: abs(int(own[:4]) - int(period[:4])))
        column = self._measures.column(self._layer.layer_id, self._measure, nearest)
        return self._crosswalks.shared_by(crosswalk, self._layer, column)

    def _unknown(self, period: str | None) -> UnknownMeasureError:
        """The error that names what could have been asked for."""
        if period is not None and self.all:
            allowed = tuple(f"{self._measure} of {known}" for known in self.all)
            return UnknownMeasureError(
                self._layer.layer_id, f"{self._measure} of {period}", allowed
            )
        layers = (self._layer.layer_id, *(one.from_layer for one in self._into))
        names = {known.measure for name in layers for known in self._measures.available(name)}
        names.discard(self._measure)
        return UnknownMeasureError(self._layer.layer_id, self._measure, tuple(sorted(names)))


def denominator_of(
    measures: MeasureStore,
    layer: Layer,
    asked: str,
    *,
    at_year: float | None = None,
    crosswalks: Crosswalks | None = None,
) -> Denominator:
    """The measure named ``measure`` or ``measure:period``; the latest period by default.

    Parameters
    ----------
    at_year : float or None
        Interpolate between the measure's periods, which must be years, to this decimal year;
        a year's value is taken to hold at its middle. Beyond the first and last period their
        values hold.
    crosswalks : Crosswalks or None
        Lookups through which a measure or a period that the layer itself does not have is
        carried across from another layer. What belongs to an area that was split is shared by
        the weight that the lookup names, else by the layer's own nearest period of the same
        measure, else by area.

    Raises
    ------
    UnknownMeasureError
        If neither the layer nor one that leads to it has such a measure, or not of that period.
    """
    measure, _, period = asked.partition(":")
    periods = _Periods(measures, layer, measure, crosswalks)
    if at_year is not None:
        return _interpolated(periods, measure, period, at_year)
    found = periods.read(period or None)
    return Denominator(
        measure=measure,
        period=found.period,
        values=found.values,
        version=found.version,
        by_default=not period,
        synthetic=found.synthetic,
        estimated=found.estimated,
        carried_by=() if found.crosswalk is None else (found.crosswalk,),
    )


def _periods(measures: MeasureStore, layer_id: str, measure: str) -> tuple[str, ...]:
    """The periods of a measure that is loaded for a layer, ascending."""
    return next((m.periods for m in measures.available(layer_id) if m.measure == measure), ())


def _interpolated(periods: _Periods, measure: str, period: str, at_year: float) -> Denominator:
    """The measure between its two periods on either side of a decimal year."""
    if period:
        raise UnknownStatisticError("denominator", f"{measure}:{period}", (measure,))
    if not all(len(p) == 4 and p.isdigit() for p in periods.all):
        raise UnknownStatisticError(
            "interpolate", "true", ("false (the periods of this measure are not years)",)
        )
    middles = np.array([int(p) + 0.5 for p in periods.all])
    above = int(np.clip(np.searchsorted(middles, at_year), 1, max(len(middles) - 1, 1)))
    pair = [periods.read(p) for p in periods.all[max(above - 1, 0) : above + 1]]
    if not pair:
        pair = [periods.read(None)]
    if len(pair) == 1:
        values = pair[0].values
    else:
        first, last = int(pair[0].period) + 0.5, int(pair[1].period) + 0.5
        share = float(np.clip((at_year - first) / (last - first), 0.0, 1.0))
        values = pair[0].values * (1.0 - share) + pair[1].values * share
    flags = [one.estimated for one in pair if one.estimated is not None]
    through: Mapping[str, Crosswalk] = {
        one.crosswalk.from_layer: one.crosswalk for one in pair if one.crosswalk is not None
    }
    return Denominator(
        measure=measure,
        period=f"{at_year:.2f}, between {' and '.join(one.period for one in pair)}",
        values=values,
        version=pair[-1].version,
        by_default=False,
        synthetic=any(one.synthetic for one in pair),
        estimated=np.logical_or.reduce(flags) if flags else None,
        carried_by=tuple(through.values()),
    )
