"""Finds the measure that a rate is divided by, and aligns it with the areas."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.inputs.crosswalks import Crosswalk, Crosswalks, carry_column
from service.model.errors import UnknownStatisticError
from service.store.errors import UnknownMeasureError
from service.store.reference.measures import MeasureStore
from spatial.arrays import BoolArray, FloatArray

POPULATION: Final = ("population", "residents")  # names of their measure, the first that is there


@dataclass(frozen=True, eq=False)
class Denominator:
    """A measure per area.

    Attributes
    ----------
    measure, period : str
        Name of the measure, and its period.
    values : (n,) float64
        In the order of `layer.codes`, NaN where the measure has no value.
    version : int
        Version of the table of measures.
    by_default : bool
        Whether the period is the latest, because none was named.
    synthetic : bool
        True for invented values.
    estimated : (n,) bool or None
        True where the value was shared out of a split area; None if the measure is the layer's
        own.
    carried_by : tuple of Crosswalk
        Lookups through which the values were carried over.
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
        """The measure, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        source: dict[str, Any] = {
            "measure": self.measure,
            "period": self.period,
            "period_chosen": "latest loaded" if self.by_default else "asked for",
            "table_version": self.version,
            "synthetic": self.synthetic,
        }
        if self.carried_by:
            source["carried_by"] = [crosswalk.source() for crosswalk in self.carried_by]
        return source

    def notes(self, in_scope: BoolArray | None = None) -> tuple[str, ...]:
        """Notes on the denominator of a rate.

        Parameters
        ----------
        in_scope : (n,) bool, optional
            The areas that the answer is about; all areas of the layer where not given.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        values = self.values if in_scope is None else self.values[in_scope]
        missing_count = int(np.count_nonzero(~np.isfinite(values)))
        zero_count = int(np.count_nonzero(values == 0))
        notes = [f"Rates are over {self.measure} of {self.period}."]
        notes += self.carrying_notes()
        if missing_count:
            subject = "1 area has" if missing_count == 1 else f"{missing_count} areas have"
            notes.append(f"{subject} no {self.measure}: the rate is missing.")
        if zero_count:
            subject = "1 area has" if zero_count == 1 else f"{zero_count} areas have"
            notes.append(f"{subject} {self.measure} of zero: there is no rate.")
        return tuple(notes)

    def carrying_notes(self) -> tuple[str, ...]:
        """How values came from another layer.

        Returns
        -------
        tuple of str
            Full sentences; none where the measure is the layer's own.
        """
        return tuple(self._carrying_sentence(crosswalk) for crosswalk in self.carried_by)

    def _carrying_sentence(self, crosswalk: Crosswalk) -> str:
        """How values came from another layer, and how many of them are estimates."""
        estimated_count = 0 if self.estimated is None else int(np.count_nonzero(self.estimated))
        sentence = (
            f"{self.measure} was carried across from {crosswalk.from_layer} through "
            f"{crosswalk.loaded_from}, as an amount that adds up: exact where areas are "
            "unchanged or merged"
        )
        if not estimated_count:
            return f"{sentence}."
        remark = f" ({crosswalk.remark})" if crosswalk.remark else ""
        return (
            f"{sentence}; {estimated_count} areas are parts of split ones, and theirs is an "
            f"estimate, shared by {crosswalk.weight}{remark}."
        )


@dataclass(frozen=True, eq=False)
class _PeriodValues:
    """One period of a measure, in the layer's order."""

    period: str
    values: FloatArray
    version: int
    synthetic: bool
    estimated: BoolArray | None
    crosswalk: Crosswalk | None


class _Periods:
    """The periods of one measure that a layer has, or that can be carried over to it."""

    def __init__(
        self, measures: MeasureStore, layer: Layer, measure: str, crosswalks: Crosswalks | None
    ) -> None:
        self._measures = measures
        self._layer = layer
        self._measure = measure
        self._crosswalks = crosswalks
        self._into = () if crosswalks is None else crosswalks.into(layer)
        self.own_periods = _periods(measures, layer.layer_id, measure)
        self._elsewhere: dict[str, Crosswalk] = {}
        for crosswalk in self._into:
            for period in _periods(measures, crosswalk.from_layer, measure):
                if period not in self.own_periods:
                    self._elsewhere.setdefault(period, crosswalk)

    @property
    def all(self) -> tuple[str, ...]:
        """Every period, ascending."""
        return tuple(sorted({*self.own_periods, *self._elsewhere}))

    def read(self, period: str | None) -> _PeriodValues:
        """The values of a period; for None the layer's latest, or else the latest carried over.

        Raises
        ------
        UnknownMeasureError
            If there is none; the message lists what is available.
        """
        chosen_period = period or (self.own_periods or self.all or ("",))[-1]
        if chosen_period in self.own_periods:
            column = self._measures.column(self._layer.layer_id, self._measure, chosen_period)
            values = column.values_for(self._layer.codes)
            return _PeriodValues(
                chosen_period, values, column.version, column.synthetic, None, None
            )
        if chosen_period in self._elsewhere:
            crosswalk = self._reweighted(self._elsewhere[chosen_period], chosen_period)
            column = self._measures.column(crosswalk.from_layer, self._measure, chosen_period)
            carried_column = carry_column(crosswalk, self._layer, column)
            if carried_column is not None:
                return _PeriodValues(
                    chosen_period,
                    carried_column.values,
                    column.version,
                    column.synthetic,
                    carried_column.estimated,
                    crosswalk,
                )
        raise self._unknown(period)

    def _reweighted(self, crosswalk: Crosswalk, period: str) -> Crosswalk:
        """The crosswalk weighted by the layer's own nearest period of the measure."""
        if self._crosswalks is None or not self.own_periods:
            return crosswalk
        nearest = min(
            self.own_periods, key=lambda own_period: abs(int(own_period[:4]) - int(period[:4]))
        )
        column = self._measures.column(self._layer.layer_id, self._measure, nearest)
        return self._crosswalks.shared_by(crosswalk, self._layer, column)

    def _unknown(self, period: str | None) -> UnknownMeasureError:
        """An error that lists what is available."""
        if period is not None and self.all:
            allowed = tuple(f"{self._measure} of {known_period}" for known_period in self.all)
            return UnknownMeasureError(
                self._layer.layer_id, f"{self._measure} of {period}", allowed
            )
        layers = (self._layer.layer_id, *(crosswalk.from_layer for crosswalk in self._into))
        names = {
            available_measure.measure
            for name in layers
            for available_measure in self._measures.available(name)
        }
        names.discard(self._measure)
        return UnknownMeasureError(self._layer.layer_id, self._measure, tuple(sorted(names)))


def denominator_of(
    measures: MeasureStore,
    layer: Layer,
    name: str,
    *,
    at_year: float | None = None,
    crosswalks: Crosswalks | None = None,
) -> Denominator:
    """The measure named ``measure`` or ``measure:period``; the latest period by default.

    Parameters
    ----------
    measures : MeasureStore
        The imported measures.
    layer : Layer
        The areas.
    name : str
        ``measure`` or ``measure:period``.
    at_year : float or None
        Interpolate between the measure's periods, which must be years, to this decimal year. A
        year's value is taken to hold at its middle; beyond the first and last period their values
        hold.
    crosswalks : Crosswalks or None
        Lookups through which a measure or period that the layer lacks is carried over from another
        layer. A split area is shared by the lookup's weight, otherwise by the layer's own nearest
        period of the measure, otherwise by area.

    Returns
    -------
    Denominator
        In the order of the layer's codes.

    Raises
    ------
    UnknownMeasureError
        If neither the layer nor one that leads to it has such a measure, or not of that period.
    UnknownStatisticError
        If interpolation is requested with a period, or the periods are not years.
    """
    measure, _, period = name.partition(":")
    periods = _Periods(measures, layer, measure, crosswalks)
    if at_year is not None:
        return _interpolate(periods, measure, period, at_year)
    period_values = periods.read(period or None)
    return Denominator(
        measure=measure,
        period=period_values.period,
        values=period_values.values,
        version=period_values.version,
        by_default=not period,
        synthetic=period_values.synthetic,
        estimated=period_values.estimated,
        carried_by=() if period_values.crosswalk is None else (period_values.crosswalk,),
    )


def years_of(
    measures: MeasureStore, layer: Layer, measure: str, *, crosswalks: Crosswalks | None = None
) -> tuple[str, ...]:
    """The periods of a measure that a layer has or is given, where all of them are years.

    Parameters
    ----------
    measures : MeasureStore
        The imported measures.
    layer : Layer
        The areas.
    measure : str
        Its name.
    crosswalks : Crosswalks or None
        As in `denominator_of`.

    Returns
    -------
    tuple of str
        Ascending; empty where one is no year, or there is no such measure.
    """
    periods = _Periods(measures, layer, measure, crosswalks).all
    return periods if all(_is_year(period) for period in periods) else ()


def _is_year(period: str) -> bool:
    return len(period) == 4 and period.isdigit()


def _periods(measures: MeasureStore, layer_id: str, measure: str) -> tuple[str, ...]:
    """The periods of a measure that is loaded for a layer, ascending."""
    return next(
        (listed.periods for listed in measures.available(layer_id) if listed.measure == measure),
        (),
    )


def _interpolate(periods: _Periods, measure: str, period: str, at_year: float) -> Denominator:
    """The measure between its two periods on either side of a decimal year."""
    if period:
        raise UnknownStatisticError("denominator", f"{measure}:{period}", (measure,))
    if not all(_is_year(name) for name in periods.all):
        raise UnknownStatisticError(
            "interpolate", "true", ("false (the periods of this measure are not years)",)
        )
    middles = np.array([int(name) + 0.5 for name in periods.all])
    upper_index = int(np.clip(np.searchsorted(middles, at_year), 1, max(len(middles) - 1, 1)))
    pair = [periods.read(name) for name in periods.all[max(upper_index - 1, 0) : upper_index + 1]]
    if not pair:
        pair = [periods.read(None)]
    if len(pair) == 1:
        values = pair[0].values
    else:
        first_year, last_year = int(pair[0].period) + 0.5, int(pair[1].period) + 0.5
        share = float(np.clip((at_year - first_year) / (last_year - first_year), 0.0, 1.0))
        values = pair[0].values * (1.0 - share) + pair[1].values * share
    flags = [
        period_values.estimated for period_values in pair if period_values.estimated is not None
    ]
    crosswalks: Mapping[str, Crosswalk] = {
        period_values.crosswalk.from_layer: period_values.crosswalk
        for period_values in pair
        if period_values.crosswalk is not None
    }
    names = " and ".join(period_values.period for period_values in pair)
    return Denominator(
        measure=measure,
        period=f"{at_year:.2f}, between {names}",
        values=values,
        version=pair[-1].version,
        by_default=False,
        synthetic=any(period_values.synthetic for period_values in pair),
        estimated=np.logical_or.reduce(flags) if flags else None,
        carried_by=tuple(crosswalks.values()),
    )


def refuse_for_damaged(
    layers: LayerStore, measures: MeasureStore, layer: Layer | None, names: Collection[str]
) -> None:
    """Refuse a layer that is taken by default for a measure, if a damaged one is finer.

    Its areas are not known, but the measures of them are: a coarser layer, or none, would
    silently take its place.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    measures : MeasureStore
        The measures of their areas.
    layer : Layer or None
        That would be taken; None if there is none.
    names : collection of str
        Of the measures that the layer is taken for.

    Raises
    ------
    DamagedLayerError
        Of the damaged layer.
    """
    for name in layers.damaged():
        areas = (max(m.areas) for m in measures.available(name) if m.measure in names)
        if max(areas, default=0) > (0 if layer is None else len(layer)):
            layers.get(name)
