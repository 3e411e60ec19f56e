"""What rules look at: incidents per area and period, or a measure, for several periods."""

import calendar
import dataclasses
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.harm.weights import Harm
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.denominators import denominator_of
from service.analyses.inputs.selection import Selection
from service.coverage.spans import Span, length
from service.model.errors import UnknownCategoryError
from service.model.incident_filter import HarmChoice, Moment
from service.model.provenance import dataset_source
from service.queries.flags.rules import Incidents, IndexValue, Measure, month_number
from service.store.reference.measures import MeasureStore
from spatial.arrays import FloatArray

YEAR_DAYS: Final = 365.25


@dataclass(frozen=True, eq=False)
class Series:
    """A value per area for the present period and for earlier ones of equal length.

    Attributes
    ----------
    value : (periods, areas) float64
        The present period first; NaN where it is not known.
    count : (periods, areas) float64 or None
        Incidents; None for a measure.
    exposure : (periods, areas) float64
        By which counts are divided to give the rate of a whole period, or per denominator.
    share : (periods,) float64
        Of the days of each period that the data cover; for a measure 1, or 0 where it has no
        such period.
    labels : tuple of str
        The periods.
    unit : str
        Of the values.
    is_rate : bool
        Whether the values are over a denominator.
    records : int
        Incidents of the present period, wherever they are.
    sources : mapping
        What was read.
    notes : tuple of str
        Full sentences.
    """

    value: FloatArray
    count: FloatArray | None
    exposure: FloatArray
    share: FloatArray
    labels: tuple[str, ...]
    unit: str
    is_rate: bool
    records: int
    sources: Mapping[str, Any]
    notes: tuple[str, ...]


class SeriesReader:
    """Reads the series of a question, each once.

    Parameters
    ----------
    areas : Areas
        Places incidents.
    measures : MeasureStore
        Measures and denominators.
    end : str or None
        Last month of periods of so many months; None: the last that a dataset covers whole.
    periods : int
        The present one and the earlier ones.
    harm : Harm
        Of incidents.
    index : callable
        Makes the series of the index of some rules, by their id.
    """

    def __init__(
        self,
        *,
        areas: Areas,
        measures: MeasureStore,
        end: str | None,
        periods: int,
        harm: Harm,
        index: Callable[[str, Layer], Series],
    ) -> None:
        self._areas = areas
        self._measures = measures
        self._harm = harm
        self._index = index
        self._end = end
        self._periods = periods
        self._read: dict[tuple[object, str], Series] = {}

    def of(self, subject: Incidents | Measure | IndexValue, layer: Layer) -> Series:
        """The series of incidents, of a measure or of an index.

        Parameters
        ----------
        subject : Incidents, Measure or IndexValue
            What the rules name.
        layer : Layer
            The areas.

        Returns
        -------
        Series
            In the order of the layer's codes.

        Raises
        ------
        UnknownDatasetError, UnknownCategoryError, UnknownAttributeError, UnknownValueError
            If there is no such dataset, or it has no such incidents.
        UnknownMeasureError
            If the layer has no such measure or denominator.
        """
        key = (subject, layer.layer_id)
        if key not in self._read:
            self._read[key] = (
                self._of_incidents(subject, layer)
                if isinstance(subject, Incidents)
                else self._of_measure(subject, layer)
                if isinstance(subject, Measure)
                else self._index(subject.index, layer)
            )
        return self._read[key]

    def _of_incidents(self, subject: Incidents, layer: Layer) -> Series:
        selection = self._select(subject)
        months, covered = subject.length(), selection.incidents.coverage
        last = month_number(subject.to or self._end or _last_whole_month(selection))
        first = last - months * self._periods + 1
        starts = _first_days(first + months * np.arange(self._periods + 1))
        days = covered.days(starts[:-1], starts[1:] - 1)[::-1].astype(np.float64)
        lengths = np.diff(starts).astype(np.float64)[::-1]
        month = selection.incidents.occurred.astype("datetime64[M]").astype(np.int64) + 1970 * 12
        area = self._areas.placement(selection.incidents, layer).area
        period = (last - month) // months
        is_counted = selection.mask & (period >= 0) & (period < self._periods)
        records = int(np.count_nonzero(is_counted & (period == 0)))
        is_counted &= area >= 0
        weight, harm_notes = None, tuple[str, ...]()
        if subject.sum != "count":
            choice = HarmChoice(subject.sum.partition(":")[2] or None)
            harm = self._harm.of(selection.incidents, choice)
            harm_notes = harm.notes(is_counted & (period == 0))
            is_counted &= harm.is_known
            weight = harm.days[is_counted]
        cell = period[is_counted] * len(layer) + area[is_counted]
        count: FloatArray = np.asarray(
            np.bincount(cell, weights=weight, minlength=self._periods * len(layer)), np.float64
        )
        count = np.where(days[:, None] > 0, count.reshape(self._periods, len(layer)), np.nan)
        share = days / lengths
        exposure: FloatArray = np.array(np.broadcast_to(share[:, None], count.shape))
        unit, value = "incidents" if weight is None else "days of harm", count
        sources: dict[str, Any] = {subject.dataset: dataset_source(selection.incidents)}
        ends = np.maximum([starts[-2], starts[-1] - 1], np.datetime64("0001-01-01"))
        span = Span(*(day.astype(object) for day in ends))
        notes = [*self._notes(subject, selection, span)]
        notes += (*self._areas.placement(selection.incidents, layer).notes, *harm_notes)
        if subject.denominator is not None:
            over = denominator_of(
                self._measures, layer, subject.denominator, crosswalks=self._areas.crosswalks
            )
            exposure = over.values * (days / YEAR_DAYS)[:, None] / subject.per
            exposure = np.where(exposure > 0, exposure, np.nan)
            value = count / exposure
            unit = f"{unit} per {subject.per:g} {over.measure} and year"
            sources[subject.denominator] = over.source()
            notes += over.notes()
        if subject.similar_by is not None:
            group = self._of_measure(Measure(measure=subject.similar_by), layer)
            exposure = exposure * _means_of_alike(value, exposure, group.value[0]) / 100.0
            value = count / np.where(exposure > 0, exposure, np.nan)
            unit = f"% of areas of the same {subject.similar_by}"
            sources |= group.sources
        return Series(
            value=value,
            count=None if weight is not None else count,
            exposure=np.asarray(exposure, np.float64),
            share=share,
            labels=tuple(
                f"{_month(last - months * (k + 1) + 1)} to {_month(last - months * k)}"
                for k in range(self._periods)
            ),
            unit=unit,
            is_rate=subject.denominator is not None,
            records=records,
            sources=sources,
            notes=tuple(notes),
        )

    def _select(self, subject: Incidents, span: Span | None = None) -> Selection:
        """The incidents that are meant, of a period or of all."""
        everything = self._areas.select(subject.dataset, subject.filter())
        categories = everything.incidents.categories
        for name in subject.except_category:
            if name not in categories:
                raise UnknownCategoryError(subject.dataset, name, categories)
        incident_filter = subject.filter(categories)
        if span is not None:
            ends = [Moment(day, str(day)) for day in (span.first, span.last)]
            incident_filter = dataclasses.replace(incident_filter, start=ends[0], end=ends[1])
        elif not subject.except_category:
            return everything
        return self._areas.select(subject.dataset, incident_filter)

    def _notes(self, subject: Incidents, selection: Selection, span: Span) -> tuple[str, ...]:
        """What the data do not say of the present period."""
        if not length(selection.incidents.coverage.within(span)):
            return (f"There is no data of {subject.dataset} for {span}: that is not zero.",)
        return tuple(
            f"{subject.dataset}: {note}" for note in self._select(subject, span).coverage_notes()
        )

    def _of_measure(self, subject: Measure, layer: Layer) -> Series:
        latest = self._measures.column(layer.layer_id, subject.measure, subject.period)
        loaded = next(
            measure.periods
            for measure in self._measures.available(layer.layer_id)
            if measure.measure == subject.measure
        )
        # A month is no earlier period of a year: periods of one length are written alike.
        alike = [period for period in loaded if len(period) == len(latest.period)]
        earlier = tuple(alike[: alike.index(latest.period) + 1][::-1][: self._periods])
        value = np.full((self._periods, len(layer)), np.nan)
        for k, period in enumerate(earlier):
            column = self._measures.column(layer.layer_id, subject.measure, period)
            value[k] = column.values_for(layer.codes)
        sources: dict[str, Any] = {
            subject.measure: {
                "measure": latest.measure,
                "period": latest.period,
                "period_chosen": "asked for" if subject.period else "latest loaded",
                "table_version": latest.version,
                "source": latest.source,
                "licence": latest.licence,
                "synthetic": latest.synthetic,
            }
        }
        unit = latest.unit or latest.measure
        exposure = np.ones_like(value)
        if subject.denominator is not None:
            over = denominator_of(
                self._measures, layer, subject.denominator, crosswalks=self._areas.crosswalks
            )
            exposure = np.broadcast_to(over.values / subject.per, value.shape)
            value = value / np.where(exposure > 0, exposure, np.nan)
            unit = f"{unit} per {subject.per:g} {over.measure}"
            sources[subject.denominator] = over.source()
        missing = int(np.count_nonzero(np.isnan(value[0])))
        notes = (f"{subject}: {missing} areas of {layer.layer_id} have no value.",)
        return Series(
            value=value,
            count=None,
            exposure=np.asarray(exposure, np.float64),
            share=(np.arange(self._periods) < len(earlier)).astype(np.float64),
            labels=earlier,
            unit=unit,
            is_rate=subject.denominator is not None,
            records=0,
            sources=sources,
            notes=notes if missing else (),
        )


def _means_of_alike(value: FloatArray, exposure: FloatArray, group: FloatArray) -> FloatArray:
    """(periods, areas) the rate of all areas of the group of each; NaN where it is not known.

    An area counts in its own group.
    """
    means = np.full(value.shape, np.nan)
    for number in np.unique(group[~np.isnan(group)]):
        is_alike = group == number
        is_known = is_alike & ~np.isnan(value) & (exposure > 0)
        total = np.where(is_known, value * exposure, 0.0).sum(axis=1)
        over = np.where(is_known, exposure, 0.0).sum(axis=1)
        rate = np.where(over > 0, total / np.where(over > 0, over, 1.0), np.nan)
        means[:, is_alike] = np.where(rate > 0, rate, np.nan)[:, None]
    return means


def _last_whole_month(selection: Selection) -> str:
    """The last month of which the data cover every day, or the last of which they cover any."""
    coverage = selection.incidents.coverage
    first_day, last_day = selection.days()
    last = last_day.year * 12 + last_day.month - 1
    for number in range(last, first_day.year * 12 + first_day.month - 2, -1):
        year, month = divmod(number, 12)
        month_days = calendar.monthrange(year, month + 1)[1]
        ends = [datetime.date(year, month + 1, day) for day in (1, month_days)]
        if length(coverage.within(Span(ends[0], ends[1]))) == month_days:
            return _month(number)
    return _month(last)


def _month(number: int) -> str:
    """The month of a number of months since the year 0."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _first_days(numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The first day of each month, by its number since the year 0."""
    return (numbers - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")
