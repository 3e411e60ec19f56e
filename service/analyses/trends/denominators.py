"""What the rates of a trend are over: a measure of each series at each step."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.denominators import Denominator, denominator_of, years_of
from service.analyses.inputs.periods import Steps
from service.analyses.trends.series import Place, Series
from service.model.errors import InvalidWithinError
from service.queries.tables.trends import TrendQuery
from service.store.reference.measures import MeasureStore
from spatial.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class StepDenominators:
    """A measure of each series at each step.

    Attributes
    ----------
    over : (series, steps) float64
        NaN where it is not known.
    sources : dict of str to dict
        What was read, for the provenance.
    notes : tuple of str
        What a reader must know of it.
    """

    over: FloatArray
    sources: dict[str, dict[str, Any]]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _LayerValues:
    """A measure of the areas of a layer, in one period or in several years."""

    layer: Layer
    periods: tuple[Denominator, ...]
    years: tuple[str, ...]

    def at(self, place: Place, years: FloatArray) -> FloatArray:
        """(steps,) The value of an area, or the sum of all, at decimal years."""
        values = np.array([period.values for period in self.periods])
        total = values @ self._mask(place).astype(np.float64)
        if place.code is not None:
            total = values[:, self.layer.position(place.code)]
        if not self.years:
            return np.full(len(years), total[0])
        # A year's value holds at its middle, and the first and last beyond.
        middles = [float(year) + 0.5 for year in self.years]
        return np.asarray(np.interp(years, middles, total), np.float64)

    def source(self) -> dict[str, Any]:
        """The measure and its periods, for the provenance."""
        source = self.periods[-1].source()
        if len(self.years) > 1:
            source |= {
                "period": f"{self.years[0]} to {self.years[-1]}",
                "period_chosen": "interpolated to each step",
                "synthetic": any(period.synthetic for period in self.periods),
            }
        return {"layer": self.layer.layer_id, **source}

    def notes(self, places: list[Place]) -> tuple[str, ...]:
        """What a reader must know of the values of some places."""
        in_scope = np.logical_or.reduce([self._mask(place) for place in places])
        first, *others = self.periods[-1].notes(in_scope)
        if len(self.years) > 1:
            first = (
                f"Rates are over {self.periods[-1].measure}, between the values of "
                f"{self.years[0]} to {self.years[-1]} at the middle of each step."
            )
        return (first, *others)

    def _mask(self, place: Place) -> BoolArray:
        """(areas,) The areas of a place."""
        if place.code is None:
            return np.ones(len(self.layer), np.bool_)
        mask = np.zeros(len(self.layer), np.bool_)
        mask[self.layer.position(place.code)] = True
        return mask


def step_denominators(
    areas: Areas,
    measures: MeasureStore,
    series: tuple[Series, ...],
    steps: Steps,
    query: TrendQuery,
) -> StepDenominators:
    """The denominator of each series at each step.

    Parameters
    ----------
    areas : Areas
        The layers.
    measures : MeasureStore
        The imported measures.
    series : tuple of Series
        Comparisons of areas have the sum of theirs.
    steps : Steps
        At whose middles it is taken.
    query : TrendQuery
        With a denominator.

    Returns
    -------
    StepDenominators
        In the order of the series.

    Raises
    ------
    UnknownMeasureError
        If a layer has no such measure.
    InvalidWithinError
        If a circle or polygon is to have one.
    """
    name = str(query.denominator).partition(":")[0]
    middle = 1970.0 + (steps.first_days.astype(np.int64) + 0.5 * steps.length) / 365.2425
    places = list(dict.fromkeys(member.place for member in series if member.place is not None))
    by_layer: dict[str, _LayerValues] = {}
    at_steps: dict[Place, FloatArray] = {}
    for place in places:
        if place.drawn is not None or place.is_everywhere:
            raise InvalidWithinError(
                place.label, f"{place.label[:40]} has no {name}: name an area, or leave it out"
            )
        if place.layer_id not in by_layer:
            by_layer[place.layer_id] = _layer_values(areas, measures, place.layer_id, query)
        at_steps[place] = by_layer[place.layer_id].at(place, middle)
    over = np.full((len(series), len(steps.keys)), np.nan)
    for k, member in enumerate(series):
        if member.place is not None:
            over[k] = at_steps[member.place]
        elif member.parts:
            over[k] = over[list(member.parts)].sum(axis=0)
    read = list(by_layer.values())
    notes = [
        note
        for values in read
        for note in values.notes([p for p in places if p.layer_id == values.layer.layer_id])
    ]
    sources = {
        "denominator" if k == 0 else f"denominator:{layer_id}": values.source()
        for k, (layer_id, values) in enumerate(by_layer.items())
    }
    return StepDenominators(over, sources, tuple(dict.fromkeys(notes)))


def _layer_values(
    areas: Areas, measures: MeasureStore, layer_id: str, query: TrendQuery
) -> _LayerValues:
    """The measure of a layer: of all its years, or of the period that is named or the latest."""
    layer, text = areas.layer(layer_id), str(query.denominator)
    name, _, period = text.partition(":")
    years: tuple[str, ...] = ()
    if query.interpolate and not period:
        years = years_of(measures, layer, name, crosswalks=areas.crosswalks)
    names = [f"{name}:{year}" for year in years] or [text]
    periods = [denominator_of(measures, layer, n, crosswalks=areas.crosswalks) for n in names]
    return _LayerValues(layer, tuple(periods), years)
