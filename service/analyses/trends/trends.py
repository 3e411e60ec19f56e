"""Incidents step by step, of one area or of several series."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.choropleths import WEIGHTED_INTERVAL
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.located_shares import shares_of_steps
from service.analyses.inputs.periods import Steps, whole_steps
from service.analyses.inputs.selection import Selection
from service.analyses.trends.comparisons import Amounts
from service.analyses.trends.denominators import StepDenominators, step_denominators
from service.analyses.trends.lines import Fits, Fitting, StepEvents
from service.analyses.trends.rows import TrendRow
from service.analyses.trends.series import Series, SeriesReader, SeriesSet
from service.analyses.trends.words import fit_notes, method_of, reconciliation
from service.config.settings import Settings
from service.coverage.calendar import Calendar
from service.model.answers import Table
from service.model.errors import TooMuchWorkError
from service.model.provenance import layer_source, provenance, short_digest
from service.model.rows import ColumnValues
from service.queries.tables.crosstabs import AxisName
from service.queries.tables.trends import TrendQuery
from service.store.reference.events import Event, EventStore
from service.store.reference.measures import MeasureStore
from spatial.arrays import FloatArray, IntArray
from spatial.over_time.projection import projected_counts
from spatial.rates.rates import rates, shares
from spatial.rates.weighted_counts import weighted_interval

DAYS_PER: Final = {"day": 1.0, "year": 365.25}
RATE_COLUMNS: Final = ("rate", "lower", "upper")
MAX_ROWS: Final = 100_000
MAX_FITS: Final = 600  # series with lines or seasons


@dataclass(frozen=True, eq=False)
class _Counts:
    """What is counted of the series that have rows.

    Attributes
    ----------
    count : (series, steps) int64
    exposure : (series, steps) float64
        Days, times the denominator where there is one; of a mean those of all its series.
    divisor : (series, 1) float64
        Of a mean, how many series it is of.
    scale : float
        Rates are per this much of the exposure.
    weights : tuple of (series, steps) float64, or None
        Sums of weights and of their squares, where rates are of them.
    """

    steps: Steps
    series: tuple[Series, ...]
    count: IntArray
    exposure: FloatArray
    divisor: FloatArray
    scale: float
    weights: tuple[FloatArray, FloatArray] | None
    largest_weight: float

    def amount(self) -> FloatArray:
        """(series, steps) Incidents or weights, of a mean per series; NaN without data."""
        total = self.count if self.weights is None else self.weights[0]
        return np.where(self.steps.has_data, total / self.divisor, np.nan)

    def counts(self) -> NDArray[Any]:
        """(series, steps) The counts, None where the data cover none of a step."""
        if self.steps.has_data.all():
            return self.count
        counts: NDArray[Any] = self.count.astype(object)
        counts[:, ~self.steps.has_data] = None
        return counts

    def rates(self, exposure: FloatArray, query: TrendQuery) -> dict[str, ColumnValues]:
        """The rate of each step with its interval, over an exposure; and the sum of weights."""
        if self.weights is None:
            rate = rates(
                self.count.ravel(), exposure.ravel(), per=self.scale, interval=query.interval
            )
            return {"rate": rate.value, "lower": rate.lower, "upper": rate.upper}
        total, squares = self.weights
        lower, upper = (
            limit.reshape(total.shape)
            for limit in weighted_interval(
                total.ravel(), squares.ravel(), largest_weight=self.largest_weight
            )
        )
        scale = self.scale / np.where(exposure > 0, exposure, np.nan)
        return {
            "weighted": np.where(self.steps.has_data, total, np.nan),
            "rate": total * scale,
            "lower": lower * scale,
            "upper": upper * scale,
        }


class Trends:
    """Counts and rates of incidents over time.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    measures : MeasureStore
        Denominators.
    events : EventStore
        What explains a series.
    settings : Settings
        The study area.
    """

    def __init__(
        self, *, areas: Areas, measures: MeasureStore, events: EventStore, settings: Settings
    ) -> None:
        self._areas = areas
        self._measures = measures
        self._events = events
        self._reader = SeriesReader(areas=areas, study_area=settings.study_area)

    def version(self, dataset: str, query: TrendQuery) -> str:
        """A short digest of everything that a trend depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : TrendQuery
            Names the areas.

        Returns
        -------
        str
            It changes when the dataset, a layer, a measure, the events or the software do.
        """
        by = None if query.by is None else AxisName.from_text(query.by)
        if by is not None and by.kind == "layer":
            layer_ids = [by.argument]
        else:
            layer_ids = [place.layer_id for place in self._reader.places(query)]
        versions = [self._areas.version(dataset, layer_id) for layer_id in layer_ids]
        measures = self._measures.revision() if query.denominator else ""
        return short_digest(*versions, *layer_ids, measures, self._events.revision(), "trend")

    def table(self, dataset: str, query: TrendQuery) -> Table:
        """One `TrendRow` per series and step: its incidents and rate with interval.

        An incident belongs to an area as in every table by area: by its supplied code where that
        counts, otherwise by its location. The counts of the provenance add up: of one area
        `records` is the sum of `in_rows`, `in_incomplete_steps`, `in_layer_elsewhere`, `outside`
        and `not_located`. A circle or polygon counts what is located in it.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : TrendQuery
            Filter, series and steps.

        Returns
        -------
        Table
            Series by series, in the order of the steps.

        Raises
        ------
        InvalidWithinError
            If what to stay within is no area, circle or polygon.
        UnknownLayerError, UnknownAreaError, UnknownAttributeError, UnknownValueError
            If a layer, area, attribute or series does not exist.
        UnknownMeasureError
            If a layer has no such denominator.
        NoStudyAreaError
            If no area is named and no layer is imported.
        NotStatedError
            If weeks are asked for and all records state the month only.
        TooMuchWorkError
            If there are too many steps or rows.
        """
        read = self._reader.read(dataset, query)
        selection = read.selection
        all_steps = whole_steps(selection, query.step, with_parts=query.part_steps != "omit")
        _check_work(read, all_steps, query)
        steps = all_steps.of_part(selection.mask & read.in_place)
        denominators = None
        if query.denominator is not None:
            denominators = step_denominators(
                self._areas, self._measures, read.series, steps, query
            )
        counts = _counts(read, steps, denominators, query)
        located = shares_of_steps(read.area_counts, all_steps.step_of_incident, steps.labels)
        columns = _names(counts, query) | _what_is_counted(counts, denominators, read, query)
        columns |= counts.rates(counts.exposure, query)
        if located.differ:
            # Where nothing is located, nothing is known of the areas either.
            exposure = counts.exposure * located.exposures(np.ones(len(steps.keys)))
            shared_out = counts.rates(exposure, query)
            columns |= {f"{name}_shared_out": shared_out[name] for name in RATE_COLUMNS}
        events = self._step_events(selection, query, steps)
        fits = _fits(counts, events, query)
        columns |= _beside(read, counts, query) | fits.columns
        if query.part_steps == "projected":
            columns |= _projected(counts, fits)
        if events.events:
            columns["events"] = np.array(
                [name for member in counts.series for name in events.names(member)], dtype=object
            )
        return Table(
            kind="trend",
            row=TrendRow,
            columns={
                name: np.ravel(columns[name]) for name in TrendRow.columns if name in columns
            },
            provenance=provenance(
                sources=self._sources(read, denominators, events),
                filter={
                    **selection.provenance_filter(),
                    "within": query.within,
                    **({"area": list(query.area)} if query.area else {}),
                },
                method={
                    **method_of(read, steps, query, WEIGHTED_INTERVAL),
                    **located.method(),
                },
                counts=reconciliation(read, counts.series, steps),
                leading_notes=located.notes(),
                notes=(
                    *read.area_counts.notes(),
                    *_place_notes(read, steps, query),
                    *steps.notes(),
                    *(() if denominators is None else denominators.notes),
                    *events.notes(counts.series),
                    *fit_notes(fits, counts.series, steps, query),
                ),
            ),
        )

    def _step_events(self, selection: Selection, query: TrendQuery, steps: Steps) -> StepEvents:
        """The events of the steps, as far as the period goes."""
        first, last = steps.first_days, steps.first_days + steps.length - 1
        incident_filter = query.incident_filter()
        events: tuple[Event, ...] = ()
        if len(first):
            begin, end = selection.days()
            events = self._events.applying(
                selection.incidents.dataset,
                first=max(first[0].item(), begin),
                last=min(last[-1].item(), end),
                categories=incident_filter.categories,
                subcategories=incident_filter.subcategories,
            )
        return StepEvents(events, query.by or "", incident_filter, first, last)

    def _sources(
        self, read: SeriesSet, denominators: StepDenominators | None, events: StepEvents
    ) -> dict[str, Any]:
        """The dataset, layers, denominators and events, for the provenance."""
        sources = read.area_counts.sources()
        layer_ids = {member.place.layer_id for member in read.series if member.place is not None}
        for layer_id in sorted(layer_ids - {read.area_counts.layer.layer_id}):
            sources[f"layer:{layer_id}"] = layer_source(self._areas.layer(layer_id))
        if denominators is not None:
            sources |= denominators.sources
        if events.events:
            sources["events"] = [event.as_source() for event in events.events]
        return sources


def _check_work(read: SeriesSet, steps: Steps, query: TrendQuery) -> None:
    """Refuse more rows than anybody reads, and more lines than a request may fit."""
    series = int(np.count_nonzero(read.is_shown))
    advice = "take fewer series, longer steps or a shorter period"
    if series * len(steps.keys) > MAX_ROWS:
        raise TooMuchWorkError("rows", series * len(steps.keys), MAX_ROWS, advice)
    has_fits = query.part_steps == "projected" or {"line", "season"} & set(query.include)
    if has_fits and series > MAX_FITS:
        raise TooMuchWorkError("lines of trend", series, MAX_FITS, advice)


def _counts(
    read: SeriesSet, steps: Steps, denominators: StepDenominators | None, query: TrendQuery
) -> _Counts:
    """The counts and exposures of the series that have rows."""
    positions = np.flatnonzero(read.is_shown)
    size, series = len(steps.keys), tuple(read.series[k] for k in positions)
    divisor = np.array([[float(member.divisor)] for member in series]).reshape(-1, 1)
    weights = None
    if query.measure != "count":
        weight = read.selection.incidents.weight.astype(np.float64)
        weights = (
            read.sums(steps.step_of_incident, size, weight)[positions],
            read.sums(steps.step_of_incident, size, weight**2)[positions],
        )
    exposure = divisor * steps.exposure
    if denominators is not None:
        # The sum over areas is that of all of them already.
        is_of_areas = np.array([[member.place is None] for member in series]).reshape(-1, 1)
        exposure = (
            np.where(is_of_areas, 1.0, divisor) * steps.exposure * denominators.over[positions]
        )
        scale = 365.25 * query.rate_per
    else:
        scale = DAYS_PER[str(query.per)]
    return _Counts(
        steps=steps,
        series=series,
        count=read.sums(steps.step_of_incident, size)[positions].astype(np.int64),
        exposure=exposure,
        divisor=divisor,
        scale=scale,
        weights=weights,
        largest_weight=0.0 if weights is None else read.selection.largest_weight,
    )


def _names(counts: _Counts, query: TrendQuery) -> dict[str, ColumnValues]:
    """The columns that say what a row is of."""
    steps, size = counts.steps, len(counts.steps.keys)

    def of_series(texts: list[str]) -> ColumnValues:
        return np.repeat(np.array(texts, dtype=object), size)

    def of_steps(values: Any) -> ColumnValues:
        return np.tile(np.asarray(values), len(counts.series))

    columns: dict[str, ColumnValues] = {}
    if query.area:
        labels = ["" if member.place is None else member.place.label for member in counts.series]
        columns["area"] = of_series(labels)
        columns["area_name"] = of_series([member.place_name for member in counts.series])
    if query.by is not None:
        columns["series"] = of_series([member.key for member in counts.series])
        columns["series_name"] = of_series([member.name for member in counts.series])
    months = steps.first_days.astype("datetime64[M]").astype(str).astype(object)
    columns["month"] = of_steps(months)
    if query.step not in ("month", "quarter", "year"):
        columns["step"] = of_steps(np.array(steps.keys, dtype=object))
        columns["first_day"] = of_steps(steps.first_days.astype(str).astype(object))
    columns["days"] = of_steps(steps.days)
    if query.part_steps != "omit":
        columns["length"] = of_steps(steps.length)
        columns["is_part"] = of_steps(steps.days < steps.length)
    return columns


def _what_is_counted(
    counts: _Counts, denominators: StepDenominators | None, read: SeriesSet, query: TrendQuery
) -> dict[str, ColumnValues]:
    """Counts, the amounts that are compared, and denominators."""
    columns: dict[str, ColumnValues] = {"count": counts.counts()}
    if query.compare:
        columns["value"] = counts.amount()
    if denominators is not None:
        over = denominators.over[read.is_shown]
        is_of_areas = np.array([[member.place is None] for member in counts.series]).reshape(-1, 1)
        columns["denominator"] = np.where(is_of_areas, over / counts.divisor, over)
    return columns


def _beside(read: SeriesSet, counts: _Counts, query: TrendQuery) -> dict[str, ColumnValues]:
    """Shares, means, last year and the year to date, as they are asked for."""
    columns: dict[str, ColumnValues] = {}
    if "share" in query.include:
        total = np.where(counts.steps.has_data, _totals(read, counts.steps), 0)
        share = shares(counts.count.ravel(), total.ravel())
        columns |= {
            "share": share.value, "share_lower": share.lower, "share_upper": share.upper
        }  # fmt: skip
    amounts = Amounts(counts.steps, Calendar.of(query.step), counts.amount())
    if query.mean is not None:
        columns |= amounts.mean(query.mean)
    if "last-year" in query.include:
        columns |= amounts.last_year()
    if query.to_date is not None:
        columns |= amounts.to_date(query.to_date)
    return columns


def _totals(read: SeriesSet, steps: Steps) -> IntArray:
    """(series, steps) The incidents of all series of the same place, each once."""
    step = steps.step_of_incident
    by_place: dict[str, IntArray] = {}
    totals = []
    labels = [member.place.label if member.place else "" for member in read.series]
    is_by_layer = read.is_by_layer
    for member, label in zip(read.series, labels, strict=True):
        group = "" if is_by_layer else label
        if group not in by_place:
            members = [
                k for k, other_label in enumerate(labels) if is_by_layer or other_label == group
            ]
            own_step = step[read.incidents_of(members)]
            by_place[group] = np.bincount(own_step[own_step >= 0], minlength=len(steps.keys))
        if member.is_shown:
            totals.append(by_place[group])
    return np.array(totals).reshape(-1, len(steps.keys))


def _fits(counts: _Counts, events: StepEvents, query: TrendQuery) -> Fits:
    """Lines and seasons, as they are asked for."""
    fitting = Fitting(
        series=counts.series,
        steps=counts.steps,
        calendar=Calendar.of(query.step),
        events=events,
        amount=counts.amount() * counts.divisor,
        exposure=counts.exposure / counts.scale,
        is_weighted=counts.weights is not None,
    )
    seasons = fitting.seasons() if "season" in query.include else {}
    if "line" not in query.include and query.part_steps != "projected":
        return Fits(seasons)
    lines = fitting.lines()
    columns: Mapping[str, ColumnValues] = lines.columns if "line" in query.include else {}
    return Fits({**seasons, **columns}, lines.dispersion, lines.autocorrelated, lines.has_season)


def _projected(counts: _Counts, fits: Fits) -> dict[str, ColumnValues]:
    """What each step comes to when it is over."""
    shape = counts.count.shape
    dispersion = np.ones(shape)
    for index, value in fits.dispersion.items():
        dispersion[index] = value
    days, length = (
        np.broadcast_to(amount, shape).ravel()
        for amount in (counts.steps.days, counts.steps.length)
    )
    ends = projected_counts(counts.count.ravel(), days, length, dispersion=dispersion.ravel())
    divisor = np.broadcast_to(counts.divisor, shape).ravel()
    names = ("projected", "projected_lower", "projected_upper")
    return {name: value / divisor for name, value in zip(names, ends, strict=True)}


def _place_notes(read: SeriesSet, steps: Steps, query: TrendQuery) -> tuple[str, ...]:
    """What a reader must know of places, and of a period without a step."""
    notes = []
    if any(member.place is not None and member.place.drawn for member in read.series):
        notes.append("What is counted is what is located there, whatever its area code.")
    if not steps.keys:
        period = " to ".join(str(day) for day in read.selection.days())
        noun = Calendar.of(query.step).noun
        notes.append(f"There is no whole {noun} in the period, {period}.")
    if (query.by or "") == "marker":
        notes.append("An incident stands at each of its markers; totals count it once.")
    return tuple(notes)
