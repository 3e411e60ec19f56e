"""The series of a trend: which incidents are in which, by area, axis or comparison."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.area_layers import GRID_PREFIXES
from service.analyses.inputs.selection import Selection
from service.analyses.inputs.within import is_drawn
from service.analyses.tables.axes import (
    NOT_LOCATED,
    NOT_RECORDED,
    OTHER_AGES,
    OUTSIDE,
    Axis,
    axis_of,
    axis_of_areas,
)
from service.model.errors import (
    InvalidWithinError,
    NoStudyAreaError,
    NotStatedError,
    UnknownValueError,
)
from service.model.incident_filter import IncidentFilter
from service.queries.tables.crosstabs import AxisName
from service.queries.tables.trends import TrendQuery
from service.store.incident_rows import PRECISIONS
from spatial.arrays import BoolArray, IntArray

NO_KEYS: Final = frozenset({NOT_RECORDED, OTHER_AGES, OUTSIDE, NOT_LOCATED})
_MONTH_ONLY: Final = PRECISIONS.index("month")
EVERYWHERE: Final = "everywhere"
COMPARISONS: Final = {"total": "All of them", "mean": "Mean of them"}


@dataclass(frozen=True)
class Place:
    """The subject of a trend: a layer, an area of it, a circle or polygon, or all records."""

    layer_id: str
    code: str | None = None
    drawn: str | None = None
    is_everywhere: bool = False

    @property
    def label(self) -> str:
        """As it is written."""
        if self.is_everywhere:
            return EVERYWHERE
        return self.drawn or (f"{self.layer_id}:{self.code}" if self.code else self.layer_id)


@dataclass(frozen=True)
class Series:
    """What one series is of.

    Attributes
    ----------
    place : Place or None
        Where its incidents are; None of what is in no area, and of several areas.
    place_name : str
        Name of the place.
    key, name : str
        Of the axis; empty without one.
    parts : tuple of int
        Of a comparison: the positions of the series that it is of.
    divisor : int
        Of a mean: how many they are.
    is_shown : bool
        Whether it has rows.
    """

    place: Place | None
    place_name: str
    key: str = ""
    name: str = ""
    parts: tuple[int, ...] = ()
    divisor: int = 1
    is_shown: bool = True


@dataclass(frozen=True, eq=False)
class SeriesSet:
    """Several series, and which incident is in which.

    Attributes
    ----------
    area_counts : AreaCounts
        The selection, and how it was placed in the areas of a layer.
    in_place : (n,) bool
        Incidents of any of the places, whether they are selected or not.
    series : tuple of Series
        In the order of rows.
    incident, number : (m,) int64
        Pairs of a selected incident and the position of a series.
    is_by_layer : bool
        Whether the series are the areas of a layer.
    """

    area_counts: AreaCounts
    in_place: BoolArray
    series: tuple[Series, ...]
    incident: IntArray
    number: IntArray
    is_by_layer: bool = False

    @property
    def selection(self) -> Selection:
        """The incidents selected, wherever they are."""
        return self.area_counts.selection

    @property
    def is_shown(self) -> BoolArray:
        """(series,) Whether a series has rows."""
        return np.array([member.is_shown for member in self.series], np.bool_)

    def incidents_of(self, positions: Sequence[int]) -> IntArray:
        """The incidents of some series, each once.

        Parameters
        ----------
        positions : sequence of int
            Of the series.

        Returns
        -------
        (m,) int64
            Ascending.
        """
        is_of = np.zeros(len(self.series), np.bool_)
        is_of[list(positions)] = True
        mask = np.zeros(len(self.in_place), np.bool_)
        mask[self.incident[is_of[self.number]]] = True
        return np.flatnonzero(mask)

    def sums(self, step_of_incident: IntArray, steps: int, weights: Any = None) -> NDArray[Any]:
        """The incidents of each series and step, or the sum of a number of each.

        Parameters
        ----------
        step_of_incident : (n,) int64
            -1 outside all steps.
        steps : int
            How many.
        weights : (n,) float64 or None
            One for each incident of the dataset.

        Returns
        -------
        (series, steps) int64, or float64 of weights
        """
        step = step_of_incident[self.incident]
        is_in_step = step >= 0
        cell = self.number[is_in_step] * steps + step[is_in_step]
        size = len(self.series) * steps
        of_pair = None if weights is None else weights[self.incident][is_in_step]
        return np.bincount(cell, of_pair, minlength=size).reshape(len(self.series), steps)


class SeriesReader:
    """Reads the series of a query.

    Parameters
    ----------
    areas : Areas
        Places incidents in areas.
    study_area : str or None
        A layer, or one area of it, written ``layer:code``.
    """

    def __init__(self, *, areas: Areas, study_area: str | None) -> None:
        self._areas = areas
        self._study_area = study_area

    def places(self, query: TrendQuery) -> tuple[Place, ...]:
        """The places of a query: its areas, or that of `within`, or the study area.

        Parameters
        ----------
        query : TrendQuery
            Names them.

        Returns
        -------
        tuple of Place
            At least one.

        Raises
        ------
        InvalidWithinError
            If a text is no area, circle or polygon.
        NoStudyAreaError
            If no area is named and no layer is imported.
        """
        return tuple(self._place(text) for text in dict.fromkeys(query.area or (query.within,)))

    def read(self, dataset: str, query: TrendQuery) -> SeriesSet:
        """The series of a query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : TrendQuery
            What they are by.

        Returns
        -------
        SeriesSet
            Comparisons after the series that they are of.

        Raises
        ------
        UnknownValueError
            If a series is named that there is not.
        UnknownLayerError, UnknownAreaError, UnknownAttributeError
            If what they are by does not exist.
        """
        axis_name = None if query.by is None else AxisName.from_text(query.by)
        if axis_name is not None and axis_name.kind == "layer":
            read = self._of_layer(dataset, query, axis_name.argument)
        else:
            read = self._of_places(dataset, query, axis_name)
        return _with_comparisons(read, query)

    def _place(self, text: str | None) -> Place:
        """The place that a text means; the study area where there is none."""
        is_everywhere = text == EVERYWHERE
        if text is not None and not is_everywhere and not is_drawn(text):
            return _place_of(text)
        text = None if is_everywhere else text
        if self._study_area:
            layer_id, _, code = self._study_area.partition(":")
            return Place(layer_id, code or None, text, is_everywhere)
        ids = self._areas.layer_ids()
        if not ids:
            raise NoStudyAreaError
        return Place(ids[0], None, text, is_everywhere)

    def _of_layer(self, dataset: str, query: TrendQuery, layer_id: str) -> SeriesSet:
        """A series for each area of a layer, and for what is in none of them."""
        area_counts = self._counts(dataset, layer_id, query, query.incident_filter())
        area_counts.check_scope()
        layer, placement = area_counts.layer, area_counts.placement
        in_place = np.ones(len(placement.area), np.bool_)
        if query.within is not None:
            in_place = np.append(area_counts.in_scope, False)[placement.area]
        selection = _part(area_counts.selection, in_place)
        axis = axis_of_areas(selection, placement, layer, area_counts.in_scope)
        codes = set(layer.codes)
        series = tuple(
            Series(Place(layer_id, key) if key in codes else None, name, key, name)
            for key, name in zip(axis.keys, axis.names, strict=True)
        )
        return SeriesSet(area_counts, in_place, series, axis.incident, axis.key, True)

    def _of_places(self, dataset: str, query: TrendQuery, axis_name: AxisName | None) -> SeriesSet:
        """A series for each place, or for each key of an axis in each."""
        incident_filter = dataclasses.replace(query.incident_filter(), within=None)
        places = self.places(query)
        # The same count as that of the layer's tables, whatever area is asked for.
        counts = [self._counts(dataset, p.layer_id, query, incident_filter) for p in places]
        within = [self._in_place(c, p) for c, p in zip(counts, places, strict=True)]
        in_place = np.logical_or.reduce([mask for mask, _ in within])
        axis = Axis(("",), ("",), *_all_of(_part(counts[0].selection, in_place)))
        if axis_name is not None:
            axis = axis_of(_part(counts[0].selection, in_place), axis_name)
        series, incidents, numbers = [], [], []
        for position, (place, (mask, place_name)) in enumerate(zip(places, within, strict=True)):
            is_inside = mask[axis.incident]
            incidents.append(axis.incident[is_inside])
            numbers.append(axis.key[is_inside] + position * len(axis.keys))
            series += [
                Series(place, place_name, key, name)
                for key, name in zip(axis.keys, axis.names, strict=True)
            ]
        pairs = np.concatenate(incidents), np.concatenate(numbers)
        return SeriesSet(counts[0], in_place, tuple(series), *pairs)

    def _counts(
        self, dataset: str, layer_id: str, query: TrendQuery, incident_filter: IncidentFilter
    ) -> AreaCounts:
        """The incidents selected and their areas; of weeks without those of a month alone."""
        area_counts = self._areas.count(dataset, layer_id, incident_filter)
        selection = area_counts.selection
        is_of_month = selection.mask & (selection.incidents.precision == _MONTH_ONLY)
        number = int(np.count_nonzero(is_of_month))
        if query.step != "week" or not number:
            return area_counts
        if number == selection.records:
            raise NotStatedError(dataset, "day", number)
        not_stated = {**selection.not_stated, "day": number}
        part = dataclasses.replace(_part(selection, ~is_of_month), not_stated=not_stated)
        return dataclasses.replace(area_counts, selection=part)

    def _in_place(self, area_counts: AreaCounts, place: Place) -> tuple[BoolArray, str]:
        """(n,) True for each incident of the place, selected or not; and the place's name."""
        area = area_counts.placement.area
        if place.is_everywhere:
            return np.ones(len(area), np.bool_), "All records, located or not"
        if place.drawn is not None:
            incidents = area_counts.selection.incidents
            name = self._areas.within(place.drawn).name
            return self._areas.inside(incidents, place.drawn), name
        if place.code is None:
            return area >= 0, area_counts.layer.metadata.title or place.layer_id
        index = area_counts.layer.position(place.code)
        return area == index, area_counts.layer.names[index]


def _part(selection: Selection, mask: BoolArray) -> Selection:
    return selection.inside(mask)


def _all_of(selection: Selection) -> tuple[IntArray, IntArray]:
    """Pairs of every selected incident and the one series of all."""
    incident = np.flatnonzero(selection.mask)
    return incident, np.zeros(len(incident), np.int64)


def _with_comparisons(read: SeriesSet, query: TrendQuery) -> SeriesSet:
    """The series with those that they are compared with, and which of them have rows."""
    keys = list(dict.fromkeys(member.key for member in read.series))
    for key in query.series:
        if key not in keys:
            dataset = read.selection.incidents.dataset
            raise UnknownValueError(dataset, str(query.by), key, tuple(keys))
    shown_keys = set(query.series or keys)
    series = [
        dataclasses.replace(member, is_shown=member.key in shown_keys) for member in read.series
    ]
    incidents, numbers = [read.incident], [read.number]
    by_place: dict[Place | None, list[int]] = {}
    for position, member in enumerate(read.series):
        if member.key not in NO_KEYS:
            by_place.setdefault(None if read.is_by_layer else member.place, []).append(position)
    for place, parts in by_place.items() if query.compare else ():
        incident = read.incidents_of(parts)
        for kind in query.compare:
            incidents.append(incident)
            numbers.append(np.full(len(incident), len(series), np.int64))
            series.append(
                Series(
                    place,
                    read.series[parts[0]].place_name,
                    kind,
                    COMPARISONS[kind],
                    parts=tuple(parts),
                    divisor=len(parts) if kind == "mean" else 1,
                )
            )
    return dataclasses.replace(
        read,
        series=tuple(series),
        incident=np.concatenate(incidents),
        number=np.concatenate(numbers),
    )


def _place_of(label: str) -> Place:
    """The area that ``layer:code`` names; a grid's id itself contains a colon."""
    partition = label.rpartition if label.startswith(GRID_PREFIXES) else label.partition
    layer_id, _, code = partition(":")
    if not (layer_id and code):
        raise InvalidWithinError(label)
    return Place(layer_id, code)
