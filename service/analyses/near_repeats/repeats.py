"""Incidents by whether they repeat nearby, and the chains they make."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import shapely

from service.analyses.inputs.area_counts import Areas
from service.analyses.naming.names import PlaceNames
from service.analyses.near_repeats.incidents import IncidentReader, PlacedIncidents
from service.analyses.near_repeats.knox import THREADS, method_of_draws, work_of_pairs
from service.analyses.near_repeats.rows import NearRepeatRow, RepeatChainRow
from service.model.answers import Provenance, Table
from service.model.provenance import short_digest
from service.queries.patterns.repeats import NearRepeatsQuery, RepeatChainsQuery
from service.runtime.budget import spend
from service.runtime.cancellation import check_cancelled
from service.sentences.numbers import counted
from spatial.arrays import FloatArray, IntArray
from spatial.near_repeats.repeats import (
    CLASSES,
    NS_A_PAIR,
    NearRepeats,
    extents_m,
    members_of,
    near_repeats,
)


@dataclass(frozen=True, eq=False)
class _Tested:
    """The near repeats of some incidents, with their provenance."""

    placed: PlacedIncidents
    repeats: NearRepeats
    provenance: Provenance


class NearRepeatTables:
    """Incidents by whether they repeat nearby, against chance.

    Parameters
    ----------
    areas : Areas
        Selects the incidents.
    reader : IncidentReader
        Says which have a day and a place.
    """

    def __init__(self, *, areas: Areas, reader: IncidentReader) -> None:
        self._areas = areas
        self._reader = reader

    def version(self, dataset: str, query: NearRepeatsQuery) -> str:
        """A short digest of everything that the tables depend on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : NearRepeatsQuery
            The query.

        Returns
        -------
        str
            It changes when the dataset, a layer or the software does.
        """
        return short_digest(self._areas.version(dataset, None), "near-repeats")

    def table(self, dataset: str, query: NearRepeatsQuery) -> Table:
        """One `NearRepeatRow` for each class.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : NearRepeatsQuery
            Filter, area, distance and days.

        Returns
        -------
        Table
            Originators, near repeats, and incidents that are neither.

        Raises
        ------
        NoDaysError
            If of none of the records the day is known.
        OverBudgetError
            If there are too many pairs.
        """
        near = _near_repeats(self._reader.placed(dataset, query), query)
        repeats = near.repeats
        counts, drawn = repeats.counts, repeats.drawn_classes
        expected = drawn.mean(axis=0)
        as_many = np.count_nonzero(drawn >= counts, axis=0)
        as_few = np.count_nonzero(drawn <= counts, axis=0)
        beyond = np.where(np.array(CLASSES) == "none", as_few, as_many)
        return Table(
            kind="near-repeats",
            row=NearRepeatRow,
            columns={
                "class": np.array(CLASSES, dtype=object),
                "count": counts,
                "share": _quotients(counts, np.full(3, counts.sum())),
                "expected": expected,
                "lower": np.quantile(drawn, 0.025, axis=0, method="inverted_cdf").astype(float),
                "upper": np.quantile(drawn, 0.975, axis=0, method="higher").astype(float),
                "ratio": _quotients(counts, expected),
                "p_value": (beyond + 1.0) / (len(drawn) + 1.0),
            },
            provenance=near.provenance,
        )


class RepeatChainTables:
    """Chains of near repeats, against chance.

    Parameters
    ----------
    areas : Areas
        Selects the incidents.
    reader : IncidentReader
        Says which have a day and a place.
    names : PlaceNames
        Names their centres.
    """

    def __init__(self, *, areas: Areas, reader: IncidentReader, names: PlaceNames) -> None:
        self._areas = areas
        self._reader = reader
        self._names = names

    def version(self, dataset: str, query: RepeatChainsQuery) -> str:
        """A short digest of everything that the table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : RepeatChainsQuery
            The query.

        Returns
        -------
        str
            It changes when the dataset, a layer, a name or the software does.
        """
        return short_digest(
            self._areas.version(dataset, None), self._names.version(), "repeat-chains"
        )

    def table(self, dataset: str, query: RepeatChainsQuery) -> Table:
        """One `RepeatChainRow` for each chain, with the distinct places of its incidents.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : RepeatChainsQuery
            Filter, area, distance, days, and how many chains.

        Returns
        -------
        Table
            The longest first; empty where no two incidents are linked.

        Raises
        ------
        NoDaysError
            If of none of the records the day is known.
        OverBudgetError
            If there are too many pairs.
        """
        near = _near_repeats(self._reader.placed(dataset, query), query)
        repeats, xy_m = near.repeats, near.placed.xy_m
        chain = np.where(repeats.chain < query.top, repeats.chain, -1)
        members = members_of(chain)
        places = [np.unique(xy_m[part], axis=0) for part in members]
        day = near.placed.day
        first = np.array([day[part].min() for part in members], np.int64)
        last = np.array([day[part].max() for part in members], np.int64)
        sizes = np.array([len(part) for part in members], np.int64)
        centre = np.array([xy_m[part].mean(axis=0) for part in members]).reshape(-1, 2)
        named = self._names.near(centre, incidents=near.placed.selection.incidents)
        drawn = repeats.drawn_longest
        as_long = np.count_nonzero(drawn >= sizes[:, None], axis=1)
        chains = len(repeats.chain_sizes)
        left_out = chains - len(members)
        notes = (
            (f"{counted(left_out, 'shorter chain is', 'shorter chains are')} not listed.",)
            if left_out
            else ()
        )
        provenance = near.provenance
        shapes = np.empty(len(members), dtype=object)
        shapes[:] = [shapely.MultiPoint(part) for part in places]
        return Table(
            kind="repeat-chains",
            row=RepeatChainRow,
            columns={
                "rank": np.arange(1, len(members) + 1),
                "name": named.names,
                "incidents": sizes,
                "places": np.array([len(part) for part in places], np.int64),
                "first_day": iso(first),
                "last_day": iso(last),
                "days": last - first + 1,
                "extent_m": extents_m(xy_m, chain),
                "p_value": (as_long + 1.0) / (len(drawn) + 1.0),
                "easting_m": centre[:, 0],
                "northing_m": centre[:, 1],
            },
            provenance=dataclasses.replace(
                provenance,
                method={
                    **provenance.method,
                    "name": "chains of near repeats",
                    "chains": chains,
                    "longest_by_chance": float(np.median(drawn)),
                },
                sources={**provenance.sources, **named.members},
                notes=(*provenance.notes, *notes, *named.notes),
            ),
            geometries=shapes,
            crs=near.placed.selection.incidents.crs,
        )


def _near_repeats(placed: PlacedIncidents, query: NearRepeatsQuery) -> _Tested:
    """The near repeats of some incidents, held against random orders of their times."""
    xy_m = placed.xy_m
    spend(work_of_pairs(xy_m, query.distance_m, query.orders, NS_A_PAIR))
    repeats = near_repeats(
        xy_m,
        placed.minutes,
        distance_m=query.distance_m,
        within_days=query.days,
        draws=query.orders,
        seed=query.seed,
        threads=THREADS,
        on_progress=check_cancelled,
    )
    notes = placed.place_notes(query.distance_m)
    if repeats.unordered_links:
        tied = (
            f"Of {counted(repeats.links, 'link')} {repeats.unordered_links:,} are of two records "
            "with the same date or time: which came first is not known, and the one further west "
            "counts as the earlier."
        )
        notes = (*notes, tied)
    method = {
        "name": "near repeats",
        "distance_m": query.distance_m,
        "days": query.days,
        "linked": "nearer than distance_m, with dates fewer than days apart",
        "links": repeats.links,
        **method_of_draws(query.orders, query.seed),
    }
    return _Tested(placed, repeats, placed.provenance(method, placed.counts(), notes))


def _quotients(values: IntArray, by: FloatArray | IntArray) -> FloatArray:
    """(n,) One by the other; NaN where that is 0."""
    return values / np.where(by > 0, by, np.nan)


def iso(days: IntArray) -> np.ndarray:
    """Dates as ISO text.

    Parameters
    ----------
    days : (n,) int64
        Days since 1970.

    Returns
    -------
    (n,) object
    """
    return days.astype("datetime64[D]").astype(str).astype(object)
