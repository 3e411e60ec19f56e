"""What a scan is made from: places, counts in steps, and what is expected of them."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.analyses.inputs.periods import Steps, whole_steps
from service.model.errors import NotStatedError, UnknownStatisticError
from service.model.provenance import dataset_source
from service.queries.patterns.scans import ScanAreasQuery
from service.sentences.numbers import counted
from service.store.errors import UnknownMeasureError
from service.store.incident_rows import PRECISIONS
from service.store.reference.measures import MeasureStore
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.bandwidths.distinct_points import location_error_m
from spatial.errors import InvalidParameterError, TooFewAreasError, TooFewPointsError
from spatial.scans.models import ScanModel, bernoulli_model, permutation_model, poisson_model
from spatial.scans.scan import WHOLE_PERIOD, Spans, spans_of

_MONTH_ONLY: Final = PRECISIONS.index("month")
GROUND: Final = "ground of the areas"


@dataclass(frozen=True, eq=False)
class Sample:
    """What is scanned.

    Attributes
    ----------
    area_counts : AreaCounts
        Of the incidents.
    model : ScanModel
        Of the places.
    xy_m : (places, 2) float64
        Their coordinates.
    population : (places,) float64
        What the largest window is measured by.
    area : (places,) int64
        Position in the layer of the area that each place is, or is in.
    controls : (places,) int64 or None
        Controls at each place.
    spans : Spans
        Stretches of steps that windows may have.
    steps : Steps or None
        Where windows have steps.
    expected_by : str
        What the incidents are compared with, in words.
    sources : dict of str to Any
        What was read besides dataset and layer.
    notes : tuple of str
        What a reader must know of it.
    """

    area_counts: AreaCounts
    model: ScanModel
    xy_m: FloatArray
    population: FloatArray
    area: IntArray
    expected_by: str
    spans: Spans = WHOLE_PERIOD
    steps: Steps | None = None
    controls: IntArray | None = None
    sources: dict[str, Any] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Comparison:
    """What incidents are expected in proportion to: words, source and notes."""

    expected_by: str
    sources: dict[str, Any]
    notes: tuple[str, ...]


class Samples:
    """Reads what scans are made from.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    measures : MeasureStore
        Denominators.
    """

    def __init__(self, *, areas: Areas, measures: MeasureStore) -> None:
        self._areas = areas
        self._measures = measures

    def of(self, dataset: str, layer_id: str, query: ScanAreasQuery, *, points: bool) -> Sample:
        """What a query scans.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : ScanAreasQuery
            The query.
        points : bool
            Whether each place of a record is one, and not each area.

        Returns
        -------
        Sample
            Of two places or more.

        Raises
        ------
        TooFewAreasError, TooFewPointsError
            If there are fewer.
        InvalidParameterError
            If the period has less than two whole steps, or a radius is below the location error.
        NotStatedError
            If weeks are asked for and all records state the month only.
        """
        area_counts = self._areas.count(dataset, layer_id, query.incident_filter())
        area_counts.check_scope()
        if query.is_timed:
            return self._timed(dataset, area_counts, query, points=points)
        if query.model == "bernoulli":
            return self._among_controls(dataset, area_counts, query, points=points)
        population, denominator = self._population(dataset, area_counts.layer, query)
        scanned = _scanned(area_counts, population)
        comparison = _comparison(area_counts, denominator, scanned)
        return Sample(
            area_counts,
            poisson_model(area_counts.count[scanned], population[scanned]),
            area_counts.layer.centroids_m[scanned],
            population[scanned],
            scanned,
            comparison.expected_by,
            sources=comparison.sources,
            notes=comparison.notes,
        )

    def _timed(
        self, dataset: str, area_counts: AreaCounts, query: ScanAreasQuery, *, points: bool
    ) -> Sample:
        """Incidents of each place and step."""
        if query.step == "week":
            area_counts = _with_days(dataset, area_counts)
        all_steps = whole_steps(area_counts.selection, query.step)
        steps = all_steps.with_data()
        if len(steps.labels) < 2:
            raise InvalidParameterError(
                "step",
                query.step,
                f"one of which the period has at least 2 whole ones with data; it has "
                f"{len(steps.labels)}",
            )
        spans = spans_of(
            steps.exposure, largest_share=query.largest_period, is_alive=query.prospective
        )
        mask = steps.step_of_incident >= 0
        step = steps.step_of_incident[mask]
        if query.model == "permutation":
            xy_m, area, place = _places(area_counts, mask, points=points)
            counts = _table(place, step, len(xy_m), len(steps.labels))
            return Sample(
                area_counts,
                permutation_model(counts),
                xy_m,
                counts.sum(axis=1).astype(np.float64),
                area,
                "their own places and times",
                spans,
                steps,
                notes=(
                    *all_steps.notes(),
                    *_place_notes(area_counts, mask, query, points=points),
                ),
            )
        population, denominator = self._population(dataset, area_counts.layer, query)
        scanned = _scanned(area_counts, population)
        comparison = _comparison(area_counts, denominator, scanned)
        area = area_counts.placement.area[mask].astype(np.int64)
        counts = _table(area, step, len(area_counts.layer), len(steps.labels))
        return Sample(
            area_counts,
            poisson_model(counts[scanned], population[scanned], steps.exposure),
            area_counts.layer.centroids_m[scanned],
            population[scanned],
            scanned,
            comparison.expected_by,
            spans,
            steps,
            sources=comparison.sources,
            notes=(*comparison.notes, *all_steps.notes()),
        )

    def _among_controls(
        self, dataset: str, area_counts: AreaCounts, query: ScanAreasQuery, *, points: bool
    ) -> Sample:
        """Cases and controls of each place."""
        other = query.beside_dataset or dataset
        others = self._areas.count(other, area_counts.layer.layer_id, query.controls_filter)
        is_control, is_case = others.selection.mask, area_counts.selection.mask
        if other == dataset:
            is_control = is_control & ~is_case
        if not is_control.any():
            raise UnknownStatisticError(
                "beside_category", "the records", ("others than the cases: no control is left",)
            )
        case_places = _places(area_counts, is_case, points=points)
        control_places = _places(others, is_control, points=points)
        if points:
            xy_m, index = _distinct(np.concatenate([case_places[0], control_places[0]]))
            area = np.empty(len(xy_m), np.int64)
            area[index] = np.concatenate([case_places[1], control_places[1]])
            split = len(case_places[0])
            case, control = index[:split][case_places[2]], index[split:][control_places[2]]
        else:
            xy_m, area, case = case_places
            control = control_places[2]
        cases, controls = (
            np.bincount(place[place >= 0], minlength=len(xy_m)) for place in (case, control)
        )
        source = dataset_source(others.selection.incidents)
        both = cases + controls
        named = ", ".join(query.beside_category) or (
            "all other records" if other == dataset else "all records"
        )
        sentence = (
            f"Cases are compared with {counted(controls.sum(), 'control')}: {named} of {other}, "
            "in the same period."
        )
        return Sample(
            area_counts,
            bernoulli_model(cases, controls),
            xy_m,
            both.astype(np.float64),
            area,
            f"controls: {named} of {other}",
            controls=controls,
            sources={} if other == dataset else {"controls": source},
            notes=(
                sentence,
                *_place_notes(area_counts, is_case, query, points=points),
                *(() if other == dataset else others.notes()),
            ),
        )

    def _population(
        self, dataset: str, layer: Layer, query: ScanAreasQuery
    ) -> tuple[FloatArray, Denominator | None]:
        """What incidents are expected in proportion to, in the layer's order."""
        name = query.denominator or self._areas.named_denominator(dataset)
        if name:
            try:
                denominator = denominator_of(
                    self._measures, layer, name, crosswalks=self._areas.crosswalks
                )
            except UnknownMeasureError:
                if query.denominator:
                    raise
            else:
                return denominator.values, denominator
        return layer.areas_km2, None


def _scanned(area_counts: AreaCounts, population: FloatArray) -> IntArray:
    """The areas of the query that have a population."""
    scanned = np.flatnonzero(
        area_counts.in_scope & np.isfinite(population) & (np.nan_to_num(population) > 0.0)
    )
    if len(scanned) < 2:
        raise TooFewAreasError(len(scanned), 2)
    return scanned


def _comparison(
    area_counts: AreaCounts, denominator: Denominator | None, scanned: IntArray
) -> _Comparison:
    """What the incidents of the scanned areas are compared with."""
    left_out = area_counts.in_scope.copy()
    left_out[scanned] = False
    notes: tuple[str, ...] = ()
    if left_out.any():
        number = int(np.count_nonzero(left_out))
        lost = counted(int(area_counts.count[left_out].sum()), "incident")
        areas, verb = counted(number, "area has", "areas have"), "is" if number == 1 else "are"
        notes = (f"{areas} nothing to compare with and {verb} not scanned, with {lost}.",)
    if denominator is None:
        sentence = "Incidents are expected in proportion to the ground, not to any population."
        return _Comparison(GROUND, {}, (sentence, *notes))
    measure = f"{denominator.measure} of {denominator.period}"
    sentence = f"Incidents are expected in proportion to {measure}."
    return _Comparison(
        measure,
        {"denominator": denominator.source()},
        (sentence, *denominator.carrying_notes(), *notes),
    )


def _places(
    area_counts: AreaCounts, mask: BoolArray, *, points: bool
) -> tuple[FloatArray, IntArray, IntArray]:
    """Coordinates and area of each place, and the place of each incident of a mask, or -1."""
    layer, incidents = area_counts.layer, area_counts.selection.incidents
    area = area_counts.placement.area[mask].astype(np.int64)
    position = np.full(len(layer) + 1, -1, np.int64)  # the last for incidents in no area
    scanned = np.flatnonzero(area_counts.in_scope)
    position[scanned] = np.arange(len(scanned))
    if not points:
        if len(scanned) < 2:
            raise TooFewAreasError(len(scanned), 2)
        return layer.centroids_m[scanned], scanned, position[area]
    is_located = (position[area] >= 0) & incidents.located[mask]
    place = np.full(len(area), -1, np.int64)
    if np.count_nonzero(is_located) < 2:
        raise TooFewPointsError(int(np.count_nonzero(is_located)), 2)
    xy_m, place[is_located] = _distinct(incidents.xy_m[mask][is_located])
    area_of_place = np.empty(len(xy_m), np.int64)
    area_of_place[place[is_located]] = area[is_located]
    return xy_m, area_of_place, place


def _distinct(xy_m: FloatArray) -> tuple[FloatArray, IntArray]:
    """The distinct places of some points, and the place of each."""
    complex_places, index = np.unique(xy_m[:, 0] + 1j * xy_m[:, 1], return_inverse=True)
    return np.column_stack([complex_places.real, complex_places.imag]), index


def _table(place: IntArray, step: IntArray, places: int, steps: int) -> IntArray:
    """(places, steps) incidents."""
    is_placed = place >= 0
    cell = place[is_placed].astype(np.int64) * steps + step[is_placed]
    return np.bincount(cell, minlength=places * steps).reshape(places, steps).astype(np.int64)


def _with_days(dataset: str, area_counts: AreaCounts) -> AreaCounts:
    """Without the records of which the month alone is known, of which there may be some."""
    selection = area_counts.selection
    is_of_month = selection.mask & (selection.incidents.precision == _MONTH_ONLY)
    number = int(np.count_nonzero(is_of_month))
    if not number:
        return area_counts
    if number == selection.records:
        raise NotStatedError(dataset, "day", number)
    part = dataclasses.replace(
        selection.inside(~is_of_month), not_stated={**selection.not_stated, "day": number}
    )
    return dataclasses.replace(area_counts, selection=part)


def _place_notes(
    area_counts: AreaCounts, mask: BoolArray, query: ScanAreasQuery, *, points: bool
) -> tuple[str, ...]:
    """How far single places can be told apart.

    Raises
    ------
    InvalidParameterError
        If windows are to be smaller than that.
    """
    if not points:
        return ()
    incidents = area_counts.selection.incidents
    error = location_error_m(incidents.xy_m[mask & incidents.located])
    if not error.error_m > 0.0:
        return ()
    if query.largest_radius_m is not None and query.largest_radius_m < error.error_m:
        raise InvalidParameterError(
            "largest_radius_m",
            query.largest_radius_m,
            f"at least {error.error_m:,.0f} m, the location error of the data",
        )
    sentence = (
        f"{counted(error.records, 'record')} share {counted(error.places, 'place')}, with a "
        f"location error of about {error.error_m:,.0f} m: a cluster of a smaller radius is one of "
        "the places to which records were moved."
    )
    return (sentence,)
