"""The incidents whose place and day are known, and what is said of the others."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.selection import Selection
from service.analyses.inputs.within import Within
from service.model.answers import Provenance
from service.model.errors import NoDaysError
from service.model.provenance import dataset_source, provenance
from service.model.queries import IncidentQuery
from service.runtime.single_flight import SingleFlightCache
from service.sentences.numbers import counted
from service.store.incident_rows import PRECISIONS
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.bandwidths.distinct_points import LocationError, location_error_m
from spatial.near_repeats.repeats import MINUTES_A_DAY

_MONTH_ONLY = PRECISIONS.index("month")


@dataclass(frozen=True, eq=False)
class DatedIncidents:
    """Selected incidents of which the day is known.

    Attributes
    ----------
    selection : Selection
        Those selected, whatever is known of them; within the area asked for, if one is.
    mask : (n,) bool
        Which of the dataset's incidents have a day.
    within : Within or None
        The area asked for.
    """

    selection: Selection
    mask: BoolArray
    within: Within | None

    @property
    def without_day(self) -> int:
        """Selected incidents of which the month only is known."""
        return self.selection.records - int(np.count_nonzero(self.mask))

    def notes(self) -> tuple[str, ...]:
        """What the data do not cover or do not say.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        missing = self.without_day
        if not missing:
            return self.selection.coverage_notes()
        left_out = (
            f"{counted(missing, 'record is', 'records are')} left out: of their dates only the "
            "month is known."
        )
        return (*self.selection.coverage_notes(), left_out)

    def provenance(
        self,
        method: dict[str, Any],
        counts: dict[str, int],
        notes: tuple[str, ...] = (),
        sources: dict[str, Any] | None = None,
    ) -> Provenance:
        """The provenance of an answer about them.

        Parameters
        ----------
        method : dict of str to Any
            Name and parameters.
        counts : dict of str to int
            They add up to all records selected.
        notes : tuple of str
            After those on the data.
        sources : dict of str to Any, optional
            Besides the dataset and the area asked for.

        Returns
        -------
        Provenance
        """
        return provenance(
            sources={
                "dataset": dataset_source(self.selection.incidents),
                **(sources or {}),
                **({} if self.within is None else {"within": self.within.source()}),
            },
            filter=self.selection.provenance_filter(),
            method=method,
            counts={"records": self.selection.records, **counts},
            notes=(*self.notes(), *notes),
        )


@dataclass(frozen=True, eq=False)
class PlacedIncidents(DatedIncidents):
    """Selected incidents of which the day and the place are known; `mask` is of both.

    Attributes
    ----------
    location : LocationError
        How precisely the dataset's incidents are located.
    """

    location: LocationError

    @cached_property
    def rows(self) -> IntArray:
        """(k,) Where they stand in the dataset, by place and time: whatever else is there."""
        incidents, rows = self.selection.incidents, np.flatnonzero(self.mask)
        x_m, y_m = incidents.xy_m[rows].T
        return rows[np.lexsort((incidents.occurred[rows], y_m, x_m))]

    @property
    def xy_m(self) -> FloatArray:
        """(k, 2) Places, metres."""
        return self.selection.incidents.xy_m[self.rows]

    @property
    def minutes(self) -> IntArray:
        """(k,) Time since 1970, minutes; of a day alone its first."""
        return self.selection.incidents.occurred[self.rows].astype(np.int64)

    @property
    def day(self) -> IntArray:
        """(k,) Date of each, days since 1970."""
        return self.minutes // MINUTES_A_DAY

    @property
    def without_day(self) -> int:
        """Selected incidents with a place of which the month only is known."""
        return self.selection.located - int(np.count_nonzero(self.mask))

    def counts(self) -> dict[str, int]:
        """Those looked at, and the others by what is not known of them.

        Returns
        -------
        dict of str to int
            For the provenance.
        """
        located = self.selection.located
        return {
            "located": located,
            "unlocated": self.selection.records - located,
            "with_day": int(np.count_nonzero(self.mask)),
            "without_day": self.without_day,
        }

    def place_notes(self, distance_m: float) -> tuple[str, ...]:
        """That places are shared, and whether a distance is finer than they are known.

        Parameters
        ----------
        distance_m : float
            The least that is asked for.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        location, notes = self.location, []
        if location.shared_share:
            notes.append(
                f"{location.shared_share:.0%} of the located records of the dataset share their "
                "place with another: 0 m apart may be one address, or one point to which several "
                "were moved."
            )
        if distance_m < location.error_m:
            notes.append(
                f"{distance_m:g} m is below the location error of the data, about "
                f"{location.error_m:,.0f} m: pairs so near are of the same or neighbouring map "
                "points, not of places so near."
            )
        return tuple(notes)


class IncidentReader:
    """Selects incidents by what is known of their day and place.

    Parameters
    ----------
    areas : Areas
        Selects the incidents.
    """

    def __init__(self, areas: Areas) -> None:
        self._areas = areas
        self._locations: SingleFlightCache[LocationError] = SingleFlightCache(16)

    def dated(self, dataset: str, query: IncidentQuery) -> DatedIncidents:
        """The incidents of which the day is known.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : IncidentQuery
            Filter and area.

        Returns
        -------
        DatedIncidents
            Located or not.

        Raises
        ------
        NoDaysError
            If some are selected, and of none of them the day is known.
        """
        selection, within = self._select(dataset, query)
        return DatedIncidents(selection, _with_day(selection), within)

    def placed(self, dataset: str, query: IncidentQuery) -> PlacedIncidents:
        """The incidents of which the day and the place are known.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : IncidentQuery
            Filter and area.

        Returns
        -------
        PlacedIncidents
            With the location error of all of the dataset.

        Raises
        ------
        NoDaysError
            As `dated`.
        """
        selection, within = self._select(dataset, query)
        incidents = selection.incidents
        location = self._locations.get(
            (incidents.dataset, incidents.revision),
            lambda: location_error_m(incidents.xy_m[incidents.located]),
        )
        mask = _with_day(selection) & incidents.located
        return PlacedIncidents(selection, mask, within, location)

    def _select(self, dataset: str, query: IncidentQuery) -> tuple[Selection, Within | None]:
        selection = self._areas.select(dataset, query.incident_filter())
        if query.within is None:
            return selection, None
        is_inside = self._areas.inside(selection.incidents, query.within)
        return selection.inside(is_inside), self._areas.within(query.within)


def _with_day(selection: Selection) -> BoolArray:
    """(n,) Selected incidents of which the day is known; NoDaysError if that is none of them."""
    mask = selection.mask & (selection.incidents.precision != _MONTH_ONLY)
    if selection.records and not mask.any():
        raise NoDaysError(selection.incidents.dataset, selection.records)
    return np.asarray(mask, np.bool_)
