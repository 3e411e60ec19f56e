"""Circles around recent incidents in which more are to be expected."""

import datetime
from typing import Final

import numpy as np
import shapely

from service.analyses.inputs.area_counts import Areas
from service.analyses.naming.names import PlaceNames
from service.analyses.near_repeats.incidents import IncidentReader
from service.analyses.near_repeats.knox import THREADS, method_of_draws, work_of_pairs
from service.analyses.near_repeats.repeats import iso
from service.analyses.near_repeats.rows import RepeatZoneRow
from service.model.answers import Table
from service.model.provenance import short_digest
from service.queries.patterns.repeats import RepeatZonesQuery
from service.runtime.budget import spend
from service.runtime.cancellation import check_cancelled
from service.sentences.numbers import counted, probability
from spatial.arrays import FloatArray, IntArray
from spatial.errors import InvalidParameterError
from spatial.near_repeats.knox import NS_A_PAIR, KnoxTable, days_table, knox_table

CIRCLE_SEGMENTS: Final = 16  # for each quarter


class RepeatZones:
    """Where near repeats are to be expected on a day.

    Parameters
    ----------
    areas : Areas
        Selects the incidents.
    reader : IncidentReader
        Says which have a day and a place.
    names : PlaceNames
        Names the places.
    """

    def __init__(self, *, areas: Areas, reader: IncidentReader, names: PlaceNames) -> None:
        self._areas = areas
        self._reader = reader
        self._names = names

    def version(self, dataset: str, query: RepeatZonesQuery) -> str:
        """A short digest of everything that the zones depend on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : RepeatZonesQuery
            The query.

        Returns
        -------
        str
            It changes when the dataset, a layer, a name or the software does.
        """
        return short_digest(
            self._areas.version(dataset, None), self._names.version(), "repeat-zones"
        )

    def table(self, dataset: str, query: RepeatZonesQuery) -> Table:
        """One `RepeatZoneRow` for each place with a recent incident, as circles.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : RepeatZonesQuery
            Filter, area, radius, days and date.

        Returns
        -------
        Table
            The largest multiplication first, then the latest; empty where none is more than
            chance.

        Raises
        ------
        NoDaysError
            If of none of the records the day is known.
        InvalidParameterError
            If the date is before the period.
        OverBudgetError
            If there are too many pairs.
        """
        placed = self._reader.placed(dataset, query)
        spans = placed.selection.covered()
        as_of = spans[-1].last
        if query.as_of is not None:
            as_of = datetime.date.fromisoformat(query.as_of)
        if as_of < spans[0].first:
            raise InvalidParameterError(
                "as_of", as_of.isoformat(), f"{spans[0].first} or later: the period begins there"
            )
        date = (as_of - datetime.date(1970, 1, 1)).days
        is_past = placed.day <= date
        xy_m, day = placed.xy_m[is_past], placed.day[is_past]
        ns_a_pair = NS_A_PAIR * len(query.band_days)
        spend(work_of_pairs(xy_m, query.distance_m, query.orders, ns_a_pair))
        knox = knox_table(
            xy_m,
            day,
            upper_m=[query.distance_m],
            upper_days=query.band_days,
            draws=query.orders,
            seed=query.seed,
            threads=THREADS,
            on_progress=check_cancelled,
        )
        band_of_days = days_table(query.band_days)
        places_m, last_day, incidents = _recent_places(xy_m, day, date - len(band_of_days))
        band = band_of_days[date - last_day]
        ratio, p_value = knox.ratio[0][band], knox.p_any[0][band]
        is_listed = (p_value <= query.level) & np.isfinite(ratio)
        order = np.lexsort((-incidents, -last_day, -np.nan_to_num(ratio)))
        order = order[is_listed[order]]
        left_out = len(order) - query.top
        order = order[: query.top]
        notes = [*placed.place_notes(query.distance_m), *_band_notes(query, knox)]
        if not is_past.all():
            later = int(np.count_nonzero(~is_past))
            notes.append(f"{counted(later, 'record')} of days after {as_of} are not looked at.")
        if spans[-1].last < as_of:
            notes.append(
                f"The data end on {spans[-1].last}: of zones from incidents after it nothing is "
                "known."
            )
        if left_out > 0:
            notes.append(f"{counted(left_out, 'further zone is', 'further zones are')} left out.")
        places_m, last_day = places_m[order], last_day[order]
        named = self._names.near(places_m, incidents=placed.selection.incidents)
        circles = shapely.buffer(
            shapely.points(places_m), query.distance_m, quad_segs=CIRCLE_SEGMENTS
        )
        return Table(
            kind="repeat-zones",
            row=RepeatZoneRow,
            columns={
                "rank": np.arange(1, len(order) + 1),
                "name": named.names,
                "incidents": incidents[order],
                "last_day": iso(last_day),
                "days_since": date - last_day,
                "ratio": ratio[order],
                "p_value": p_value[order],
                "expires": iso(last_day + len(band_of_days) - 1),
                "radius_m": np.full(len(order), query.distance_m),
                "easting_m": places_m[:, 0],
                "northing_m": places_m[:, 1],
            },
            provenance=placed.provenance(
                {
                    "name": "near repeat zones",
                    "as_of": as_of.isoformat(),
                    "distance_m": query.distance_m,
                    "band_days": list(query.band_days),
                    "bands": "half-open: days since an incident, from the first number up to the "
                    "second",
                    "multiplication": "Knox ratio of pairs nearer than distance_m, the same place "
                    "included, by band of days",
                    "level": query.level,
                    "zones": max(left_out, 0) + len(order),
                    **method_of_draws(query.orders, query.seed),
                },
                placed.counts(),
                (*notes, *named.notes),
                named.members,
            ),
            geometries=np.asarray(circles, dtype=object).reshape(-1),
            crs=placed.selection.incidents.crs,
        )


def _recent_places(
    xy_m: FloatArray, day: IntArray, before: int
) -> tuple[FloatArray, IntArray, IntArray]:
    """Places with incidents after a day, the latest of each, and how many there are."""
    is_recent = day > before
    places_m, which, incidents = np.unique(
        xy_m[is_recent], axis=0, return_inverse=True, return_counts=True
    )
    last_day = np.full(len(places_m), before, np.int64)
    np.maximum.at(last_day, which.reshape(-1), day[is_recent])
    return places_m.reshape(-1, 2), last_day, incidents.astype(np.int64)


def _band_notes(query: RepeatZonesQuery, knox: KnoxTable) -> list[str]:
    """What each band of days multiplies by, and whether that is more than chance."""
    notes, low = [], 0
    for k, high in enumerate(query.band_days):
        ratio, p_value = knox.ratio[0, k], float(knox.p_any[0, k])
        times = "no pair is expected" if np.isnan(ratio) else f"{ratio:.2f} times chance"
        is_listed = p_value <= query.level and np.isfinite(ratio)
        verdict = "listed" if is_listed else "no zones listed"
        notes.append(
            f"Within {query.distance_m:g} m, {low} to {high - 1} days later: {times} "
            f"({knox.observed[0, k]:,} pairs, p {probability(p_value)}), {verdict}."
        )
        low = high
    return notes
